package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static voxcam.model.Descriptions.graph;
import static voxcam.model.Descriptions.node;
import static voxcam.model.Descriptions.one;
import static voxcam.model.Descriptions.read;
import static voxcam.model.Descriptions.refused;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.InputException;
import voxcam.op.Movement;
import voxcam.op.Shape;
import voxcam.op.Window;

/**
 * What single nodes mean, in the forms that ONNX allows, and what is said where they mean nothing.
 */
final class NodeReadingTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Relu|[\"x\"]|{\"alpha\":1}|Relu: does not know the attribute alpha; it takes none",
        "Elu|[\"x\"]|{\"gamma\":1}|Elu: does not know the attribute gamma; it takes alpha",
        "Elu|[\"x\"]|{\"alpha\":\"a\"}"
            + "|Elu: the attribute alpha is the text \"a\", expected numbers",
        "Elu|[\"x\",\"x\"]|{}|Elu: has 2 inputs, takes 1",
        "Add|[\"x\",\"\",\"x\"]|{}|Add: input 1 is missing",
        "Conv|[\"x\"]|{}|Conv: has 1 inputs, takes 2 to 3",
        "Conv|[\"x\",\"w\"]|{\"pads\":[1,1]}"
            + "|Conv: the attribute pads has 2 values, expected 6",
        "Conv|[\"x\",\"w\"]|{\"auto_pad\":\"SAME\"}"
            + "|Conv: auto_pad is \"SAME\", known are NOTSET, VALID, SAME_UPPER, SAME_LOWER",
        "Conv|[\"x\",\"w\"]|{\"auto_pad\":\"VALID\",\"pads\":[1,1,1,1,1,1]}"
            + "|Conv: has both auto_pad and pads",
        "Conv|[\"x\",\"w\"]|{\"group\":2}|conv: input has 2 channels, weight expects 4 (input"
            + " [1,2,6,6,6], weight [4,2,3,3,3])",
        "Conv|[\"x\",\"bias\"]|{}"
            + "|Conv: the weight is [4], expected [K,C,...] with 1 to 3 spatial axes",
        "Conv|[\"x\",\"w\"]|{\"strides\":[0,1,1]}|window: kernel 3, stride 0, padding 0 and 0,"
            + " dilation 1; kernel, stride and dilation must be at least 1, padding at least 0",
        "ConvTranspose|[\"x\",\"w\"]|{\"output_shape\":[9,9]}"
            + "|ConvTranspose: the attribute output_shape has 2 values, expected 3",
        "MaxPool|[\"x\"]|{}|MaxPool: the attribute kernel_shape is missing",
        "MaxPool|[\"x\"]|{\"kernel_shape\":[2,2,2],\"storage_order\":1}"
            + "|MaxPool: the attribute storage_order is 1, only 0 is supported",
        "MaxPool|[\"x\"]|{\"kernel_shape\":[2,2,2],\"ceil_mode\":2}"
            + "|MaxPool: the attribute ceil_mode is the number 2, expected 0 or 1",
        "LpNormalization|[\"x\"]|{\"p\":1}"
            + "|LpNormalization: the attribute p is 1, only 2 is supported",
        "Reshape|[\"x\"]|{}|Reshape: shape is missing",
        "Reshape|[\"x\",\"x\"]|{}|Reshape: shape comes from \"x\", which is computed; it must be a"
            + " tensor of the file, a Constant or an attribute",
        "Reshape|[\"x\",\"idx\"]|{\"shape\":[1]}"
            + "|Reshape: shape is given twice, as an input and as an attribute",
        "Reshape|[\"x\",\"slope\"]|{}|Reshape: shape holds 0.25, expected whole numbers",
        "Reshape|[\"x\"]|{\"shape\":[99999999999]}|Reshape: shape is 99999999999, beyond 32 bits",
        "Reshape|[\"x\"]|{\"shape\":[-7]}|Reshape: the shape [-7] has a negative size",
        "Slice|[\"x\"]|{\"starts\":[0],\"ends\":[1,2]}"
            + "|Slice: starts, ends, axes and steps differ in length",
        "Slice|[\"x\"]|{\"starts\":[0,0],\"ends\":[1,1],\"axes\":[1,1]}"
            + "|Slice: axis 1 is named twice",
        "Slice|[\"x\"]|{\"starts\":[0],\"ends\":[1],\"steps\":[0]}"
            + "|Slice: step 0 on axis 0, give a step other than 0",
        "Pad|[\"x\"]|{\"pads\":[1,1,1]}"
            + "|Pad: pads has 3 values, expected a begin and an end per axis",
        "Pad|[\"x\"]|{\"pads\":[1,1],\"mode\":\"wrap\"}"
            + "|Pad: mode is \"wrap\", known are constant, edge, reflect",
        "Resize|[\"x\"]|{}|Resize: give either scales or sizes",
        "Resize|[\"x\"]|{\"scales\":[1,2,1,1,1]}"
            + "|Resize: changes axis 1; only spatial axes can be resized",
        "Resize|[\"x\"]|{\"scales\":[1,1,0,1,1]}|Resize: scales [0.0, 1.0, 1.0] must be above 0",
        "Resize|[\"x\"]|{\"mode\":\"cubic\"}|Resize: mode is \"cubic\", known are nearest, linear",
        "Dropout|[\"x\",\"\",\"bias\"]|{}"
            + "|Dropout: training_mode is set; export the network for inference",
        "Cast|[\"x\"]|{\"to\":7}"
            + "|Cast: to 7 is not supported, only to 1 (FLOAT) or 11 (DOUBLE)",
        "TopK|[\"x\"]|{}|TopK: k is missing",
        "Swish|[\"x\"]|{\"alpha\":2}|Swish: alpha is 2.0, only 1 is supported",
        "Gelu|[\"x\"]|{\"approximate\":\"no\"}"
            + "|Gelu: approximate is \"no\", give \"none\" or \"tanh\"",
        "GroupNormalization|[\"x\"]|{}|GroupNormalization: the attribute num_groups is missing",
        "BatchNormalization|[\"x\",\"bias\",\"bias\",\"bias\",\"bias\"]|{\"training_mode\":1}"
            + "|BatchNormalization: the attribute training_mode is 1, only 0 is supported",
        "Relu|[\"nothing\"]|{}|Relu: input \"nothing\" has no elements",
        "Expand|[\"x\"]|{\"shape\":[99999,99999,99999,2,2]}|Expand: sizes 2 and 99999 do not"
            + " broadcast (inputs [1,2,6,6,6], [99999,99999,99999,2,2])",
      })
  void whatANodeCannotMean(String op, String inputs, String attributes, String message) {
    assertThatThrownBy(() -> one("[1,2,6,6,6]", op, inputs, attributes))
        .isInstanceOf(InputException.class)
        .hasMessage("g: node n: " + message);
  }

  @ParameterizedTest
  @CsvSource({
    "SAME_UPPER,6,3,2,1,0,1",
    "SAME_LOWER,6,3,2,1,1,0",
    "SAME_UPPER,7,3,2,1,1,1",
    "SAME_UPPER,6,3,1,2,2,2",
    "SAME_LOWER,6,2,1,1,1,0",
    "SAME_UPPER,6,1,3,1,0,0",
    "VALID,6,3,2,1,0,0",
  })
  void automaticPadding(
      String auto, int size, int kernel, int stride, int dilation, int begin, int end) {
    Graph graph =
        one(
            "[1,1," + size + "]",
            "MaxPool",
            "[\"x\"]",
            "{\"auto_pad\":\"%s\",\"kernel_shape\":[%d],\"strides\":[%d],\"dilations\":[%d]}"
                .formatted(auto, kernel, stride, dilation));

    assertThat(graph.node("n").op().toString())
        .contains(new Window.Axis(kernel, stride, begin, end, dilation).toString());
    int sameSize = Math.ceilDiv(size, stride);
    assertThat(graph.node("n").shape().dim(2))
        .isEqualTo(auto.equals("VALID") ? (size - kernel) / stride + 1 : sameSize);
  }

  @Test
  void automaticPaddingOfFreeSizes() {
    String free = "[\"N\",2,\"D\",\"H\",\"W\"]";
    Graph graph = one(free, "Conv", "[\"x\",\"w\"]", "{\"auto_pad\":\"SAME_UPPER\"}");
    assertThat(graph.node("n").op()).isEqualTo(new Conv.Forward(Window.cube(3, 3, 1, 1, 1), 1));

    refused(
        graph(
            free,
            "y",
            node(
                "n",
                "Conv",
                "[\"x\",\"w\"]",
                "y",
                "{\"auto_pad\":\"SAME_UPPER\",\"strides\":[2,2,2]}")),
        "g: node n: Conv: auto_pad SAME with stride 2 depends on free sizes; give pads, or fixed"
            + " sizes to the graph's inputs");
  }

  @Test
  void automaticPaddingOfTransposedConvolution() {
    Graph graph =
        one(
            "[1,4,5,6,7]",
            "ConvTranspose",
            "[\"x\",\"w\"]",
            "{\"auto_pad\":\"SAME_UPPER\",\"strides\":[2,2,2]}");
    assertThat(graph.node("n").shape()).isEqualTo(Shape.of(1, 2, 10, 12, 14));
  }

  @Test
  void manyInputsBecomeAChain() {
    Graph sum = one("[1,2]", "Sum", "[\"x\",\"x\",\"x\"]", "{}");
    assertThat(sum.node("n").op().name()).isEqualTo("Add");
    assertThat(sum.node("n").input(0).op().name()).isEqualTo("Add");

    Graph mean = one("[1,2]", "Mean", "[\"x\",\"x\",\"x\"]", "{}");
    assertThat(mean.node("n").op().name()).isEqualTo("Div");
    assertThat(one("[1,2]", "Max", "[\"x\"]", "{}").node("n").op())
        .isEqualTo(new Movement.Identity());
  }

  @Test
  void constantsAreParametersAndTensors() {
    Graph graph =
        read(
            graph(
                "[1,2,6]",
                "z",
                """
                {"op":"Constant","inputs":[],"outputs":["shape"],"attributes":{"value_ints":[0,-1]}}\
                """,
                """
                {"op":"Constant","inputs":[],"outputs":["half"],"attributes":{"value_float":0.5}}\
                """,
                node("n", "Reshape", "[\"x\",\"shape\"]", "y", "{}"),
                node("m", "Mul", "[\"y\",\"half\"]", "z", "{}")));

    assertThat(graph.node("m").shape()).isEqualTo(Shape.of(1, 12));
    assertThat(graph.node("half").shape()).isEqualTo(Shape.SCALAR);
    refused(
        graph(
            "[1,2]",
            "x",
            """
            {"name":"c","op":"Constant","inputs":[],"outputs":["k"],"attributes":{"value":3}}\
            """),
        "g: node c: Constant: needs value_float, value_floats, value_int or value_ints; other"
            + " constants are tensors of the file");
  }

  @Test
  void splitBecomesSlices() {
    Graph graph =
        read(
            """
            {"inputs":[{"name":"x","shape":[1,7]}],"nodes":[{"name":"s","op":"Split","inputs":["x"],\
            "outputs":["a","","c"],"attributes":{"axis":1,"split":[2,1,4]}}],"outputs":["a","c"]}\
            """);

    assertThat(graph.outputs().stream().map(Node::name)).containsExactly("s.0", "s.2");
    assertThat(graph.outputs().stream().map(Node::shape))
        .containsExactly(Shape.of(1, 2), Shape.of(1, 4));
    refused(
        graph("[1,7]", "y", node("s", "Split", "[\"x\"]", "y", "{\"axis\":1,\"split\":[3]}")),
        "g: node s: Split: the parts [3] do not sum to 7, the size of axis 1");
  }

  @Test
  void onlyTheSecondOutputOfTopK() {
    Graph graph =
        read(
            """
            {"inputs":[{"name":"x","shape":[1,7]}],"nodes":[{"name":"t","op":"TopK","inputs":["x"],\
            "outputs":["","i"],"attributes":{"k":2}}],"outputs":["i"]}\
            """);

    assertThat(graph.outputs().get(0).name()).isEqualTo("t");
    assertThat(graph.outputs().get(0).op().toString()).contains("INDICES");
  }
}
