package voxcam.nets;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import voxcam.graph.Node;
import voxcam.op.InputException;
import voxcam.op.Tensor;
import voxcam.op.Window;

/**
 * MeshNet without normalisation, as neuroneural/brainchop has it: dilated convolutions at full
 * resolution, each with a ReLU, and a last one without. Nodes: {@code conv0, relu0, conv1, relu1,
 * ...}. How many, how wide, and the kernels follow from the weights; the padding keeps the size.
 *
 * @param dilations of all convolutions but the last; empty for 1-2-4-8-16-8-4-2-1
 */
record MeshNet(String name, Optional<List<Integer>> dilations, String task)
    implements Architecture {
  /** Brainchop's preparation: the whole volume scaled to 0..1. */
  private static final String RECIPE = "[{\"step\":\"minmax\"}]";

  private static final List<Integer> USUAL = List.of(1, 2, 4, 8, 16, 8, 4, 2, 1);

  static MeshNet parse(Settings settings) {
    return new MeshNet(
        settings.name(), settings.wholes("dilations"), settings.task("segmentation"));
  }

  @Override
  public Network build(Map<String, Tensor> given) {
    Layers layers = new Layers(new Weights(name, given));
    Weights weights = layers.weights();
    List<Integer> numbers =
        weights.names().stream()
            .filter(weight -> weight.matches("conv[0-9]{1,3}\\.weight"))
            .map(weight -> Integer.parseInt(weight.replaceAll("[^0-9]", "")))
            .sorted()
            .toList();
    List<Integer> steps = dilations.orElse(USUAL);
    if (numbers.size() != steps.size() + 1) {
      throw new InputException(
          ("meshnet: the weights have %d convolutions conv0, conv1, ..., the dilations %s need %d;"
                  + " give the option dilations")
              .formatted(numbers.size(), steps, steps.size() + 1));
    }
    int channels = weights.size("conv" + numbers.get(0) + ".weight", 1);
    Node x = layers.input(channels);
    for (int i = 0; i < numbers.size(); i++) {
      String conv = "conv" + numbers.get(i);
      int outputs = weights.size(conv + ".weight", 0);
      int kernel = Math.max(1, weights.size(conv + ".weight", 2));
      int dilation = i < steps.size() ? steps.get(i) : 1;
      Window window = Window.cube(3, kernel, 1, dilation * (kernel / 2), dilation);
      x = layers.conv(conv, x, channels, outputs, window);
      channels = outputs;
      if (i < steps.size()) {
        x = layers.relu("relu" + numbers.get(i), x);
      }
    }
    return layers.network(x, task, x.input(0)).withRecipe(RECIPE);
  }
}
