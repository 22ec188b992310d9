package voxcam.backend;

import java.util.List;
import java.util.Optional;
import voxcam.graph.Graph;

/**
 * Something that runs graphs. Implementations are stateless or thread-safe and are listed in
 * META-INF/services.
 */
public interface Backend {
  /** The name that users give, {@code cpu}. */
  String name();

  /**
   * Which of several backends {@code auto} takes: the highest that can run. Below 0: only when
   * asked for by name.
   */
  int preference();

  /**
   * Why this backend cannot run here, in one sentence that says what would help; empty if it can.
   */
  Optional<String> refusal();

  /** What it runs on, for reports: {@code 2 threads, 512-bit vectors}. */
  String description(Options options);

  /** What it looked for on this machine and what came of it, for reports; may take a second. */
  default List<Finding> findings() {
    return List.of();
  }

  /**
   * Says that soon a program is going to be made that runs once. A backend may use the time until
   * then, on the caller's thread.
   */
  default void prepare() {}

  /**
   * Makes a program of a specialised graph. The graph is pruned to its outputs first.
   *
   * @throws voxcam.op.InputException if the graph has free sizes
   */
  Program compile(Graph graph, Options options);
}
