package voxcam.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Chain;
import voxcam.op.Source;

/**
 * Joins elementwise operations of one shape where nobody else reads the values in between, so that
 * these never lie in memory. A chain runs where its last operation was; one that would keep more
 * alive until then than the value it saves ends before.
 */
public final class Chains {
  private final List<Node> order;
  private final Map<Node, Integer> times = new HashMap<>();
  private final Map<Node, List<Node>> users;
  private final Set<Node> outputs;
  private final Set<Node> taken = new HashSet<>();

  private Chains(Graph graph) {
    order = graph.nodes();
    order.forEach(node -> times.put(node, times.size()));
    users = graph.users();
    outputs = new HashSet<>(graph.outputs());
  }

  /** The same graph with {@link Chain}s in it; the last node of each gives it its name. */
  public static Graph apply(Graph graph) {
    return new Chains(graph).rewrite(graph);
  }

  private Graph rewrite(Graph graph) {
    Map<Node, List<Node>> chains = new HashMap<>();
    for (Node node : order) {
      if (Chain.takes(node.op()) && !taken.contains(node)) {
        List<Node> chain = from(node);
        if (chain.size() > 1) {
          taken.addAll(chain);
          chains.put(chain.getLast(), chain);
        }
      }
    }
    Rewrite rewrite = new Rewrite();
    for (Node node : order) {
      List<Node> chain = chains.get(node);
      if (chain != null) {
        List<Node> inputs = inputs(chain);
        rewrite.replace(
            node, rewrite.builder.add(node.name(), joined(chain, inputs), rewrite.of(inputs)));
      } else if (!taken.contains(node)) {
        rewrite.keep(node);
      }
    }
    return rewrite.build(graph);
  }

  private List<Node> from(Node first) {
    List<Node> chain = new ArrayList<>(List.of(first));
    while (chain.size() < Chain.MOST_STEPS) {
      Optional<Node> next = onlyUser(chain.getLast());
      if (next.isEmpty() || !goesOn(chain, next.get())) {
        break;
      }
      chain.add(next.get());
    }
    return chain;
  }

  private boolean goesOn(List<Node> chain, Node next) {
    List<Node> longer = new ArrayList<>(chain);
    longer.add(next);
    return Chain.takes(next.op())
        && !taken.contains(next)
        && next.shape().equals(chain.getFirst().shape())
        && next.shape().rank() <= Chain.MOST_AXES
        && inputs(longer).size() <= Chain.MOST_INPUTS
        && keepsLittle(chain, next);
  }

  /**
   * Whether until {@code next} runs no more is kept than the chain's value so far. What nothing
   * runs in between of is there in any case.
   */
  private boolean keepsLittle(List<Node> chain, Node next) {
    int end = times.get(next);
    boolean adjacent =
        order.subList(times.get(chain.getLast()) + 1, end).stream()
            .allMatch(node -> node.op() instanceof Source);
    long kept =
        inputs(chain).stream()
            .filter(input -> !(input.op() instanceof Source) && lastRead(input) < end)
            .mapToLong(input -> input.shape().size())
            .sum();
    return adjacent || kept <= next.shape().size();
  }

  /** When a value is read for the last time, under whatever shape. */
  private int lastRead(Node node) {
    return outputs.contains(node)
        ? order.size()
        : users.getOrDefault(node, List.of()).stream()
            .mapToInt(user -> Plan.isAlias(user) ? lastRead(user) : times.get(user))
            .max()
            .orElse(0);
  }

  private Optional<Node> onlyUser(Node node) {
    List<Node> readers = users.getOrDefault(node, List.of()).stream().distinct().toList();
    return readers.size() == 1 && !outputs.contains(node)
        ? Optional.of(readers.getFirst())
        : Optional.empty();
  }

  /** What the nodes read that none of them makes. */
  private static List<Node> inputs(List<Node> chain) {
    Set<Node> inputs = new LinkedHashSet<>();
    chain.forEach(node -> inputs.addAll(node.inputs()));
    chain.forEach(inputs::remove);
    return List.copyOf(inputs);
  }

  private static Chain joined(List<Node> chain, List<Node> inputs) {
    // What is no input is the value before.
    return new Chain(
        chain.stream()
            .map(node ->
                new Chain.Step(node.op(), node.inputs().stream().map(inputs::indexOf).toList()))
            .toList());
  }
}
