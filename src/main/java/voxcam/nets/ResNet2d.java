package voxcam.nets;

import java.util.List;
import java.util.Map;
import voxcam.graph.Node;
import voxcam.op.Tensor;
import voxcam.op.Window;

/**
 * torchvision's resnet18 for images {@code [N,C,H,W]} (pytorch/vision,
 * torchvision/models/resnet.py; He et al., arXiv 1512.03385). Nodes: {@code conv1, bn1, relu,
 * maxpool}, in blocks {@code layer1.0.conv1} and so on, {@code layer1.0}; a stage's last block
 * bears the stage's name, {@code layer1}.
 */
record ResNet2d(String name, String task) implements Architecture {
  private static final List<String> MODULES =
      List.of("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4");
  private static final int BLOCKS = 2;

  /** What comes out of the last stage. */
  record Trunk(Node output, int channels) {}

  static ResNet2d parse(Settings settings) {
    return new ResNet2d(settings.name(), settings.task("multiclass"));
  }

  @Override
  public Network build(Map<String, Tensor> given) {
    Layers layers = new Layers(new Weights(name, given));
    Trunk trunk = trunk(layers, MODULES);
    Node logits = layers.head("fc", trunk.output(), trunk.channels());
    return layers.network(logits, task, trunk.output());
  }

  /** The network without its head, its modules under the given names. */
  static Trunk trunk(Layers layers, List<String> modules) {
    Weights weights = layers.weights();
    String first = modules.get(0);
    int channels = weights.size(first + ".weight", 0);
    int inputs = weights.size(first + ".weight", 1);
    Node x = layers.image(inputs);
    x = layers.conv(first, x, inputs, channels, Window.cube(2, 7, 2, 3, 1));
    x = layers.relu(modules.get(2), layers.batchNorm(modules.get(1), x, channels));
    x = layers.maxPool(modules.get(3), x, Window.cube(2, 3, 2, 1, 1));
    for (int stage = 1; stage <= 4; stage++) {
      String module = modules.get(stage + 3);
      for (int i = 0; i < BLOCKS; i++) {
        String block = module + "." + i;
        int outputs = weights.size(block + ".conv1.weight", 0);
        String result = i == BLOCKS - 1 ? module : block;
        x = block(layers, x, block, result, channels, outputs, stage > 1 && i == 0 ? 2 : 1);
        channels = outputs;
      }
    }
    return new Trunk(x, channels);
  }

  private static Node block(
      Layers layers, Node x, String module, String result, int inputs, int outputs, int stride) {
    Node y = layers.conv(module + ".conv1", x, inputs, outputs, Window.cube(2, 3, stride, 1, 1));
    y = layers.relu(module + ".relu1", layers.batchNorm(module + ".bn1", y, outputs));
    y = layers.conv(module + ".conv2", y, outputs, outputs, Window.cube(2, 3, 1, 1, 1));
    y = layers.batchNorm(module + ".bn2", y, outputs);
    Node skip = x;
    if (stride > 1 || inputs != outputs || layers.weights().has(module + ".downsample.0.weight")) {
      Window point = Window.cube(2, 1, stride, 0, 1);
      skip = layers.conv(module + ".downsample.0", x, inputs, outputs, point);
      skip = layers.batchNorm(module + ".downsample.1", skip, outputs);
    }
    return layers.relu(result, layers.add(module + ".add", y, skip));
  }
}
