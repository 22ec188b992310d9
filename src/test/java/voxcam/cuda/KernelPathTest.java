package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.check.OpCase;
import voxcam.graph.Graph;
import voxcam.op.Index;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Op;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Softmax;
import voxcam.op.Tensor;
import voxcam.op.Unary;

/** Lines long, short, many and few enough to be computed in each of the ways that there are. */
@Tag("emulator")
class KernelPathTest {
  private static LaunchHarness harness;

  @BeforeAll
  static void start() {
    harness = new LaunchHarness();
  }

  /** An operation, its inputs' shapes, what is added to random values, and its kernels. */
  record Path(Op op, double shift, List<String> kernels, List<int[]> shapes) {
    @Override
    public String toString() {
      String of = String.join(", ", shapes.stream().map(Arrays::toString).toList());
      return op + " of " + of + " by " + kernels + (shift > 0 ? " around " + shift : "");
    }
  }

  private static Path path(Op op, String kernels, int[]... shapes) {
    return around(0, op, kernels, shapes);
  }

  private static Path around(double shift, Op op, String kernels, int[]... shapes) {
    return new Path(op, shift, List.of(kernels.split(",")), List.of(shapes));
  }

  private static int[] of(int... dims) {
    return dims;
  }

  static Stream<Path> paths() {
    return Stream.of(reductions(), normalisations(), lines(), movements()).flatMap(List::stream);
  }

  private static List<Path> reductions() {
    List<Path> paths = new ArrayList<>();
    for (Reduce.Kind kind : Reduce.Kind.values()) {
      String name =
          switch (kind) {
            case Sum, Mean, L1, L2 -> "Total";
            case Max, Min -> "Extreme";
            case LogSumExp -> "LogSum";
          };
      String lines = "reduceLines" + name;
      String columns = "reduceColumns" + name;
      String parts = ",reduceParts" + name;
      paths.add(path(along(kind, 1), lines, of(5, 1000)));
      paths.add(path(along(kind), lines + parts, of(3, 33000)));
      paths.add(path(along(kind, 0, 2), lines + parts, of(41, 3, 457)));
      paths.add(path(along(kind, 0), lines, of(77, 3)));
      paths.add(path(along(kind, 0), columns, of(50, 40)));
      paths.add(path(along(kind, 0), columns + parts, of(300, 40)));
      paths.add(path(along(kind, 1), columns, of(300, 3, 1000)));
      paths.add(path(along(kind, 0, 2), columns + parts, of(7, 3, 33, 16)));
    }
    paths.add(
        around(
            0.5, along(Reduce.Kind.Sum), "reduceLinesTotal,reduceParts" + "Total", of(2_200_000)));
    paths.add(
        around(
            1e4, along(Reduce.Kind.LogSumExp), "reduceLinesLogSum,reducePartsLogSum", of(20_000)));
    return paths;
  }

  private static Reduce along(Reduce.Kind kind, Integer... axes) {
    return new Reduce(kind, List.of(axes), false);
  }

  private static List<Path> normalisations() {
    String split = "normMoments,normApply";
    String gradient = "normMoments,normGradSums,normGradApply";
    Norm silu = new Norm.Activated(new Norm.Group(2, 1e-5), new Unary.Silu());
    int[] large = {1, 4, 19, 30, 31};
    int[] middle = {2, 4, 10, 10, 10};
    return List.of(
        path(new Norm.Group(2, 1e-5), "normLines", middle, of(4), of(4)),
        path(silu, split, large, of(4), of(4)),
        around(1000, new Norm.Instance(1e-5), "normLines", middle),
        around(1000, new Norm.Instance(1e-5), split, large),
        around(1000, new Norm.Layer(-1, 1e-5), "normLines", of(3, 40)),
        path(new Norm.Layer(1, 1e-5), split, of(2, 9, 1000), of(9, 1000), of(9, 1000)),
        path(new Norm.GroupGrad(2, 1e-5), "normGradLines", middle, middle, of(4)),
        path(new Norm.GroupGrad(2, 1e-5), gradient, large, large, of(4)),
        path(new Norm.GroupGrad(4, 1e-5), gradient, large, large),
        around(30, new Norm.GroupGrad(4, 1e-5), gradient, large, large),
        path(new Norm.L2(1), "normL2Lines", of(2, 100, 9)),
        path(new Norm.L2(1), "normL2Lines", of(3, 700)),
        path(new Norm.L2(0), "normL2Columns", of(30, 300)));
  }

  private static List<Path> lines() {
    List<Path> paths = new ArrayList<>();
    for (Softmax op : List.of(new Softmax.Plain(1), new Softmax.Log(1))) {
      paths.add(path(op, "softmaxLines", of(3, 700)));
      paths.add(path(op, "softmaxLines", of(2, 100, 9)));
      paths.add(path(op, "softmaxColumns", of(2, 30, 20)));
      paths.add(path(op, "softmaxColumns", of(1, 70, 4100)));
    }
    Index argMax = new Index.ArgMax(1, false);
    paths.add(path(argMax, "indexArgMaxLines", of(3, 700)));
    paths.add(path(argMax, "indexArgMaxLines", of(2, 100, 9)));
    paths.add(path(argMax, "indexArgMaxColumns", of(2, 30, 20)));
    for (Index.Part part : Index.Part.values()) {
      paths.add(path(new Index.TopK(5, 1, true, part), "indexTopKRounds", of(3, 700)));
      paths.add(path(new Index.TopK(5, 1, false, part), "indexTopKRounds", of(2, 100, 9)));
      paths.add(path(new Index.TopK(40, 1, true, part), "indexTopKRanks", of(2, 100, 9)));
      paths.add(path(new Index.TopK(40, 1, false, part), "indexTopKRanks", of(3, 700)));
    }
    return paths;
  }

  private static List<Path> movements() {
    String turned = "movementTransposed";
    return List.of(
        path(order(1, 0), turned, of(33, 65)),
        path(order(1, 0), "movementStrided", of(5, 65)),
        path(order(0, 3, 2, 1), turned, of(2, 40, 3, 50)),
        path(order(3, 1, 2, 0), turned, of(8, 3, 2, 9)),
        path(order(0, 2, 4, 6, 1, 3, 5, 7), "movementStrided", of(2, 2, 2, 3, 2, 3, 2, 4)),
        path(order(7, 1, 6, 2, 5, 0, 4, 3), "movementStrided", of(2, 3, 2, 3, 2, 3, 2, 3)));
  }

  private static Op order(Integer... order) {
    return new Movement.Transpose(List.of(order));
  }

  @ParameterizedTest
  @MethodSource("paths")
  void agreesWithReference(Path path) {
    Random random = new Random(path.toString().hashCode());
    List<Tensor> inputs = new ArrayList<>();
    for (int[] dims : path.shapes()) {
      Shape shape = Shape.of(dims);
      float[] values = new float[shape.length()];
      // Only the first input is shifted: a gradient or a scale is around zero.
      double shift = inputs.isEmpty() ? path.shift() : 0;
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (shift + random.nextDouble() * 2 - 1);
      }
      inputs.add(Tensor.of(shape, values));
    }
    check(path.op(), inputs, path.kernels());
  }

  private static void check(Op op, List<Tensor> inputs, List<String> kernels) {
    OpCase opCase = new OpCase("", op, inputs, OpCase.ROUNDED);
    Graph graph = opCase.graph(OpCase.Form.INPUTS);
    Tensor expected;
    try (Program program = Backends.named("reference").compile(graph, Options.DEFAULT)) {
      expected = program.run(opCase.given(OpCase.Form.INPUTS)).get(0);
    }
    Launches launches = CudaKernels.of(graph.outputs().get(0));
    assertThat(launches.launches()).extracting(Launch::kernel).isEqualTo(kernels);
    Tensor actual = harness.run(launches, inputs, expected.shape());
    assertThat(KernelCasesTest.error(actual, expected)).as(op.toString()).isLessThan(3e-6);
  }

  /** Lines with a NaN, with infinities of one and of both signs, of nothing else, and with ties. */
  private static float[][] specialLines(int length) {
    Random random = new Random(length);
    float[][] lines = new float[20][length];
    for (float[] line : lines) {
      for (int i = 0; i < length; i++) {
        line[i] = (random.nextInt(17) - 8) / 4f;
      }
    }
    lines[0][length / 3] = Float.NaN;
    lines[1][length / 5] = Float.POSITIVE_INFINITY;
    lines[2][length - 2] = Float.NEGATIVE_INFINITY;
    Arrays.fill(lines[3], Float.NEGATIVE_INFINITY);
    Arrays.fill(lines[4], Float.POSITIVE_INFINITY);
    lines[5][0] = -0f;
    Arrays.fill(lines[6], Float.NaN);
    lines[7][1] = Float.POSITIVE_INFINITY;
    lines[7][length / 2] = Float.NEGATIVE_INFINITY;
    lines[8][0] = Float.NaN;
    lines[8][length - 1] = Float.NaN;
    Arrays.fill(lines[9], 0, length - 1, Float.NEGATIVE_INFINITY);
    return lines;
  }

  private static Tensor rows(float[][] lines) {
    float[] values = new float[lines.length * lines[0].length];
    for (int line = 0; line < lines.length; line++) {
      System.arraycopy(lines[line], 0, values, line * lines[0].length, lines[0].length);
    }
    return Tensor.of(Shape.of(lines.length, lines[0].length), values);
  }

  private static Tensor columns(float[][] lines) {
    float[] values = new float[lines.length * lines[0].length];
    for (int i = 0; i < values.length; i++) {
      values[i] = lines[i % lines.length][i / lines.length];
    }
    return Tensor.of(Shape.of(lines[0].length, lines.length), values);
  }

  private static List<Op> ofLines(int axis, int length) {
    List<Op> ops = new ArrayList<>();
    for (Reduce.Kind kind : Reduce.Kind.values()) {
      ops.add(along(kind, axis));
    }
    for (Index.Part part : Index.Part.values()) {
      for (boolean largest : new boolean[] {true, false}) {
        ops.add(new Index.TopK(5, axis, largest, part));
        ops.add(new Index.TopK(length - 1, axis, largest, part));
      }
    }
    ops.add(new Index.ArgMax(axis, false));
    ops.add(new Softmax.Plain(axis));
    ops.add(new Softmax.Log(axis));
    ops.add(new Norm.L2(axis));
    if (axis == 1) {
      ops.add(new Norm.Layer(axis, 1e-5));
    }
    return ops;
  }

  @Test
  void nanAndInfinityAreThoseOfReference() {
    for (int length : new int[] {40, 600}) {
      float[][] lines = specialLines(length);
      for (Op op : ofLines(1, length)) {
        check(op, List.of(rows(lines)));
      }
      for (Op op : ofLines(0, length)) {
        check(op, List.of(columns(lines)));
      }
    }
  }

  private static void check(Op op, List<Tensor> inputs) {
    OpCase opCase = new OpCase("", op, inputs, OpCase.ROUNDED);
    Launches launches = CudaKernels.of(opCase.graph(OpCase.Form.INPUTS).outputs().get(0));
    check(op, inputs, launches.launches().stream().map(Launch::kernel).toList());
  }

  @Test
  void anIndexThatNamesNoPositionGivesNanAndNoGradient() {
    Tensor x = Tensor.of(Shape.of(3), 1f, 2f, 3f);
    Tensor indices = Tensor.of(Shape.of(6), 2f, 3f, -4f, 0.5f, Float.NaN, -1f);
    Launches gather =
        CudaIndex.launches(
            new Index.Gather(0), List.of(x.shape(), indices.shape()), indices.shape());
    assertThat(harness.run(gather, List.of(x, indices), indices.shape()).floats())
        .containsExactly(3, Float.NaN, Float.NaN, Float.NaN, Float.NaN, 3);
    Tensor gy = Tensor.of(Shape.of(6), 1f, 2f, 4f, 8f, 16f, 32f);
    Launches gradient =
        CudaIndex.launches(
            new Index.GatherGrad(0, x.shape()), List.of(gy.shape(), indices.shape()), x.shape());
    assertThat(harness.run(gradient, List.of(gy, indices), x.shape()).floats())
        .containsExactly(0, 0, 33);
  }
}
