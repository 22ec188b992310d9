package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import voxcam.backend.BackendException;
import voxcam.cuda.Emulator.Kind;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Shape;
import voxcam.op.Unary;

/** What works get that are tried, and what becomes of their failures. */
@Tag("emulator")
final class WorkbenchTest {
  private Device device;

  @BeforeEach
  void begin() {
    Emulator.load();
    Emulator.reset();
    device = Device.take();
  }

  @AfterEach
  void nothingIsLeft() {
    device.giveBack();
    Device.releaseIdle();
    assertThat(Emulator.report()).isEmpty();
    for (Kind kind : Kind.values()) {
      assertThat(Emulator.live(kind)).as(kind.toString()).isZero();
    }
  }

  private static Node node() {
    GraphBuilder b = new GraphBuilder();
    return b.add("y", new Unary.Neg(), b.input("x", Shape.of(1000)));
  }

  /** Counts in memory in front of its scratch memory, as kernels that hand over do. */
  private record Counting(long counters, long scratch, List<float[]> found) implements Work {
    @Override
    public String algorithm() {
      return "counting";
    }

    @Override
    public void start(Stream stream, long[] inputs, long output, long scratch) {
      assertThat(scratch - counters).isGreaterThanOrEqualTo(output + 4000);
      stream.fill(output, Float.floatToIntBits(7), 1000);
      stream.await();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment read = arena.allocate(counters);
        EmulatedDevice.check("cuMemcpyDtoH_v2", read, scratch - counters, counters);
        found.add(read.toArray(ValueLayout.JAVA_FLOAT));
      }
    }

    @Override
    public void close() {}
  }

  @Test
  void countersLieInFrontOfTheScratchMemoryAndAreZero() {
    List<float[]> found = new ArrayList<>();
    try (Device.Scope _ = device.enter();
        Workbench bench = new Workbench(device)) {
      bench.times(node(), List.of(new Counting(256, 1024, found), new Counting(512, 256, found)));
    }
    assertThat(found).hasSize(8).allSatisfy(counters -> assertThat(counters).containsOnly(0));
  }

  /** Fails before it does anything. */
  private record Failing(boolean isForeign) implements Work {
    @Override
    public long scratch() {
      return 0;
    }

    @Override
    public String algorithm() {
      return "failing";
    }

    @Override
    public void start(Stream stream, long[] inputs, long output, long scratch) {
      throw Cudnn.failure("cudnnSomething", "CUDNN_STATUS_NOT_SUPPORTED");
    }

    @Override
    public void close() {}
  }

  @Test
  void aLibraryThatFailsTakesForever() {
    try (Device.Scope _ = device.enter();
        Workbench bench = new Workbench(device)) {
      Work own = new KernelWork(device, CudaKernels.of(node()), "");
      List<Workbench.Trial> trials =
          bench.times(node(), List.of(new Failing(true), own)).orElseThrow();
      String reason = "cudnnSomething failed with CUDNN_STATUS_NOT_SUPPORTED";
      assertThat(trials.getFirst())
          .isEqualTo(new Workbench.Trial(Double.POSITIVE_INFINITY, Optional.of(reason)));
      assertThat(trials.getLast().failure()).isEmpty();
      assertThat(trials.getLast().milliseconds()).isFinite();
      assertThat(bench.failure(node(), new Failing(true))).contains(reason);
      assertThat(bench.failure(node(), own)).isEmpty();
    }
  }

  @Test
  void ourOwnFailuresAreFailures() {
    try (Device.Scope _ = device.enter();
        Workbench bench = new Workbench(device)) {
      assertThatThrownBy(() -> bench.failure(node(), new Failing(false)))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("cudnnSomething failed");
    }
  }

  @Test
  void afterAnErrorThatEndedTheContextNothingIsTried() {
    try (Device.Scope _ = device.enter();
        Workbench bench = new Workbench(device)) {
      assertThat(bench.failure(node(), new Failing(true))).isPresent();
      assertThatThrownBy(() -> device.check("cuSomething", 700))
          .isInstanceOf(BackendException.class);
      assertThatThrownBy(() -> bench.failure(node(), new Failing(true)))
          .isInstanceOf(BackendException.class);
    }
  }
}
