package voxcam.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * Heat maps from activation and gradient, on pairs of them that take turns, so that caches hold
 * little of what is read. What reading the same inputs takes is measured beside it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CamBench {
  /** Where they come from. */
  public enum Case implements Family {
    HIRES_RESNET_S2("ResNet-18, layer4", new Cam.HiRes(), 1, 512, 3, 3, 3),
    GRADCAM_RESNET_S2("ResNet-18, layer4", new Cam.Gradient(), 1, 512, 3, 3, 3),
    HIRES_RESNET("ResNet-18 stride 1, layer4", new Cam.HiRes(), 1, 512, 4, 8, 8),
    GRADCAM_RESNET("ResNet-18 stride 1, layer4", new Cam.Gradient(), 1, 512, 4, 8, 8),
    HIRES_MEDICALNET("MedicalNet, layer4", new Cam.HiRes(), 1, 512, 12, 12, 12),
    GRADCAM_MEDICALNET("MedicalNet, layer4", new Cam.Gradient(), 1, 512, 12, 12, 12),
    HIRES_UNET("U-Net, level 1", new Cam.HiRes(), 1, 16, 48, 48, 48),
    GRADCAM_UNET("U-Net, level 1", new Cam.Gradient(), 1, 16, 48, 48, 48),
    HIRES_MESHNET("MeshNet-5, relu7", new Cam.HiRes(), 1, 5, 128, 128, 128),
    GRADCAM_MESHNET("MeshNet-5, relu7", new Cam.Gradient(), 1, 5, 128, 128, 128),
    HIRES_MIB64("64 MiB each", new Cam.HiRes(), 1, 64, 64, 64, 64),
    GRADCAM_MIB64("64 MiB each", new Cam.Gradient(), 1, 64, 64, 64, 64),
    HIRES_MIB256("256 MiB each", new Cam.HiRes(), 1, 64, 64, 128, 128),
    GRADCAM_MIB256("256 MiB each", new Cam.Gradient(), 1, 64, 64, 128, 128),
    HIRES_MIB512("512 MiB each", new Cam.HiRes(), 1, 128, 64, 128, 128),
    GRADCAM_MIB512("512 MiB each", new Cam.Gradient(), 1, 128, 64, 128, 128);

    private final OpShape shape;

    Case(String place, Cam op, int... dims) {
      shape = OpShape.of(place, op, 2, Shape.of(dims), Shape.of(dims));
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

  private CamRun map;
  private MemoryRead memory;

  @Setup
  public void prepare() {
    map = CamRun.checked((Cam) shape.shape().op(), shape.shape().inputs().get(0), threads);
    memory = new MemoryRead(threads);
  }

  @TearDown
  public void close() {
    map.close();
    memory.close();
  }

  @Benchmark
  public Tensor run() {
    return map.run();
  }

  /** A map, and the next inputs read and nothing more: what {@link Reading} compares, in turn. */
  @Benchmark
  public float inTurn(Reading reading) {
    long begin = System.nanoTime();
    Tensor made = map.run();
    long between = System.nanoTime();
    float sum = memory.read(map.arrays());
    reading.add(System.nanoTime() - between, between - begin);
    map.pass();
    return sum + made.floats()[0];
  }

  /**
   * The time that reading took over the time of the map, the median of all pairs of an iteration.
   */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Reading {
    private final List<Double> ratios = new ArrayList<>();

    @Setup(Level.Iteration)
    public void forget() {
      ratios.clear();
    }

    private void add(long read, long map) {
      ratios.add((double) read / map);
    }

    public double ofReading() {
      return Text.median(ratios);
    }
  }
}
