package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.check.OpCase;
import voxcam.check.OpCases;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Cam;
import voxcam.op.Movement;
import voxcam.op.Movement.Range;
import voxcam.op.Norm;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Regions;
import voxcam.op.Resize;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Where;
import voxcam.op.Window;

/**
 * Blocked forms against the reference: all conformance cases that have one, and each kind of
 * operation with whole and broken blocks. What is unknown is NaN: missing channels of inputs,
 * outputs and scratch memory before.
 */
final class BlockedFormsTest {
  private static final int GUARD = 32;
  private static final float MARK = 12345;

  static Stream<Arguments> conformanceCases() {
    return OpCases.all().stream()
        .filter(opCase -> {
          Node y = opCase.graph(OpCase.Form.INPUTS).outputs().getFirst();
          return BlockedForms.of(y).isPresent();
        })
        .map(opCase -> Arguments.of(opCase.name(), opCase));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("conformanceCases")
  void passesConformance(String name, OpCase opCase) {
    check(opCase.op(), opCase.inputs(), opCase.tolerance() == 0 ? 0 : 1e-6);
  }

  static Stream<Arguments> channels() {
    List<Arguments> cases = new ArrayList<>();
    Random random = new Random(17);
    for (int c : new int[] {1, 5, 16, 20, 35}) {
      for (Shape shape : List.of(Shape.of(2, c, 3, 6, 7), Shape.of(1, c, 21, 18, 17))) {
        Tensor x = Graphs.normal(random, shape.dims());
        add(cases, x);
      }
    }
    return cases.stream();
  }

  private static void add(List<Arguments> cases, Tensor x) {
    Random random = new Random(18);
    Shape shape = x.shape();
    int n = shape.dim(0);
    int c = shape.dim(1);
    Tensor other = Graphs.normal(random, shape.dims());
    Tensor vector = Graphs.normal(random, c);
    Tensor variance = Graphs.normal(random, c);
    for (int i = 0; i < c; i++) {
      variance.floats()[i] = 1 + Math.abs(variance.floats()[i]);
    }
    Tensor perChannel = Graphs.normal(random, c, 1, 1, 1);
    Tensor perSample = Graphs.normal(random, n, c, 1, 1, 1);
    Tensor map = Graphs.normal(random, n, 1, shape.dim(2), shape.dim(3), shape.dim(4));
    Tensor number = Tensor.scalar(0.25);
    for (Op op : List.of(new Unary.Relu(), new Unary.Gelu(false), new Unary.LeakyRelu(0.1))) {
      add(cases, op, x);
    }
    add(cases, new Binary(Binary.Kind.Mul), x, perSample);
    add(cases, new Binary(Binary.Kind.PRelu), x, perChannel);
    add(cases, new Binary(Binary.Kind.Sub), perChannel, x);
    add(cases, new Binary(Binary.Kind.Greater), x, number);
    add(cases, new Binary(Binary.Kind.Add), x, other);
    add(cases, new Binary(Binary.Kind.Mul), map, x);
    add(cases, new Where(), x, other, number);
    add(cases, new Where(), x, other, perChannel);
    add(cases, new Movement.Expand(shape), perSample);
    add(cases, new Norm.Batch(1e-5), x, vector, vector, vector, variance);
    add(cases, new Norm.Instance(1e-5), x, vector, vector);
    add(cases, new Norm.Instance(1e-5), far(x));
    add(cases, new Norm.Group(1, 1e-5), x, vector, vector);
    add(cases, new Norm.GroupGrad(1, 1e-5), x, other, vector);
    add(cases, new Norm.GroupGrad(c, 1e-5), far(x), other);
    if (c % 5 == 0) {
      add(cases, new Norm.Group(5, 1e-5), x);
    }
    Regions halves = new Regions.Sliding(Window.cube(3, 2, 2, 0, 1), false);
    Regions overlapping = new Regions.Sliding(Window.cube(3, 3, 2, 1, 1), true);
    for (Regions regions : List.of(halves, overlapping, new Regions.Adaptive(List.of(2, 3, 1)))) {
      int[] pooled = new Pool.Max(regions).infer(List.of(shape)).dims();
      Tensor gy = Graphs.normal(random, pooled);
      add(cases, new Pool.Max(regions), x);
      add(cases, new Pool.MaxPick(regions), x, other);
      add(cases, new Pool.MaxScatter(regions), x, gy);
      add(cases, new Pool.Average(regions, true), x);
      List<Integer> spatial = List.of(shape.dim(2), shape.dim(3), shape.dim(4));
      add(cases, new Pool.AverageGrad(regions, true, spatial), gy);
    }
    add(cases, new Pool.Average(new Regions.Adaptive(List.of(1, 1, 1)), false), x);
    add(cases, new Pool.GlobalAverage(), x);
    add(cases, new Pool.GlobalMax(), x);
    add(cases, new Reduce(Reduce.Kind.Mean, List.of(2, 3, 4), false), x);
    add(cases, new Reduce(Reduce.Kind.Sum, List.of(-1, -2, -3), true), x);
    var doubled = new Resize.Forward(Resize.Sampling.TRILINEAR, List.of(), List.of(2.0, 2.0, 2.0));
    add(cases, doubled, x);
    add(
        cases,
        new Resize.Grad(doubled, List.of(shape.dim(2), shape.dim(3), shape.dim(4))),
        Graphs.normal(random, doubled.infer(List.of(shape)).dims()));
    if (c % 16 == 0) {
      Tensor broken = Graphs.normal(random, shape.with(1, 5).dims());
      add(cases, new Movement.Concat(1), x, other, broken);
      var ranges = List.of(new Range(1, 16, 32, 1), new Range(-1, 1, -1, 2));
      Shape whole = shape.with(1, 37).with(4, shape.dim(4) * 2 + 1);
      add(cases, new Movement.Embed(ranges, whole), x);
      add(cases, new Movement.Slice(ranges), Graphs.normal(random, whole.dims()));
    }
    var before = List.of(0, 0, 1, -1, 2);
    var after = List.of(0, 0, 2, 1, 0);
    Shape longer = shape.with(2, shape.dim(2) + 3).with(4, shape.dim(4) + 2);
    add(cases, new Movement.Pad(Movement.PadMode.CONSTANT, before, after, 3), x);
    add(
        cases,
        new Movement.PadGrad(Movement.PadMode.CONSTANT, before, after, shape),
        Graphs.normal(random, longer.dims()));
    Cam.all().forEach(cam -> add(cases, cam, positive(x), other));
  }

  private static Tensor positive(Tensor x) {
    float[] values = x.floats().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i]);
    }
    return Tensor.of(x.shape(), values);
  }

  /** Values far from zero, of which a sum of squares would tell nothing. */
  private static Tensor far(Tensor x) {
    float[] values = x.floats().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += 3000;
    }
    return Tensor.of(x.shape(), values);
  }

  private static void add(List<Arguments> cases, Op op, Tensor... inputs) {
    cases.add(Arguments.of(op, inputs[0].shape(), List.of(inputs)));
  }

  @ParameterizedTest(name = "{0} of {1}")
  @MethodSource("channels")
  void agreesForAnyNumberOfChannels(Op op, Shape shape, List<Tensor> inputs) {
    check(op, inputs, 1e-6);
  }

  /** Which operands go through as they are decides how many reorders a program needs. */
  @Test
  void smallOperandsStayPlain() {
    Shape x = Shape.of(1, 32, 4, 5, 6);
    assertThat(layouts(new Binary(Binary.Kind.Mul), x, Shape.of(1, 32, 1, 1, 1)))
        .containsExactly(Layout.BLOCKED, Layout.PLAIN);
    assertThat(layouts(new Binary(Binary.Kind.Mul), Shape.SCALAR, x))
        .containsExactly(Layout.PLAIN, Layout.BLOCKED);
    assertThat(layouts(new Norm.Instance(1e-5), x, Shape.of(32), Shape.of(32)))
        .containsExactly(Layout.BLOCKED, Layout.PLAIN, Layout.PLAIN);
    assertThat(layouts(new Pool.GlobalAverage(), x)).containsExactly(Layout.BLOCKED);
  }

  @Test
  void formsThatWouldBreakBlocksAreNone() {
    Shape x = Shape.of(1, 32, 4, 5, 6);
    assertThat(form(new Movement.Slice(List.of(new Range(1, 8, 24, 1))), x)).isEmpty();
    assertThat(form(new Movement.Concat(1), x.with(1, 8), x)).isEmpty();
    assertThat(form(new Binary(Binary.Kind.Add), x, Shape.of(6))).isEmpty();
    assertThat(form(new Unary.Relu(), Shape.of(3, 32))).isEmpty();
    assertThat(form(new Reduce(Reduce.Kind.Sum, List.of(1), true), x)).isEmpty();
  }

  private static List<Layout> layouts(Op op, Shape... inputs) {
    return form(op, inputs).orElseThrow().inputs();
  }

  private static Optional<Form> form(Op op, Shape... inputs) {
    return BlockedForms.of(op, List.of(inputs), op.infer(List.of(inputs)));
  }

  private static void check(Op op, List<Tensor> inputs, double tolerance) {
    var graph = Graphs.of(op, inputs);
    double[] expected =
        Backends.named("reference")
            .compile(graph, Options.DEFAULT)
            .run(Graphs.named(inputs))
            .getFirst()
            .doubles();
    Form form = BlockedForms.of(graph.outputs().getFirst()).orElseThrow();
    float[] first = run(form, op, inputs, 1);
    double error = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      if (Double.isFinite(expected[i])) {
        error += (first[i] - expected[i]) * (first[i] - expected[i]);
        norm += expected[i] * expected[i];
      } else {
        assertThat((double) first[i]).isEqualTo(expected[i]);
      }
    }
    double relative = Math.sqrt(error) / (norm > 0 ? Math.sqrt(norm) : 1);
    if (tolerance == 0) {
      for (int i = 0; i < expected.length; i++) {
        assertThat(first[i]).isEqualTo((float) expected[i]);
      }
    }
    assertThat(relative).isLessThanOrEqualTo(Math.max(tolerance, 1e-7));
    for (int threads : new int[] {2, 5}) {
      assertThat(Arrays.mismatch(first, run(form, op, inputs, threads))).isEqualTo(-1);
    }
  }

  /** The output, plain. */
  private static float[] run(Form form, Op op, List<Tensor> inputs, int threads) {
    float[][] arrays = new float[inputs.size()][];
    for (int i = 0; i < arrays.length; i++) {
      Tensor input = inputs.get(i);
      arrays[i] = form.inputs().get(i) == Layout.BLOCKED ? blocked(input) : input.floats().clone();
    }
    Shape shape = op.infer(inputs.stream().map(Tensor::shape).toList());
    int length = Math.toIntExact(form.output().floats(shape));
    float[] output = new float[length + GUARD];
    Arrays.fill(output, 0, length, Float.NaN);
    Arrays.fill(output, length, output.length, MARK);
    Kernel kernel = form.kernel().get();
    float[] scratch = new float[Math.toIntExact(kernel.scratch())];
    Arrays.fill(scratch, Float.NaN);
    kernel.run(arrays, output, scratch, new Threads(threads));
    for (int i = length; i < output.length; i++) {
      assertThat(output[i]).isEqualTo(MARK);
    }
    return form.output() == Layout.PLAIN
        ? Arrays.copyOf(output, length)
        : ReorderTest.plain(output, shape);
  }

  private static float[] blocked(Tensor tensor) {
    return ReorderTest.blocked(tensor.floats(), tensor.shape());
  }
}
