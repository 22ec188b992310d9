package voxcam.cli;

import java.util.Optional;
import java.util.function.LongSupplier;
import voxcam.backend.Backend;
import voxcam.backend.BackendException;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;

/**
 * A backend whose programs are refused before they run if a run cannot fit into memory, with the
 * numbers, instead of failing somewhere on the way.
 *
 * @param left the bytes that Java may still take
 */
record CheckedBackend(Backend backend, LongSupplier left) implements Backend {
  CheckedBackend(Backend backend) {
    this(backend, CheckedBackend::heapLeft);
  }

  private static long heapLeft() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
  }

  @Override
  public String name() {
    return backend.name();
  }

  @Override
  public int preference() {
    return backend.preference();
  }

  @Override
  public Optional<String> refusal() {
    return backend.refusal();
  }

  @Override
  public String description(Options options) {
    return backend.description(options);
  }

  /**
   * {@inheritDoc}
   *
   * @throws BackendException if a run of the program needs more memory than there is
   */
  @Override
  public Program compile(Graph graph, Options options) {
    Program program = backend.compile(graph, options);
    // The program holds its weights already, so they are no part of what is left.
    if (program.heapBytes() > left.getAsLong()) {
      // Much of what is taken may be garbage.
      System.gc();
      check(program);
    }
    return program;
  }

  private void check(Program program) {
    long free = left.getAsLong();
    if (program.heapBytes() <= free) {
      return;
    }
    String needed = Text.bytes(program.heapBytes());
    String weights = Text.bytes(program.weightBytes());
    program.close();
    throw new BackendException(
        "not enough memory: the run needs "
            + needed
            + " beside the weights' "
            + weights
            + ", Java has "
            + Text.bytes(Math.max(0, free))
            + " left of "
            + Text.bytes(Runtime.getRuntime().maxMemory())
            + "; allow more (VOXCAM_JVM_OPTIONS=-Xmx12g engine ..., or java -Xmx12g -jar engine.jar"
            + " ...) or give a smaller volume");
  }
}
