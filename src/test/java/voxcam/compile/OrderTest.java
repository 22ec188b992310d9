package voxcam.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Unary;

/** Sums come as soon as they can, and so free what they are made of. */
final class OrderTest {
  private static final Reduce SUM = new Reduce(Reduce.Kind.Sum, List.of(), false);

  private final GraphBuilder builder = new GraphBuilder();

  @Test
  void sumsComeBehindWhatTheySum() {
    Node x = builder.input("x", Shape.of(2, 3));
    Node a = builder.add("a", new Unary.Exp(), x);
    Node b = builder.add("b", new Unary.Exp(), a);
    Node ofA = builder.add("of a", SUM, a);
    Node ofB = builder.add("of b", SUM, b);
    assertThat(names(b, ofA, ofB)).containsExactly("x", "a", "of a", "b", "of b");
  }

  @Test
  void aProductThatOnlyASumReadsComesWithIt() {
    Node x = builder.input("x", Shape.of(2, 3));
    Node a = builder.add("a", new Unary.Exp(), x);
    Node b = builder.add("b", new Unary.Exp(), a);
    Node c = builder.add("c", new Unary.Exp(), b);
    Node product = builder.add("product", new Binary(Binary.Kind.Mul), a, b);
    Node sum = builder.add("sum", SUM, product);
    assertThat(names(c, sum)).containsExactly("x", "a", "b", "product", "sum", "c");
  }

  @Test
  void aProductThatIsReadTwiceStays() {
    Node x = builder.input("x", Shape.of(2, 3));
    Node a = builder.add("a", new Unary.Exp(), x);
    Node b = builder.add("b", new Unary.Exp(), a);
    Node product = builder.add("product", new Binary(Binary.Kind.Mul), a, a);
    Node sum = builder.add("sum", SUM, product);
    Node more = builder.add("more", new Unary.Exp(), product);
    assertThat(names(b, sum, more)).containsExactly("x", "a", "b", "product", "sum", "more");
  }

  @Test
  void anOutputMayBeASumOfInputs() {
    Node x = builder.input("x", Shape.of(2, 3));
    Node y = builder.input("y", Shape.of(2, 3));
    Node sum = builder.add("sum", SUM, builder.add("both", new Binary(Binary.Kind.Add), x, y));
    assertThat(names(sum)).containsExactly("x", "y", "both", "sum");
  }

  private List<String> names(Node... outputs) {
    Graph graph = builder.build(List.of(outputs));
    Graph ordered = Order.apply(graph);
    assertThat(ordered.outputs())
        .extracting(Node::name)
        .containsExactlyElementsOf(graph.outputs().stream().map(Node::name).toList());
    return ordered.nodes().stream().map(Node::name).toList();
  }
}
