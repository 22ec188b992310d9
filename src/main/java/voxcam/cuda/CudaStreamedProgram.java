package voxcam.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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

/**
 * A program that takes a batch a few samples at a time as far as samples are independent. Two parts
 * of the batch are under way at once: while the device computes one, the next one travels.
 */
final class CudaStreamedProgram implements Program {
  private static final int UNDER_WAY = 2;

  /** Samples under way, from {@code first} on. */
  private record Part(int first, CudaProgram.Run run) {}

  private final CudaProgram head;
  private final CudaProgram tail;
  private final Map<String, Shape> inputs = new HashMap<>();
  private final int batch;
  private final int step;

  /** The values between the two programs, for the whole batch. */
  private final List<String> names;

  private final List<Shape> shapes;

  CudaStreamedProgram(Graph graph, BatchSplit split, Options options) {
    batch = split.batch();
    step = split.step();
    split.head().inputs().forEach(node -> inputs.put(node.name(), node.shape()));
    Map<String, Shape> whole = new HashMap<>();
    graph.nodes().forEach(node -> whole.put(node.name(), node.shape()));
    names = split.head().outputs().stream().map(Node::name).toList();
    shapes = names.stream().map(whole::get).toList();
    Closing parts = new Closing();
    head = new CudaProgram(split.head(), options);
    parts.add(head::close);
    try {
      tail = new CudaProgram(split.tail(), options);
    } catch (RuntimeException | Error e) {
      parts.closeAfter(e);
      throw e;
    }
  }

  @Override
  public long bytes() {
    // Workspaces for two parts at once, and the heap's share of the tail is counted in it.
    return UNDER_WAY * head.bytes() + tail.bytes() + kept();
  }

  @Override
  public long heapBytes() {
    return UNDER_WAY * head.heapBytes() + tail.heapBytes() + kept();
  }

  private long kept() {
    long values = shapes.stream().mapToLong(Shape::size).sum();
    long room = inputs.values().stream().mapToLong(Shape::size).sum();
    return (values + room) * Float.BYTES;
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
    inputs.forEach((name, shape) ->
        Inputs.checked(name, shape.with(0, batch), given.get(name)));
    List<float[]> values = new ArrayList<>();
    shapes.forEach(shape -> values.add(new float[shape.length()]));
    runHead(given, values);
    Map<String, Tensor> rest = new HashMap<>(given);
    for (int i = 0; i < values.size(); i++) {
      rest.put(names.get(i), Tensor.of(shapes.get(i), values.get(i)));
    }
    return tail.run(rest);
  }

  private void runHead(Map<String, Tensor> given, List<float[]> values) {
    Map<String, Tensor> room = new HashMap<>();
    inputs.forEach((name, shape) -> room.put(name, Tensor.of(shape, new float[shape.length()])));
    Deque<Part> underWay = new ArrayDeque<>();
    Closing unfinished = new Closing();
    try {
      for (int from = 0; from < batch; from += step) {
        // The last samples may be computed twice: the head has one size.
        int first = Math.min(from, batch - step);
        copy(given, first, room);
        underWay.add(new Part(first, head.start(room)));
        if (underWay.size() == UNDER_WAY) {
          finish(underWay.remove(), values);
        }
      }
      while (!underWay.isEmpty()) {
        finish(underWay.remove(), values);
      }
    } catch (RuntimeException | Error e) {
      underWay.forEach(part -> unfinished.add(part.run()));
      unfinished.closeAfter(e);
      throw e;
    }
  }

  private void finish(Part part, List<float[]> values) {
    try (CudaProgram.Run run = part.run()) {
      List<Tensor> results = run.finish();
      for (int i = 0; i < values.size(); i++) {
        float[] result = results.get(i).floats();
        System.arraycopy(
            result, 0, values.get(i), result.length / step * part.first(), result.length);
      }
    }
  }

  private void copy(Map<String, Tensor> given, int first, Map<String, Tensor> room) {
    inputs.forEach((name, shape) -> {
      int from = shape.length() / step * first;
      System.arraycopy(given.get(name).floats(), from, room.get(name).floats(), 0, shape.length());
    });
  }

  @Override
  public void close() {
    Closing parts = new Closing();
    parts.add(tail::close);
    parts.add(head::close);
    parts.close();
  }
}
