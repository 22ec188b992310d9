package voxcam.backend;

import java.util.List;
import java.util.Map;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * The check of what a run is given, one for all backends so that they refuse the same things in the
 * same words.
 */
public final class Inputs {
  private Inputs() {}

  /**
   * Checks that every input that {@code pruned} still has is given, that nothing is given that
   * {@code graph} does not know, and that shapes are those of the graph.
   *
   * @param graph what the caller compiled
   * @param pruned what is left of it; an input that no output needs may be given or not
   * @throws InputException if not
   */
  public static void check(Graph graph, Graph pruned, Map<String, Tensor> given) {
    List<Node> known = graph.inputs();
    for (Node input : pruned.inputs()) {
      if (!given.containsKey(input.name())) {
        throw new InputException(
            "run: input "
                + input.name()
                + " "
                + input.shape()
                + " is missing, got "
                + listed(given));
      }
    }
    for (Map.Entry<String, Tensor> entry : given.entrySet()) {
      Shape shape = entry.getValue().shape();
      Node input =
          known.stream()
              .filter(node -> node.name().equals(entry.getKey()))
              .findFirst()
              .orElseThrow(() ->
                  new InputException(
                      "run: there is no input "
                          + entry.getKey()
                          + ", give "
                          + String.join(", ", names(known))));
      if (!shape.equals(input.shape())) {
        throw new InputException(
            "run: input "
                + input.name()
                + " is "
                + shape
                + ", the program was compiled for "
                + input.shape());
      }
    }
  }

  /**
   * What was given for one input, if it suits.
   *
   * @param given null if nothing was
   * @throws InputException if it is missing or of another shape
   */
  public static Tensor checked(String name, Shape shape, Tensor given) {
    if (given == null) {
      throw new InputException("input " + name + ": missing, give a tensor of shape " + shape);
    }
    if (!given.shape().equals(shape)) {
      throw new InputException(
          "input " + name + ": shape is " + given.shape() + ", the program was made for " + shape);
    }
    return given;
  }

  private static List<String> names(List<Node> nodes) {
    return nodes.stream().map(Node::name).toList();
  }

  private static String listed(Map<String, Tensor> given) {
    return given.isEmpty()
        ? "nothing"
        : String.join(", ", given.keySet().stream().sorted().toList());
  }
}
