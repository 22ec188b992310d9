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
import voxcam.op.Linear;
import voxcam.op.Op;
import voxcam.op.Shape;

/** Matrix products: weights are read once, so memory decides. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LinearBench {
  /** Where they come from. */
  public enum Case implements Family {
    R3D_HEAD(
        "r3d_18, head",
        new Linear.Gemm(1, 1, false, true),
        1,
        Shape.of(1, 512),
        Shape.of(400, 512),
        Shape.of(400)),
    SERESNET50_EXCITE(
        "SE-ResNet-50, layer4 gate",
        new Linear.Gemm(1, 1, false, true),
        1,
        Shape.of(1, 2048),
        Shape.of(128, 2048),
        Shape.of(128)),
    FLATTEN_HEAD(
        "flattened map, 80 labels",
        new Linear.Gemm(1, 1, false, true),
        1,
        Shape.of(1, 96000),
        Shape.of(80, 96000),
        Shape.of(80)),
    SQUARE("square matrices", new Linear.MatMul(), 2, Shape.of(512, 512), Shape.of(512, 512));

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
