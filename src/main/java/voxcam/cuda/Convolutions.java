package voxcam.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import voxcam.backend.Options;
import voxcam.cuda.CudnnDescriptors.NotDone;
import voxcam.cuda.LibraryUse.Choice;
import voxcam.graph.Node;
import voxcam.op.Conv;

/**
 * The choice between cuDNN's algorithms and our kernels for each convolution of a program. cuDNN
 * may only use algorithms that give the same bits every time, within a cap on their workspace.
 */
final class Convolutions {
  /** The most bytes of workspace that one convolution may want. */
  static final long CAP = 1L << 30;

  /** cuDNN's order is good enough that what comes behind these is not worth trying. */
  private static final int TRIED = 4;

  /** Below so many operations nothing is gained that is worth timing. */
  private static final long WORTH_TIMING = 1 << 22;

  private static final String OURS = "ours";

  private final Device device;
  private final Workbench bench;
  private final LibraryUse use;
  private final CudnnNumbers numbers;
  private final boolean exact;
  private final Choices choices;

  /** Needs cuDNN, of this version. */
  Convolutions(Device device, Workbench bench, Options options, LibraryUse use, long version) {
    this.device = device;
    this.bench = bench;
    this.use = use;
    numbers = CudnnNumbers.of(options.precision());
    exact = options.exact();
    Gpu gpu = device.gpu();
    choices =
        Choices.of(new Choices.Machine(gpu.name(), gpu.driver(), version, Modules.checksum()));
  }

  /**
   * The work for a convolution.
   *
   * @param own our kernels for it
   */
  Work of(Node node, Conv op, KernelWork own) {
    Choice choice =
        use.choice() == Choice.TIMED && op.flops(node.inputShapes()) < WORTH_TIMING
            ? Choice.LISTED
            : use.choice();
    Optional<String> refusal = refusal(node, op, choice);
    if (refusal.isPresent()) {
      return own.because("cudnn: " + refusal.get());
    }
    CudnnProblem problem = CudnnProblem.of(op, node.inputShapes(), node.shape());
    CudaConv.End end = CudaConv.End.of(op, node.inputs().size());
    Closing taken = new Closing();
    Work chosen;
    try {
      CudnnConvolution convolution = taken.add(new CudnnConvolution(problem, numbers));
      List<CudnnAlgorithm> algorithms =
          convolution.algorithms(bench.cudnn(), Math.min(CAP, device.gpu().bytes() / 8), exact);
      Packing packing = Packing.of(problem, numbers, end);
      List<CudnnWork> works = new ArrayList<>();
      for (CudnnAlgorithm algorithm : algorithms) {
        works.add(new CudnnWork(device, convolution, algorithm, numbers, packing));
      }
      chosen = choose(node, choice, key(problem, end), works, own);
    } catch (NotDone e) {
      chosen = own.because(e.getMessage());
    } catch (RuntimeException | Error e) {
      taken.closeAfter(e);
      throw e;
    }
    if (!(chosen instanceof CudnnWork)) {
      taken.close();
    }
    return chosen;
  }

  /** What is known against cuDNN before it is asked. */
  private static Optional<String> refusal(Node node, Conv op, Choice choice) {
    Optional<String> refusal = CudnnProblem.refusal(op, node.inputShapes(), node.shape());
    boolean few =
        choice == Choice.LISTED
            && CudaConv.isDirect(CudaConv.geometry(op, node.inputShapes(), node.shape()));
    return refusal.isEmpty() && few ? Optional.of("few channels") : refusal;
  }

  private String key(CudnnProblem problem, CudaConv.End end) {
    return numbers.precision().word()
        + (exact ? " exact " : " ")
        + problem.text()
        + (end.bias() ? " bias" : "")
        + (end.residual() ? " residual" : "")
        + (end.activation().kind() == 0 ? "" : " activation " + end.activation().kind());
  }

  private Work choose(Node node, Choice choice, String key, List<CudnnWork> works, KernelWork own) {
    if (works.isEmpty()) {
      return own.because("cudnn: no deterministic algorithm within " + Bytes.text(CAP));
    }
    if (choice == Choice.LIBRARY) {
      return works.getFirst();
    }
    Optional<Work> known = choices.find(key).flatMap(name -> named(name, works, own));
    if (known.isPresent()) {
      return known.get();
    }
    return choice == Choice.TIMED ? timed(node, key, works, own) : works.getFirst();
  }

  private static Optional<Work> named(String name, List<CudnnWork> works, KernelWork own) {
    if (name.equals(OURS)) {
      return Optional.of(own.because("less time than cudnn"));
    }
    return works.stream()
        .filter(work -> work.algorithm().equals(name))
        .map(work -> (Work) work)
        .findFirst();
  }

  private Work timed(Node node, String key, List<CudnnWork> works, KernelWork own) {
    List<Work> tried = new ArrayList<>(works.subList(0, Math.min(TRIED, works.size())));
    tried.add(own);
    Optional<double[]> times = bench.milliseconds(node, tried);
    if (times.isEmpty()) {
      return works.getFirst();
    }
    int best = 0;
    for (int i = 1; i < tried.size(); i++) {
      best = times.get()[i] < times.get()[best] ? i : best;
    }
    String name = best == tried.size() - 1 ? OURS : tried.get(best).algorithm();
    choices.put(key, name);
    return named(name, works, own).orElseThrow();
  }

  /** Writes down what was timed. */
  void save() {
    choices.save();
  }
}
