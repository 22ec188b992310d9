package voxcam.cpu;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import voxcam.compile.Plan;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Source;

/**
 * Chooses a form for each operation, in the order of the run: the one for which the fewest values
 * must be reordered. Where a convolution begins, its readers decide: those that can read channels
 * in blocks are faster with them.
 */
final class Layouts {
  /** Nanoseconds that it takes to reorder an element. */
  private static final double REORDER = 0.5;

  private final Map<Node, List<Form>> forms = new HashMap<>();
  private final Map<Node, List<Node>> readers;
  private final Set<Node> outputs;

  /** In which layouts each value exists once its reorders are done. */
  private final Map<Node, Set<Layout>> known = new HashMap<>();

  private Layouts(Graph graph, Function<Node, List<Form>> forms) {
    this.readers = graph.users();
    this.outputs = new HashSet<>(graph.outputs());
    for (Node node : graph.nodes()) {
      if (isComputed(node)) {
        this.forms.put(node, forms.apply(node));
      }
    }
  }

  /** A form for each node that is computed. */
  static Map<Node, Form> choose(Graph graph, Function<Node, List<Form>> forms) {
    Layouts layouts = new Layouts(graph, forms);
    Map<Node, Form> chosen = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (isComputed(node)) {
        Form form = layouts.cheapest(node);
        layouts.settle(node, form);
        chosen.put(node, form);
      } else {
        layouts.add(node, Layout.PLAIN);
      }
    }
    return chosen;
  }

  /** Whether a node has a kernel: all but inputs, constants and reshapes. */
  static boolean isComputed(Node node) {
    return !(node.op() instanceof Source) && !Plan.isAlias(node);
  }

  private Form cheapest(Node node) {
    Form best = null;
    double least = Double.POSITIVE_INFINITY;
    for (Form form : forms.get(node)) {
      double moved = inputCost(node, form) + outputCost(node, form.output());
      double cost = form.cost() + REORDER * moved;
      if (cost < least) {
        best = form;
        least = cost;
      }
    }
    return best;
  }

  private double inputCost(Node node, Form form) {
    double cost = 0;
    for (int i = 0; i < form.inputs().size(); i++) {
      if (!exists(node.input(i), form.inputs().get(i))) {
        cost += node.input(i).shape().size();
      }
    }
    return cost;
  }

  /**
   * What it costs the readers that the value comes in this layout. Only convolutions look ahead:
   * they can write both layouts equally well, all others follow their inputs.
   */
  private double outputCost(Node node, Layout layout) {
    boolean other = outputs.contains(node) && layout != Layout.PLAIN;
    if (node.op() instanceof Conv) {
      for (Node reader : readers.getOrDefault(node, List.of())) {
        other |= !reads(reader, reader.inputs().indexOf(node), layout);
      }
    }
    return other ? node.shape().size() : 0;
  }

  private boolean reads(Node reader, int index, Layout layout) {
    if (!isComputed(reader)) {
      return layout == Layout.PLAIN;
    }
    List<Form> all = forms.get(reader);
    if (reader.op() instanceof Conv) {
      Form cheapest = all.getFirst();
      for (Form form : all) {
        cheapest = form.cost() < cheapest.cost() ? form : cheapest;
      }
      return layout == cheapest.inputs().get(index);
    }
    boolean blocked = all.stream().anyMatch(form -> form.inputs().get(index) == Layout.BLOCKED);
    boolean other =
        reader.inputs().stream()
            .anyMatch(input -> input != reader.input(index) && isPlain(input, reader));
    return layout == (blocked && !other ? Layout.BLOCKED : Layout.PLAIN);
  }

  /**
   * Whether a value of a reader's shape is, or will follow one that is, not blocked; with it the
   * reader's other inputs are better the same.
   */
  @SuppressWarnings("ReferenceEquality") // nodes are themselves
  private boolean isPlain(Node value, Node reader) {
    if (!value.shape().equals(reader.shape())) {
      return false;
    }
    Set<Layout> layouts = known.get(value);
    return layouts == null
        ? value.inputs().stream()
            .anyMatch(input -> known.containsKey(input) && isPlain(input, value))
        : !layouts.contains(Layout.BLOCKED);
  }

  private void settle(Node node, Form form) {
    for (int i = 0; i < form.inputs().size(); i++) {
      add(node.input(i), form.inputs().get(i));
    }
    add(node, form.output());
  }

  private boolean exists(Node node, Layout layout) {
    return known.get(node).contains(layout);
  }

  private void add(Node node, Layout layout) {
    known.computeIfAbsent(node, _ -> EnumSet.noneOf(Layout.class)).add(layout);
  }
}
