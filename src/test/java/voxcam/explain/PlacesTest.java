package voxcam.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.model.GoldenFile;
import voxcam.model.Model;
import voxcam.model.Space;
import voxcam.model.Task;
import voxcam.op.InputException;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Softmax;
import voxcam.op.Source;
import voxcam.op.Tensor;
import voxcam.op.Unary;

/** Maps of layers whose positions lie in other axes land where the positions are. */
final class PlacesTest {
  /** A ReLU of the input, and one linear layer that looks at all of it, in rows of logits. */
  private static Model model(Shape shape, int rows) {
    TinyNet net = new TinyNet(7, shape);
    Node layer = net.builder.add("layer", new Unary.Relu(), net.input);
    Node flat = net.builder.add(new Movement.Reshape(List.of(rows, -1)), layer);
    return net.model(net.linear("fc", flat, 3), Task.MULTICLASS);
  }

  private static Tensor input(Shape shape) {
    return new TinyNet(11, shape).values(shape);
  }

  private static Shape shape(String sizes) {
    return Shape.of(Arrays.stream(sizes.split("x")).mapToInt(Integer::parseInt).toArray());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        // Slabs in the batch, in the channels, with and without features of their own.
        "3x2x4x5   | 1 | 0,2,3 | none    | 3x4x5",
        "1x3x4x5   | 1 | 1,2,3 | none    | 3x4x5",
        "1x3x2x4x5 | 1 | 1,3,4 | none    | 3x4x5",
        "1x2x3x4x5 | 1 | 4,2,3 | none    | 5x3x4",
        "2x2x3x4x5 | 2 | 2,3,4 | none    | 2x3x4x5",
        // No axis along the depth, or along all but the slabs.
        "1x3x2x4x5 | 1 | -,3,4 | none    | 1x4x5",
        "3x7       | 1 | 0,-,- | none    | 3x1x1",
        // Tokens: alone, with others around, in the last axis, by head, for each slab of a batch.
        "1x24x5    | 1 | none  | 2x3x4   | 2x3x4",
        "1x25x5    | 1 | none  | 1+2x3x4 | 2x3x4",
        "2x27x5    | 2 | 1     | 2+4x3x2+1 | 2x4x3x2",
        "1x2x25x3  | 1 | 2     | 0+24+1  | 24",
        "1x5x24    | 1 | 2     | 2x3x4   | 2x3x4",
        "3x13x2    | 1 | 0,1   | 1+4x3   | 3x4x3",
        "24x1x5    | 1 | 0     | 3x2x4   | 3x2x4",
      })
  void mapsAreWhatTheirDefinitionSays(
      String sizes, int rows, String axes, String tokens, String cells) {
    Shape shape = shape(sizes.strip());
    Space space = Space.parse(Optional.ofNullable(axes), Optional.ofNullable(tokens)).orElseThrow();
    Model model = model(shape, rows);
    Tensor input = input(shape);
    Request request =
        Request.of(new Target.Index(1))
            .atLayers("layer")
            .by(new HiResCam(), new GradCam())
            .along(space);
    double[][] expected = expected(model, input, rows, space);
    for (String device : List.of("reference", "cpu")) {
      try (Explainer explainer = new Explainer(model, Backends.named(device), Options.DEFAULT)) {
        Explained explained = explainer.explain(input, request);
        for (int i = 0; i < 2; i++) {
          Explanation map = explained.maps().get(i);
          assertThat(map.map().shape()).as(device).isEqualTo(shape(cells));
          assertThat(map.map().doubles())
              .as("%s by %s", device, map.method().name())
              .usingComparatorWithPrecision(1e-5)
              .containsExactly(expected[i]);
        }
        // With what the other tokens pass by, the shares add up to the score.
        assertThat(explained.first().trust().residual()).as(device).isCloseTo(0, within(1e-4));
      }
    }
  }

  /** HiResCAM and Grad-CAM, value by value. */
  private static double[][] expected(Model model, Tensor input, int rows, Space space) {
    Shape shape = input.shape();
    double[] x = input.doubles();
    double[] weight =
        ((Source.Constant) model.graph().find("fc.w").orElseThrow().op()).value().doubles();
    int[][] at = new int[x.length][];
    int cells = 0;
    int channels = 0;
    for (int i = 0; i < x.length; i++) {
      at[i] = place(shape, i, rows, space);
      cells = Math.max(cells, at[i][0] + 1);
      channels = Math.max(channels, at[i][1] + 1);
    }
    int perRow = x.length / rows;
    int positions = cells / rows;
    double[] hirescam = new double[cells];
    double[] gradcam = new double[cells];
    double[][] mean = new double[rows][channels];
    for (int pass = 0; pass < 2; pass++) {
      for (int i = 0; i < x.length; i++) {
        if (at[i][0] >= 0) {
          double gradient = weight[perRow + i % perRow];
          double value = Math.max(0, x[i]);
          int row = at[i][0] / positions;
          if (pass == 0) {
            hirescam[at[i][0]] += gradient * value;
            mean[row][at[i][1]] += gradient / positions;
          } else {
            gradcam[at[i][0]] += mean[row][at[i][1]] * value;
          }
        }
      }
    }
    return new double[][] {hirescam, gradcam};
  }

  /** The cell of a value, or -1, and its channel. */
  private static int[] place(Shape shape, int index, int rows, Space space) {
    int[] at = new int[shape.rank()];
    int rest = index;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      at[axis] = rest % shape.dim(axis);
      rest /= shape.dim(axis);
    }
    int cell = space.axes().contains(0) || rows == 1 ? 0 : at[0];
    for (int i = 0; i < space.axes().size(); i++) {
      int axis = space.axes().get(i);
      if (axis != Space.NONE) {
        boolean last = i == space.axes().size() - 1 && space.tokens().isPresent();
        int size = last ? (int) space.tokens().get().positions() : shape.dim(axis);
        int position = at[axis] - (last ? space.tokens().get().before() : 0);
        if (position < 0 || position >= size) {
          return new int[] {-1, 0};
        }
        cell = cell * size + position;
      }
    }
    int channel = 0;
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (!space.axes().contains(axis) && (axis > 0 || rows == 1)) {
        channel = channel * shape.dim(axis) + at[axis];
      }
    }
    return new int[] {cell, channel};
  }

  @Test
  void theUsualAxesByNameGiveTheSameGraph() {
    for (String sizes : List.of("3x2x4x5", "1x2x3x4x5")) {
      Shape shape = shape(sizes);
      Request usual = Request.of(new Target.Index(0)).atLayers("layer");
      try (Explainer explainer = Explainer.of(model(shape, 1))) {
        Space named = shape.rank() == 4 ? Space.of(0, 2, 3) : Space.of(2, 3, 4);
        Graph one = explainer.graph(usual, Map.of("input", shape));
        Graph other = explainer.graph(usual.along(named), Map.of("input", shape));
        assertThat(other.nodes().stream().map(node -> node.op().name()).toList())
            .isEqualTo(one.nodes().stream().map(node -> node.op().name()).toList());
      }
    }
  }

  @Test
  void theModelTellsOfItsOwnLayer() {
    Shape shape = shape("1x2x3x4x5");
    Model model = model(shape, 1).withLayer("layer").withSpace(Space.of(4, 2, 3));
    Request request = Request.of(new Target.Index(0));
    assertThat(request.spaceOf(model, "layer")).contains(Space.of(4, 2, 3));
    assertThat(request.spaceOf(model, "other")).isEmpty();
    assertThat(request.spaceOf(shortNamed(shape), "own")).contains(Space.of(4, 2, 3));
    assertThat(request.along(Space.of(2, 3, 4)).spaceOf(model, "layer"))
        .contains(Space.of(2, 3, 4));
    try (Explainer explainer = Explainer.of(model)) {
      assertThat(explainer.explain(input(shape), request).first().map().shape())
          .isEqualTo(Shape.of(5, 3, 4));
    }
  }

  /** A model that keeps the axes of a layer whose name has a module's path before it. */
  private static Model shortNamed(Shape shape) {
    TinyNet net = new TinyNet(7, shape);
    Node layer = net.builder.add("/part/own/Relu", new Unary.Relu(), net.input);
    return net.model(net.linear("fc", net.flat(layer), 3), Task.MULTICLASS)
        .withLayer("/part/own/Relu")
        .withSpace(Space.of(4, 2, 3));
  }

  @Test
  void axesAreFollowedToTheLayer() {
    TinyNet net = new TinyNet(3, Shape.of(1, 2, 4, 6, 2));
    Node grid = net.layer("grid", net.input, 5);
    Node last = net.builder.add(new Movement.Transpose(List.of(0, 2, 3, 4, 1)), grid);
    Node channelsLast = net.builder.add("channelsLast", new Unary.Relu(), last);
    Node joined = net.builder.add(new Movement.Reshape(List.of(1, 48, 5)), channelsLast);
    Node tokens = net.builder.add("tokens", new Unary.Relu(), joined);
    Node heads = net.builder.add("heads", new Movement.Reshape(List.of(1, 48, 5, 1)), tokens);
    Node flat = net.builder.add(new Movement.Reshape(List.of(1, 48, 5)), heads);
    Node split = net.builder.add(new Movement.Reshape(List.of(1, 4, 6, 2, 5)), flat);
    Node back = net.builder.add("back", new Movement.Transpose(List.of(0, 4, 1, 2, 3)), split);
    Model model = net.model(net.linear("fc", net.flat(back), 3), Task.MULTICLASS);
    List<String> uncertain = Layers.uncertain(model.graph()).stream().map(Node::name).toList();
    assertThat(uncertain).containsExactly("channelsLast", "heads");
    assertThat(Layers.suggested(model.graph())).isSameAs(back);
  }

  /**
   * One block of attention over a class token and 24 others, whose class token makes the logits.
   */
  private static Model transformer(boolean ends) {
    TinyNet net = new TinyNet(3, Shape.of(1, 25, 4));
    Node scale = net.constant("scale", Shape.of(4));
    Node shift = net.constant("shift", Shape.of(4));
    Node norm = net.builder.add("norm1", new Norm.Layer(-1, 1e-5), net.input, scale, shift);
    Node turned = net.builder.add(new Movement.Transpose(List.of(0, 2, 1)), norm);
    Node similar = net.builder.add("similar", new Linear.MatMul(), norm, turned);
    Node shares = net.builder.add("shares", new Softmax.Plain(-1), similar);
    Node mixed = net.builder.add("mixed", new Linear.MatMul(), shares, norm);
    Node last = net.builder.add("norm2", new Norm.Layer(-1, 1e-5), mixed, scale, shift);
    List<Movement.Range> first = List.of(new Movement.Range(1, 0, 1, 1));
    Node token = net.builder.add(new Movement.Slice(first), last);
    Node logits = net.linear("fc", net.flat(token), 3);
    Node end = ends ? net.builder.add("end", new Softmax.Plain(-1), logits) : logits;
    return net.model(end, Task.MULTICLASS);
  }

  @Test
  void aSoftmaxOfTheScoresIsNoAttention() {
    Optional<Space> space = Space.parse(Optional.empty(), Optional.of("1+2x3x4"));
    for (boolean ends : new boolean[] {false, true}) {
      assertThat(Layers.suggested(transformer(ends).graph(), space).name()).isEqualTo("norm1");
    }
  }

  /** UNETR makes grids of its tokens again, whose axes are known once more. */
  @Test
  void gridsThatTokensWereMadeOfAreFollowed() {
    Graph graph = Model.open(GoldenFile.path("onnx/unetr.onnx")).graph();
    List<String> suitable = Layers.suitable(graph).stream().map(Node::name).toList();
    List<String> uncertain = Layers.uncertain(graph).stream().map(Node::name).toList();
    assertThat(suitable).contains("/Transpose", "/Transpose_3").anyMatch(isOf("decoder2"));
    // Channels last, before they go to their place again.
    assertThat(uncertain)
        .contains("/Reshape", "/Reshape_3")
        .allMatch(isOf("/vit/").or(isOf("/Reshape")));
    assertThat(Layers.suggested(graph).name()).isEqualTo("/Transpose_3");
  }

  private static Predicate<String> isOf(String module) {
    return name -> name.contains(module);
  }

  @Test
  void anAverageOverAllTokensMakesBothMethodsOne() {
    TinyNet net = new TinyNet(3, Shape.of(1, 4, 2, 3, 2));
    Node rows = net.builder.add(new Movement.Reshape(List.of(1, 4, 12)), net.input);
    Node tokens = net.builder.add(new Movement.Transpose(List.of(0, 2, 1)), rows);
    Node layer = net.builder.add("layer", new Unary.Relu(), tokens);
    Node mean = net.builder.add(new Reduce(Reduce.Kind.Mean, List.of(1), false), layer);
    Model model = net.model(net.linear("fc", mean, 3), Task.MULTICLASS);
    Optional<Space> space = Optional.of(Space.ofTokens(2, 3, 2));
    Head head = Head.of(model.graph(), layer, model.logits(), space);
    assertThat(head.coincide()).isTrue();
    assertThat(Layers.suggested(model.graph(), space)).isSameAs(layer);
    assertThat(Layers.ofTokens(model.graph())).contains(layer);
    assertThat(Layers.suitable(model.graph())).doesNotContain(layer);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "1x2x3x4x5 | 3,4,5 | none | space 3,4,5: layer layer [1,2,3,4,5] has the axes 0 to 4",
        "6x2x4x5 | 2,3 | none | space 2,3: layer layer [6,2,4,5] has 6 in axis 0 for 1 row(s) of logits; if these are the slabs of one volume, name axis 0, too",
        "1x25x5 | none | 2x3x4 | space 1, tokens 2x3x4: layer layer [1,25,5] has 25 tokens in axis 1, 2x3x4 are 24; did you mean 1+2x3x4",
        "2x3x4x5 | 0,2,3 | none | space 0,2,3: layer layer [2,3,4,5] has 2 in axis 0 for 2 row(s) of logits; give one volume at a time",
        "1x25x5 | none | 9x9 | space 1, tokens 9x9: layer layer [1,25,5] has 25 tokens in axis 1, 9x9 are 81",
      })
  void whatDoesNotFitIsRefused(String sizes, String axes, String tokens, String message) {
    Shape shape = shape(sizes);
    Space space = Space.parse(Optional.ofNullable(axes), Optional.ofNullable(tokens)).orElseThrow();
    Request request = Request.of(new Target.Index(1)).atLayers("layer").along(space);
    int rows = shape.dim(0) == 2 ? 2 : 1;
    try (Explainer explainer = Explainer.of(model(shape, rows))) {
      assertThatThrownBy(() -> explainer.explain(input(shape), request))
          .isInstanceOf(InputException.class)
          .hasMessage(message);
    }
  }

  @Test
  void tokensThatNothingWasSaidOfAreRefusedWithAGuess() {
    TinyNet net = new TinyNet(3, Shape.of(1, 1, 4, 6, 8));
    Node patches = net.builder.add(new Movement.Reshape(List.of(1, 24, 8)), net.input);
    Node layer = net.builder.add("tokens", new Unary.Relu(), patches);
    Model model = net.model(net.linear("fc", net.flat(layer), 3), Task.MULTICLASS);
    Request request = Request.of(new Target.Index(1)).atLayers("tokens");
    try (Explainer explainer = Explainer.of(model)) {
      assertThatThrownBy(() -> explainer.explain(net.values(net.input.shape()), request))
          .hasMessage(
              "layer tokens: its output [1,24,8] is no grid; if axis 1 holds tokens, say how they"
                  + " lie, as --tokens 2x3x4, or take another layer");
    }
  }
}
