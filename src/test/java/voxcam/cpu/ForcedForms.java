package voxcam.cpu;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import voxcam.backend.Backend;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.compile.Fuse;
import voxcam.compile.Prune;
import voxcam.cpu.ConvForms.Algorithm;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Conv;

/**
 * The CPU backend without its choices: operations take the form of a given number, as far as they
 * have so many, and convolutions a given algorithm wherever it knows them.
 */
public final class ForcedForms implements Backend {
  private final int number;
  private final Optional<Algorithm> algorithm;
  private final Set<String> used = new HashSet<>();

  private ForcedForms(int number, Optional<Algorithm> algorithm) {
    this.number = number;
    this.algorithm = algorithm;
  }

  static ForcedForms of(int number) {
    return new ForcedForms(number, Optional.empty());
  }

  static ForcedForms of(int number, Algorithm algorithm) {
    return new ForcedForms(number, Optional.of(algorithm));
  }

  /** A backend for each algorithm of convolution, in blocks where there are enough channels. */
  public static List<ForcedForms> algorithms() {
    int last = Integer.MAX_VALUE;
    return Arrays.stream(Algorithm.values()).map(algorithm -> of(last, algorithm)).toList();
  }

  /** The pairs of layouts and the algorithms that were used so far. */
  Set<String> used() {
    return used;
  }

  /** Whether the algorithm was used so far. */
  public boolean hasUsedAlgorithm() {
    String name = algorithm.map(Algorithm::name).orElseThrow();
    String start = name.toLowerCase(Locale.ROOT).replace('_', ' ');
    return used.stream().anyMatch(found -> found.startsWith(start));
  }

  @Override
  public String name() {
    return algorithm.map(Algorithm::name).orElse("layouts") + ", form " + number;
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
    return name();
  }

  @Override
  public Program compile(Graph graph, Options options) {
    Graph fused = Fuse.apply(Prune.apply(graph));
    Program program = CpuProgram.of(fused, options, node -> form(node, options));
    program.algorithms().keySet().forEach(names -> used.addAll(List.of(names.split(" \\+ "))));
    return program;
  }

  private List<Form> form(Node node, Options options) {
    List<Form> forms =
        algorithm.isPresent() && node.op() instanceof Conv op && !(op instanceof Conv.WeightGrad)
            ? ConvForms.by(algorithm.get(), node, op, options, new WeightBuffer(0))
            : Kernels.forms(node, options, new WeightBuffer(0));
    Form form = forms.get(Math.min(number, forms.size() - 1));
    used.add(form.inputs() + " to " + form.output());
    return List.of(form);
  }

  @Override
  public String toString() {
    return name();
  }
}
