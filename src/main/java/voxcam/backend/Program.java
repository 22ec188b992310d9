package voxcam.backend;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import voxcam.op.Tensor;

/**
 * A graph made ready to run. Thread-safe: runs at the same time do not disturb each other, each
 * takes its own working memory.
 */
public interface Program extends AutoCloseable {
  /** The bytes that one run needs for values and scratch, known before running. */
  long bytes();

  /** The part of {@link #bytes} that is in Java's heap. */
  default long heapBytes() {
    return bytes();
  }

  /** The bytes of weights in the form that this program keeps. */
  long weightBytes();

  /**
   * The algorithms for those operations that have several, by name, with the number of operations
   * that use each.
   */
  default SortedMap<String, Integer> algorithms() {
    return new TreeMap<>();
  }

  /**
   * Runs the graph.
   *
   * @param inputs a tensor for every input of the graph, by name, of the shape that the graph was
   *     specialised for
   * @return the outputs in the graph's order; they belong to the caller
   * @throws voxcam.op.InputException if an input is missing or has another shape
   */
  List<Tensor> run(Map<String, Tensor> inputs);

  /**
   * Runs the graph as {@link #run(Map)} does, into arrays of the caller's. New memory for large
   * results at each run costs time: it is cleared, and the system has to provide its pages. A
   * backend that cannot write there copies.
   *
   * @param outputs an array for each output in the graph's order, as long as the output; none is
   *     given twice or holds an input
   * @throws voxcam.op.InputException also if their number or lengths are others
   */
  default void run(Map<String, Tensor> inputs, List<float[]> outputs) {
    List<Tensor> results = run(inputs);
    Outputs.checked(results.stream().map(Tensor::shape).toList(), outputs);
    for (int i = 0; i < results.size(); i++) {
      float[] target = outputs.get(i);
      results.get(i).copyTo(0, target.length, target);
    }
  }

  @Override
  void close();
}
