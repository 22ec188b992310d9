package voxcam.nets;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import voxcam.graph.Node;
import voxcam.op.InputException;
import voxcam.op.Tensor;
import voxcam.op.Window;

/**
 * MONAI's UNet for volumes with its parameter names (Project-MONAI/MONAI,
 * monai/networks/nets/unet.py): each level strides in its first convolution, transposed
 * convolutions enlarge, PReLU. Whether there are residual units and how many, widths, kernels and
 * the normalisation (of instances, or of the batch) follow from the weights. Levels are nested:
 * {@code model.0} goes down, {@code model.1.submodule} is all that lies deeper and {@code model.1}
 * its concatenation with {@code model.0}, {@code model.2} goes up; so again {@code
 * model.1.submodule.0} and so on. The default layer is the bottleneck, {@code
 * model.1.submodule...submodule}. A convolution's last step bears its module's name, {@code
 * model.0.conv.unit0} behind {@code model.0.conv.unit0.conv} and {@code model.0.conv.unit0.adn.N}.
 *
 * @param strides of the levels, the finest first; empty for 2 everywhere
 */
record MonaiUNet(String name, Optional<List<Integer>> strides, String task)
    implements Architecture {
  static MonaiUNet parse(Settings settings) {
    return new MonaiUNet(
        settings.name(), settings.wholes("strides"), settings.task("segmentation"));
  }

  @Override
  public Network build(Map<String, Tensor> given) {
    Layers layers = new Layers(new Weights(name, given));
    Weights weights = layers.weights();
    int levels = 1;
    for (String at = "model."; weights.hasUnder(inner(at) + ".0."); at = inner(at) + ".") {
      levels++;
    }
    List<Integer> steps = strides.orElse(Collections.nCopies(levels, 2));
    if (steps.size() != levels) {
      throw new InputException(
          "monai-unet: the weights have %d levels above the bottleneck, the strides %s are %d; give"
                  .formatted(levels, steps, steps.size())
              + " the option strides one for each");
    }
    Nest nest = new Nest(layers, steps);
    int inputs = weights.size(nest.firstConv("model.0") + ".weight", 1);
    Features logits = nest.level(0, "model.", new Features(layers.input(inputs), inputs));
    return layers.network(logits.node(), task, nest.bottleneck);
  }

  private static String inner(String at) {
    return at + "1.submodule";
  }

  /** A value and how many channels it has, as far as the weights tell. */
  private record Features(Node node, int channels) {}

  /** The levels, one inside the other. */
  private static final class Nest {
    private final Layers layers;
    private final Weights weights;
    private final List<Integer> strides;
    private Node bottleneck;

    Nest(Layers layers, List<Integer> strides) {
      this.layers = layers;
      this.weights = layers.weights();
      this.strides = strides;
    }

    /** Everything from a level down to the bottleneck and up again. */
    Features level(int depth, String at, Features x) {
      int stride = strides.get(depth);
      Features down = block(at + "0", x, stride, true);
      Features below;
      if (depth + 1 < strides.size()) {
        below = level(depth + 1, inner(at) + ".", down);
      } else {
        below = block(inner(at), down, 1, true);
        bottleneck = below.node();
      }
      Features both =
          new Features(
              layers.concat(at + "1", down.node(), below.node()),
              Weights.together(down.channels(), below.channels()));
      return up(at + "2", both, stride, depth > 0);
    }

    /** The first convolution of a block that goes down. */
    String firstConv(String module) {
      return isResidual(module) ? module + ".conv.unit0.conv" : module + ".conv";
    }

    private boolean isResidual(String module) {
      return weights.hasUnder(module + ".conv.unit");
    }

    private Features block(String module, Features x, int stride, boolean activated) {
      return isResidual(module)
          ? residual(module, module, x, stride, activated)
          : convolution(module, x, stride, activated);
    }

    /** One convolution, behind it normalisation and activation, unless the network ends there. */
    private Features convolution(String module, Features x, int stride, boolean activated) {
      String conv = module + ".conv";
      int outputs = weights.size(conv + ".weight", 0);
      Window window = weights.window(conv + ".weight", 3, stride, true);
      Node y = layers.conv(conv, x.node(), x.channels(), outputs, window);
      return new Features(activated ? activated(module, y, outputs) : y, outputs);
    }

    private Node activated(String module, Node x, int channels) {
      String norm = module + ".adn.N";
      Node y =
          weights.has(norm + ".running_mean")
              ? layers.batchNorm(norm, x, channels)
              : layers.instanceNorm(norm, x, channels);
      return layers.prelu(module, module + ".adn.A", y);
    }

    private Features residual(
        String module, String result, Features x, int stride, boolean activated) {
      Features y = x;
      for (int i = 0; i == 0 || weights.hasUnder(unit(module, i) + "."); i++) {
        boolean last = !weights.hasUnder(unit(module, i + 1) + ".");
        y = convolution(unit(module, i), y, i == 0 ? stride : 1, activated || !last);
      }
      Node skip = x.node();
      String residual = module + ".residual";
      boolean differs = stride > 1 || x.channels() != y.channels();
      if (differs || weights.has(residual + ".weight")) {
        checkStride(unit(module, 0) + ".conv.weight", residual + ".weight", stride);
        Window window = weights.window(residual + ".weight", 3, stride, true);
        skip = layers.conv(residual, x.node(), x.channels(), y.channels(), window);
      }
      return new Features(layers.add(result, y.node(), skip), y.channels());
    }

    /**
     * A skip that strides has the block's kernel, one that changes channels alone has kernel 1: a
     * wrong stride would otherwise give wrong logits in silence.
     */
    private void checkStride(String block, String skip, int stride) {
      int kernel = weights.size(skip, 2);
      int wide = weights.size(block, 2);
      boolean strides = kernel == wide;
      if (kernel > 0 && wide > 1 && strides != stride > 1) {
        throw new InputException(
            "monai-unet: %s has kernel %d, which belongs to a stride %s, not to %d; give the option strides"
                .formatted(skip, kernel, strides ? "above 1" : "of 1", stride));
      }
    }

    private static String unit(String module, int index) {
      return module + ".conv.unit" + index;
    }

    /** A transposed convolution, alone or with a residual unit behind it. */
    private Features up(String module, Features x, int stride, boolean activated) {
      boolean refined = weights.hasUnder(module + ".0.");
      String first = refined ? module + ".0" : module;
      String conv = first + ".conv";
      int outputs = weights.size(conv + ".weight", 1);
      Window window = weights.window(conv + ".weight", 3, stride, true);
      Node y = layers.up(conv, x.node(), x.channels(), outputs, window, stride - 1);
      if (refined || activated) {
        y = activated(first, y, outputs);
      }
      Features enlarged = new Features(y, outputs);
      return refined ? residual(module + ".1", module, enlarged, 1, activated) : enlarged;
    }
  }
}
