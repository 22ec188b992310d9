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
import voxcam.op.Norm;
import voxcam.op.Op;
import voxcam.op.Shape;

/** Normalisation that no convolution takes in. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class NormBench {
  /** Where they come from. */
  public enum Case implements Family {
    DENSENET_BATCH(
        "DenseNet-121, before a layer",
        new Norm.Batch(1e-5),
        1,
        Shape.of(1, 256, 24, 24, 24),
        Shape.of(256),
        Shape.of(256),
        Shape.of(256),
        Shape.of(256)),
    UNET_INSTANCE("U-Net, level 1", new Norm.Instance(1e-5), 1, Shape.of(1, 16, 48, 48, 48)),
    UNET_INSTANCE_LOW("U-Net, bottleneck", new Norm.Instance(1e-5), 1, Shape.of(1, 256, 6, 6, 6)),
    SEGRESNET_GROUP(
        "SegResNet, top level",
        new Norm.Group(8, 1e-5),
        1,
        Shape.of(1, 8, 96, 96, 96),
        Shape.of(8),
        Shape.of(8)),
    SEGRESNET_GROUP_LOW(
        "SegResNet, bottom level",
        new Norm.Group(8, 1e-5),
        1,
        Shape.of(1, 64, 12, 12, 12),
        Shape.of(64),
        Shape.of(64));

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
