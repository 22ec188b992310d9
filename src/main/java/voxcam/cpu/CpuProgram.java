package voxcam.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import voxcam.backend.BackendException;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.InputException;
import voxcam.op.Source;
import voxcam.op.Tensor;

/** A graph as a list of kernels with the numbers of the values that they read and write. */
final class CpuProgram implements Program {
  /** One operation; values are numbered as the graph's nodes are. */
  private record Step(Node node, Kernel kernel, List<Integer> inputs, int output) {}

  private final Graph graph;
  private final boolean guarded;
  private final Threads threads;
  private final Storage storage;
  private final Map<Node, Integer> numbers = new HashMap<>();
  private final List<Step> steps = new ArrayList<>();

  /** For each value that is constant its array, for all others nothing. */
  private final float[][] constants;

  private final Workspaces workspaces;
  private final long weightBytes;
  private volatile boolean closed;

  private CpuProgram(Graph graph, Options options, Function<Node, Kernel> kernels) {
    this.graph = graph;
    this.guarded = options.guarded();
    this.threads = new Threads(options.threads());
    this.storage = guarded ? Storage.guarded(graph) : Storage.shared(graph);
    for (Node node : graph.nodes()) {
      numbers.put(node, numbers.size());
    }
    for (Node node : graph.nodes()) {
      if (storage.slots().containsKey(node)) {
        List<Integer> inputs = node.inputs().stream().map(this::place).toList();
        steps.add(new Step(node, kernels.apply(node), inputs, place(node)));
      }
    }
    this.constants = constants();
    long scratch = steps.stream().mapToLong(step -> step.kernel().scratch()).max().orElse(0);
    this.workspaces = new Workspaces(storage.lengths(), scratch + (guarded ? Guard.LENGTH : 0));
    long packed = steps.stream().mapToLong(step -> step.kernel().weightBytes()).sum();
    long kept =
        Arrays.stream(constants)
            .distinct()
            .mapToLong(array -> array == null ? 0 : array.length)
            .sum();
    this.weightBytes = packed + kept * Float.BYTES;
  }

  /** A program of a graph that the passes have been over. */
  static CpuProgram of(Graph graph, Options options) {
    return of(graph, options, Kernels::of);
  }

  /** A program with kernels of the caller's choice. */
  static CpuProgram of(Graph graph, Options options, Function<Node, Kernel> kernels) {
    try {
      return new CpuProgram(graph, options, kernels);
    } catch (OutOfMemoryError e) {
      throw new BackendException(
          "cpu: the weights do not fit into memory: " + Workspaces.heap(), e);
    }
  }

  /** The number of the value that holds a node's. */
  private int place(Node node) {
    return numbers.get(storage.owners().get(node));
  }

  /**
   * The constants that some kernel reads or that are outputs; those that are packed are not kept a
   * second time.
   */
  private float[][] constants() {
    boolean[] needed = new boolean[numbers.size()];
    for (Step step : steps) {
      for (int i = 0; i < step.inputs().size(); i++) {
        needed[step.inputs().get(i)] |= step.kernel().reads(i);
      }
    }
    graph.outputs().forEach(output -> needed[place(output)] = true);
    float[][] arrays = new float[numbers.size()][];
    for (Node node : graph.nodes()) {
      int number = numbers.get(node);
      if (node.op() instanceof Source.Constant(Tensor value) && needed[number]) {
        float[] array = value.floats();
        arrays[number] = guarded ? Guard.copy(array, node.shape().length()) : array;
      }
    }
    return arrays;
  }

  @Override
  public long bytes() {
    long outputs = graph.outputs().stream().mapToLong(output -> output.shape().size()).sum();
    return workspaces.bytes() + outputs * Float.BYTES;
  }

  @Override
  public long weightBytes() {
    return weightBytes;
  }

  @Override
  public List<Tensor> run(Map<String, Tensor> inputs) {
    if (closed) {
      throw new IllegalStateException("cpu: this program was closed");
    }
    try {
      float[][] values = constants.clone();
      for (Node node : graph.inputs()) {
        float[] array = input(node, inputs.get(node.name())).floats();
        values[numbers.get(node)] = guarded ? Guard.copy(array, node.shape().length()) : array;
      }
      return run(values);
    } catch (OutOfMemoryError e) {
      workspaces.clear();
      throw new BackendException(
          "cpu: a run needs " + Workspaces.size(bytes()) + ": " + Workspaces.heap(), e);
    }
  }

  private List<Tensor> run(float[][] values) {
    Workspaces.Workspace workspace = workspaces.take();
    try {
      storage.slots().forEach((node, slot) -> values[numbers.get(node)] = workspace.slots[slot]);
      for (Step step : steps) {
        run(step, values, workspace.scratch);
      }
      List<Tensor> results = new ArrayList<>();
      for (Node output : graph.outputs()) {
        float[] result = Arrays.copyOf(values[place(output)], output.shape().length());
        results.add(Tensor.of(output.shape(), result));
      }
      return results;
    } finally {
      workspaces.giveBack(workspace);
    }
  }

  private void run(Step step, float[][] values, float[] scratch) {
    float[][] inputs = new float[step.inputs().size()][];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = values[step.inputs().get(i)];
    }
    float[] output = values[step.output()];
    if (!guarded) {
      step.kernel().run(inputs, output, scratch, threads);
      return;
    }
    int length = step.node().shape().length();
    int scratchLength = Math.toIntExact(step.kernel().scratch());
    Guard.prepare(output, length);
    Guard.prepare(scratch, scratchLength);
    int before = Guard.hash(inputs);
    step.kernel().run(inputs, output, scratch, threads);
    Guard.checkOutput(step.node(), output, length);
    Guard.checkBehind(step.node(), "scratch memory", scratch, scratchLength);
    Guard.checkInputs(step.node(), before, inputs);
  }

  private static Tensor input(Node node, Tensor given) {
    if (given == null) {
      throw new InputException(
          "input " + node.name() + ": missing, give a tensor of shape " + node.shape());
    }
    if (!given.shape().equals(node.shape())) {
      throw new InputException(
          "input "
              + node.name()
              + ": shape is "
              + given.shape()
              + ", the program was made for "
              + node.shape());
    }
    return given;
  }

  /** The working memory that is kept for later runs; for tests. */
  Workspaces workspaces() {
    return workspaces;
  }

  @Override
  public void close() {
    closed = true;
    workspaces.clear();
  }
}
