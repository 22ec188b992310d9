package voxcam.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Movement;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Unary;

/** No value is overwritten while somebody still reads it, and memory is used again. */
class PlanTest {
  @Test
  void aChainNeedsTwoSlots() {
    GraphBuilder builder = new GraphBuilder();
    Node node = builder.input("x", Shape.of(1, 1, 8, 8, 8));
    for (int i = 0; i < 10; i++) {
      node = builder.add(new Unary.Relu(), node);
    }
    Plan plan = Plan.of(builder.build(List.of(node)));
    assertThat(plan.bytes(4)).isEqualTo(2 * 512 * 4);
  }

  @Test
  void aReshapeSharesItsInputsSlot() {
    GraphBuilder builder = new GraphBuilder();
    Node relu = builder.add(new Unary.Relu(), builder.input("x", Shape.of(2, 3)));
    Node flat = builder.add(new Movement.Reshape(List.of(6)), relu);
    Node out = builder.add(new Unary.Exp(), flat);
    Plan plan = Plan.of(builder.build(List.of(out)));
    assertThat(plan.owner(flat)).isSameAs(relu);
    assertThat(plan.hasSlot(flat)).isFalse();
    assertThat(plan.slot(out)).isNotEqualTo(plan.slot(relu));
  }

  /** Plays the run through: every read must find what was written there last. */
  @RepeatedTest(200)
  void valuesStayUntilTheirLastReader(RepetitionInfo repetition) {
    Graph graph = randomGraph(repetition.getCurrentRepetition());
    Plan plan = Plan.of(graph);
    Map<Integer, Node> holds = new HashMap<>();
    for (Node node : graph.nodes()) {
      for (Node input : node.inputs()) {
        assertHolds(plan, holds, input);
      }
      if (plan.hasSlot(node)) {
        assertThat(plan.lengths().get(plan.slot(node)))
            .isGreaterThanOrEqualTo(node.shape().length());
        for (Node input : node.inputs()) {
          Node owner = plan.owner(input);
          assertThat(plan.hasSlot(owner) && plan.slot(owner) == plan.slot(node))
              .as("%s writes over its input %s", node, input)
              .isFalse();
        }
        holds.put(plan.slot(node), node);
      }
    }
    graph.outputs().forEach(output -> assertHolds(plan, holds, output));
    long all =
        graph.nodes().stream().filter(plan::hasSlot).mapToLong(n -> n.shape().size() * 4).sum();
    assertThat(plan.bytes(4)).isLessThan(all);
  }

  private static void assertHolds(Plan plan, Map<Integer, Node> holds, Node value) {
    Node owner = plan.owner(value);
    if (!(owner.op() instanceof Source)) {
      assertThat(holds.get(plan.slot(owner))).as("the slot of %s", value).isSameAs(owner);
    }
  }

  private static Graph randomGraph(long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    GraphBuilder builder = new GraphBuilder();
    List<Node> nodes = new ArrayList<>();
    nodes.add(builder.input("x", Shape.of(1, 12)));
    for (int i = 0; i < 30; i++) {
      Node a = nodes.get(random.nextInt(Math.max(0, nodes.size() - 6), nodes.size()));
      Node b = nodes.get(random.nextInt(Math.max(0, nodes.size() - 6), nodes.size()));
      nodes.add(
          switch (random.nextInt(4)) {
            case 0 -> builder.add(new Movement.Flatten(random.nextInt(2)), a);
            case 1 ->
                builder.add(new Movement.Concat(0), List.of(flat(builder, a), flat(builder, b)));
            case 2 -> builder.add(new Unary.Relu(), a);
            default ->
                builder.add(new Binary(Binary.Kind.Mul), flat(builder, a), builder.scalar(2));
          });
    }
    Set<Node> outputs =
        new LinkedHashSet<>(List.of(nodes.getLast(), nodes.get(random.nextInt(1, 20))));
    return Prune.apply(builder.build(List.copyOf(outputs)));
  }

  private static Node flat(GraphBuilder builder, Node node) {
    return builder.add(new Movement.Reshape(List.of(-1)), node);
  }
}
