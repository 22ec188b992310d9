package voxcam.nets;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import voxcam.graph.Node;
import voxcam.op.Tensor;
import voxcam.op.Window;

/**
 * Residual networks for volumes with MONAI's and MedicalNet's parameter names (Project-MONAI/MONAI,
 * monai/networks/nets/resnet.py; Tencent/MedicalNet, models/resnet.py). Nodes: {@code conv1, bn1,
 * relu, maxpool}, in blocks {@code layer2.0.conv1} and so on, and {@code layer2.0}, the block's
 * output; a stage's last block bears the stage's name, {@code layer2}. Weights without {@code fc}
 * give a network whose output is {@code layer4}. Shortcut A has its true gradient, where those two
 * cut it.
 *
 * @param depth 10, 18, 34 or 50
 * @param conv1Stride of the first convolution
 * @param maxPool whether max pooling follows it
 * @param dilated whether stages 3 and 4 dilate by 2 and 4 instead of striding
 * @param shortcut "A" or "B", or empty to see it from the weights
 */
record ResNet(
    String name,
    int depth,
    int conv1Stride,
    boolean maxPool,
    boolean dilated,
    Optional<String> shortcut,
    String task)
    implements Architecture {
  private static final List<Integer> STRIDES = List.of(1, 2, 2, 2);
  private static final List<Integer> DILATED_STRIDES = List.of(1, 2, 1, 1);
  private static final List<Integer> DILATIONS = List.of(1, 1, 2, 4);

  static ResNet parse(int depth, boolean medicalNet, Settings settings) {
    return new ResNet(
        settings.name(),
        depth,
        settings.whole("conv1_stride", medicalNet ? 2 : 1),
        settings.flag("max_pool", true),
        settings.flag("dilated", medicalNet),
        settings.choice("shortcut", List.of("A", "B")),
        settings.task("multiclass"));
  }

  private List<Integer> blocks() {
    return switch (depth) {
      case 10 -> List.of(1, 1, 1, 1);
      case 18 -> List.of(2, 2, 2, 2);
      default -> List.of(3, 4, 6, 3);
    };
  }

  private boolean isBottleneck() {
    return depth >= 50;
  }

  @Override
  public Network build(Map<String, Tensor> given) {
    Layers layers = new Layers(new Weights(name, given));
    Weights weights = layers.weights();
    int channels = weights.size("conv1.weight", 0);
    int inputs = weights.size("conv1.weight", 1);
    int kernel = Math.max(1, weights.size("conv1.weight", 2));
    Window first = Window.cube(3, kernel, conv1Stride, kernel / 2, 1);
    Node x = layers.conv("conv1", layers.input(inputs), inputs, channels, first);
    x = layers.relu("relu", layers.batchNorm("bn1", x, channels));
    if (maxPool) {
      x = layers.maxPool("maxpool", x, Window.cube(3, 3, 2, 1, 1));
    }
    for (int stage = 0; stage < 4; stage++) {
      for (int i = 0; i < blocks().get(stage); i++) {
        Block block = block(weights, stage, i, channels);
        x = block.build(layers, x);
        channels = block.outputs();
      }
    }
    boolean head = weights.has("fc.weight") || weights.has("fc.bias");
    return layers.network(head ? layers.head("fc", x, channels) : x, head ? task : "multilabel", x);
  }

  private Block block(Weights weights, int stage, int index, int inputs) {
    String module = "layer" + (stage + 1) + "." + index;
    int planes = weights.size(module + ".conv1.weight", 0);
    int outputs = isBottleneck() ? weights.size(module + ".conv3.weight", 0) : planes;
    int stride = index > 0 ? 1 : (dilated ? DILATED_STRIDES : STRIDES).get(stage);
    boolean hasWeights = weights.has(module + ".downsample.0.weight");
    Shortcut skip = Shortcut.NONE;
    if (stride > 1 || inputs != outputs || hasWeights) {
      skip = Shortcut.valueOf(shortcut.orElse(hasWeights || !isPadded(weights) ? "B" : "A"));
    }
    return new Block(
        module,
        index == blocks().get(stage) - 1 ? "layer" + (stage + 1) : module,
        inputs,
        planes,
        outputs,
        stride,
        dilated ? DILATIONS.get(stage) : 1,
        isBottleneck(),
        skip);
  }

  /** Whether no shortcut has weights; stage 2 needs one in any case. */
  private static boolean isPadded(Weights weights) {
    return weights.names().stream().noneMatch(weight -> weight.contains(".downsample."));
  }

  /** What joins the block's input to its output where their shapes differ. */
  private enum Shortcut {
    NONE,
    /** Sub-sampling and channels of zeros. */
    A,
    /** A 1x1x1 convolution and batch normalisation. */
    B
  }

  private record Block(
      String module,
      String name,
      int inputs,
      int planes,
      int outputs,
      int stride,
      int dilation,
      boolean bottleneck,
      Shortcut shortcut) {
    private static final Window POINT = Window.cube(3, 1, 1, 0, 1);

    Node build(Layers layers, Node x) {
      Window wide = Window.cube(3, 3, stride, dilation, dilation);
      Node y;
      if (bottleneck) {
        y = layers.relu(at("relu1"), step(layers, x, "1", inputs, planes, POINT));
        y = layers.relu(at("relu2"), step(layers, y, "2", planes, planes, wide));
        y = step(layers, y, "3", planes, outputs, POINT);
      } else {
        Window inner = Window.cube(3, 3, 1, dilation, dilation);
        y = layers.relu(at("relu1"), step(layers, x, "1", inputs, planes, wide));
        y = step(layers, y, "2", planes, outputs, inner);
      }
      return layers.relu(name, layers.add(at("add"), y, skip(layers, x)));
    }

    private Node step(Layers layers, Node x, String number, int from, int to, Window window) {
      Node y = layers.conv(at("conv" + number), x, from, to, window);
      return layers.batchNorm(at("bn" + number), y, to);
    }

    private Node skip(Layers layers, Node x) {
      return switch (shortcut) {
        case NONE -> x;
        case A -> layers.subsample(at("downsample"), x, inputs, outputs, stride);
        case B -> {
          Window window = Window.cube(3, 1, stride, 0, 1);
          Node y = layers.conv(at("downsample.0"), x, inputs, outputs, window);
          yield layers.batchNorm(at("downsample.1"), y, outputs);
        }
      };
    }

    private String at(String part) {
      return module + "." + part;
    }
  }
}
