package voxcam.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Binary.Kind;
import voxcam.op.Chain;
import voxcam.op.Movement;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Where;

/** Which operations become one, and that the same comes out. */
class ChainsTest {
  private static final Shape SHAPE = Shape.of(2, 3, 4, 4, 4);
  private static final Unary RELU = new Unary.Relu();
  private static final Unary SIGMOID = new Unary.Sigmoid();

  private final GraphBuilder b = new GraphBuilder();
  private final Node x = b.input("x", SHAPE);

  private static Binary binary(Kind kind) {
    return new Binary(kind);
  }

  /** What is computed, after the pass, as names of operations with the lengths of chains. */
  private List<String> after(Node... outputs) {
    Graph graph = b.build(List.of(outputs));
    Graph joined = Chains.apply(graph);
    assertThat(joined.outputs())
        .extracting(Node::name)
        .containsExactlyElementsOf(graph.outputs().stream().map(Node::name).toList());
    assertSame(graph, joined);
    assertThat(Plan.of(joined).bytes(Float.BYTES))
        .isLessThanOrEqualTo(Plan.of(graph).bytes(Float.BYTES));
    return joined.nodes().stream()
        .map(Node::op)
        .filter(op -> !(op instanceof Source))
        .map(op -> op instanceof Chain(var steps) ? "Chain " + steps.size() : op.name())
        .toList();
  }

  private static void assertSame(Graph graph, Graph joined) {
    try (Program one = Backends.named("reference").compile(graph, Options.DEFAULT);
        Program other = Backends.named("reference").compile(joined, Options.DEFAULT)) {
      Random random = new Random(5);
      float[] values = new float[SHAPE.length()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      Map<String, Tensor> given = Map.of("x", Tensor.of(SHAPE, values));
      List<Tensor> expected = one.run(given);
      List<Tensor> actual = other.run(given);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(actual.get(i).doubles()).isEqualTo(expected.get(i).doubles());
      }
    }
  }

  @Test
  void geluInPartsIsOne() {
    Node scaled = b.add("scaled", binary(Kind.Div), x, b.scalar(Math.sqrt(2)));
    Node erf = b.add("erf", new Unary.Erf(), scaled);
    Node raised = b.add("raised", binary(Kind.Add), erf, b.scalar(1));
    Node gated = b.add("gated", binary(Kind.Mul), x, raised);
    assertThat(after(b.add("half", binary(Kind.Mul), gated, b.scalar(0.5))))
        .containsExactly("Chain 5");
  }

  @Test
  void aGateOfChannelsJoinsWhatFollowsIt() {
    Node mean = b.add("mean", new Pool.GlobalAverage(), x);
    Node gate = b.add("gate", SIGMOID, mean);
    Node scaled = b.add("scaled", binary(Kind.Mul), x, gate);
    Node sum = b.add("sum", binary(Kind.Add), scaled, x);
    // The gate has another shape: within the chain it would be computed for each position.
    assertThat(after(b.add("relu", RELU, sum)))
        .containsExactly("GlobalAveragePool", "Sigmoid", "Chain 3");
  }

  @Test
  void whatIsAnOutputEndsAChain() {
    Node one = b.add("one", RELU, x);
    Node two = b.add("two", new Unary.Exp(), one);
    Node three = b.add("three", new Unary.Neg(), two);
    Node four = b.add("four", SIGMOID, three);
    assertThat(after(two, four)).containsExactly("Chain 2", "Chain 2");
  }

  @Test
  void whatTwoReadEndsAChain() {
    Node one = b.add("one", RELU, x);
    Node two = b.add("two", new Unary.Exp(), one);
    Node sum = b.add("sum", new Reduce(Reduce.Kind.Sum, List.of(), false), two);
    Node three = b.add("three", new Unary.Neg(), two);
    assertThat(after(sum, b.add("four", SIGMOID, three)))
        .containsExactly("Chain 2", "ReduceSum", "Chain 2");
  }

  @Test
  void oneReaderMayReadTwice() {
    Node one = b.add("one", new Unary.Tanh(), x);
    Node square = b.add("square", binary(Kind.Mul), one, one);
    assertThat(after(b.add("where", new Where(), square, square, x))).containsExactly("Chain 3");
  }

  @Test
  void operationsOfAnotherShapeAndOthersEndAChain() {
    Node one =
        b.add(
            "one",
            RELU,
            b.add("part", new Movement.Slice(List.of(new Movement.Range(0, 0, 1, 1))), x));
    Node grown = b.add("grown", binary(Kind.Add), one, x);
    Node two = b.add("two", SIGMOID, grown);
    Node flat = b.add("flat", new Movement.Flatten(1), two);
    assertThat(after(b.add("three", RELU, flat)))
        .containsExactly("Slice", "Relu", "Chain 2", "Flatten", "Relu");
  }

  @Test
  void stepsAndInputsAreLimited() {
    Node last = x;
    for (int i = 0; i < 11; i++) {
      last = b.add("step" + i, i % 2 == 0 ? SIGMOID : new Unary.Neg(), last);
    }
    assertThat(after(last)).containsExactly("Chain 8", "Chain 3");
  }

  @Test
  void inputsAreLimited() {
    Node last = x;
    for (int i = 0; i < 7; i++) {
      last = b.add("sum" + i, binary(Kind.Add), last, b.constant("c" + i, Tensor.scalar(i)));
    }
    assertThat(after(last)).containsExactly("Chain 4", "Chain 3");
  }

  @Test
  void nothingIsKeptForLongerThanIsSaved() {
    Node one = b.add("one", new Reduce(Reduce.Kind.Max, List.of(0), true), x);
    Node two = b.add("two", new Reduce(Reduce.Kind.Min, List.of(0), true), x);
    Node sum = b.add("sum", binary(Kind.Add), one, two);
    Node other = b.add("other", new Reduce(Reduce.Kind.Sum, List.of(0), true), x);
    assertThat(after(b.add("late", binary(Kind.Mul), sum, other)))
        .containsExactly("ReduceMax", "ReduceMin", "Add", "ReduceSum", "Mul");
  }

  @Test
  void whatIsSavedMayBeKeptInAnotherForm() {
    Node one = b.add("one", new Reduce(Reduce.Kind.Max, List.of(0), true), x);
    Node gate = b.add("gate", SIGMOID, one);
    Node other = b.add("other", new Reduce(Reduce.Kind.Sum, List.of(0), true), x);
    assertThat(after(b.add("late", binary(Kind.Mul), gate, other)))
        .containsExactly("ReduceMax", "ReduceSum", "Chain 2");
  }

  @Test
  void aValueIsFollowedByOneChainOnly() {
    Node left = b.add("left", SIGMOID, b.add("a", RELU, x));
    Node right = b.add("right", new Unary.Tanh(), b.add("b", new Unary.Neg(), x));
    Op mul = binary(Kind.Mul);
    assertThat(after(b.add("product", mul, left, right))).containsExactly("Chain 2", "Chain 3");
  }
}
