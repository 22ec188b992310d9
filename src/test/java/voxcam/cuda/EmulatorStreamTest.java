package voxcam.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.EnumSource.Mode.EXCLUDE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams, graphs and the book-keeping of the emulator are as strict as a real device is late. */
@Tag("emulator")
final class EmulatorStreamTest {
  private static final int INVALID_VALUE = 1;
  private static final int OUT_OF_MEMORY = 2;
  private static final int INVALID_HANDLE = 400;
  private static final int NOT_READY = 600;
  private static final int ILLEGAL_ADDRESS = 700;
  private static final int CAPTURE_UNSUPPORTED = 900;
  private static final int CAPTURE_INVALIDATED = 901;
  private static final int CAPTURE_UNJOINED = 904;
  private static final int UNKNOWN = 999;
  private static final int[] ONE_BLOCK = {1, 1, 1};

  private EmulatedDevice device;
  private MemorySegment stream;
  private long x;

  @BeforeEach
  void begin() {
    device = new EmulatedDevice();
    stream = device.stream();
    x = device.allocate(256);
    // Loads the kernel's module, which no capture allows.
    twice(stream, x, x);
    EmulatedDevice.check("cuStreamSynchronize", stream);
    device.write(x, 1, 2, 3, 4);
  }

  @AfterEach
  void end() {
    if (device != null) {
      device.close();
    }
  }

  @Test
  void aCopyHappensWhenSomebodyWaitsForIt() {
    MemorySegment host = device.pinned(16);
    host.setAtIndex(JAVA_FLOAT, 0, 7);
    EmulatedDevice.check("cuMemcpyHtoDAsync_v2", x, host, 4L, stream);
    host.setAtIndex(JAVA_FLOAT, 0, 8);
    EmulatedDevice.check("cuMemcpyDtoHAsync_v2", host.asSlice(8), x, 4L, stream);

    assertThat(host.getAtIndex(JAVA_FLOAT, 2)).isNaN();
    assertThat(Emulator.driver("cuStreamQuery", stream)).isEqualTo(NOT_READY);
    EmulatedDevice.check("cuStreamSynchronize", stream);
    assertThat(Emulator.driver("cuStreamQuery", stream)).isZero();
    assertThat(host.getAtIndex(JAVA_FLOAT, 2)).as("the value at the time of the copy").isEqualTo(8);
  }

  @Test
  void memoryThatIsNotPageLockedIsCopiedAtOnce() {
    MemorySegment host = device.host(7);
    EmulatedDevice.check("cuMemcpyHtoDAsync_v2", x, host, 4L, stream);
    host.set(JAVA_FLOAT, 0, 8);
    EmulatedDevice.check("cuMemcpyDtoHAsync_v2", host, x, 4L, stream);

    assertThat(host.get(JAVA_FLOAT, 0)).isEqualTo(7);
  }

  @Test
  void aCopyFromFreedPageLockedMemoryIsAFault() {
    MemorySegment host = device.pinned(16);
    EmulatedDevice.check("cuMemcpyHtoDAsync_v2", x, host, 16L, stream);
    EmulatedDevice.check("cuMemFreeHost", host);

    assertThat(Emulator.driver("cuStreamSynchronize", stream)).isEqualTo(ILLEGAL_ADDRESS);
    assertThat(Emulator.report())
        .startsWith("copy to the device: read at 0x")
        .endsWith(" 0 bytes inside an allocation of 16 bytes that was freed");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void streamsWaitForEventsInAnyOrder(long seed) {
    Emulator.seed(seed);
    MemorySegment other = device.stream();
    MemorySegment event = device.handle("cuEventCreate", 2);
    long y = device.allocate(256);
    twice(stream, x, y);
    EmulatedDevice.check("cuEventRecord", event, stream);
    EmulatedDevice.check("cuStreamWaitEvent", other, event, 0);
    twice(other, y, x);
    EmulatedDevice.check("cuStreamSynchronize", other);

    assertThat(device.read(x, 4)).containsExactly(4, 8, 12, 16);
    assertThat(Emulator.report()).isEmpty();
  }

  @Test
  void someOrderShowsThatAnEventIsMissing() {
    int wrong = 0;
    for (int seed = 0; seed < 8; seed++) {
      Emulator.seed(seed);
      MemorySegment other = device.stream();
      long y = device.allocate(256);
      long z = device.allocate(256);
      twice(stream, x, y);
      twice(other, y, z);
      EmulatedDevice.check("cuCtxSynchronize");
      wrong += device.read(z, 1)[0] == 4 ? 0 : 1;
    }

    assertThat(wrong).isPositive();
  }

  @Test
  void aGraphRunsAgainWithTheArgumentsOfItsCapture() {
    EmulatedDevice.check("cuStreamBeginCapture_v2", stream, 1);
    twice(stream, x, x);
    EmulatedDevice.check("cuMemsetD32Async", x + 4, 0, 1L, stream);
    MemorySegment graph = endCapture(0);
    MemorySegment executable = instantiate(graph);
    EmulatedDevice.check("cuGraphDestroy", graph);
    assertThat(device.read(x, 2)).as("a capture does nothing").containsExactly(1, 2);

    EmulatedDevice.check("cuGraphLaunch", executable, stream);
    EmulatedDevice.check("cuGraphLaunch", executable, stream);
    EmulatedDevice.check("cuStreamSynchronize", stream);

    assertThat(device.read(x, 4)).containsExactly(4, 0, 12, 16);
    EmulatedDevice.check("cuGraphExecDestroy", executable);
    assertThat(Emulator.driver("cuGraphLaunch", executable, stream)).isEqualTo(INVALID_VALUE);
    assertThat(Emulator.live(Emulator.Kind.GRAPHS)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"cuStreamSynchronize", "cuStreamQuery", "cuMemAlloc_v2", "cuCtxSynchronize"})
  void whatDisturbsACaptureIsRefusedAndSpoilsIt(String call) {
    EmulatedDevice.check("cuStreamBeginCapture_v2", stream, 1);

    int code =
        switch (call) {
          case "cuMemAlloc_v2" -> Emulator.driver(call, device.pointer(0), 4L);
          case "cuCtxSynchronize" -> Emulator.driver(call);
          default -> Emulator.driver(call, stream);
        };

    assertThat(code).isEqualTo(CAPTURE_UNSUPPORTED);
    assertThat(twiceOf(stream, x, x)).isEqualTo(CAPTURE_INVALIDATED);
    assertThat(endCapture(CAPTURE_INVALIDATED)).isEqualTo(MemorySegment.NULL);
    EmulatedDevice.check("cuStreamSynchronize", stream);
  }

  @Test
  void aGraphTakesNoMemoryThatIsNotPageLocked() {
    EmulatedDevice.check("cuStreamBeginCapture_v2", stream, 0);
    MemorySegment host = device.host(1);

    assertThat(Emulator.driver("cuMemcpyHtoDAsync_v2", x, host, 4L, stream))
        .isEqualTo(CAPTURE_UNSUPPORTED);
    endCapture(CAPTURE_INVALIDATED);
  }

  @Test
  void streamsThatJoinedACaptureMustComeBack() {
    MemorySegment other = device.stream();
    MemorySegment event = device.handle("cuEventCreate", 2);
    EmulatedDevice.check("cuStreamBeginCapture_v2", stream, 1);
    twice(stream, x, x);
    EmulatedDevice.check("cuEventRecord", event, stream);
    EmulatedDevice.check("cuStreamWaitEvent", other, event, 0);
    twice(other, x, x);
    endCapture(CAPTURE_UNJOINED);

    EmulatedDevice.check("cuStreamBeginCapture_v2", stream, 1);
    twice(stream, x, x);
    EmulatedDevice.check("cuEventRecord", event, stream);
    EmulatedDevice.check("cuStreamWaitEvent", other, event, 0);
    twice(other, x, x);
    EmulatedDevice.check("cuEventRecord", event, other);
    EmulatedDevice.check("cuStreamWaitEvent", stream, event, 0);
    MemorySegment executable = instantiate(endCapture(0));
    EmulatedDevice.check("cuGraphLaunch", executable, stream);
    EmulatedDevice.check("cuStreamSynchronize", stream);
    assertThat(device.read(x, 1)).containsExactly(4);
  }

  @Test
  void theNthCallFails() {
    Emulator.failAt(2);
    assertThat(Emulator.driver("cuCtxSynchronize")).isZero();
    assertThat(Emulator.driver("cuCtxSynchronize")).isEqualTo(UNKNOWN);
    assertThat(Emulator.driver("cuCtxSynchronize")).isZero();

    long before = Emulator.live(Emulator.Kind.ALLOCATIONS);
    Emulator.failAt(1);
    assertThat(Emulator.driver("cuMemAlloc_v2", device.pointer(0), 4L)).isEqualTo(OUT_OF_MEMORY);
    assertThat(Emulator.live(Emulator.Kind.ALLOCATIONS)).isEqualTo(before);
    Emulator.failAt(1);
    assertThat(Emulator.driver("cuMemFree_v2", x)).isEqualTo(UNKNOWN);
    assertThat(Emulator.live(Emulator.Kind.ALLOCATIONS)).as("given back").isEqualTo(before - 1);
    long calls = Emulator.calls();
    Emulator.driver("cuCtxSynchronize");
    assertThat(Emulator.calls()).isEqualTo(calls + 1);
  }

  @Test
  void moreMemoryThanThereIsIsRefused() {
    Emulator.memory(10_000);
    assertThat(Emulator.driver("cuMemAlloc_v2", device.pointer(0), 9_745L))
        .isEqualTo(OUT_OF_MEMORY);
    device.allocate(9_744);
    assertThat(Emulator.live(Emulator.Kind.DEVICE_BYTES)).isEqualTo(10_000);
    assertThat(Emulator.driver("cuMemAlloc_v2", device.pointer(0), 1L)).isEqualTo(OUT_OF_MEMORY);
    Emulator.memory(4L << 30);
  }

  @ParameterizedTest
  @EnumSource(value = Emulator.Kind.class, mode = EXCLUDE, names = "LIBRARY_OBJECTS")
  void everyKindIsCounted(Emulator.Kind kind) {
    long before = Emulator.live(kind);
    switch (kind) {
      case DEVICE_BYTES, ALLOCATIONS -> device.allocate(10);
      case PINNED_ALLOCATIONS -> device.pinned(10);
      case MODULES -> device.run("emuTestNeighbour", 1, 32, device.pointer(x));
      case STREAMS -> device.stream();
      case EVENTS -> device.handle("cuEventCreate", 0);
      case GRAPHS -> {
        EmulatedDevice.check("cuStreamBeginCapture_v2", stream, 1);
        endCapture(0);
      }
      case CONTEXTS -> device.handle("cuDevicePrimaryCtxRetain", 0);
      case LIBRARY_OBJECTS -> throw new AssertionError("see EmulatedCudnnTest");
    }
    long more = kind == Emulator.Kind.DEVICE_BYTES ? 10 : 1;
    assertThat(Emulator.live(kind)).isEqualTo(before + more);

    while (Emulator.live(Emulator.Kind.CONTEXTS) > 0) {
      EmulatedDevice.check("cuDevicePrimaryCtxRelease_v2", 0);
    }
    if (kind != Emulator.Kind.CONTEXTS) {
      assertThat(Emulator.live(kind)).as("a leak outlives its context").isEqualTo(before + more);
    }
  }

  @Test
  void destroyedObjectsAreToldFromLivingOnes() {
    MemorySegment event = device.handle("cuEventCreate", 0);
    EmulatedDevice.check("cuEventDestroy_v2", event);
    EmulatedDevice.check("cuStreamDestroy_v2", stream);
    device.stream();
    device.handle("cuEventCreate", 0);

    assertThat(Emulator.driver("cuEventDestroy_v2", event)).isEqualTo(INVALID_HANDLE);
    assertThat(Emulator.driver("cuStreamSynchronize", stream)).isEqualTo(INVALID_HANDLE);
    assertThat(Emulator.driver("cuMemAlloc_v2", device.pointer(0), 0L)).isEqualTo(INVALID_VALUE);
    assertThat(Emulator.driver("cuMemsetD32Async", x + 252, 0, 2L, DEFAULT))
        .isEqualTo(INVALID_VALUE);
  }

  private static final MemorySegment DEFAULT = EmulatedDevice.DEFAULT_STREAM;

  private void twice(MemorySegment on, long from, long to) {
    assertThat(twiceOf(on, from, to)).isZero();
  }

  private int twiceOf(MemorySegment on, long from, long to) {
    MemorySegment size = device.size(4, 0);
    return device.enqueue(
        on, "emuTestDouble", ONE_BLOCK, 32, device.pointer(from), device.pointer(to), size);
  }

  private MemorySegment endCapture(int code) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment graph = arena.allocate(ADDRESS);
      assertThat(Emulator.driver("cuStreamEndCapture", stream, graph)).isEqualTo(code);
      return graph.get(ADDRESS, 0);
    }
  }

  private MemorySegment instantiate(MemorySegment graph) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment executable = arena.allocate(JAVA_LONG);
      EmulatedDevice.check("cuGraphInstantiateWithFlags", executable, graph, 0L);
      return executable.get(ADDRESS, 0);
    }
  }
}
