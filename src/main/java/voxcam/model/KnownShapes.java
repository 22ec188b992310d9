package voxcam.model;

import java.util.Arrays;
import voxcam.op.InputException;

/** Sizes of {@link Known} values, and where values lie in them. */
final class KnownShapes {
  private KnownShapes() {}

  static int count(int... sizes) {
    long count = 1;
    for (int size : sizes) {
      count = Math.multiplyExact(count, (long) size);
      if (count > Known.MOST) {
        throw new TooLarge();
      }
    }
    return (int) count;
  }

  /** Says that values are too many to be computed while the file is read. */
  static final class TooLarge extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooLarge() {
      super("too many values", null, false, false);
    }
  }

  static int[] broadcast(int[] a, int[] b) {
    int rank = Math.max(a.length, b.length);
    int[] sizes = new int[rank];
    for (int i = 0; i < rank; i++) {
      int one = i < rank - a.length ? 1 : a[i - rank + a.length];
      int other = i < rank - b.length ? 1 : b[i - rank + b.length];
      if (one != other && one != 1 && other != 1) {
        throw new InputException(
            "the sizes " + Arrays.toString(a) + " and " + Arrays.toString(b) + " do not broadcast");
      }
      sizes[i] = one == 1 ? other : one;
    }
    return sizes;
  }

  /** For each position of {@code sizes} the one of {@code own}, which broadcasts to it. */
  static int[] positions(int[] own, int[] sizes) {
    int[] strides = new int[sizes.length];
    int stride = 1;
    for (int i = own.length - 1; i >= 0; i--) {
      strides[i + sizes.length - own.length] = own[i] == 1 ? 0 : stride;
      stride *= own[i];
    }
    return walk(sizes, strides, 0);
  }

  /** The positions of a walk through sizes with a step for each axis. */
  static int[] walk(int[] sizes, int[] strides, int start) {
    int[] positions = new int[count(sizes)];
    int[] index = new int[sizes.length];
    int at = start;
    for (int i = 0; i < positions.length; i++) {
      positions[i] = at;
      for (int axis = sizes.length - 1; axis >= 0; axis--) {
        at += strides[axis];
        if (++index[axis] < sizes[axis]) {
          break;
        }
        at -= sizes[axis] * strides[axis];
        index[axis] = 0;
      }
    }
    return positions;
  }

  /** How far apart neighbours along each axis lie. */
  static int[] strides(int... sizes) {
    int[] strides = new int[sizes.length];
    int stride = 1;
    for (int i = sizes.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= Math.max(1, sizes[i]);
    }
    return strides;
  }
}
