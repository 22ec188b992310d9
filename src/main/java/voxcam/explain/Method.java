package voxcam.explain;

import java.util.List;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.InputException;

/** How a map is made of an activation and the gradient of a score at it. */
public sealed interface Method
    permits HiResCam, GradCam, GradCamPlusPlus, XGradCam, LayerCam, ElementwiseGradCam {
  /** The name that users give and that stands in file names. */
  String name();

  /** The name for people, as in titles. */
  String title();

  /** What the values are. */
  Meaning meaning();

  /**
   * Adds the map to a graph.
   *
   * @param activation the layer's output {@code [N,K,...]}
   * @param gradient the gradient of the score at it, of the same shape
   * @return the raw signed map {@code [N,...]}
   */
  Node map(GraphBuilder builder, Node activation, Node gradient);

  /** Every method. */
  static List<Method> all() {
    return List.of(
        new HiResCam(),
        new GradCam(),
        new GradCamPlusPlus(),
        new XGradCam(),
        new LayerCam(),
        new ElementwiseGradCam());
  }

  /**
   * The method of this name.
   *
   * @throws InputException if there is none
   */
  static Method named(String name) {
    return all().stream()
        .filter(method -> method.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new InputException(
                "method "
                    + name
                    + ": not known, give one of "
                    + String.join(", ", all().stream().map(Method::name).toList())));
  }
}
