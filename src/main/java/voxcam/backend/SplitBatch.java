package voxcam.backend;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import voxcam.compile.BatchSplit;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * What streaming a batch is about on every backend: which samples the head of a {@link BatchSplit}
 * takes next, and where its results lie for the tail. Backends differ in how they run the head.
 */
public final class SplitBatch {
  private final Map<String, Shape> inputs = new HashMap<>();
  private final int batch;
  private final int step;

  /** The values between head and tail, for the whole batch. */
  private final List<String> names;

  private final List<Shape> shapes;

  /** The batch of a graph that was split. */
  public SplitBatch(Graph graph, BatchSplit split) {
    batch = split.batch();
    step = split.step();
    split.head().inputs().forEach(node -> inputs.put(node.name(), node.shape()));
    Map<String, Shape> whole = new HashMap<>();
    graph.nodes().forEach(node -> whole.put(node.name(), node.shape()));
    names = split.head().outputs().stream().map(Node::name).toList();
    shapes = names.stream().map(whole::get).toList();
  }

  /** The bytes of the values between head and tail, and of one {@link #room}. */
  public long bytes() {
    long kept = shapes.stream().mapToLong(Shape::size).sum();
    long given = inputs.values().stream().mapToLong(Shape::size).sum();
    return (kept + given) * Float.BYTES;
  }

  /**
   * Checks the inputs of the head.
   *
   * @throws voxcam.op.InputException if one is missing or has another shape
   */
  public void check(Map<String, Tensor> given) {
    inputs.forEach((name, shape) -> Inputs.checked(name, shape.with(0, batch), given.get(name)));
  }

  /** The first samples of each run of the head. */
  public List<Integer> firsts() {
    List<Integer> firsts = new ArrayList<>();
    for (int from = 0; from < batch; from += step) {
      // The last samples may be computed twice: the head has one size.
      firsts.add(Math.min(from, batch - step));
    }
    return firsts;
  }

  /** Memory for the samples that the head takes at a time. */
  public Map<String, Tensor> room() {
    Map<String, Tensor> room = new HashMap<>();
    inputs.forEach((name, shape) -> room.put(name, Tensor.of(shape, new float[shape.length()])));
    return room;
  }

  /** Copies the samples from {@code first} on. */
  public void copy(Map<String, Tensor> given, int first, Map<String, Tensor> room) {
    inputs.forEach((name, shape) -> {
      int from = shape.length() / step * first;
      System.arraycopy(given.get(name).floats(), from, room.get(name).floats(), 0, shape.length());
    });
  }

  /** Memory for the head's results for the whole batch. */
  public List<float[]> values() {
    List<float[]> values = new ArrayList<>();
    shapes.forEach(shape -> values.add(new float[shape.length()]));
    return values;
  }

  /** Puts what the head gave for the samples from {@code first} on in its place. */
  public void put(List<Tensor> results, int first, List<float[]> values) {
    for (int i = 0; i < values.size(); i++) {
      float[] result = results.get(i).floats();
      System.arraycopy(result, 0, values.get(i), result.length / step * first, result.length);
    }
  }

  /** What the tail is given. */
  public Map<String, Tensor> rest(Map<String, Tensor> given, List<float[]> values) {
    Map<String, Tensor> rest = new HashMap<>(given);
    for (int i = 0; i < values.size(); i++) {
      rest.put(names.get(i), Tensor.of(shapes.get(i), values.get(i)));
    }
    return rest;
  }
}
