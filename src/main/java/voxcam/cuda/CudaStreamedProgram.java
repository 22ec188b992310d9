package voxcam.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import jcuda.CudaException;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.backend.SplitBatch;
import voxcam.compile.BatchSplit;
import voxcam.graph.Graph;
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
  private final SplitBatch batch;

  CudaStreamedProgram(Graph graph, BatchSplit split, Options options) {
    batch = new SplitBatch(graph, split);
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
    return UNDER_WAY * head.bytes() + tail.bytes() + batch.bytes();
  }

  @Override
  public long heapBytes() {
    return UNDER_WAY * head.heapBytes() + tail.heapBytes() + batch.bytes();
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
    batch.check(given);
    List<float[]> values = batch.values();
    try {
      runHead(given, values);
    } catch (CudaException e) {
      throw Driver.thrown(e);
    }
    return tail.run(batch.rest(given, values));
  }

  private void runHead(Map<String, Tensor> given, List<float[]> values) {
    Map<String, Tensor> room = batch.room();
    Deque<Part> underWay = new ArrayDeque<>();
    Closing unfinished = new Closing();
    try {
      for (int first : batch.firsts()) {
        batch.copy(given, first, room);
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
      batch.put(run.finish(), part.first(), values);
    }
  }

  @Override
  public void close() {
    Closing parts = new Closing();
    parts.add(tail::close);
    parts.add(head::close);
    parts.close();
  }
}
