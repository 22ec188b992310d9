package voxcam.nets;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import voxcam.graph.Node;
import voxcam.op.InputException;
import voxcam.op.Tensor;
import voxcam.op.Window;

/**
 * MONAI's SegResNet for volumes with its parameter names (Project-MONAI/MONAI,
 * monai/networks/nets/segresnet.py; Myronenko, arXiv 1810.11654, without the autoencoder): residual
 * blocks of group normalisation, ReLU and convolution twice, strided convolutions down, 1x1x1
 * convolutions and trilinear enlargement up, skips added. How many levels and blocks, and their
 * widths, follow from the weights. Nodes: {@code convInit.conv}, in blocks {@code
 * down_layers.0.1.norm1, act1, conv1.conv} and so on, {@code down_layers.0.1}, the sum; a level's
 * last block bears the level's name. The default layer is the deepest of them, {@code
 * down_layers.3}.
 *
 * @param groups of every normalisation
 */
record SegResNet(String name, int groups, String task) implements Architecture {
  private static final int USUAL_GROUPS = 8;
  private static final Window CUBE = Window.cube(3, 3, 1, 1, 1);
  private static final Window POINT = Window.cube(3, 1, 1, 0, 1);

  static SegResNet parse(Settings settings) {
    return new SegResNet(
        settings.name(), settings.whole("groups", USUAL_GROUPS), settings.task("segmentation"));
  }

  @Override
  public Network build(Map<String, Tensor> given) {
    Layers layers = new Layers(new Weights(name, given));
    Weights weights = layers.weights();
    int width = weights.size("convInit.conv.weight", 0);
    if (width != Weights.ANY && width % groups != 0) {
      throw new InputException(
          "segresnet: %d channels do not divide into %d groups; give the option groups"
              .formatted(width, groups));
    }
    int inputs = weights.size("convInit.conv.weight", 1);
    Node x = layers.conv("convInit.conv", layers.input(inputs), inputs, width, CUBE);
    List<Node> skips = new ArrayList<>();
    List<Integer> widths = new ArrayList<>();
    int channels = width;
    for (int level = 0; level == 0 || weights.hasUnder(down(level) + "."); level++) {
      if (level > 0) {
        String conv = down(level) + ".0.conv";
        int outputs = weights.size(conv + ".weight", 0);
        x = layers.conv(conv, x, channels, outputs, Window.cube(3, 3, 2, 1, 1));
        channels = outputs;
      }
      x = blocks(layers, down(level), 1, x, channels);
      skips.add(x);
      widths.add(channels);
    }
    Node bottleneck = x;
    for (int i = 0; i < skips.size() - 1; i++) {
      int level = skips.size() - 2 - i;
      String module = "up_samples." + i;
      int outputs = widths.get(level);
      x = layers.conv(module + ".0.conv", x, channels, outputs, POINT);
      x = layers.add(module + ".add", layers.enlarge(module, x), skips.get(level));
      x = blocks(layers, "up_layers." + i, 0, x, outputs);
      channels = outputs;
    }
    x = layers.relu("conv_final.1", layers.groupNorm("conv_final.0", x, channels, groups));
    int classes = weights.size("conv_final.2.conv.weight", 0);
    Node logits = layers.conv("conv_final.2.conv", x, channels, classes, POINT);
    return layers.network(logits, task, bottleneck);
  }

  private static String down(int level) {
    return "down_layers." + level;
  }

  /** All residual blocks of a level, numbered from {@code first}. */
  private Node blocks(Layers layers, String module, int first, Node x, int channels) {
    Weights weights = layers.weights();
    Node y = x;
    for (int i = first; weights.hasUnder(module + "." + i + "."); i++) {
      boolean last = !weights.hasUnder(module + "." + (i + 1) + ".");
      y = block(layers, module + "." + i, last ? module : module + "." + i, y, channels);
    }
    return y;
  }

  private Node block(Layers layers, String module, String result, Node x, int channels) {
    Node y = x;
    for (int i = 1; i <= 2; i++) {
      y = layers.groupNorm(module + ".norm" + i, y, channels, groups);
      y = layers.relu(module + ".act" + i, y);
      y = layers.conv(module + ".conv" + i + ".conv", y, channels, channels, CUBE);
    }
    return layers.add(result, y, x);
  }
}
