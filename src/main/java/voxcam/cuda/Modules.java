package voxcam.cuda;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;
import voxcam.backend.BackendException;

/**
 * Our kernels in a context: the PTX of a family is a resource of the jar, and the driver compiles
 * it for its GPU when the family is first needed. Thread-safe; the context must be current.
 */
final class Modules implements Closing.Part {
  /** One for each file of kernels. */
  static final List<String> FAMILIES =
      List.of(
          "conv",
          "convgrad",
          "convert",
          "unary",
          "binary",
          "where",
          "chain",
          "pool",
          "norm",
          "softmax",
          "linear",
          "reduce",
          "index",
          "movement",
          "resize",
          "cam",
          "camrows",
          "camonce",
          "display");

  private record Loaded(CUmodule module) implements Closing.Part {
    @Override
    public void close() {
      Driver.check("cuModuleUnload", JCudaDriver.cuModuleUnload(module));
    }
  }

  private final Closing loaded = new Closing();
  private final Map<String, CUmodule> modules = new HashMap<>();
  private final Map<String, CUfunction> functions = new HashMap<>();

  /** The kernel of this name, which must be in its family's file. */
  synchronized CUfunction function(String family, String kernel) {
    CUfunction known = functions.get(kernel);
    if (known != null) {
      return known;
    }
    CUfunction function = new CUfunction();
    int code = JCudaDriver.cuModuleGetFunction(function, module(family), kernel);
    Driver.check("cuModuleGetFunction " + kernel, code);
    // Asking about a kernel makes the driver load it now: not at its first start, which may be
    // while
    // a stream is being recorded.
    int[] answer = new int[1];
    Driver.check(
        "cuFuncGetAttribute " + kernel,
        JCudaDriver.cuFuncGetAttribute(
            answer, CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS, function));
    functions.put(kernel, function);
    return function;
  }

  private CUmodule module(String family) {
    CUmodule known = modules.get(family);
    if (known != null) {
      return known;
    }
    CUmodule module = new CUmodule();
    try (Arena arena = Arena.ofConfined()) {
      byte[] ptx = ptx(family);
      // Ended by a zero, which is how the driver knows PTX's length.
      MemorySegment image = arena.allocate(ptx.length + 1L);
      MemorySegment.copy(ptx, 0, image, ValueLayout.JAVA_BYTE, 0, ptx.length);
      int code = JCudaDriver.cuModuleLoadDataEx(module, Address.host(image), 0, new int[0], null);
      Driver.check("cuModuleLoadDataEx " + family, code);
    }
    loaded.add(new Loaded(module));
    modules.put(family, module);
    return module;
  }

  private static byte[] ptx(String family) {
    try (InputStream in = Modules.class.getResourceAsStream(family + ".ptx")) {
      if (in == null) {
        throw new BackendException(
            "cuda: this jar holds no GPU kernels for " + family + ", build it with nvcc");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The families that this jar holds no kernels for; all of them where it was built without nvcc.
   */
  static List<String> missing() {
    return FAMILIES.stream()
        .filter(family -> Modules.class.getResource(family + ".ptx") == null)
        .toList();
  }

  private static long checksum;

  /** What tells these kernels for convolutions from those of another version. */
  static synchronized long checksum() {
    if (checksum == 0) {
      CRC32 sum = new CRC32();
      for (String family : List.of("conv", "convgrad", "convert")) {
        sum.update(ptx(family));
      }
      checksum = sum.getValue();
    }
    return checksum;
  }

  /** For which GPUs and drivers the kernels are: {@code sm_75, PTX 6.3}. */
  static String describe() {
    String version = "?";
    String target = "?";
    try (InputStream in = Modules.class.getResourceAsStream(FAMILIES.getFirst() + ".ptx")) {
      if (in == null) {
        return "nothing";
      }
      BufferedReader reader =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith(".version ")) {
          version = line.substring(9).strip();
        } else if (line.startsWith(".target ")) {
          target = line.substring(8).strip();
        } else if (line.startsWith(".address_size")) {
          break;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return target + ", PTX " + version;
  }

  @Override
  public synchronized void close() {
    modules.clear();
    functions.clear();
    loaded.close();
  }
}
