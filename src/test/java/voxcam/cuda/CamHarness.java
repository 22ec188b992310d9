package voxcam.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;
import voxcam.cuda.CamReduction.Method;
import voxcam.cuda.CamReduction.Precision;

/** Runs launches of maps on the emulator, and says what they should give. */
final class CamHarness {
  /** An activation and a gradient as 16 or 32 bits of each element, and what they give. */
  record Given(CamShape shape, byte[] activation, byte[] gradient, double[] map, double[] bound) {}

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

  /** Random numbers, and the map by its definition, with what rounding may add. */
  static Given given(CamShape shape, Method method, long seed) {
    Random random = new Random(seed);
    int n = (int) shape.batch();
    int k = (int) shape.channels();
    int p = (int) shape.positions();
    byte[][] bytes = new byte[2][n * k * p * shape.precision().bytes()];
    double[][] values = new double[2][n * k * p];
    for (int t = 0; t < 2; t++) {
      for (int i = 0; i < values[t].length; i++) {
        values[t][i] = put(random.nextFloat() * 2 - 1, shape.precision(), bytes[t], i);
      }
    }
    double[] map = new double[n * p];
    double[] bound = new double[n * p];
    boolean first = shape.isChannelsFirst();
    // Terms of sums of 16-bit inputs are rounded each, those of compensated sums only at the end.
    double rounding = shape.precision() == Precision.FP32 ? 2e-7 : 1e-6;
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < k; c++) {
        double mean = 0;
        double size = 0;
        for (int q = 0; q < p; q++) {
          double g = values[1][first ? (i * k + c) * p + q : (i * p + q) * k + c];
          mean += g / p;
          size += Math.abs(g) / p;
        }
        for (int q = 0; q < p; q++) {
          int at = first ? (i * k + c) * p + q : (i * p + q) * k + c;
          boolean own = method == Method.HIRESCAM;
          map[i * p + q] += values[0][at] * (own ? values[1][at] : mean);
          double weight = own ? Math.abs(values[1][at]) : size;
          bound[i * p + q] += rounding * Math.abs(values[0][at]) * weight;
        }
      }
    }
    return new Given(shape, bytes[0], bytes[1], map, bound);
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
    List<Address.DeviceResult> taken = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      long[] inputs = {
        upload(taken, arena, given.activation()), upload(taken, arena, given.gradient())
      };
      long scratch = launches.scratch() == 0 ? 0 : take(taken, launches.scratch());
      long counters = upload(taken, arena, new byte[(int) launches.counters() * 4]);
      List<float[]> maps = new ArrayList<>();
      for (long seed : seeds) {
        Emulator.seed(seed);
        long output = take(taken, given.map().length * 4L);
        Parameters parameters = new Parameters(inputs, output, scratch, counters);
        for (Launch launch : launches.launches()) {
          var function = modules.function(launch.family(), launch.kernel());
          Driver.check(launch.kernel(), parameters.start(function, launch, null));
        }
        maps.add(download(arena, output, given.map().length));
      }
      return maps;
    } finally {
      taken.forEach(JCudaDriver::cuMemFree);
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
