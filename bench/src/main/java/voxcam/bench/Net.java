package voxcam.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import voxcam.model.Model;
import voxcam.model.Task;
import voxcam.nets.Architectures;
import voxcam.nets.Network;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** The networks that are compared, the same as in {@code bench/peers/compared.py}. */
public enum Net {
  RESNET18_S1("resnet18-s1", "resnet18", "layer4", 3, 1, 1, 64, 128, 128),
  RESNET18("resnet18-s2", "resnet18:conv1_stride=2", "layer4", 3, 1, 1, 96, 96, 96),
  RESNET50("resnet50-s2", "resnet50:conv1_stride=2", "layer4", 3, 1, 1, 96, 96, 96),
  MEDICALNET("medicalnet-resnet18", "medicalnet-resnet18", "layer4", 3, 1, 1, 96, 96, 96),
  DENSENET121("densenet121", "densenet121", "class_layers.relu", 3, 1, 1, 96, 96, 96),
  SERESNET50("seresnet50", "seresnet50", "layer4", 3, 1, 1, 96, 96, 96),
  R3D("r3d_18", "r3d_18", "layer4", 400, 1, 3, 16, 112, 112),
  AXIALNET("axialnet", "axialnet", "conv2d.7", 80, 27, 3, 420, 420),
  UNET("monai-unet", "monai-unet", bottleneck(), 3, 1, 1, 96, 96, 96),
  SEGRESNET("segresnet", "segresnet", "down_layers.3", 3, 1, 1, 96, 96, 96),
  MESHNET5("meshnet-5", "meshnet", "relu7", 3, 1, 1, 128, 128, 128),
  MESHNET20("meshnet-20", "meshnet", "relu7", 3, 1, 1, 96, 96, 96);

  private final String weights;
  private final String arch;
  private final String layer;
  private final int classes;
  private final Shape input;

  Net(String weights, String arch, String layer, int classes, int... input) {
    this.weights = weights;
    this.arch = arch;
    this.layer = layer;
    this.classes = classes;
    this.input = Shape.of(input);
  }

  private static String bottleneck() {
    return "model.1.submodule.1.submodule.1.submodule.1.submodule";
  }

  /** The name of its weights, and of the files that the peers read. */
  String weights() {
    return weights;
  }

  String arch() {
    return arch;
  }

  /** The input of the comparison. */
  Shape input() {
    return input;
  }

  /** A smaller input, on which the reference answers in seconds. */
  Shape smallInput() {
    return switch (this) {
      case AXIALNET -> input.with(0, 1);
      case R3D -> Shape.of(1, 3, 4, 32, 32);
      case MESHNET5, MESHNET20 -> Shape.of(1, 1, 16, 16, 16);
      default -> Shape.of(1, 1, 64, 32, 32);
    };
  }

  /** The grid of the display map: of slabs, one plane for each. */
  Shape grid() {
    int[] dims = input.dims();
    return this == AXIALNET
        ? Shape.of(dims[0], dims[2], dims[3])
        : Shape.of(dims[2], dims[3], dims[4]);
  }

  /** The model, with weights drawn from a seed. */
  Model model() {
    Network network = Architectures.named(arch).build(drawn());
    Task task = Task.valueOf(network.task().toUpperCase(Locale.ROOT));
    List<String> labels = IntStream.range(0, classes).mapToObj(i -> "class " + i).toList();
    return Model.of(weights, network.graph(), task, labels).withLayer(layer);
  }

  /**
   * Weights by He's rule, so that activations neither vanish nor explode; statistics as of
   * activations of variance 1.
   */
  private Map<String, Tensor> drawn() {
    Random random = new Random(1);
    Map<String, Tensor> state = new LinkedHashMap<>();
    for (String line : shapes()) {
      String[] parts = line.split(" ", -1);
      int[] dims = IntStream.range(1, parts.length).map(i -> Integer.parseInt(parts[i])).toArray();
      state.put(parts[0], drawn(parts[0], Shape.of(dims), random));
    }
    return state;
  }

  private static Tensor drawn(String name, Shape shape, Random random) {
    if (shape.rank() < 2) {
      boolean spread = name.endsWith("weight") || name.endsWith("running_var");
      float[] values = new float[shape.length()];
      for (int i = 0; i < values.length; i++) {
        values[i] = spread ? 0.5f + random.nextFloat() / 2 : 0.1f * (float) random.nextGaussian();
      }
      return Tensor.of(shape, values);
    }
    double scale = Math.sqrt((shape.rank() == 2 ? 1.0 : 2.0) / shape.size(1, shape.rank()));
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return Tensor.of(shape, values);
  }

  private List<String> shapes() {
    try (var stream = Net.class.getResourceAsStream(weights + ".txt");
        var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
