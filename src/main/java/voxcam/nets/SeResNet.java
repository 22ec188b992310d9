package voxcam.nets;

import java.util.List;
import java.util.Map;
import voxcam.graph.Node;
import voxcam.op.Tensor;
import voxcam.op.Window;

/**
 * SE-ResNet-50 for volumes with MONAI's parameter names (Project-MONAI/MONAI,
 * monai/networks/nets/senet.py; Hu et al., arXiv 1709.01507): bottlenecks whose first convolution
 * strides, each with squeeze and excitation before the sum; the first pooling has no padding and
 * counts an incomplete window. Nodes: {@code layer0.conv1, layer0.bn1, layer0.relu1, layer0}, in
 * blocks {@code layer1.0.conv1.conv, layer1.0.conv1.adn.N, layer1.0.conv1}, {@code
 * layer1.0.se_layer} and {@code layer1.0}; a stage's last block bears the stage's name, {@code
 * layer4}.
 */
record SeResNet(String name, String task) implements Architecture {
  private static final List<Integer> BLOCKS = List.of(3, 4, 6, 3);

  static SeResNet parse(Settings settings) {
    return new SeResNet(settings.name(), settings.task("multiclass"));
  }

  @Override
  public Network build(Map<String, Tensor> given) {
    Layers layers = new Layers(new Weights(name, given));
    Weights weights = layers.weights();
    int channels = weights.size("layer0.conv1.weight", 0);
    int inputs = weights.size("layer0.conv1.weight", 1);
    Node x = layers.input(inputs);
    x = layers.conv("layer0.conv1", x, inputs, channels, Window.cube(3, 7, 2, 3, 1));
    x = layers.relu("layer0.relu1", layers.batchNorm("layer0.bn1", x, channels));
    x = layers.maxPool("layer0", x, Window.cube(3, 3, 2, 0, 1), true);
    for (int stage = 1; stage <= BLOCKS.size(); stage++) {
      int count = BLOCKS.get(stage - 1);
      for (int i = 0; i < count; i++) {
        String module = "layer" + stage + "." + i;
        String result = i == count - 1 ? "layer" + stage : module;
        x = block(layers, module, result, x, channels, stage > 1 && i == 0 ? 2 : 1);
        channels = weights.size(module + ".conv3.conv.weight", 0);
      }
    }
    Node logits = layers.head("adaptive_avg_pool", "flatten", "last_linear", x, channels);
    return layers.network(logits, task, x);
  }

  private static Node block(
      Layers layers, String module, String result, Node x, int inputs, int stride) {
    Weights weights = layers.weights();
    int planes = weights.size(module + ".conv1.conv.weight", 0);
    int outputs = weights.size(module + ".conv3.conv.weight", 0);
    Window point = Window.cube(3, 1, 1, 0, 1);
    Window down = Window.cube(3, 1, stride, 0, 1);
    Node y = normalised(layers, module + ".conv1", x, inputs, planes, down);
    y = layers.relu(module + ".conv1", y);
    y = normalised(layers, module + ".conv2", y, planes, planes, Window.cube(3, 3, 1, 1, 1));
    y = layers.relu(module + ".conv2", y);
    y = normalised(layers, module + ".conv3", y, planes, outputs, point);
    y = layers.excite(module + ".se_layer", y, outputs);
    Node skip = x;
    if (stride > 1 || inputs != outputs || weights.has(module + ".project.conv.weight")) {
      skip = normalised(layers, module + ".project", x, inputs, outputs, down);
    }
    return layers.relu(result, layers.add(module + ".add", y, skip));
  }

  private static Node normalised(
      Layers layers, String module, Node x, int inputs, int outputs, Window window) {
    Node y = layers.conv(module + ".conv", x, inputs, outputs, window);
    return layers.batchNorm(module + ".adn.N", y, outputs);
  }
}
