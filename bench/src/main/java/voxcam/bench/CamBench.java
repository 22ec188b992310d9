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
import voxcam.op.Cam;
import voxcam.op.Op;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Heat maps from activation and gradient. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CamBench {
  /** Where they come from. */
  public enum Case implements Family {
    HIRES_RESNET(
        "ResNet-18 stride 1, layer4",
        new Cam.HiRes(),
        2,
        Shape.of(1, 512, 4, 8, 8),
        Shape.of(1, 512, 4, 8, 8)),
    GRADCAM_RESNET(
        "ResNet-18 stride 1, layer4",
        new Cam.Gradient(),
        2,
        Shape.of(1, 512, 4, 8, 8),
        Shape.of(1, 512, 4, 8, 8)),
    HIRES_MEDICALNET(
        "MedicalNet, layer4",
        new Cam.HiRes(),
        2,
        Shape.of(1, 512, 12, 12, 12),
        Shape.of(1, 512, 12, 12, 12)),
    HIRES_UNET(
        "U-Net, level 1",
        new Cam.HiRes(),
        2,
        Shape.of(1, 16, 48, 48, 48),
        Shape.of(1, 16, 48, 48, 48)),
    GRADCAM_UNET(
        "U-Net, level 1",
        new Cam.Gradient(),
        2,
        Shape.of(1, 16, 48, 48, 48),
        Shape.of(1, 16, 48, 48, 48)),
    HIRES_MESHNET(
        "MeshNet-5, relu7",
        new Cam.HiRes(),
        2,
        Shape.of(1, 5, 128, 128, 128),
        Shape.of(1, 5, 128, 128, 128));

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
  public List<Tensor> run() {
    return op.run();
  }
}
