package voxcam.nets;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import voxcam.graph.Node;
import voxcam.op.InputException;
import voxcam.op.Tensor;
import voxcam.op.Window;

/**
 * The plain U-Net (Ronneberger et al., arXiv 1505.04597, for volumes): two 3x3x3 convolutions with
 * batch normalisation and ReLU per level, max pooling down, transposed convolution up, the skip
 * before it in the concatenation, 1x1x1 at the end. Weights: {@code encoder.I.conv1}, {@code bn1},
 * {@code conv2}, {@code bn2} from level 0, the finest, to the bottleneck; {@code decoder.I.up} and
 * the same four; {@code final}. Nodes have these names; {@code encoder.I} and {@code decoder.I} are
 * the outputs of the levels.
 */
record UNet(String name, String task) implements Architecture {
  private static final Window CUBE = Window.cube(3, 3, 1, 1, 1);

  static UNet parse(Settings settings) {
    return new UNet(settings.name(), settings.task("segmentation"));
  }

  @Override
  public Network build(Map<String, Tensor> given) {
    Layers layers = new Layers(new Weights(name, given));
    Weights weights = layers.weights();
    int levels = 0;
    while (weights.has("encoder." + levels + ".conv1.weight")) {
      levels++;
    }
    if (levels < 2) {
      throw new InputException(
          "unet: the weights have "
              + levels
              + " levels encoder.0.conv1.weight, encoder.1.conv1.weight, ..., at least 2 are"
              + " needed");
    }
    int channels = weights.size("encoder.0.conv1.weight", 1);
    Node x = layers.input(channels);
    List<Node> skips = new ArrayList<>();
    List<Integer> widths = new ArrayList<>();
    for (int i = 0; i < levels; i++) {
      if (i > 0) {
        x = layers.maxPool("pools." + (i - 1), x, Window.cube(3, 2, 2, 0, 1));
      }
      int width = weights.size("encoder." + i + ".conv1.weight", 0);
      x = level(layers, "encoder." + i, x, channels, width);
      skips.add(x);
      widths.add(width);
      channels = width;
    }
    Node bottleneck = x;
    for (int i = levels - 2; i >= 0; i--) {
      String module = "decoder." + i;
      int width = widths.get(i);
      Node up = layers.up(module + ".up", x, channels, width);
      Node both = layers.concat(module + ".concat", skips.get(i), up);
      x = level(layers, module, both, width == Weights.ANY ? Weights.ANY : 2 * width, width);
      channels = width;
    }
    int classes = weights.size("final.weight", 0);
    Node logits = layers.conv("final", x, channels, classes, Window.cube(3, 1, 1, 0, 1));
    return layers.network(logits, task, bottleneck);
  }

  private static Node level(Layers layers, String module, Node x, int inputs, int width) {
    Node y = layers.conv(module + ".conv1", x, inputs, width, CUBE);
    y = layers.relu(module + ".relu1", layers.batchNorm(module + ".bn1", y, width));
    y = layers.conv(module + ".conv2", y, width, width, CUBE);
    return layers.relu(module, layers.batchNorm(module + ".bn2", y, width));
  }
}
