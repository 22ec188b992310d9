package voxcam.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Window;

/**
 * A convolution as cuDNN is told of it: pure data, so that what cuDNN is asked to do can be tested
 * without it. Axes along which nothing slides are merged, since cuDNN has more and better
 * algorithms for two axes than for three; it has none for fewer than two.
 *
 * @param direction which of the three tensors is computed from the two others
 * @param x the sizes {@code N C} and those along the axes of the convolution's input
 * @param w {@code K}, {@code C/groups} and the kernel's sizes
 * @param y {@code N K} and the output's sizes
 * @param padding before each axis, and behind it at least as far as the output reaches
 */
record CudnnProblem(
    Direction direction,
    int[] x,
    int[] w,
    int[] y,
    int[] padding,
    int[] stride,
    int[] dilation,
    int groups) {

  /** What is computed: y from x and w, x from w and y, or w from x and y. */
  enum Direction {
    FORWARD,
    INPUT_GRADIENT,
    WEIGHT_GRADIENT;

    /** As in keys and records. */
    String word() {
      return switch (this) {
        case FORWARD -> "forward";
        case INPUT_GRADIENT -> "input gradient";
        case WEIGHT_GRADIENT -> "weight gradient";
      };
    }
  }

  /** cuDNN has no algorithm for fewer axes; a unit axis in front makes no difference. */
  private static final int LEAST_AXES = 2;

  /** One axis of the three tensors and of the window. */
  private record Axis(int x, int w, int y, int padding, int stride, int dilation) {
    static final Axis NONE = new Axis(1, 1, 1, 0, 1, 1);

    /** Whether every position stands for itself. */
    boolean isUnit() {
      return w == 1 && stride == 1 && padding == 0;
    }

    /**
     * Two unit axes that lie beside each other in memory are one, unless it were too long to be
     * told; an axis of size 1 is none.
     */
    Optional<Axis> merged(Axis next) {
      if (isUnit() && next.isUnit() && (long) x * next.x <= Integer.MAX_VALUE) {
        return Optional.of(new Axis(x * next.x, 1, y * next.y, 0, 1, 1));
      }
      if (isUnit() && x == 1) {
        return Optional.of(next);
      }
      return next.isUnit() && next.x == 1 ? Optional.of(this) : Optional.empty();
    }
  }

  /** The shapes of the three tensors of an operation. */
  private record Tensors(Direction direction, Shape x, Shape w, Shape y) {
    static Tensors of(Conv op, List<Shape> inputs, Shape output) {
      Shape first = inputs.get(0);
      Shape second = inputs.get(1);
      return switch (op) {
        case Conv.Forward _, Conv.Fused _ -> new Tensors(Direction.FORWARD, first, second, output);
        case Conv.Transposed _, Conv.InputGrad _ ->
            new Tensors(Direction.INPUT_GRADIENT, output, second, first);
        case Conv.WeightGrad _ -> new Tensors(Direction.WEIGHT_GRADIENT, first, output, second);
      };
    }
  }

  /** Why cuDNN cannot be asked, in a few words; empty if it can. */
  static Optional<String> refusal(Conv op, List<Shape> inputs, Shape output) {
    Tensors tensors = Tensors.of(op, inputs, output);
    for (int i = 0; i < op.window().rank(); i++) {
      Window.Axis axis = op.window().axis(i);
      // It pads both ends alike, and derives the output's size from that.
      Window.Axis even =
          new Window.Axis(
              axis.kernel(), axis.stride(), axis.padBegin(), axis.padBegin(), axis.dilation());
      if (even.output(tensors.x().dim(i + 2), false) != tensors.y().dim(i + 2)) {
        return Optional.of("padding differs before and behind");
      }
    }
    return Optional.empty();
  }

  /** What to ask cuDNN for, if {@link #refusal} has nothing against it. */
  static CudnnProblem of(Conv op, List<Shape> inputs, Shape output) {
    Tensors tensors = Tensors.of(op, inputs, output);
    List<Axis> axes = new ArrayList<>();
    for (int i = 0; i < op.window().rank(); i++) {
      Window.Axis axis = op.window().axis(i);
      axes.add(
          new Axis(
              tensors.x().dim(i + 2),
              axis.kernel(),
              tensors.y().dim(i + 2),
              axis.padBegin(),
              axis.stride(),
              axis.kernel() == 1 ? 1 : axis.dilation()));
    }
    merge(axes);
    while (axes.size() < LEAST_AXES) {
      axes.addFirst(Axis.NONE);
    }
    return new CudnnProblem(
        tensors.direction(),
        sizes(tensors.x(), axes, Axis::x),
        sizes(tensors.w(), axes, Axis::w),
        sizes(tensors.y(), axes, Axis::y),
        along(axes, Axis::padding),
        along(axes, Axis::stride),
        along(axes, Axis::dilation),
        op.groups());
  }

  private static void merge(List<Axis> axes) {
    int i = 0;
    while (i + 1 < axes.size() && axes.size() > LEAST_AXES) {
      Optional<Axis> merged = axes.get(i).merged(axes.get(i + 1));
      if (merged.isPresent()) {
        axes.set(i, merged.get());
        axes.remove(i + 1);
      } else {
        i++;
      }
    }
  }

  private static int[] sizes(Shape shape, List<Axis> axes, ToIntFunction<Axis> size) {
    return IntStream.concat(IntStream.of(shape.dim(0), shape.dim(1)), axes.stream().mapToInt(size))
        .toArray();
  }

  private static int[] along(List<Axis> axes, ToIntFunction<Axis> value) {
    return axes.stream().mapToInt(value).toArray();
  }

  /** The tensor that comes first among the node's inputs. */
  int[] first() {
    return direction == Direction.INPUT_GRADIENT ? y : x;
  }

  /** The tensor that comes second. */
  int[] second() {
    return direction == Direction.WEIGHT_GRADIENT ? y : w;
  }

  /** The tensor that is computed. */
  int[] result() {
    return switch (direction) {
      case FORWARD -> y;
      case INPUT_GRADIENT -> x;
      case WEIGHT_GRADIENT -> w;
    };
  }

  /** The most products that are added to one result. */
  long depth() {
    int[] w = this.w;
    long taps = IntStream.range(2, w.length).mapToLong(i -> w[i]).reduce(1, Math::multiplyExact);
    return switch (direction) {
      case FORWARD -> w[1] * taps;
      case INPUT_GRADIENT -> w[0] / groups * taps;
      case WEIGHT_GRADIENT -> count(y) / y[1];
    };
  }

  static long count(int[] sizes) {
    return Arrays.stream(sizes).asLongStream().reduce(1, Math::multiplyExact);
  }

  /** One line that tells problems apart. */
  String text() {
    return direction.word()
        + " x"
        + list(x)
        + " w"
        + list(w)
        + " y"
        + list(y)
        + " padding"
        + list(padding)
        + " stride"
        + list(stride)
        + " dilation"
        + list(dilation)
        + " groups "
        + groups;
  }

  private static String list(int[] values) {
    return Arrays.toString(values).replace(" ", "");
  }
}
