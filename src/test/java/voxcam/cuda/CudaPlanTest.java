package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import voxcam.cuda.CudaPlan.Origin;
import voxcam.cuda.CudaPlan.Step;
import voxcam.cuda.CudaPlan.Value;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Movement;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;

/** Where values lie. */
final class CudaPlanTest {
  /** Nothing that runs. */
  private record Nothing(long scratch) implements Work {
    @Override
    public String algorithm() {
      return "";
    }

    @Override
    public void start(Stream stream, long[] inputs, long output, long scratch) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  private static Graph chain(int length) {
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", Shape.of(2, 65));
    Node unread = b.constant("unread", Tensor.filled(Shape.of(9), 1));
    assertThat(unread.shape().rank()).isEqualTo(1);
    Node sum = b.add("sum", new Binary(Binary.Kind.Add), x, b.constant("c", Tensor.scalar(3)));
    Node flat = b.add("flat", new Movement.Reshape(List.of(130)), sum);
    Node last = flat;
    for (int i = 0; i < length; i++) {
      last = b.add("relu" + i, new Unary.Relu(), last);
    }
    return b.build(List.of(last, x));
  }

  private static CudaPlan plan(Graph graph, long guard) {
    return CudaPlan.of(graph, guard, node -> new Nothing(node.name().equals("sum") ? 700 : 0));
  }

  @Test
  void slotsAreAlignedAndTakenAgain() {
    CudaPlan plan = plan(chain(5), 0);

    // Two slots and the input, of 130 floats each, and scratch.
    assertThat(plan.pieces()).containsExactly(3 * 768L, 768L);
    assertThat(plan.weights()).containsExactly(256L);
    assertThat(plan.bytes()).isEqualTo(4 * 768);
    assertThat(plan.weightBytes()).isEqualTo(256);
    assertThat(plan.values()).allSatisfy(value -> assertThat(value.offset() % 256).isZero());
    assertThat(plan.values()).extracting(Value::name).doesNotContain("flat", "unread");
    assertThat(plan.shapes()).containsExactly(Shape.of(130), Shape.of(2, 65));
  }

  @Test
  void nothingIsWrittenOverWhileItIsStillRead() {
    CudaPlan plan = plan(chain(6), 0);
    Map<Long, Integer> holders = new HashMap<>();
    for (int i = 0; i < plan.values().size(); i++) {
      if (plan.values().get(i).origin() == Origin.GIVEN) {
        holders.put(plan.values().get(i).offset(), i);
      }
    }
    for (Step step : plan.steps()) {
      for (int input : step.inputs()) {
        Value value = plan.values().get(input);
        if (value.origin() != Origin.CONSTANT) {
          assertThat(holders).containsEntry(value.offset(), input);
        }
      }
      long offset = plan.values().get(step.output()).offset();
      assertThat(step.inputs())
          .noneMatch(input ->
              plan.values().get(input).origin() != Origin.CONSTANT
                  && plan.values().get(input).offset() == offset);
      holders.put(offset, step.output());
    }
    for (int output : plan.outputs()) {
      assertThat(holders).containsEntry(plan.values().get(output).offset(), output);
    }
  }

  @Test
  void withGuardsEachValueHasAPieceOfItsOwn() {
    CudaPlan plan = plan(chain(3), 256);

    List<Integer> pieces =
        plan.values().stream()
            .filter(value -> value.origin() != Origin.CONSTANT)
            .map(Value::piece)
            .toList();
    assertThat(pieces).containsExactlyElementsOf(IntStream.range(0, 5).boxed().toList());
    assertThat(plan.pieces()).containsExactly(776L, 776L, 776L, 776L, 776L, 956L);
    assertThat(plan.scratch()).isEqualTo(5);
    assertThat(plan.weights()).containsExactly(260L);
    assertThat(plan.values()).allSatisfy(value -> assertThat(value.offset()).isZero());
  }

  @Test
  void outputsMayBeInputsAndConstants() {
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", Shape.of(3));
    Node c = b.constant("c", Tensor.filled(Shape.of(4), 2));
    CudaPlan plan = plan(b.build(List.of(c, x, c)), 0);

    assertThat(plan.steps()).isEmpty();
    assertThat(plan.outputs()).hasSize(3);
    assertThat(plan.values().get(plan.outputs().get(0)).origin()).isEqualTo(Origin.CONSTANT);
    assertThat(plan.values().get(plan.outputs().get(1)).origin()).isEqualTo(Origin.GIVEN);
    assertThat(plan.outputs().get(0)).isEqualTo(plan.outputs().get(2));
  }
}
