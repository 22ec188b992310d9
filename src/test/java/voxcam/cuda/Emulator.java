package voxcam.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;

/**
 * The emulated CUDA driver of native/, and what tests may ask of it. {@link #load} comes before the
 * first class of JCuda, which then finds this driver under the name {@code libcuda.so.1}.
 */
@SuppressWarnings("restricted")
public final class Emulator {
  /** What the emulator counts; the order is that of its own list. */
  enum Kind {
    DEVICE_BYTES,
    ALLOCATIONS,
    PINNED_ALLOCATIONS,
    MODULES,
    STREAMS,
    EVENTS,
    GRAPHS,
    CONTEXTS,
    LIBRARY_OBJECTS
  }

  private static final Path LIBRARY = Path.of("target", "native", "libcuda.so.1").toAbsolutePath();
  private static final int LONGEST_REPORT = 2000;
  private static final ConcurrentHashMap<String, MethodHandle> FUNCTIONS =
      new ConcurrentHashMap<>();
  private static boolean loaded;
  private static final Set<String> LOADED = new HashSet<>();

  private Emulator() {}

  /** Loads the emulator, or skips the test that asks where it was not built. */
  public static synchronized void load() {
    Assumptions.assumeTrue(
        Files.exists(LIBRARY), () -> "the emulator of native/ was not built: " + LIBRARY);
    if (!loaded) {
      System.load(LIBRARY.toString());
      loaded = true;
    }
  }

  /** Loads the emulated cuDNN after the driver, or skips the test that asks. */
  public static void loadCudnn() {
    loadLibrary("libcudnn.so.9");
  }

  /** Likewise cuBLAS. */
  public static void loadCublas() {
    loadLibrary("libcublas.so.12");
  }

  /** Likewise, as CUDA 13 has it. */
  static void loadCublas13() {
    loadLibrary("libcublas.so.13");
  }

  private static synchronized void loadLibrary(String name) {
    load();
    Path library = LIBRARY.resolveSibling(name);
    Assumptions.assumeTrue(
        Files.exists(library), () -> "the emulator of native/ was not built: " + library);
    if (LOADED.add(name)) {
      System.load(library.toString());
    }
  }

  /** Decides the order in which threads of a block and work of several streams run. */
  public static void seed(long seed) {
    call("vx_emu_seed", FunctionDescriptor.ofVoid(JAVA_LONG), seed);
  }

  /** Makes the n-th call of the driver from now fail, counted from 1; -1 makes none fail. */
  static void failAt(long n) {
    call("vx_emu_fail_at", FunctionDescriptor.ofVoid(JAVA_LONG), n);
  }

  /**
   * Has kernels that hand over from block to block fail where two blocks of a launch write to the
   * same place.
   */
  static void watch(boolean on) {
    call("vx_emu_watch", FunctionDescriptor.ofVoid(JAVA_INT), on ? 1 : 0);
  }

  /** The calls of the driver so far. */
  static long calls() {
    return (long) call("vx_emu_calls", FunctionDescriptor.of(JAVA_LONG));
  }

  /** How many objects of a kind were made and not yet given back. */
  static long live(Kind kind) {
    return (long) call("vx_emu_live", FunctionDescriptor.of(JAVA_LONG, JAVA_INT), kind.ordinal());
  }

  /** Sets the bytes of the device's memory; 4 GiB at first. */
  static void memory(long bytes) {
    call("vx_emu_memory", FunctionDescriptor.ofVoid(JAVA_LONG), bytes);
  }

  /** What the driver says of itself and of its one device; at first 1, 12060, 8, 0. */
  static void describe(int devices, int version, int major, int minor) {
    var type = FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    call("vx_emu_describe", type, devices, version, major, minor);
  }

  /** The first fault of the device since the last report, or "". The device works again. */
  public static String report() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(LONGEST_REPORT);
      call("vx_emu_report", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT), text, LONGEST_REPORT);
      return text.getString(0);
    }
  }

  /** As if nothing had been called before: all objects are gone, nothing is made to fail. */
  static void reset() {
    // The context may still linger.
    Device.releaseIdle();
    call("vx_emu_reset", FunctionDescriptor.ofVoid());
  }

  /** Calls a function of the driver that returns a code, or one of the emulator's own. */
  static Object call(String name, FunctionDescriptor type, Object... arguments) {
    MethodHandle function = FUNCTIONS.computeIfAbsent(name, n -> find(n, type));
    try {
      return function.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Calls a function of the driver and gives its code, CUDA_SUCCESS being 0. */
  static int driver(String name, Object... arguments) {
    MemoryLayout[] layouts = new MemoryLayout[arguments.length];
    for (int i = 0; i < layouts.length; i++) {
      layouts[i] =
          switch (arguments[i]) {
            case Integer _ -> JAVA_INT;
            case Long _ -> JAVA_LONG;
            case MemorySegment _ -> ADDRESS;
            default -> throw new IllegalArgumentException(name + ": " + arguments[i]);
          };
    }
    return (int) call(name, FunctionDescriptor.of(JAVA_INT, layouts), arguments);
  }

  private static MethodHandle find(String name, FunctionDescriptor type) {
    return Linker.nativeLinker()
        .downcallHandle(SymbolLookup.loaderLookup().findOrThrow(name), type);
  }
}
