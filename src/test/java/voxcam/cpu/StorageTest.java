package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import voxcam.backend.Options;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;

/** Which values share memory. */
final class StorageTest {
  private static final Shape SHAPE = Shape.of(10, 10);
  private static final Reduce SUM = new Reduce(Reduce.Kind.Sum, List.of(), false);

  private final GraphBuilder builder = new GraphBuilder();
  private final Node x = builder.input("x", SHAPE);

  @Test
  void aChainOfFunctionsNeedsOnePlace() {
    Node a = builder.add("a", new Unary.Exp(), x);
    Node b = builder.add("b", new Unary.Relu(), a);
    Node c = builder.add("c", new Binary(Binary.Kind.Mul), b, b);
    assertThat(storage(builder.add(SUM, c)).lengths()).containsExactly(100);
  }

  @Test
  void whatIsReadLaterIsNotWrittenOver() {
    Node a = builder.add("a", new Unary.Exp(), x);
    Node b = builder.add("b", new Unary.Relu(), a);
    Node c = builder.add("c", new Binary(Binary.Kind.Sub), b, a);
    assertThat(storage(builder.add(SUM, c)).lengths()).containsExactly(100, 100);
  }

  @Test
  void whatStretchesIsNotWrittenOver() {
    Node row = builder.add("row", new Reduce(Reduce.Kind.Sum, List.of(1), true), x);
    Node c = builder.add("c", new Binary(Binary.Kind.Sub), x, row);
    assertThat(storage(builder.add(SUM, c)).lengths()).containsExactly(100, 10);
  }

  @Test
  void outputsInputsAndConstantsLieElsewhere() {
    Node constant = builder.constant("constant", Tensor.filled(SHAPE, 2));
    Node a = builder.add("a", new Binary(Binary.Kind.Mul), x, constant);
    Node b = builder.add("b", new Unary.Exp(), a);
    Storage storage = storage(a, b);
    assertThat(storage.lengths()).isEmpty();
    assertThat(storage.slots())
        .containsExactlyInAnyOrder(Storage.ELSEWHERE, Storage.ELSEWHERE, Storage.OWN, Storage.OWN);
  }

  private Storage storage(Node... outputs) {
    Graph graph = builder.build(List.of(outputs));
    WeightBuffer buffer = new WeightBuffer(0);
    return Storage.shared(
        Schedule.of(
            graph, Layouts.choose(graph, node -> Kernels.forms(node, Options.DEFAULT, buffer))));
  }
}
