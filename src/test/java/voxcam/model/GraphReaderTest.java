package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static voxcam.model.Descriptions.graph;
import static voxcam.model.Descriptions.node;
import static voxcam.model.Descriptions.read;
import static voxcam.model.Descriptions.refused;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Shape;

/** What a description as a whole means, and what is said where it means nothing. */
final class GraphReaderTest {
  @Test
  void anyOrderWillDo() {
    Graph graph =
        read(
            graph(
                "[1,2,5,5,5]",
                "y",
                node("last", "Relu", "[\"mid\"]", "y", "{}"),
                node("conv", "Conv", "[\"x\",\"w\",\"bias\"]", "c", "{}"),
                node("middle", "Sigmoid", "[\"c\"]", "mid", "{}")));

    assertThat(graph.nodes().stream().map(Node::name))
        .containsExactly("x", "w", "bias", "conv", "middle", "last");
    assertThat(graph.node("last").shape()).isEqualTo(Shape.of(1, 4, 3, 3, 3));
  }

  @Test
  void nodesInACircle() {
    refused(
        graph(
            "[1,2]",
            "d",
            node("a", "Relu", "[\"x\"]", "a", "{}"),
            node("b", "Add", "[\"a\",\"d\"]", "b", "{}"),
            node("c", "Relu", "[\"b\"]", "c", "{}"),
            node("d", "Relu", "[\"c\"]", "d", "{}")),
        "g: nodes in a circle: c, d, b");
    refused(
        graph("[1,2]", "y", node("self", "Add", "[\"x\",\"y\"]", "y", "{}")),
        "g: nodes in a circle: self");
  }

  @Test
  void unknownOperationsAreListedTogether() {
    refused(
        graph(
            "[1,2]",
            "c",
            node("one", "Einsum", "[\"x\"]", "a", "{}"),
            node("two", "Einsum", "[\"a\"]", "b", "{}"),
            node("three", "ConvInputGrad", "[\"b\"]", "c", "{}")),
        "g: operations that the engine does not have: ConvInputGrad (node three), Einsum (node one"
            + " and 1 more)");
  }

  @Test
  void missingInputsAreListedTogether() {
    refused(
        graph(
            "[1,2]",
            "b",
            node("one", "Add", "[\"x\",\"p\"]", "a", "{}"),
            node("two", "Add", "[\"a\",\"q\"]", "b", "{}")),
        "g: neither an input, nor a tensor of the file, nor a node's output: \"p\" (node one),"
            + " \"q\" (node two)");
  }

  @Test
  void namesMustDiffer() {
    refused(
        graph(
            "[1,2]",
            "b",
            node("one", "Relu", "[\"x\"]", "a", "{}"),
            node("one", "Relu", "[\"a\"]", "b", "{}")),
        "g: two nodes or inputs are named \"one\", names must differ");
    refused(
        graph(
            "[1,2]",
            "a",
            node("one", "Relu", "[\"x\"]", "a", "{}"),
            node("two", "Relu", "[\"x\"]", "a", "{}")),
        "g: node two: its output \"a\" is also an input, a tensor of the file or another node's"
            + " output");
    refused(
        graph("[1,2]", "w", node("one", "Relu", "[\"x\"]", "w", "{}")),
        "g: node one: its output \"w\" is also an input, a tensor of the file or another node's"
            + " output");
    refused(
        """
        {"inputs":[{"name":"x","shape":[1]},{"name":"x","shape":[1]}],"nodes":[],"outputs":["x"]}\
        """,
        "g: two inputs are named \"x\"");
    refused(
        """
        {"inputs":[{"name":"w","shape":[1]}],"nodes":[],"outputs":["w"]}\
        """,
        "g: \"w\" is both an input and a tensor of the file");
  }

  @Test
  void aTensorMayHaveTheNameOfANode() {
    Graph graph = read(graph("[1,2]", "y", node("relu", "PRelu", "[\"x\",\"relu\"]", "y", "{}")));

    assertThat(graph.node("relu").input(1).name()).isEqualTo("relu%value");
  }

  @Test
  void outputsMustBeComputed() {
    refused(
        graph("[1,2]", "nowhere", node("one", "Relu", "[\"x\"]", "a", "{}")),
        "g: the output \"nowhere\" is computed by no node");
    refused("{\"inputs\":[],\"nodes\":[],\"outputs\":[]}", "g: has no outputs");
    refused(
        """
        {"inputs":[{"name":"x","shape":[1,1,4]}],"nodes":[{"op":"MaxPool","inputs":["x"],\
        "outputs":["y","where"],"attributes":{"kernel_shape":[2]}}],"outputs":["y"]}\
        """,
        "g: node y: MaxPool: output 1, \"where\", is not supported");
  }

  @Test
  void tensorsThatNoArrayHolds() {
    refused(
        graph("[1]", "y", node("n", "Expand", "[\"x\"]", "y", "{\"shape\":[99999,99999]}")),
        "g: n would have the shape [99999,99999], one tensor holds at most 2^31 elements");
    refused(
        graph("[2147483647,2147483647,2147483647]", "x"),
        "g: x would have the shape [2147483647,2147483647,2147483647], one tensor holds at most"
            + " 2^31 elements");
  }

  @Test
  void formsOfTheDescription() {
    Map<String, String> refused = new LinkedHashMap<>();
    refused.put("[]", "g: is a list of 0, expected an object");
    refused.put("{}", "g: \"inputs\" is missing");
    refused.put(
        "{\"inputs\":{},\"nodes\":[],\"outputs\":[]}",
        "g: inputs is an object of 0, expected a list");
    refused.put(
        "{\"inputs\":[],\"nodes\":[],\"outputs\":[],\"extra\":1}",
        "g: \"extra\" is not known here, known are inputs, nodes, outputs");
    refused.put(
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[-1]}],\"nodes\":[],\"outputs\":[]}",
        "g: inputs[0]: shape holds the number -1, give a size of at least 1, or a name for a free"
            + " size");
    refused.put(
        "{\"inputs\":[],\"nodes\":[{\"op\":\"Relu\",\"inputs\":[],\"outputs\":[\"\"]}],\"outputs\":[]}",
        "g: nodes[0]: has no output");
    refused.put(
        "{\"inputs\":[],\"nodes\":[{\"name\":\"a\\nb\",\"op\":\"Relu\",\"inputs\":[],\"outputs\":[\"y\"]}],"
            + "\"outputs\":[]}",
        "g: nodes[0]: the name \"a?b\" has control characters or more than 500 characters");
    refused.forEach((text, message) -> refused(text, message));
  }
}
