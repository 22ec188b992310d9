package voxcam.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;
import voxcam.cuda.CamReduction.Method;
import voxcam.cuda.CamReduction.Precision;
import voxcam.op.Cam;

/** Runs launches of maps on the emulator, and says what they should give. */
final class CamHarness {
  /** An activation and a gradient as 16 or 32 bits of each element, and what they give. */
  record Given(
      CamShape shape, Cam op, byte[] activation, byte[] gradient, double[] map, double[] bound) {}

  private final Modules modules = new Modules();

  /** Skips the test that asks where the emulator was not built. */
  CamHarness() {
    context();
  }

  /** A context of this thread on a device as new. */
  static void context() {
    Emulator.load();
    Emulator.reset();
    CUdevice device = new CUdevice();
    CUcontext context = new CUcontext();
    Driver.check("cuInit", JCudaDriver.cuInit(0));
    Driver.check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, 0));
    Driver.check("retain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
    Driver.check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(context));
  }

  /** Numbers of an activation and a gradient, and their bytes. */
  record Drawn(CamShape shape, double[][] values, byte[][] bytes) {
    /** The map of these by its definition, with what rounding may add. */
    Given given(Cam op) {
      int k = (int) shape.channels();
      int p = (int) shape.positions();
      double[] map = new double[(int) shape.batch() * p];
      double[] bound = new double[map.length];
      int channelStep = shape.isChannelsFirst() ? p : 1;
      int step = shape.isChannelsFirst() ? 1 : k;
      // Terms of sums of 16-bit inputs are rounded each, and where a thread has thousands of one
      // sign this adds up; those of compensated sums are rounded only at the end.
      double rounding = shape.precision() == Precision.FP32 ? 2e-7 : 1e-6 * (1 + p / 5000.0);
      for (int i = 0; i < shape.batch() * k; i++) {
        Channel channel = new Channel(values, i / k * k * p + i % k * channelStep, step, p);
        double weight = op instanceof Cam.Pooled pooled ? channel.weight(pooled) : 0;
        double size = op instanceof Cam.Pooled pooled ? channel.size(pooled) : 0;
        for (int q = 0; q < p; q++) {
          double a = channel.a(q);
          double g = channel.g(q);
          int at = i / k * p + q;
          map[at] +=
              switch (op) {
                case Cam.HiRes _ -> g * a;
                case Cam.Layer _ -> Math.max(g, 0) * a;
                case Cam.Elementwise _ -> Math.max(g * a, 0);
                case Cam.Pooled _ -> weight * a;
              };
          bound[at] += rounding * Math.abs(a) * (op instanceof Cam.Pooled ? size : Math.abs(g));
        }
      }
      return new Given(shape, op, bytes[0], bytes[1], map, bound);
    }
  }

  /** One channel's values, by positions. */
  private record Channel(double[][] values, int from, int step, int count) {
    double a(int q) {
      return values[0][from + q * step];
    }

    double g(int q) {
      return values[1][from + q * step];
    }

    double total() {
      return IntStream.range(0, count).mapToDouble(this::a).sum();
    }

    double weight(Cam.Pooled op) {
      double total = total();
      return IntStream.range(0, count)
          .mapToDouble(q ->
              switch (op) {
                case Cam.Gradient _ -> g(q) / count;
                case Cam.PlusPlus _ -> Math.max(g(q), 0) / (2 + Math.max(g(q), 0) * total);
                case Cam.XGradient _ -> g(q) * a(q) / total;
              })
          .sum();
    }

    /** What the rounding of a weight is in proportion to. */
    double size(Cam.Pooled op) {
      double total = total();
      return IntStream.range(0, count)
          .mapToDouble(q ->
              switch (op) {
                case Cam.Gradient _ -> Math.abs(g(q)) / count;
                // The divisions round, too.
                case Cam.PlusPlus _ -> 2 * Math.max(g(q), 0) / (2 + Math.max(g(q), 0) * total);
                case Cam.XGradient _ -> 2 * Math.abs(g(q)) * a(q) / total;
              })
          .sum();
    }
  }

  /** Random numbers; those of the activation are above 0, as two of the maps want them. */
  static Drawn drawn(CamShape shape, long seed) {
    Random random = new Random(seed);
    int count = (int) (shape.batch() * shape.channels() * shape.positions());
    byte[][] bytes = new byte[2][count * shape.precision().bytes()];
    double[][] values = new double[2][count];
    for (int t = 0; t < 2; t++) {
      for (int i = 0; i < count; i++) {
        float value = t == 0 ? 0.5f + random.nextFloat() : random.nextFloat() * 2 - 1;
        values[t][i] = put(value, shape.precision(), bytes[t], i);
      }
    }
    return new Drawn(shape, values, bytes);
  }

  /** The same with their map. */
  static Given given(CamShape shape, Method method, long seed) {
    return drawn(shape, seed).given(method.op());
  }

  /** Writes a number and gives what was written. */
  private static double put(float value, Precision precision, byte[] to, int at) {
    MemorySegment memory = MemorySegment.ofArray(to);
    ValueLayout.OfShort shorts = ValueLayout.JAVA_SHORT_UNALIGNED;
    return switch (precision) {
      case FP32 -> {
        memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at * 4L, value);
        yield value;
      }
      case FP16 -> {
        memory.set(shorts, at * 2L, Float.floatToFloat16(value));
        yield Float.float16ToFloat(Float.floatToFloat16(value));
      }
      case BF16 -> {
        int bits = Float.floatToRawIntBits(value) & 0xffff0000;
        memory.set(shorts, at * 2L, (short) (bits >>> 16));
        yield Float.intBitsToFloat(bits);
      }
    };
  }

  /**
   * The maps of several runs in this order of threads, one after the other on the same counters.
   *
   * @throws AssertionError if a kernel did something forbidden
   */
  List<float[]> run(Launches launches, Given given, long... seeds) {
    try (Inputs inputs = new Inputs(given.activation(), given.gradient())) {
      List<float[]> maps = new ArrayList<>();
      Work work = inputs.work(launches, given.map().length);
      for (long seed : seeds) {
        Emulator.seed(seed);
        maps.add(work.run());
      }
      return maps;
    }
  }

  /** An activation and a gradient in the memory of the emulated device. */
  final class Inputs implements AutoCloseable {
    private final List<Address.DeviceResult> taken = new ArrayList<>();
    private final long[] addresses;

    Inputs(byte[] activation, byte[] gradient) {
      try (Arena arena = Arena.ofConfined()) {
        addresses = new long[] {upload(taken, arena, activation), upload(taken, arena, gradient)};
      }
    }

    /** Launches with memory for them. */
    Work work(Launches launches, int results) {
      try (Arena arena = Arena.ofConfined()) {
        long scratch = launches.scratch() == 0 ? 0 : take(taken, launches.scratch());
        long counters = upload(taken, arena, new byte[(int) launches.counters() * 4]);
        return new Work(this, launches, results, scratch, counters);
      }
    }

    @Override
    public void close() {
      taken.forEach(JCudaDriver::cuMemFree);
    }
  }

  /** What can be run again and again. */
  final class Work {
    private final Inputs inputs;
    private final Launches launches;
    private final int results;
    private final long scratch;
    private final long counters;

    private Work(Inputs inputs, Launches launches, int results, long scratch, long counters) {
      this.inputs = inputs;
      this.launches = launches;
      this.results = results;
      this.scratch = scratch;
      this.counters = counters;
    }

    /** The map. */
    float[] run() {
      try (Arena arena = Arena.ofConfined()) {
        List<Address.DeviceResult> own = new ArrayList<>();
        long output = take(own, results * 4L);
        Parameters parameters = new Parameters(inputs.addresses, output, scratch, counters);
        for (Launch launch : launches.launches()) {
          var function = modules.function(launch.family(), launch.kernel());
          Driver.check(launch.kernel(), parameters.start(function, launch, null));
        }
        float[] map = download(arena, output, results);
        own.forEach(JCudaDriver::cuMemFree);
        return map;
      }
    }
  }

  static long take(List<Address.DeviceResult> taken, long bytes) {
    Address.DeviceResult pointer = new Address.DeviceResult();
    Driver.check("cuMemAlloc", JCudaDriver.cuMemAlloc(pointer, bytes));
    taken.add(pointer);
    return pointer.address();
  }

  static long upload(List<Address.DeviceResult> taken, Arena arena, byte[] bytes) {
    if (bytes.length == 0) {
      return 0;
    }
    long address = take(taken, bytes.length);
    MemorySegment from = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
    Driver.check(
        "cuMemcpyHtoD",
        JCudaDriver.cuMemcpyHtoD(Address.device(address), Address.host(from), bytes.length));
    return address;
  }

  static float[] download(Arena arena, long address, int count) {
    MemorySegment to = arena.allocate(ValueLayout.JAVA_FLOAT, count);
    int code = JCudaDriver.cuMemcpyDtoH(Address.host(to), Address.device(address), to.byteSize());
    String fault = Emulator.report();
    if (code != 0 || !fault.isEmpty()) {
      throw new AssertionError("error " + code + ": " + fault);
    }
    return to.toArray(ValueLayout.JAVA_FLOAT);
  }

  /** Says where a map is not what it should be; "" if it is. */
  static String difference(float[] map, Given given) {
    for (int i = 0; i < map.length; i++) {
      double wanted = given.map()[i];
      if (!(Math.abs(map[i] - wanted) <= given.bound()[i])) {
        return given.shape() + " at " + i + ": " + map[i] + " instead of " + wanted;
      }
    }
    return "";
  }
}
