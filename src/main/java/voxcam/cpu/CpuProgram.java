package voxcam.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import voxcam.backend.BackendException;
import voxcam.backend.Inputs;
import voxcam.backend.Options;
import voxcam.backend.Outputs;
import voxcam.backend.Program;
import voxcam.cpu.Schedule.Step;
import voxcam.cpu.Schedule.Value;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** A graph as a list of kernels with the numbers of the values that they read and write. */
final class CpuProgram implements Program {
  private static final float[] NOTHING = {};

  private final boolean guarded;
  private final Threads threads;
  private final Schedule schedule;
  private final Storage storage;

  /** For each value that is constant its array, for all others nothing. */
  private final float[][] constants;

  private final Workspaces workspaces;
  private final Loans loans = new Loans();
  private final long weightBytes;
  private volatile boolean closed;

  private CpuProgram(
      Graph graph, Options options, Function<Node, List<Form>> forms, WeightBuffer buffer) {
    this.guarded = options.guarded();
    this.threads = new Threads(options.threads());
    this.schedule = Schedule.of(graph, Layouts.choose(graph, forms));
    this.storage = guarded ? Storage.guarded(schedule) : Storage.shared(schedule);
    this.constants = guarded ? guarded(schedule.constants()) : schedule.constants();
    float[] spare = buffer.handOver();
    List<Kernel> kernels = schedule.steps().stream().map(Step::kernel).toList();
    this.workspaces = new Workspaces(storage.lengths(), spare);
    long packed = kernels.stream().mapToLong(Kernel::weightBytes).sum();
    long kept =
        Arrays.stream(constants)
            .distinct()
            .mapToLong(array -> array == null ? 0 : array.length)
            .sum();
    this.weightBytes = packed + kept * Float.BYTES;
    Garbage.keep(weightBytes + workspaces.bytes());
  }

  /** A program of a graph that the passes have been over. */
  static CpuProgram of(Graph graph, Options options) {
    WeightBuffer buffer = WeightBuffer.of(graph);
    return of(graph, options, node -> Kernels.forms(node, options, buffer), buffer);
  }

  /** A program with kernels of the caller's choice. */
  static CpuProgram of(Graph graph, Options options, Function<Node, List<Form>> forms) {
    return of(graph, options, forms, new WeightBuffer(0));
  }

  private static CpuProgram of(
      Graph graph, Options options, Function<Node, List<Form>> forms, WeightBuffer buffer) {
    try {
      return new CpuProgram(graph, options, forms, buffer);
    } catch (OutOfMemoryError e) {
      throw new BackendException(
          "cpu: the weights do not fit into memory: " + Workspaces.heap(), e);
    }
  }

  private static float[][] guarded(float[][] constants) {
    float[][] copies = new float[constants.length][];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = constants[i] == null ? null : Guard.copy(constants[i]);
    }
    return copies;
  }

  @Override
  public long bytes() {
    long outputs = schedule.shapes().stream().mapToLong(Shape::size).sum();
    return workspaces.bytes() + outputs * Float.BYTES;
  }

  @Override
  public long weightBytes() {
    return weightBytes;
  }

  @Override
  public SortedMap<String, Integer> algorithms() {
    SortedMap<String, Integer> counts = new TreeMap<>();
    for (Step step : schedule.steps()) {
      if (!step.kernel().algorithm().isEmpty()) {
        counts.merge(step.kernel().algorithm(), 1, Integer::sum);
      }
    }
    return counts;
  }

  @Override
  public List<Tensor> run(Map<String, Tensor> inputs) {
    return run(inputs, new float[constants.length][], this::results);
  }

  @Override
  public void run(Map<String, Tensor> inputs, List<float[]> outputs) {
    Outputs.checked(schedule.shapes(), outputs);
    float[][] places = new float[constants.length][];
    // With guards results lie in arrays that are longer.
    for (int i = 0; i < outputs.size() && !guarded; i++) {
      places[schedule.outputs().get(i)] = outputs.get(i);
    }
    run(inputs, places, values -> copied(values, outputs));
  }

  /** Brings those outputs to their places that were not written there. */
  @SuppressWarnings("ReferenceEquality") // the very array, not its numbers
  private List<float[]> copied(float[][] values, List<float[]> outputs) {
    for (int i = 0; i < outputs.size(); i++) {
      float[] value = values[schedule.outputs().get(i)];
      if (value != outputs.get(i)) {
        System.arraycopy(value, 0, outputs.get(i), 0, outputs.get(i).length);
      }
    }
    return outputs;
  }

  /**
   * Runs.
   *
   * @param places for values that are the caller's the arrays to write to, or nothing
   * @param results what is made of all values before others may use their memory
   */
  private <T> T run(Map<String, Tensor> inputs, float[][] places, Function<float[][], T> results) {
    if (closed) {
      throw new IllegalStateException("cpu: this program was closed");
    }
    try {
      float[][] values = constants.clone();
      for (int i = 0; i < values.length; i++) {
        Value value = schedule.values().get(i);
        if (value.origin() == Schedule.Origin.GIVEN) {
          float[] array =
              Inputs.checked(value.name(), value.shape(), inputs.get(value.name())).floats();
          values[i] = guarded ? Guard.copy(array) : array;
        }
      }
      return run(values, places, results);
    } catch (OutOfMemoryError e) {
      workspaces.clear();
      loans.clear();
      throw new BackendException(
          "cpu: a run needs " + Workspaces.size(bytes()) + ": " + Workspaces.heap(), e);
    }
  }

  private <T> T run(float[][] values, float[][] places, Function<float[][], T> results) {
    Garbage.collect();
    float[][] workspace = workspaces.take();
    try {
      for (int i = 0; i < values.length; i++) {
        if (storage.slots().get(i) >= 0) {
          values[i] = workspace[storage.slots().get(i)];
        }
      }
      for (int i = 0; i < schedule.steps().size(); i++) {
        Step step = schedule.steps().get(i);
        if (storage.slots().get(step.output()) == Storage.OWN) {
          float[] place = places[step.output()];
          int floats = schedule.values().get(step.output()).floats();
          values[step.output()] = place == null ? loans.take(floats) : place;
        }
        int scratch = storage.scratch().get(i);
        run(step, values, scratch < 0 ? NOTHING : workspace[scratch]);
      }
      return results.apply(values);
    } finally {
      workspaces.giveBack(workspace);
    }
  }

  /** The outputs; those that are inputs, constants, or outputs already, are copied. */
  private List<Tensor> results(float[][] values) {
    List<Tensor> results = new ArrayList<>();
    Set<Integer> given = new HashSet<>();
    for (int i = 0; i < schedule.shapes().size(); i++) {
      Shape shape = schedule.shapes().get(i);
      int output = schedule.outputs().get(i);
      boolean own = storage.slots().get(output) == Storage.OWN && given.add(output);
      float[] array = values[output];
      results.add(
          own ? loans.lend(shape, array) : Tensor.of(shape, Arrays.copyOf(array, shape.length())));
    }
    return results;
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
    Value value = schedule.values().get(step.output());
    int length = value.floats();
    int scratchLength = Math.toIntExact(step.kernel().scratch());
    Guard.prepare(output, length);
    Guard.prepare(scratch, scratchLength);
    int before = Guard.hash(inputs);
    step.kernel().run(inputs, output, scratch, threads);
    Guard.checkOutput(value, output);
    Guard.checkBehind(value, "scratch memory", scratch, scratchLength);
    Guard.checkInputs(value, before, inputs);
  }

  /** The working memory that is kept for later runs; for tests. */
  Workspaces workspaces() {
    return workspaces;
  }

  @Override
  public void close() {
    closed = true;
    workspaces.clear();
    loans.clear();
  }
}
