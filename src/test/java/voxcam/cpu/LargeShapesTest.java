package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.op.Binary;
import voxcam.op.Cam;
import voxcam.op.Index;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Regions;
import voxcam.op.Resize;
import voxcam.op.Shape;
import voxcam.op.Softmax;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Where;
import voxcam.op.Window;

/**
 * Shapes of several chunks, blocks and tasks, which the small cases of the conformance list never
 * reach.
 */
final class LargeShapesTest {
  static Stream<Arguments> cases() {
    Random random = new Random(21);
    Tensor volume = Graphs.normal(random, 1, 2, 41, 67, 53);
    Tensor other = Graphs.normal(random, 1, 2, 41, 67, 53);
    Tensor two = Graphs.normal(random, 2);
    Tensor positive = Tensor.of(Shape.of(2), 0.5f, 2f);
    Regions windows = new Regions.Sliding(Window.cube(3, 3, 2, 1, 1), true);
    Resize.Forward enlarge =
        new Resize.Forward(Resize.Sampling.TRILINEAR, List.of(60, 70, 80), List.of());
    return Stream.of(
        one(new Unary.Gelu(false), volume),
        one(new Binary(Binary.Kind.Sub), volume, other),
        one(new Binary(Binary.Kind.Div), volume, Tensor.of(Shape.of(2, 1, 1, 1), 3f, 4f)),
        one(new Binary(Binary.Kind.Sub), Tensor.scalar(2), volume),
        one(
            new Binary(Binary.Kind.Mul),
            Graphs.normal(random, 3000, 1),
            Graphs.normal(random, 2000)),
        one(new Where(), volume, Tensor.scalar(1), other),
        one(new Norm.Batch(1e-5), volume, two, two, two, positive),
        one(new Norm.Instance(1e-5), volume, two, two),
        one(new Norm.Group(1, 1e-5), volume, two, two),
        one(new Norm.Layer(-3, 1e-5), volume),
        one(new Norm.Layer(-1, 1e-5), volume, Graphs.normal(random, 53), Graphs.normal(random, 53)),
        one(new Norm.L2(1), volume),
        one(new Softmax.Plain(1), volume),
        one(new Softmax.Log(4), volume),
        one(new Pool.Max(windows), volume),
        one(new Pool.Average(windows, false), volume),
        one(new Pool.GlobalAverage(), volume),
        one(new Pool.GlobalMax(), volume),
        one(enlarge, volume),
        one(new Resize.Grad(enlarge, List.of(9, 8, 7)), Graphs.normal(random, 1, 2, 60, 70, 80)),
        one(new Reduce(Reduce.Kind.LogSumExp, List.of(), false), volume),
        one(new Reduce(Reduce.Kind.L2, List.of(0, 2, 3), false), volume),
        one(new Reduce(Reduce.Kind.Sum, List.of(1, 4), true), volume),
        one(new Reduce(Reduce.Kind.Mean, List.of(2), false), volume),
        one(new Index.ArgMax(1, false), volume),
        one(new Index.ArgMax(3, true), volume),
        one(new Index.TopK(5, 2, true, Index.Part.VALUES), volume),
        one(new Index.Gather(3), volume, Tensor.of(Shape.of(2, 2), 5f, -1f, 0f, 5f)),
        one(new Movement.Transpose(List.of(4, 2, 0, 3, 1)), volume),
        one(new Movement.Concat(1), volume, other),
        one(new Movement.Slice(List.of(new Movement.Range(4, -1, Integer.MIN_VALUE, -2))), volume),
        one(
            new Movement.Pad(
                Movement.PadMode.REFLECT, List.of(0, 0, 3, 2, 1), List.of(0, 0, 1, 2, 3), 0),
            volume),
        one(
            new Movement.Pad(
                Movement.PadMode.CONSTANT, List.of(0, 1, 3, -2, 1), List.of(0, 0, -1, 2, 3), 7),
            volume),
        one(
            new Linear.MatMul(),
            Graphs.normal(random, 3, 90, 70),
            Graphs.normal(random, 3, 70, 80)),
        one(
            new Linear.Gemm(0.5, 2, true, true),
            Graphs.normal(random, 70, 90),
            Graphs.normal(random, 80, 70),
            Graphs.normal(random, 80)),
        one(new Cam.HiRes(), volume, other),
        one(new Cam.Layer(), volume, other),
        one(new Cam.Elementwise(), volume, other),
        one(new Cam.PlusPlus(), positive(volume), other),
        one(new Cam.XGradient(), positive(volume), other),
        one(new Cam.Gradient(), volume, other));
  }

  private static Tensor positive(Tensor x) {
    float[] values = x.floats().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i]);
    }
    return Tensor.of(x.shape(), values);
  }

  private static Arguments one(Op op, Tensor... inputs) {
    return Arguments.of(op, List.of(inputs));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void agreesWithTheReference(Op op, List<Tensor> inputs) {
    var graph = Graphs.of(op, inputs);
    var named = Graphs.named(inputs);
    double[] expected =
        Backends.named("reference").compile(graph, Options.DEFAULT).run(named).getFirst().doubles();
    Options guarded = Options.DEFAULT.withThreads(3).withGuards();
    float[] actual = new CpuBackend().compile(graph, guarded).run(named).getFirst().floats();
    assertThat(actual).hasSameSizeAs(expected);
    double error = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      error += (actual[i] - expected[i]) * (actual[i] - expected[i]);
      norm += expected[i] * expected[i];
    }
    assertThat(Math.sqrt(error / norm)).isLessThan(1e-6);
  }
}
