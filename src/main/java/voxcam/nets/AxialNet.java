package voxcam.nets;

import java.util.List;
import java.util.Map;
import voxcam.graph.Node;
import voxcam.op.InputException;
import voxcam.op.Tensor;
import voxcam.op.Window;

/**
 * AxialNet (Draelos and Carin, arXiv 2111.12215) with the parameter names of rachellea/hirescam,
 * attn_analysis/model_outputs_classes.py. The input is one volume as a batch of slabs {@code
 * [S,3,420,420]}: a 2D ResNet-18 without its head ({@code features.0} is its first convolution,
 * {@code features.4} to {@code features.7} are its stages), convolutions without padding ({@code
 * conv2d.0, conv2d.2, ...}, each with a ReLU behind it, {@code conv2d.1, conv2d.3, ...}), {@code
 * fc}, a convolution over all positions that are left, and the mean over the slabs, {@code
 * avgpool_1d}. Logits are one row {@code [1,K]} for the whole batch. The default layer is the last
 * ReLU, {@code conv2d.7}; its map is {@code [S,6,6]}.
 */
record AxialNet(String name, String task) implements Architecture {
  private static final List<String> MODULES =
      List.of(
          "features.0",
          "features.1",
          "features.2",
          "features.3",
          "features.4",
          "features.5",
          "features.6",
          "features.7");

  static AxialNet parse(Settings settings) {
    return new AxialNet(settings.name(), settings.task("multilabel"));
  }

  @Override
  public Network build(Map<String, Tensor> given) {
    Layers layers = new Layers(new Weights(name, given));
    Weights weights = layers.weights();
    if (!weights.has("conv2d.0.weight")) {
      throw new InputException(
          "axialnet: the weights lack conv2d.0.weight, the first convolution behind the ResNet-18");
    }
    ResNet2d.Trunk trunk = ResNet2d.trunk(layers, MODULES);
    Node x = trunk.output();
    int channels = trunk.channels();
    for (int i = 0; weights.has("conv2d." + i + ".weight"); i += 2) {
      String conv = "conv2d." + i;
      int outputs = weights.size(conv + ".weight", 0);
      x = layers.conv(conv, x, channels, outputs, unpadded(weights, conv));
      x = layers.relu("conv2d." + (i + 1), x);
      channels = outputs;
    }
    int classes = weights.size("fc.weight", 0);
    Node scores = layers.conv("fc", x, channels, classes, unpadded(weights, "fc"));
    return layers.network(layers.batchMean("avgpool_1d", scores), task, x);
  }

  private static Window unpadded(Weights weights, String conv) {
    return weights.window(conv + ".weight", 2, 1, false);
  }
}
