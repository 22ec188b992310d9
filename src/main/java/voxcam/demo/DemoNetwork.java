package voxcam.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.model.Model;
import voxcam.model.Task;
import voxcam.op.Conv;
import voxcam.op.FreeShape;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;
import voxcam.train.Initial;
import voxcam.volume.Prepared;
import voxcam.volume.Recipe;
import voxcam.volume.Volume;

/**
 * The demo's network: four convolutions, each with a ReLU, then flatten and one linear layer with
 * one logit for each {@link Abnormality}. The last feature map has three channels, for three {@link
 * Sight}s, and cells of 4 voxels (14.4 x 14.4 x 20 mm) that see 15 voxels of the scan, so that a
 * map at this layer can be read as a map of the chest. What a sight means, the linear layer decides
 * from its place.
 */
public final class DemoNetwork {
  /** What the channels of the last feature map are taught to see, wherever it lies. */
  enum Sight {
    /** Fluid around a lung. */
    FLUID(0),
    /** A mass in a lung. */
    MASS(1),
    /** Calcified tissue: of the heart, but bones too. */
    CALCIUM(2);

    private final int channel;

    Sight(int channel) {
      this.channel = channel;
    }

    int channel() {
      return channel;
    }

    static Sight of(Abnormality abnormality) {
      return switch (abnormality) {
        case RIGHT_EFFUSION, LEFT_EFFUSION -> FLUID;
        case RIGHT_NODULE, LEFT_NODULE -> MASS;
        case HEART_CALCIFICATION -> CALCIUM;
      };
    }
  }

  /**
   * The volume's recipe: the patient's axes, the body cut out, the range from air to bone as 0 to
   * 1.
   */
  private static final String RECIPE =
      """
      [{"step":"orient","codes":"RAS"},\
      {"step":"crop_or_pad","shape":[96,72,64],"value":-1000},\
      {"step":"clip","min":-1000,"max":600},\
      {"step":"scale","from":[-1000,600],"to":[0,1]}]\
      """;

  /** One sample's voxels. */
  static final Shape SAMPLE = Shape.of(96, 72, 64);

  /** The last feature map, which the maps explain. */
  static final String LAYER = "features";

  /** The same before its ReLU. */
  static final String EVIDENCE = "conv4";

  /** How many voxels wide a cell of the last feature map is. */
  static final int CELL = 4;

  /** The cells of the last feature map. */
  static final Shape CELLS = Shape.of(24, 18, 16);

  private static final String FILE = "demo.safetensors";
  private static final int STEM = 8;
  private static final int WIDE = 16;

  private DemoNetwork() {}

  /** The trained network as it lies in the jar; {@link TrainDemo} made it. */
  public static Model load() {
    try (InputStream in = DemoNetwork.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks voxcam/demo/" + FILE);
      }
      return Model.read("demo", in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("the jar's voxcam/demo/" + FILE + " cannot be read", e);
    }
  }

  /** A scan as the network sees it. */
  static Prepared prepare(Volume scan) {
    return Recipe.parse(RECIPE).apply(scan);
  }

  /** Every parameter's shape, by name. */
  static Map<String, Shape> parameters() {
    int labels = Abnormality.values().length;
    int sights = Sight.values().length;
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("conv1.weight", Shape.of(STEM, 1, 3, 3, 3));
    shapes.put("conv1.bias", Shape.of(STEM));
    shapes.put("conv2.weight", Shape.of(WIDE, STEM, 3, 3, 3));
    shapes.put("conv2.bias", Shape.of(WIDE));
    shapes.put("conv3.weight", Shape.of(WIDE, WIDE, 3, 3, 3));
    shapes.put("conv3.bias", Shape.of(WIDE));
    shapes.put("conv4.weight", Shape.of(sights, WIDE, 1, 1, 1));
    shapes.put("conv4.bias", Shape.of(sights));
    shapes.put("linear.weight", Shape.of(labels, sights * CELLS.length()));
    shapes.put("linear.bias", Shape.of(labels));
    return shapes;
  }

  /**
   * Random convolutions; sights that are rare from the start; a linear layer that says nothing yet.
   */
  static Map<String, Tensor> initial(RandomGenerator random) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    parameters()
        .forEach((name, shape) -> {
          boolean convolution = shape.rank() == 5;
          double constant = name.equals(EVIDENCE + ".bias") ? -2 : 0;
          values.put(
              name,
              convolution ? Initial.normal(shape, random) : Initial.constant(shape, constant));
        });
    return values;
  }

  /**
   * Adds the network to a graph.
   *
   * @param input {@code [N,1,96,72,64]}
   * @param parameter makes the node of a parameter from its name and shape
   * @return the logits {@code [N,labels]}
   */
  static Node logits(GraphBuilder builder, Node input, BiFunction<String, Shape, Node> parameter) {
    Map<String, Node> nodes = new LinkedHashMap<>();
    parameters().forEach((name, shape) -> nodes.put(name, parameter.apply(name, shape)));
    Node x = conv(builder, nodes, "conv1", "relu1", 2, input);
    x = conv(builder, nodes, "conv2", "relu2", 2, x);
    x = conv(builder, nodes, "conv3", "relu3", 1, x);
    x = conv(builder, nodes, EVIDENCE, LAYER, 1, x);
    x = builder.add("flatten", new Movement.Reshape(List.of(0, -1)), x);
    Linear gemm = new Linear.Gemm(1, 1, false, true);
    return builder.add("linear", gemm, x, nodes.get("linear.weight"), nodes.get("linear.bias"));
  }

  private static Node conv(
      GraphBuilder builder, Map<String, Node> nodes, String name, String relu, int stride, Node x) {
    Node weight = nodes.get(name + ".weight");
    int kernel = weight.shape().dim(-1);
    Window window = Window.cube(3, kernel, stride, kernel / 2, 1);
    Node sum = builder.add(name, new Conv.Forward(window, 1), x, weight, nodes.get(name + ".bias"));
    return builder.add(relu, new Unary.Relu(), sum);
  }

  /** The network with these parameters as a model with labels, layer and recipe. */
  static Model model(Map<String, Tensor> values) {
    GraphBuilder builder = new GraphBuilder();
    FreeShape shape = FreeShape.of("N", 1, SAMPLE.dim(0), SAMPLE.dim(1), SAMPLE.dim(2));
    Node input = builder.input("scan", shape);
    Node logits = logits(builder, input, (name, _) -> builder.constant(name, values.get(name)));
    return Model.of("demo", builder.build(List.of(logits)), Task.MULTILABEL, Abnormality.labels())
        .withLayer(LAYER)
        .withRecipe(RECIPE);
  }
}
