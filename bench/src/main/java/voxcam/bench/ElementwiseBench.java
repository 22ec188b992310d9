package voxcam.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import voxcam.op.Binary;
import voxcam.op.Index;
import voxcam.op.Movement;
import voxcam.op.Op;
import voxcam.op.Shape;
import voxcam.op.Unary;

/** Operations on each element, where no convolution takes them in. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ElementwiseBench {
  /** Where they come from. */
  public enum Case implements Family {
    RELU("ResNet-18 stride 1, layer1", new Unary.Relu(), 1, Shape.of(1, 64, 32, 64, 64)),
    ADD(
        "ResNet-18 stride 1, layer1",
        new Binary(Binary.Kind.Add),
        2,
        Shape.of(1, 64, 32, 64, 64),
        Shape.of(1, 64, 32, 64, 64)),
    GATE(
        "SE-ResNet-50, layer1",
        new Binary(Binary.Kind.Mul),
        2,
        Shape.of(1, 256, 24, 24, 24),
        Shape.of(1, 256, 1, 1, 1)),
    SIGMOID("a dense output", new Unary.Sigmoid(), 1, Shape.of(1, 3, 128, 128, 128)),
    ARGMAX("MeshNet-5, labels", new Index.ArgMax(1, true), 1, Shape.of(1, 3, 128, 128, 128)),
    CONCAT(
        "U-Net, highest skip",
        new Movement.Concat(1),
        2,
        Shape.of(1, 16, 48, 48, 48),
        Shape.of(1, 16, 48, 48, 48));

    private final OpShape shape;

    Case(String place, Op op, int data, Shape... inputs) {
      shape = OpShape.of(place, op, data, inputs);
    }

    @Override
    public OpShape shape() {
      return shape;
    }
  }

  @Param public Case shape;

  /** 0: all processors. */
  @Param("0")
  public int threads;

  private OneOp op;

  @Setup
  public void prepare() {
    op = OneOp.checked(shape, threads);
  }

  @TearDown
  public void close() {
    op.close();
  }

  @Benchmark
  public float[] run() {
    return op.run();
  }
}
