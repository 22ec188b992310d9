package voxcam.op;

import java.util.List;

/** Which input positions each output position of a pooling looks at, per spatial axis. */
public sealed interface Regions {
  /**
   * A window that slides; with {@code ceil} also over an incomplete last step, as PyTorch does it.
   */
  record Sliding(Window window, boolean ceil) implements Regions {
    @Override
    public int rank() {
      return window.rank();
    }

    @Override
    public int output(int axis, int size) {
      return window.axis(axis).output(size, ceil);
    }

    @Override
    public int start(int axis, int position, int size) {
      return position * window.axis(axis).stride() - window.axis(axis).padBegin();
    }

    @Override
    public int taps(int axis, int position, int size) {
      return window.axis(axis).kernel();
    }

    @Override
    public int step(int axis) {
      return window.axis(axis).dilation();
    }

    @Override
    public int padded(int axis, int size) {
      return size + window.axis(axis).padEnd();
    }
  }

  /**
   * Regions that split each axis into {@code output} nearly equal parts, as PyTorch's adaptive
   * pooling does.
   */
  record Adaptive(List<Integer> sizes) implements Regions {
    public Adaptive {
      sizes = List.copyOf(sizes);
      if (sizes.isEmpty() || sizes.size() > 3 || sizes.stream().anyMatch(size -> size < 1)) {
        throw new InputException(
            "adaptive pooling: output sizes " + sizes + ", give 1 to 3 sizes of at least 1");
      }
    }

    @Override
    public int rank() {
      return sizes.size();
    }

    @Override
    public int output(int axis, int size) {
      return sizes.get(axis);
    }

    @Override
    public int start(int axis, int position, int size) {
      return (int) ((long) position * size / sizes.get(axis));
    }

    @Override
    public int taps(int axis, int position, int size) {
      int end = (int) Math.ceilDiv((position + 1L) * size, sizes.get(axis));
      return end - start(axis, position, size);
    }

    @Override
    public int step(int axis) {
      return 1;
    }

    @Override
    public int padded(int axis, int size) {
      return size;
    }
  }

  int rank();

  /** Output positions along an axis of this input size. */
  int output(int axis, int size);

  /** The first input position of an output position; may lie in the padding, below 0. */
  int start(int axis, int position, int size);

  /** How many input positions, padding included, an output position looks at. */
  int taps(int axis, int position, int size);

  /** The distance between those positions. */
  int step(int axis);

  /** The first position behind the padded input: an average that counts padding stops there. */
  int padded(int axis, int size);
}
