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
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Regions;
import voxcam.op.Shape;
import voxcam.op.Window;

/** Pooling. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PoolBench {
  /** Where they come from. */
  public enum Case implements Family {
    RESNET18_S1_MAX(
        "ResNet-18 stride 1, maxpool",
        new Pool.Max(new Regions.Sliding(Window.cube(3, 3, 2, 1, 1), false)),
        1,
        Shape.of(1, 64, 64, 128, 128)),
    RESNET18_MAX(
        "ResNet-18 stride 2, maxpool",
        new Pool.Max(new Regions.Sliding(Window.cube(3, 3, 2, 1, 1), false)),
        1,
        Shape.of(1, 64, 48, 48, 48)),
    DENSENET_AVERAGE(
        "DenseNet-121, transition 1",
        new Pool.Average(new Regions.Sliding(Window.cube(3, 2, 2, 0, 1), false), true),
        1,
        Shape.of(1, 128, 24, 24, 24)),
    RESNET18_GLOBAL(
        "ResNet-18 stride 1, head", new Pool.GlobalAverage(), 1, Shape.of(1, 512, 4, 8, 8)),
    SERESNET50_SQUEEZE(
        "SE-ResNet-50, layer1 squeeze", new Pool.GlobalAverage(), 1, Shape.of(1, 256, 24, 24, 24));

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
