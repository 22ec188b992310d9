package voxcam.cuda;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jcuda.CudaException;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import voxcam.backend.BackendException;
import voxcam.backend.Finding;

/**
 * What there is of CUDA on this machine. The driver is looked for without touching JCuda, so that a
 * machine without one is told from one with in a few milliseconds.
 *
 * @param gpu the first GPU that can run the kernels, if nothing is against it
 * @param refusal why there is none
 * @param findings each thing that was looked for, in order
 */
record Installation(Optional<Gpu> gpu, Optional<String> refusal, List<Finding> findings) {
  /** CUDA 11.4, of 2021: the first whose driver has all calls that are made. */
  private static final int OLDEST_DRIVER = 11_040;

  private static final String DRIVER = NvidiaLibrary.isWindows() ? "nvcuda.dll" : "libcuda.so.1";

  /** Where Linux shows GPUs: NVIDIA's own driver, WSL, and Tegra. */
  private static final List<Path> NODES =
      List.of(Path.of("/dev/nvidiactl"), Path.of("/dev/dxg"), Path.of("/dev/nvhost-gpu"));

  /** The one that was found; a machine without a GPU is looked at again each time. */
  private static Installation found;

  /** Why the search ended. */
  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    Refusal(String sentence) {
      super(sentence);
    }
  }

  /** Looks, unless a GPU was found before. */
  static synchronized Installation get() {
    if (found == null) {
      Installation looked = look(Runtime.version(), Modules.missing());
      if (looked.gpu().isEmpty()) {
        return looked;
      }
      found = looked;
    }
    return found;
  }

  /** As if nothing had been looked for yet. */
  static synchronized void forget() {
    found = null;
  }

  /**
   * Looks again whatever was found before.
   *
   * @param missing the families that there are no kernels for
   */
  static Installation look(Runtime.Version java, List<String> missing) {
    List<Finding> findings = new ArrayList<>();
    try {
      requireSafeJava(java);
      requireDriver(findings);
      requireKernels(missing, findings);
      Gpu gpu = Natives.load("JCudaDriver", () -> chosen(findings));
      return new Installation(Optional.of(gpu), Optional.empty(), List.copyOf(findings));
    } catch (CudaException e) {
      String refusal = Driver.thrown(e).getMessage();
      return new Installation(Optional.empty(), Optional.of(refusal), List.copyOf(findings));
    } catch (Refusal | BackendException e) {
      return new Installation(Optional.empty(), Optional.of(e.getMessage()), List.copyOf(findings));
    }
  }

  /**
   * Refuses the context that is current on this thread, which somebody else made, if kernels cannot
   * run in it.
   *
   * @throws BackendException that says why
   */
  static void requireCurrent(Runtime.Version java) {
    try {
      requireSafeJava(java);
      int[] version = new int[1];
      Driver.check("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(version));
      requireNewDriver(version[0]);
      Gpu gpu = Gpu.current(version[0]);
      if (!gpu.isCapable()) {
        throw new Refusal(tooOld(List.of(gpu)));
      }
    } catch (Refusal e) {
      throw new BackendException("cuda: " + e.getMessage(), e);
    }
  }

  /** JDK-8377811: data of pinned arrays may be lost, and JCuda pins the arrays for its answers. */
  private static void requireSafeJava(Runtime.Version java) throws Refusal {
    if (java.feature() == 25 && java.interim() == 0 && java.update() < 3) {
      throw new Refusal(
          "Java "
              + java
              + " can corrupt data that native code reads (JDK-8377811), install 25.0.3 or later");
    }
  }

  @SuppressWarnings("restricted")
  private static void requireDriver(List<Finding> findings) throws Refusal {
    String arch = System.getProperty("os.arch");
    if (!arch.equals("amd64") && !arch.equals("x86_64")) {
      throw new Refusal("GPUs are used on x86-64 only, this machine is " + arch);
    }
    // Asking the linker prints a warning where Java was not told to allow it; not without need.
    boolean quiet = Installation.class.getModule().isNativeAccessEnabled();
    if (!quiet && !NvidiaLibrary.isWindows() && NODES.stream().noneMatch(Files::exists)) {
      findings.add(new Finding("cuda driver", "no " + NODES.getFirst() + ": no GPU or no driver"));
      throw new Refusal(
          "no NVIDIA GPU is shown by this machine ("
              + NODES.getFirst()
              + " is missing), install NVIDIA's driver where there is one");
    }
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup.libraryLookup(DRIVER, arena);
    } catch (IllegalArgumentException _) {
      findings.add(
          new Finding("cuda driver", DRIVER + ": not found by the system's dynamic linker"));
      throw new Refusal(
          "no NVIDIA driver, " + DRIVER + " was not found; install NVIDIA's driver for the GPU");
    }
    findings.add(new Finding("cuda driver", DRIVER + ": found" + kernelModule()));
  }

  /** The version of the driver's part in the kernel of Linux, which the driver does not tell. */
  private static String kernelModule() {
    return driverVersion().map(version -> ", kernel module " + version).orElse("");
  }

  /** As {@code 580.65.06}. */
  static Optional<String> driverVersion() {
    try {
      String text = Files.readString(Path.of("/sys/module/nvidia/version")).strip();
      return text.isEmpty() ? Optional.empty() : Optional.of(text);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static void requireKernels(List<String> missing, List<Finding> findings) throws Refusal {
    if (!missing.isEmpty()) {
      findings.add(new Finding("cuda kernels", "none for " + String.join(", ", missing)));
      throw new Refusal(
          "this jar was built without nvcc and holds no GPU kernels, build it where nvcc is in PATH");
    }
    findings.add(new Finding("cuda kernels", "PTX in the jar for " + Modules.describe()));
  }

  private static Gpu chosen(List<Finding> findings) {
    int code = JCudaDriver.cuInit(0);
    if (code == CUresult.CUDA_ERROR_NO_DEVICE) {
      findings.add(new Finding("cuda devices", "none"));
      throw new BackendException(
          "the NVIDIA driver shows no GPU, see what nvidia-smi and CUDA_VISIBLE_DEVICES say");
    }
    Driver.check("cuInit", code);
    int[] answer = new int[1];
    Driver.check("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(answer));
    int version = answer[0];
    findings.add(new Finding("cuda version", Gpu.cuda(version) + " by the driver"));
    try {
      requireNewDriver(version);
    } catch (Refusal e) {
      throw new BackendException(e.getMessage(), e);
    }
    Driver.check("cuDeviceGetCount", JCudaDriver.cuDeviceGetCount(answer));
    List<Gpu> gpus = new ArrayList<>();
    for (int i = 0; i < answer[0]; i++) {
      gpus.add(Gpu.of(i, version));
    }
    Optional<Gpu> capable = gpus.stream().filter(Gpu::isCapable).findFirst();
    for (Gpu gpu : gpus) {
      String why =
          !gpu.isCapable()
              ? ", below 7.5: not taken"
              : capable.filter(gpu::equals).isPresent() ? ": taken" : ": another one was taken";
      findings.add(new Finding("cuda device " + gpu.number(), gpu + why));
    }
    return capable.orElseThrow(() -> new BackendException(tooOld(gpus)));
  }

  private static void requireNewDriver(int version) throws Refusal {
    if (version < OLDEST_DRIVER) {
      throw new Refusal(
          "the NVIDIA driver is too old, it supports CUDA "
              + Gpu.cuda(version)
              + ", needed is "
              + Gpu.cuda(OLDEST_DRIVER)
              + "; install driver 470 or later");
    }
  }

  private static String tooOld(List<Gpu> gpus) {
    return gpus.isEmpty()
        ? "the NVIDIA driver shows no GPU, see what nvidia-smi and CUDA_VISIBLE_DEVICES say"
        : gpus.getFirst().name()
            + " has compute capability "
            + gpus.getFirst().capability()
            + ", the kernels need 7.5 (Turing, of 2018) or later";
  }
}
