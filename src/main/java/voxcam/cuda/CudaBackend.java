package voxcam.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import jcuda.CudaException;
import voxcam.backend.Backend;
import voxcam.backend.BackendException;
import voxcam.backend.Backends;
import voxcam.backend.Finding;
import voxcam.backend.Options;
import voxcam.backend.Options.Precision;
import voxcam.backend.Program;
import voxcam.compile.BatchSplit;
import voxcam.compile.Passes;
import voxcam.graph.Graph;
import voxcam.op.Tensor;

/**
 * An NVIDIA GPU. It needs the driver alone: the kernels are in the jar as PTX, which the driver
 * compiles for its GPU.
 */
public final class CudaBackend implements Backend {
  /** For {@code ServiceLoader}. */
  public CudaBackend() {}

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public int preference() {
    return 10;
  }

  @Override
  public Optional<String> refusal() {
    return Installation.get().refusal();
  }

  @Override
  public String description(Options options) {
    boolean cudnn = LibraryUse.of(options).cudnn();
    return gpu()
        .map(gpu ->
            gpu
                + Installation.driverVersion().map(version -> ", driver " + version).orElse("")
                + ", CUDA "
                + Gpu.cuda(gpu.driver())
                + (cudnn ? Cudnn.get().version() : Optional.<Long>empty())
                    .map(version -> ", cuDNN " + Cudnn.text(version))
                    .orElse(""))
        .orElse("no GPU");
  }

  private static Optional<Gpu> gpu() {
    return Installation.get().gpu();
  }

  private static Finding choice(LibraryUse use) {
    String how =
        switch (use.choice()) {
          case TIMED ->
              "timed once for each shape, "
                  + CacheFolder.find("algorithms")
                      .map(folder -> "noted in " + folder)
                      .orElse("noted nowhere: there is no folder for it");
          case LISTED -> "in the library's order";
          case LIBRARY -> "a library's wherever it has one";
        };
    return new Finding("algorithms", how + ", those that give the same bits every time only");
  }

  @Override
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>(Installation.get().findings());
    LibraryUse use = LibraryUse.of(Options.DEFAULT);
    if (gpu().isEmpty()) {
      findings.add(new Finding("cuDNN 9, cuBLAS", "not looked for: there is no GPU to use them"));
    } else {
      findings.add(Cudnn.get().finding(use));
      findings.add(Cublas.get().finding(use));
      findings.add(choice(use));
    }
    Device.unreleased()
        .map(why -> new Finding("cuda context", "not given back after use: " + why))
        .ifPresent(findings::add);
    return findings;
  }

  /**
   * {@inheritDoc}
   *
   * @throws BackendException if the weights do not fit into the GPU's memory, the driver or a
   *     library fails, or there is no cuDNN for another precision than single
   */
  @Override
  public Program compile(Graph graph, Options options) {
    gpu()
        .flatMap(gpu -> refusal(options.precision(), gpu, LibraryUse.of(options), Cudnn::get))
        .ifPresent(why -> {
          throw new BackendException("device cuda: " + why);
        });
    Function<Graph, List<Tensor>> evaluate = constants -> evaluate(constants, options);
    Graph fused = Passes.apply(graph, evaluate);
    Optional<BatchSplit> split = options.guarded() ? Optional.empty() : BatchSplit.of(fused);
    try {
      return split.isPresent()
          ? new CudaStreamedProgram(fused, split.get(), options)
          : new CudaProgram(fused, options);
    } catch (CudaException e) {
      throw Driver.thrown(e);
    }
  }

  /** Why a GPU does not compute in a precision, if it does not. */
  static Optional<String> refusal(
      Precision precision, Gpu gpu, LibraryUse use, Supplier<Cudnn> library) {
    if (precision == Precision.FP32) {
      return Optional.empty();
    }
    if (precision != Precision.FP16 && gpu.major() < 8) {
      return Optional.of(
          "precision "
              + precision.word()
              + " needs compute capability 8.0 (Ampere, of 2020) or later, "
              + gpu.name()
              + " has "
              + gpu.capability()
              + "; give fp32 or fp16");
    }
    String needs = "precision " + precision.word() + " needs cuDNN 9, ";
    if (!use.cudnn()) {
      return Optional.of(needs + "which " + LibraryUse.LIBRARIES + " leaves out; give fp32");
    }
    Cudnn cudnn = library.get();
    return cudnn.version().isPresent()
        ? Optional.empty()
        : Optional.of(needs + cudnn.told() + "; install it, or give fp32");
  }

  /** Constants are small and computed once: the processor does it. */
  private static List<Tensor> evaluate(Graph constants, Options options) {
    Options host = new Options(Precision.FP32, options.threads(), false, true, options.once());
    try (Program program = Backends.named("cpu").compile(constants, host)) {
      return program.run(Map.of());
    }
  }
}
