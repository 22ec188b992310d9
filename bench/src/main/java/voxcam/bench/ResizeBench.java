package voxcam.bench;

import java.util.List;
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
import voxcam.op.Resize;
import voxcam.op.Shape;

/** Interpolation. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ResizeBench {
  /** Where they come from. */
  public enum Case implements Family {
    SEGRESNET_UP_TOP("SegResNet, highest up", twice(), 1, Shape.of(1, 8, 48, 48, 48)),
    SEGRESNET_UP_LOW("SegResNet, lowest up", twice(), 1, Shape.of(1, 32, 12, 12, 12)),
    DISPLAY(
        "a map of 3x3x3 to 96x96x96",
        new Resize.Forward(Resize.Sampling.TRILINEAR, List.of(96, 96, 96), List.of()),
        1,
        Shape.of(1, 1, 3, 3, 3));

    private final OpShape shape;

    Case(String place, Op op, int data, Shape... inputs) {
      shape = OpShape.of(place, op, data, inputs);
    }

    @Override
    public OpShape shape() {
      return shape;
    }

    private static Op twice() {
      return new Resize.Forward(Resize.Sampling.TRILINEAR, List.of(), List.of(2.0, 2.0, 2.0));
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
