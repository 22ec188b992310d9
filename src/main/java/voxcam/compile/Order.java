package voxcam.compile;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Cam;
import voxcam.op.Op;
import voxcam.op.Reduce;
import voxcam.op.Source;

/**
 * Lets sums and maps come as soon as what they are made of is there, so that large values need not
 * wait for them: the checks of a gradient stand at the end of a graph, and would keep the gradients
 * at all layers until then. A product that only a sum reads comes with it.
 */
public final class Order {
  private final Map<Node, List<Node>> users;
  private final Set<Node> outputs;
  private final Set<Node> done = new HashSet<>();
  private final Rewrite rewrite = new Rewrite();

  private Order(Graph graph) {
    users = graph.users();
    outputs = new HashSet<>(graph.outputs());
  }

  /** The same graph with its nodes in another order. */
  public static Graph apply(Graph graph) {
    Order order = new Order(graph);
    // Sources need no time, so they may come first; the order of inputs stays.
    graph.nodes().stream().filter(node -> node.op() instanceof Source).forEach(order::put);
    for (Node node : graph.nodes()) {
      if (!order.done.contains(node)) {
        order.place(node);
      }
    }
    return order.rewrite.build(graph);
  }

  private void put(Node node) {
    rewrite.keep(node);
    done.add(node);
  }

  private void place(Node node) {
    put(node);
    for (Node user : users.getOrDefault(node, List.of())) {
      if (done.contains(user) || !done.containsAll(user.inputs())) {
        continue;
      }
      if (gathers(user.op())) {
        place(user);
        continue;
      }
      Optional<Node> sum = onlySum(user);
      if (sum.isPresent()) {
        put(user);
        place(sum.get());
      }
    }
  }

  /** The sum that reads nothing but this function of two values, and alone does so. */
  private Optional<Node> onlySum(Node node) {
    List<Node> readers = users.getOrDefault(node, List.of());
    return node.op() instanceof Binary
            && !outputs.contains(node)
            && readers.size() == 1
            && readers.getFirst().op() instanceof Reduce
        ? Optional.of(readers.getFirst())
        : Optional.empty();
  }

  private static boolean gathers(Op op) {
    return op instanceof Reduce || op instanceof Cam;
  }
}
