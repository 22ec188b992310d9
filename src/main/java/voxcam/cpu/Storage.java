package voxcam.cpu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import voxcam.compile.Plan;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Source;

/**
 * Where the values of a program lie: which node's memory a node shares, and which slot a node that
 * owns memory has.
 *
 * @param owners for each node the node in whose memory its value is
 * @param slots for each owner that is computed its slot
 * @param lengths the floats of each slot
 */
record Storage(Map<Node, Node> owners, Map<Node, Integer> slots, List<Integer> lengths) {
  /** Slots are taken again once their value has been read; reshapes take no memory. */
  static Storage shared(Graph graph) {
    Plan plan = Plan.of(graph);
    Map<Node, Node> owners = new HashMap<>();
    Map<Node, Integer> slots = new HashMap<>();
    for (Node node : graph.nodes()) {
      owners.put(node, plan.owner(node));
      if (plan.hasSlot(node)) {
        slots.put(node, plan.slot(node));
      }
    }
    return new Storage(owners, slots, plan.lengths());
  }

  /** Every value has memory of its own, with a guard behind it. */
  static Storage guarded(Graph graph) {
    Map<Node, Node> owners = new HashMap<>();
    Map<Node, Integer> slots = new HashMap<>();
    List<Integer> lengths = new ArrayList<>();
    for (Node node : graph.nodes()) {
      owners.put(node, node);
      if (!(node.op() instanceof Source)) {
        slots.put(node, lengths.size());
        lengths.add(node.shape().length() + Guard.LENGTH);
      }
    }
    return new Storage(owners, slots, lengths);
  }
}
