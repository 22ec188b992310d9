package voxcam.grad;

import java.util.List;
import java.util.Map;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Tensor;

/** Runs one node of a builder on the reference backend. */
final class Runs {
  private Runs() {}

  static double[] values(GraphBuilder builder, Node node, Map<String, Tensor> inputs) {
    try (Program program =
        Backends.named("reference").compile(builder.build(List.of(node)), Options.DEFAULT)) {
      return program.run(inputs).get(0).doubles();
    }
  }
}
