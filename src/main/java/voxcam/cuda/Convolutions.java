package voxcam.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import voxcam.backend.Options;
import voxcam.cuda.CudnnDescriptors.NotDone;
import voxcam.cuda.LibraryUse.Choice;
import voxcam.cuda.Workbench.Trial;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Source;

/**
 * The choice between cuDNN's algorithms and our kernels for each convolution of a program. cuDNN
 * may only use algorithms that give the same bits every time, within a cap on their workspace. One
 * that cannot be started is passed over, and the record says so.
 */
final class Convolutions {
  /** The most bytes of workspace that one convolution may want. */
  private static final long CAP = 1L << 30;

  /** Nor may it want more than this part of the memory. */
  private static final int SHARE = 8;

  /**
   * cuDNN's order is good enough that what comes behind these, in each order of channels, is not
   * worth trying.
   */
  private static final int TRIED = 4;

  /** Below so many operations nothing is gained that is worth timing. */
  private static final long WORTH_TIMING = 1 << 22;

  private static final String OURS = "ours";

  private final Device device;
  private final Workbench bench;
  private final LibraryUse use;
  private final List<CudnnNumbers> numbers;
  private final boolean exact;
  private final Choices choices;
  private final long limit;

  /** What was taken for problems of this program that are not timed, with what failed before. */
  private final Map<String, Listed> listed = new HashMap<>();

  /**
   * The first of cuDNN's algorithms that can be started.
   *
   * @param name empty if none can
   * @param failure of those before it; empty if it is the first
   */
  private record Listed(Optional<String> name, Optional<String> failure) {}

  /** Needs cuDNN, of this version. */
  Convolutions(Device device, Workbench bench, Options options, LibraryUse use, long version) {
    this.device = device;
    this.bench = bench;
    this.use = use;
    numbers = CudnnNumbers.of(options.precision());
    exact = options.exact();
    limit = Math.min(CAP, device.memory().most() / SHARE);
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
    boolean constant = node.inputs().get(1).op() instanceof Source.Constant;
    List<CudnnConvolution> taken = new ArrayList<>();
    Work chosen;
    try {
      List<List<CudnnWork>> ways = new ArrayList<>();
      Optional<String> told = Optional.empty();
      for (CudnnNumbers form : numbers) {
        Packing packing = Packing.of(problem, form, end, constant);
        try {
          CudnnConvolution convolution = new CudnnConvolution(problem, form);
          taken.add(convolution);
          ways.add(
              convolution.algorithms(bench.cudnn(), limit, exact).stream()
                  .map(one -> new CudnnWork(device, convolution, one, form, packing))
                  .toList());
        } catch (NotDone e) {
          told = told.or(() -> Optional.of(e.getMessage()));
        }
      }
      chosen =
          ways.isEmpty()
              ? own.because(told.orElseThrow())
              : choose(node, choice, key(problem, end), inTurn(ways), own);
    } catch (RuntimeException | Error e) {
      Closing all = new Closing();
      taken.forEach(all::add);
      all.closeAfter(e);
      throw e;
    }
    closeOthers(taken, chosen);
    return chosen;
  }

  /** The first of each list, then the second of each, and so on. */
  private static List<CudnnWork> inTurn(List<List<CudnnWork>> ways) {
    int longest = ways.stream().mapToInt(List::size).max().orElse(0);
    return IntStream.range(0, longest)
        .boxed()
        .flatMap(i -> ways.stream().filter(way -> i < way.size()).map(way -> way.get(i)))
        .toList();
  }

  private static void closeOthers(List<CudnnConvolution> taken, Work chosen) {
    Closing others = new Closing();
    taken.stream()
        .filter(one -> !(chosen instanceof CudnnWork work && work.isBy(one)))
        .forEach(others::add);
    try {
      others.close();
    } catch (RuntimeException e) {
      Closing rest = new Closing();
      rest.add(chosen);
      rest.closeAfter(e);
      throw e;
    }
  }

  private int tried(List<CudnnWork> works) {
    return Math.min(TRIED * numbers.size(), works.size());
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
    return numbers.getFirst().precision().word()
        + (exact ? " exact " : " ")
        + problem.text()
        + (end.bias() ? " bias" : "")
        + (end.residual() ? " residual" : "")
        + (end.activation().kind() == 0 ? "" : " activation " + end.activation().kind());
  }

  private Work choose(Node node, Choice choice, String key, List<CudnnWork> works, KernelWork own) {
    if (works.isEmpty()) {
      return own.because("cudnn: no deterministic algorithm within " + Bytes.text(limit));
    }
    return switch (choice) {
      case LIBRARY -> works.getFirst();
      case LISTED -> listed(node, key, works, own);
      case TIMED -> {
        Optional<String> found = choices.find(key);
        yield found
            .flatMap(name -> named(name, works, own))
            .orElseGet(() -> timed(node, key, found, works, own));
      }
    };
  }

  private Work listed(Node node, String key, List<CudnnWork> works, KernelWork own) {
    Listed first = listed.computeIfAbsent(key, _ -> first(node, works));
    return first
        .name()
        .flatMap(name -> named(name, works))
        .map(work -> first.failure().map(work::because).orElse(work))
        .map(work -> (Work) work)
        .orElseGet(() -> own.because("cudnn: " + first.failure().orElseThrow()));
  }

  /** cuDNN may list what it refuses to start, as where one of its files is missing. */
  private Listed first(Node node, List<CudnnWork> works) {
    Optional<String> told = Optional.empty();
    for (CudnnWork work : works.subList(0, tried(works))) {
      Optional<String> failure = bench.failure(node, work);
      if (failure.isEmpty()) {
        return new Listed(Optional.of(work.algorithm()), told);
      }
      told = told.or(() -> failure);
    }
    return new Listed(Optional.empty(), told);
  }

  private static Optional<Work> named(String name, List<CudnnWork> works, KernelWork own) {
    if (name.equals(OURS)) {
      return Optional.of(own.because("less time than cudnn"));
    }
    if (name.startsWith(OURS + ": ")) {
      return Optional.of(own.because("cudnn" + name.substring(OURS.length())));
    }
    return named(name, works).map(work -> work);
  }

  private static Optional<CudnnWork> named(String name, List<CudnnWork> works) {
    return works.stream().filter(work -> work.algorithm().equals(name)).findFirst();
  }

  private Work timed(
      Node node, String key, Optional<String> found, List<CudnnWork> works, KernelWork own) {
    List<Work> tried = new ArrayList<>(works.subList(0, tried(works)));
    tried.add(own);
    Optional<List<Trial>> trials = bench.times(node, tried);
    String best = trials.map(all -> best(tried, all)).orElseGet(() -> works.getFirst().algorithm());
    // What memory or a failure decided is only for this process.
    boolean lasting =
        trials.isPresent() && trials.get().stream().allMatch(one -> one.failure().isEmpty());
    String holds = choices.put(key, found, best, lasting);
    return named(holds, works, own).or(() -> named(best, works, own)).orElseThrow();
  }

  /** The name of what takes the least time, ours being the last; with a reason if cuDNN failed. */
  private static String best(List<Work> tried, List<Trial> trials) {
    int ours = tried.size() - 1;
    int best = 0;
    for (int i = 1; i <= ours; i++) {
      best = trials.get(i).milliseconds() < trials.get(best).milliseconds() ? i : best;
    }
    if (best < ours) {
      return tried.get(best).algorithm();
    }
    List<Trial> theirs = trials.subList(0, ours);
    return theirs.stream().allMatch(one -> one.failure().isPresent())
        ? OURS + ": " + theirs.getFirst().failure().orElseThrow()
        : OURS;
  }

  /** Writes down what was timed. */
  void save() {
    choices.save();
  }
}
