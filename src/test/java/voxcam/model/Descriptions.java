package voxcam.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import voxcam.graph.Graph;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Small graphs as files tell them, and what reading them gives. */
final class Descriptions {
  private static final Map<String, Tensor> TENSORS =
      Map.of(
          "w", Tensor.filled(Shape.of(4, 2, 3, 3, 3), 0.1),
          "bias", Tensor.filled(Shape.of(4), 0.5),
          "slope", Tensor.filled(Shape.of(1), 0.25),
          "idx", Tensor.of(Shape.of(2), 0f, 1f),
          "relu", Tensor.filled(Shape.of(1), 2));

  private Descriptions() {}

  static String graph(String input, String output, String... nodes) {
    return """
    {"inputs":[{"name":"x","shape":%s}],"nodes":[%s],"outputs":["%s"]}\
    """
        .formatted(input, String.join(",", nodes), output);
  }

  static String node(String name, String op, String inputs, String output, String attributes) {
    return """
    {"name":"%s","op":"%s","inputs":%s,"outputs":["%s"],"attributes":%s}\
    """
        .formatted(name, op, inputs, output, attributes);
  }

  static Graph read(String text) {
    return GraphReader.read(
        "g", Description.parse("g", text), new Constants(TENSORS, Set.of("nothing")));
  }

  static Graph one(String shape, String op, String inputs, String attributes) {
    return read(graph(shape, "y", node("n", op, inputs, "y", attributes)));
  }

  static void refused(String text, String message) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(InputException.class).hasMessage(message);
  }
}
