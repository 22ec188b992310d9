package voxcam.demo;

import java.util.ArrayList;
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
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;
import voxcam.train.Initial;

/**
 * The demo's network: three convolutions, each with a ReLU, then flatten and one linear layer with
 * one logit for each {@link Abnormality}. Cells of the last feature map are 4 voxels wide (14.4 x
 * 14.4 x 20 mm) and see little beyond themselves, so that a map at this layer can be read as a map
 * of the chest.
 */
final class DemoNetwork {
  /**
   * The volume's recipe: the patient's axes, the body cut out, the range from air to bone as 0 to
   * 1.
   */
  static final String RECIPE =
      """
      [{"step":"orient","codes":"RAS"},\
      {"step":"crop_or_pad","shape":[96,72,64],"value":-1000},\
      {"step":"clip","min":-1000,"max":600},\
      {"step":"scale","from":[-1000,600],"to":[0,1]}]\
      """;

  /** One sample, without the batch. */
  static final Shape SAMPLE = Shape.of(1, 96, 72, 64);

  /** The last feature map, which the maps explain. */
  static final String LAYER = "features";

  private static final int STEM = 8;
  private static final int WIDE = 16;
  private static final int FEATURES = 3;
  private static final Shape CELLS = Shape.of(24, 18, 16);

  private DemoNetwork() {}

  /** Every parameter's shape, by name. */
  static Map<String, Shape> parameters() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("conv1.weight", Shape.of(STEM, 1, 3, 3, 3));
    shapes.put("conv1.bias", Shape.of(STEM));
    shapes.put("conv2.weight", Shape.of(WIDE, STEM, 3, 3, 3));
    shapes.put("conv2.bias", Shape.of(WIDE));
    shapes.put("conv3.weight", Shape.of(WIDE, WIDE, 3, 3, 3));
    shapes.put("conv3.bias", Shape.of(WIDE));
    shapes.put("conv4.weight", Shape.of(FEATURES, WIDE, 1, 1, 1));
    shapes.put("conv4.bias", Shape.of(FEATURES));
    shapes.put("linear.weight", Shape.of(Abnormality.values().length, FEATURES * CELLS.length()));
    shapes.put("linear.bias", Shape.of(Abnormality.values().length));
    return shapes;
  }

  /** Random convolutions, and a linear layer that says nothing yet. */
  static Map<String, Tensor> initial(RandomGenerator random) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    parameters()
        .forEach((name, shape) ->
            values.put(
                name,
                shape.rank() == 5
                    ? Initial.normal(shape, random)
                    : Initial.constant(shape, name.equals("conv4.bias") ? -2 : 0)));
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
    x = conv(builder, nodes, "conv4", LAYER, 1, x);
    x = builder.add("flatten", new Movement.Reshape(List.of(0, -1)), x);
    Linear gemm = new Linear.Gemm(1, 1, false, true);
    return builder.add("logits", gemm, x, nodes.get("linear.weight"), nodes.get("linear.bias"));
  }

  private static Node conv(
      GraphBuilder builder, Map<String, Node> nodes, String name, String relu, int stride, Node x) {
    Node weight = nodes.get(name + ".weight");
    int kernel = weight.shape().dim(-1);
    Window window = Window.cube(3, kernel, stride, kernel / 2, 1);
    Node sum = builder.add(name, new Conv.Forward(window, 1), x, weight, nodes.get(name + ".bias"));
    return builder.add(relu, new Unary.Relu(), sum);
  }

  /** The trained network as a model with labels, layer and recipe. */
  static Model model(Map<String, Tensor> values) {
    GraphBuilder builder = new GraphBuilder();
    List<Integer> sizes = new ArrayList<>(List.of(1));
    for (int dim : SAMPLE.dims()) {
      sizes.add(dim);
    }
    Node input =
        builder.input("scan", Shape.of(sizes.stream().mapToInt(Integer::intValue).toArray()));
    Node logits = logits(builder, input, (name, _) -> builder.constant(name, values.get(name)));
    return Model.of("demo", builder.build(List.of(logits)), Task.MULTILABEL, Abnormality.labels())
        .withLayer(LAYER)
        .withRecipe(RECIPE);
  }
}
