package voxcam.op;

import java.util.ArrayList;
import java.util.List;

/**
 * How a kernel slides: per spatial axis its size, stride, zero padding before and after, and
 * dilation. Axes are in the tensor's order, D, H, W for volumes; one and two axes are the 1D and 2D
 * forms.
 */
public record Window(List<Axis> axes) {
  /** One axis of a window. */
  public record Axis(int kernel, int stride, int padBegin, int padEnd, int dilation) {
    /** An axis along which the window does nothing. */
    public static final Axis UNIT = new Axis(1, 1, 0, 0, 1);

    public Axis {
      if (kernel < 1 || stride < 1 || dilation < 1 || padBegin < 0 || padEnd < 0) {
        throw new InputException(
            ("window: kernel %d, stride %d, padding %d and %d, dilation %d; kernel, stride and dilation must be"
                    + " at least 1, padding at least 0")
                .formatted(kernel, stride, padBegin, padEnd, dilation));
      }
    }

    /** How many input positions the kernel spans. */
    public int extent() {
      return Math.addExact(Math.multiplyExact(dilation, kernel - 1), 1);
    }

    /** Output positions along an input of this size; below 1 if the kernel does not fit. */
    public int output(int size, boolean ceil) {
      long room = (long) size + padBegin + padEnd - extent();
      if (room < 0) {
        return 0;
      }
      int output = Math.toIntExact((ceil ? Math.ceilDiv(room, stride) : room / stride) + 1);
      // A window that would start in the padding behind the input is dropped, as PyTorch does.
      return ceil && (output - 1L) * stride >= (long) size + padBegin ? output - 1 : output;
    }

    /** The size that a transposed convolution makes of this many positions. */
    public int transposed(int positions, int outputPadding) {
      return Math.toIntExact(
          (positions - 1L) * stride + extent() - padBegin - padEnd + outputPadding);
    }
  }

  public Window {
    axes = List.copyOf(axes);
    if (axes.isEmpty() || axes.size() > 3) {
      throw new InputException("window: " + axes.size() + " spatial axes, 1 to 3 are supported");
    }
  }

  /** The same kernel, stride, padding and dilation along each of {@code rank} axes. */
  public static Window cube(int rank, int kernel, int stride, int pad, int dilation) {
    List<Axis> axes = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      axes.add(new Axis(kernel, stride, pad, pad, dilation));
    }
    return new Window(axes);
  }

  public int rank() {
    return axes.size();
  }

  public Axis axis(int index) {
    return axes.get(index);
  }

  /** The same window over D, H and W: missing leading axes become unit axes. */
  public Window volumetric() {
    List<Axis> padded = new ArrayList<>(axes);
    while (padded.size() < 3) {
      padded.add(0, Axis.UNIT);
    }
    return new Window(padded);
  }

  /** The number of kernel positions, {@code T R S}. */
  public long taps() {
    long taps = 1;
    for (Axis axis : axes) {
      taps *= axis.kernel();
    }
    return taps;
  }

  List<Integer> kernel() {
    List<Integer> kernel = new ArrayList<>();
    for (Axis axis : axes) {
      kernel.add(axis.kernel());
    }
    return kernel;
  }

  /** The output sizes for these input sizes. */
  List<Integer> output(Op op, List<Integer> sizes, boolean ceil, List<Shape> inputs) {
    List<Integer> output = new ArrayList<>();
    for (int i = 0; i < axes.size(); i++) {
      int size = axes.get(i).output(sizes.get(i), ceil);
      if (size < 1) {
        throw Arguments.refusal(
            op,
            "the window spans " + axes.get(i).extent() + " on an axis of " + sizes.get(i),
            inputs);
      }
      output.add(size);
    }
    return output;
  }
}
