package voxcam.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Finding;
import voxcam.backend.Options;
import voxcam.backend.Options.Precision;
import voxcam.backend.Program;
import voxcam.compile.BatchSplit;
import voxcam.compile.Fuse;
import voxcam.compile.HeadProducts;
import voxcam.compile.Prune;
import voxcam.compile.Simplify;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.InputException;
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
    return Installation.get()
        .gpu()
        .map(gpu ->
            gpu
                + Installation.driverVersion().map(version -> ", driver " + version).orElse("")
                + ", CUDA "
                + Gpu.cuda(gpu.driver()))
        .orElse("no GPU");
  }

  @Override
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>(Installation.get().findings());
    findings.addAll(Libraries.findings());
    return findings;
  }

  /**
   * {@inheritDoc}
   *
   * @throws InputException also if another precision than single is asked for
   * @throws voxcam.backend.BackendException if the weights do not fit into the GPU's memory, or the
   *     driver fails
   */
  @Override
  public Program compile(Graph graph, Options options) {
    if (options.precision() != Precision.FP32) {
      String precision = options.precision().name().toLowerCase(Locale.ROOT);
      throw new InputException(
          "device cuda: precision "
              + precision
              + " needs cuDNN, which this version does not use; give fp32");
    }
    // Asking for the shapes refuses graphs with free sizes.
    graph.nodes().forEach(Node::shape);
    Function<Graph, List<Tensor>> evaluate = constants -> evaluate(constants, options);
    Graph simple = Simplify.apply(Prune.apply(graph), evaluate);
    Graph fused = Fuse.apply(HeadProducts.apply(simple));
    Optional<BatchSplit> split = options.guarded() ? Optional.empty() : BatchSplit.of(fused);
    return split.isPresent()
        ? new CudaStreamedProgram(fused, split.get(), options)
        : new CudaProgram(fused, options);
  }

  /** Constants are small and computed once: the processor does it. */
  private static List<Tensor> evaluate(Graph constants, Options options) {
    Options host = new Options(Precision.FP32, options.threads(), false, true, options.once());
    try (Program program = Backends.named("cpu").compile(constants, host)) {
      return program.run(Map.of());
    }
  }
}
