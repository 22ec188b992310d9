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

  @Override
  void close();
}
