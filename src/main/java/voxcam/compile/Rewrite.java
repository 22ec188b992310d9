package voxcam.compile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Source;

/** A graph under way from old nodes to new ones: what every pass is written with. */
final class Rewrite {
  final GraphBuilder builder = new GraphBuilder();
  private final Map<Node, Node> replacements = new HashMap<>();

  /** The new node that stands for an old one. */
  Node of(Node old) {
    Node replacement = replacements.get(old);
    if (replacement == null) {
      throw new IllegalStateException(old.name() + " was read before it was rewritten");
    }
    return replacement;
  }

  List<Node> of(List<Node> old) {
    List<Node> replaced = new ArrayList<>(old.size());
    for (Node node : old) {
      replaced.add(of(node));
    }
    return Collections.unmodifiableList(replaced);
  }

  /** Lets a new node stand for an old one. */
  void replace(Node old, Node replacement) {
    replacements.put(old, replacement);
  }

  /** Carries an old node over, on its inputs' replacements. */
  void keep(Node old) {
    Node copy =
        switch (old.op()) {
          case Source.Input(var free) when free.fixed().isEmpty() ->
              builder.input(old.name(), old.shape());
          default -> builder.carry(old, of(old.inputs()));
        };
    replace(old, copy);
  }

  Graph build(Graph old) {
    return builder.build(of(old.outputs()));
  }
}
