package voxcam.nets;

import java.util.List;
import java.util.Map;
import voxcam.graph.Node;
import voxcam.op.Tensor;
import voxcam.op.Window;

/**
 * Densely connected networks for volumes with MONAI's parameter names (Project-MONAI/MONAI,
 * monai/networks/nets/densenet.py; Huang et al., arXiv 1608.06993). Nodes: {@code features.conv0,
 * norm0, relu0, pool0}, in blocks {@code features.denseblock1.denselayer1.layers.norm1} and so on,
 * {@code features.denseblock1.denselayer1}, the concatenation; a block's last concatenation bears
 * the block's name, {@code features.transition1} is that transition's pooling. The default layer is
 * {@code class_layers.relu}, which feeds the averages.
 *
 * @param depth 121, 169, 201 or 264
 */
record DenseNet(String name, int depth, String task) implements Architecture {
  private static final Window POINT = Window.cube(3, 1, 1, 0, 1);

  static DenseNet parse(int depth, Settings settings) {
    return new DenseNet(settings.name(), depth, settings.task("multiclass"));
  }

  private List<Integer> blocks() {
    return switch (depth) {
      case 121 -> List.of(6, 12, 24, 16);
      case 169 -> List.of(6, 12, 32, 32);
      case 201 -> List.of(6, 12, 48, 32);
      default -> List.of(6, 12, 64, 48);
    };
  }

  /** A value and how many channels it has, as far as the weights tell. */
  private record Features(Node node, int channels) {}

  @Override
  public Network build(Map<String, Tensor> given) {
    Layers layers = new Layers(new Weights(name, given));
    Features x = stem(layers);
    for (int i = 1; i <= 4; i++) {
      x = block(layers, "features.denseblock" + i, x, blocks().get(i - 1));
      if (i < 4) {
        x = transition(layers, "features.transition" + i, x);
      }
    }
    Node y = layers.batchNorm("features.norm5", x.node(), x.channels());
    Node last = layers.relu("class_layers.relu", y);
    Node logits =
        layers.head(
            "class_layers.pool", "class_layers.flatten", "class_layers.out", last, x.channels());
    return layers.network(logits, task, last);
  }

  private static Features stem(Layers layers) {
    int channels = layers.weights().size("features.conv0.weight", 0);
    int inputs = layers.weights().size("features.conv0.weight", 1);
    Node x = layers.input(inputs);
    x = layers.conv("features.conv0", x, inputs, channels, Window.cube(3, 7, 2, 3, 1));
    x = layers.relu("features.relu0", layers.batchNorm("features.norm0", x, channels));
    return new Features(layers.maxPool("features.pool0", x, Window.cube(3, 3, 2, 1, 1)), channels);
  }

  private static Features block(Layers layers, String module, Features x, int count) {
    Features all = x;
    for (int i = 1; i <= count; i++) {
      String layer = module + ".denselayer" + i;
      Features more = layer(layers, layer + ".layers.", all);
      Node both = layers.concat(i == count ? module : layer, all.node(), more.node());
      all = new Features(both, Weights.together(all.channels(), more.channels()));
    }
    return all;
  }

  private static Features layer(Layers layers, String at, Features x) {
    int width = layers.weights().size(at + "conv1.weight", 0);
    int growth = layers.weights().size(at + "conv2.weight", 0);
    Node y = layers.batchNorm(at + "norm1", x.node(), x.channels());
    y = layers.conv(at + "conv1", layers.relu(at + "relu1", y), x.channels(), width, POINT);
    y = layers.relu(at + "relu2", layers.batchNorm(at + "norm2", y, width));
    return new Features(
        layers.conv(at + "conv2", y, width, growth, Window.cube(3, 3, 1, 1, 1)), growth);
  }

  private static Features transition(Layers layers, String module, Features x) {
    int outputs = layers.weights().size(module + ".conv.weight", 0);
    Node y = layers.batchNorm(module + ".norm", x.node(), x.channels());
    y = layers.relu(module + ".relu", y);
    y = layers.conv(module + ".conv", y, x.channels(), outputs, POINT);
    return new Features(layers.averagePool(module, y, Window.cube(3, 2, 2, 0, 1)), outputs);
  }
}
