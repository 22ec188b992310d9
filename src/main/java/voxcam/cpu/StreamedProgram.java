package voxcam.cpu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import voxcam.backend.Inputs;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.compile.BatchSplit;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** A program that takes a batch a few samples at a time as far as samples are independent. */
final class StreamedProgram implements Program {
  private final Program head;
  private final Program tail;
  private final Map<String, Shape> inputs;
  private final int batch;
  private final int step;

  /** The values between the two parts, for the whole batch. */
  private final List<String> names;

  private final List<Shape> shapes;

  StreamedProgram(Graph graph, BatchSplit split, Options options) {
    head = CpuProgram.of(split.head(), options);
    tail = CpuProgram.of(split.tail(), options);
    batch = split.batch();
    step = split.step();
    inputs = new HashMap<>();
    split.head().inputs().forEach(node -> inputs.put(node.name(), node.shape()));
    Map<String, Shape> whole = new HashMap<>();
    graph.nodes().forEach(node -> whole.put(node.name(), node.shape()));
    names = split.head().outputs().stream().map(Node::name).toList();
    shapes = names.stream().map(whole::get).toList();
  }

  @Override
  public long bytes() {
    long kept = shapes.stream().mapToLong(Shape::size).sum();
    long given = inputs.values().stream().mapToLong(Shape::size).sum();
    return head.bytes() + tail.bytes() + (kept + given) * Float.BYTES;
  }

  @Override
  public long weightBytes() {
    return head.weightBytes() + tail.weightBytes();
  }

  @Override
  public SortedMap<String, Integer> algorithms() {
    SortedMap<String, Integer> counts = new TreeMap<>(head.algorithms());
    tail.algorithms().forEach((name, count) -> counts.merge(name, count, Integer::sum));
    return counts;
  }

  @Override
  public List<Tensor> run(Map<String, Tensor> given) {
    inputs.forEach(
        (name, shape) -> Inputs.checked(name, shape.with(0, batch), given.get(name)));
    List<float[]> values = new ArrayList<>();
    shapes.forEach(shape -> values.add(new float[shape.length()]));
    Map<String, Tensor> room = room();
    for (int from = 0; from < batch; from += step) {
      // The last samples may be computed twice: the head has one size.
      int first = Math.min(from, batch - step);
      copy(given, first, room);
      List<Tensor> results = head.run(room);
      for (int i = 0; i < values.size(); i++) {
        float[] result = results.get(i).floats();
        System.arraycopy(result, 0, values.get(i), result.length / step * first, result.length);
      }
    }
    Map<String, Tensor> rest = new HashMap<>(given);
    for (int i = 0; i < values.size(); i++) {
      rest.put(names.get(i), Tensor.of(shapes.get(i), values.get(i)));
    }
    return tail.run(rest);
  }

  /** Memory for the samples that the head takes at a time. */
  private Map<String, Tensor> room() {
    Map<String, Tensor> room = new HashMap<>();
    inputs.forEach((name, shape) -> room.put(name, Tensor.of(shape, new float[shape.length()])));
    return room;
  }

  private void copy(Map<String, Tensor> given, int first, Map<String, Tensor> room) {
    inputs.forEach((name, shape) -> {
      int from = shape.length() / step * first;
      System.arraycopy(given.get(name).floats(), from, room.get(name).floats(), 0, shape.length());
    });
  }

  @Override
  public void close() {
    head.close();
    tail.close();
  }
}
