package voxcam.nets;

import java.util.List;
import java.util.Map;
import voxcam.graph.Node;
import voxcam.op.Tensor;
import voxcam.op.Window;

/**
 * torchvision's r3d_18 (pytorch/vision, torchvision/models/video/resnet.py): the first convolution
 * sees 3x7x7 and strides over height and width only, no max pooling. Nodes: {@code stem.0, stem.1,
 * stem}, in blocks {@code layer1.0.conv1.0} and so on, {@code layer1.0}; a stage's last block bears
 * the stage's name, {@code layer1}.
 */
record VideoResNet(String name, String task) implements Architecture {
  private static final int BLOCKS = 2;

  static VideoResNet parse(Settings settings) {
    return new VideoResNet(settings.name(), settings.task("multiclass"));
  }

  @Override
  public Network build(Map<String, Tensor> given) {
    Layers layers = new Layers(new Weights(name, given));
    Weights weights = layers.weights();
    int channels = weights.size("stem.0.weight", 0);
    int inputs = weights.size("stem.0.weight", 1);
    Window first =
        new Window(
            List.of(
                new Window.Axis(3, 1, 1, 1, 1),
                new Window.Axis(7, 2, 3, 3, 1),
                new Window.Axis(7, 2, 3, 3, 1)));
    Node x = layers.conv("stem.0", layers.input(inputs), inputs, channels, first);
    x = layers.relu("stem", layers.batchNorm("stem.1", x, channels));
    for (int stage = 1; stage <= 4; stage++) {
      for (int i = 0; i < BLOCKS; i++) {
        String module = "layer" + stage + "." + i;
        int outputs = weights.size(module + ".conv1.0.weight", 0);
        String result = i == BLOCKS - 1 ? "layer" + stage : module;
        x = block(layers, x, module, result, channels, outputs, stage > 1 && i == 0 ? 2 : 1);
        channels = outputs;
      }
    }
    return layers.network(layers.head("fc", x, channels), task, x);
  }

  private static Node block(
      Layers layers, Node x, String module, String result, int inputs, int outputs, int stride) {
    Node y = layers.conv(module + ".conv1.0", x, inputs, outputs, Window.cube(3, 3, stride, 1, 1));
    y = layers.relu(module + ".conv1.2", layers.batchNorm(module + ".conv1.1", y, outputs));
    y = layers.conv(module + ".conv2.0", y, outputs, outputs, Window.cube(3, 3, 1, 1, 1));
    y = layers.batchNorm(module + ".conv2.1", y, outputs);
    Node skip = x;
    if (stride > 1 || inputs != outputs || layers.weights().has(module + ".downsample.0.weight")) {
      Window point = Window.cube(3, 1, stride, 0, 1);
      skip = layers.conv(module + ".downsample.0", x, inputs, outputs, point);
      skip = layers.batchNorm(module + ".downsample.1", skip, outputs);
    }
    return layers.relu(result, layers.add(module + ".add", y, skip));
  }
}
