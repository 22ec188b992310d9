package voxcam.cpu;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.backend.SplitBatch;
import voxcam.compile.BatchSplit;
import voxcam.graph.Graph;
import voxcam.op.Tensor;

/** A program that takes a batch a few samples at a time as far as samples are independent. */
final class StreamedProgram implements Program {
  private final Program head;
  private final Program tail;
  private final SplitBatch batch;

  StreamedProgram(Graph graph, BatchSplit split, Options options) {
    head = CpuProgram.of(split.head(), options);
    tail = CpuProgram.of(split.tail(), options);
    batch = new SplitBatch(graph, split);
  }

  @Override
  public long bytes() {
    return head.bytes() + tail.bytes() + batch.bytes();
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
    Map<String, Tensor> room = batch.room();
    for (int first : batch.firsts()) {
      batch.copy(given, first, room);
      batch.put(head.run(room), first, values);
    }
    return tail.run(batch.rest(given, values));
  }

  @Override
  public void close() {
    head.close();
    tail.close();
  }
}
