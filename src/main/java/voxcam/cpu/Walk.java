package voxcam.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import voxcam.op.Broadcast;
import voxcam.op.Shape;

/**
 * A walk over all positions of a shape that follows several tensors at once, each by strides of its
 * own. Axes that all tensors cross alike are one, so that what is walked in a straight line is one
 * long row.
 */
final class Walk {
  /** Positions in one task: enough to outweigh starting it, few enough to share out. */
  private static final int SPAN = 1 << 15;

  /** Does a piece of one row. */
  interface Piece {
    /**
     * @param at for each tensor where the piece starts; valid during the call
     * @param position where the piece starts in the walk, counted row-major
     */
    void run(int[] at, int position, int count);
  }

  private final int[] sizes;
  private final long[][] strides;
  private final int positions;

  private Walk(int[] sizes, long[][] strides) {
    this.sizes = sizes;
    this.strides = strides;
    int product = 1;
    for (int size : sizes) {
      product *= size;
    }
    this.positions = product;
  }

  /** Over an output, following inputs that broadcast to it. */
  static Walk broadcast(Shape output, List<Shape> inputs) {
    long[][] strides = new long[inputs.size()][];
    for (int i = 0; i < strides.length; i++) {
      strides[i] = Broadcast.strides(inputs.get(i), output);
    }
    return of(output.dims(), strides);
  }

  /** Over these sizes, following tensors with strides {@code strides[tensor][axis]}. */
  static Walk of(int[] sizes, long[]... strides) {
    List<Integer> axes = new ArrayList<>();
    int[] merged = sizes.clone();
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      if (sizes[axis] == 1) {
        continue;
      }
      int inner = axes.isEmpty() ? -1 : axes.getFirst();
      if (inner >= 0 && continues(strides, axis, inner, merged[inner])) {
        merged[inner] *= sizes[axis];
      } else {
        axes.addFirst(axis);
      }
    }
    int rank = Math.max(1, axes.size());
    int[] walked = new int[rank];
    long[][] steps = new long[strides.length][rank];
    walked[0] = 1;
    for (int i = 0; i < axes.size(); i++) {
      walked[i] = merged[axes.get(i)];
      for (int tensor = 0; tensor < strides.length; tensor++) {
        steps[tensor][i] = strides[tensor][axes.get(i)];
      }
    }
    return new Walk(walked, steps);
  }

  private static boolean continues(long[][] strides, int axis, int inner, int innerSize) {
    for (long[] tensor : strides) {
      if (tensor[axis] != tensor[inner] * innerSize) {
        return false;
      }
    }
    return true;
  }

  /** The stride along rows of one of the tensors. */
  int stride(int tensor) {
    return (int) strides[tensor][sizes.length - 1];
  }

  /**
   * Runs pieces that together are the whole walk; each task takes a piece-runner of its own, which
   * may keep buffers.
   */
  void forEach(Threads threads, Supplier<Piece> runners) {
    threads.forEach(Math.ceilDiv(positions, SPAN), task -> span(task, runners.get()));
  }

  private void span(int task, Piece piece) {
    int length = sizes[sizes.length - 1];
    int position = task * SPAN;
    int end = (int) Math.min((long) position + SPAN, positions);
    int[] at = new int[strides.length];
    while (position < end) {
      int column = position % length;
      int count = Math.min(length - column, end - position);
      for (int tensor = 0; tensor < at.length; tensor++) {
        at[tensor] = offset(strides[tensor], position / length, column);
      }
      piece.run(at, position, count);
      position += count;
    }
  }

  private int offset(long[] steps, int row, int column) {
    int last = sizes.length - 1;
    long offset = column * steps[last];
    int rest = row;
    for (int axis = last - 1; axis >= 0; axis--) {
      offset += rest % sizes[axis] * steps[axis];
      rest /= sizes[axis];
    }
    return (int) offset;
  }
}
