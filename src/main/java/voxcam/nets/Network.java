package voxcam.nets;

import java.util.Optional;
import voxcam.graph.Graph;

/**
 * What an architecture makes of weights.
 *
 * @param graph batch and space of its input are free; its only output are the logits
 * @param task {@code multiclass}, {@code multilabel} or {@code segmentation}, the words of model
 *     files
 * @param layer the node to explain unless another one is asked for
 * @param recipe the preparation of the input that such networks are trained with, where that is
 *     known: the JSON text of a list of steps
 */
public record Network(Graph graph, String task, String layer, Optional<String> recipe) {
  Network withRecipe(String steps) {
    return new Network(graph, task, layer, Optional.of(steps));
  }
}
