package voxcam.reference;

import java.util.Optional;
import voxcam.backend.Backend;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.op.InputException;

/**
 * The backend that others are compared with: double precision, one thread, slow. Taken only when
 * asked for by name.
 */
public final class ReferenceBackend implements Backend {
  @Override
  public String name() {
    return "reference";
  }

  @Override
  public int preference() {
    return -1;
  }

  @Override
  public Optional<String> refusal() {
    return Optional.empty();
  }

  @Override
  public String description(Options options) {
    return "double precision, 1 thread";
  }

  @Override
  public Program compile(Graph graph, Options options) {
    if (options.precision() != Options.Precision.FP32) {
      String precision = options.precision().word();
      throw new InputException(
          "device reference: precision " + precision + " is for GPUs, give fp32");
    }
    return new ReferenceProgram(graph, options.guarded());
  }
}
