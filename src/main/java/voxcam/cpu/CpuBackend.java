package voxcam.cpu;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import voxcam.backend.Backend;
import voxcam.backend.Options;
import voxcam.backend.Options.Precision;
import voxcam.backend.Processor;
import voxcam.backend.Program;
import voxcam.compile.Bands;
import voxcam.compile.BatchSplit;
import voxcam.compile.Passes;
import voxcam.compile.Prune;
import voxcam.graph.Graph;
import voxcam.op.InputException;
import voxcam.op.Tensor;

/**
 * The processor that Java runs on. It can always run; with the incubator's Vector API it runs
 * several times as fast.
 */
public final class CpuBackend implements Backend {
  /**
   * Above so many operations kernels that take long to be compiled pay even in a single run:
   * measured, they are even at 154 G.
   */
  private static final long MOST_ONCE = 150_000_000_000L;

  /** For {@code ServiceLoader}. */
  public CpuBackend() {}

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public int preference() {
    return 0;
  }

  @Override
  public Optional<String> refusal() {
    return Optional.empty();
  }

  @Override
  public String description(Options options) {
    String threads = options.threads() == 1 ? "1 thread, " : options.threads() + " threads, ";
    return threads + Machine.arithmetic();
  }

  @Override
  public void prepare() {
    if (Machine.VECTORS || Processor.isFused()) {
      try {
        WarmUp.run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws InputException also if another precision than single is asked for
   * @throws voxcam.backend.BackendException if the packed weights do not fit into memory
   */
  @Override
  public Program compile(Graph graph, Options options) {
    if (options.precision() != Precision.FP32) {
      String precision = options.precision().word();
      throw new InputException("device cpu: precision " + precision + " is for GPUs, give fp32");
    }
    WarmUp.end();
    Options plain = new Options(Precision.FP32, options.threads(), false, true, options.once());
    Function<Graph, List<Tensor>> evaluate = constants -> evaluate(Prune.apply(constants), plain);
    Graph fused = Passes.apply(graph, evaluate);
    Machine.warnOnce();
    boolean once = options.once() && (fused.flops() <= MOST_ONCE || !Machine.VECTORS);
    Optional<BatchSplit> split = options.guarded() ? Optional.empty() : BatchSplit.of(fused);
    return split.isPresent()
        ? new StreamedProgram(fused, split.get(), options.withOnce(once && !Machine.VECTORS))
        : CpuProgram.of(Bands.apply(fused), options.withOnce(once));
  }

  private static List<Tensor> evaluate(Graph constants, Options options) {
    try (Program program = CpuProgram.of(constants, options)) {
      return program.run(Map.of());
    }
  }
}
