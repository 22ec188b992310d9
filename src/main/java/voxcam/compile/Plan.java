package voxcam.compile;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Movement;
import voxcam.op.Source;

/**
 * Which memory slot each value lives in. A slot is taken again once its last reader has run;
 * reshapes share their input's slot. Graph inputs and constants live outside the slots. Outputs
 * keep their slot to the end of the run.
 */
public final class Plan {
  /**
   * Where a value is: the node that owns its storage, and the slot of that node, or none for inputs
   * and constants.
   */
  private final Map<Node, Node> owners = new HashMap<>();

  private final Map<Node, Integer> slots = new HashMap<>();
  private final Slots memory = new Slots();

  private Plan() {}

  /** Plans a specialised graph whose nodes are all needed. */
  public static Plan of(Graph graph) {
    Plan plan = new Plan();
    Map<Node, Integer> lastUse = plan.findOwners(graph);
    List<Node> nodes = graph.nodes();
    for (int time = 0; time < nodes.size(); time++) {
      Node node = nodes.get(time);
      if (plan.owner(node) == node && !(node.op() instanceof Source)) {
        plan.slots.put(node, plan.memory.take(node.shape().length()));
      }
      // Released only after the output has its slot: an operation never writes over what it reads.
      for (Node input : node.inputs().stream().map(plan::owner).distinct().toList()) {
        plan.release(input, time, lastUse);
      }
      plan.release(node, time, lastUse);
    }
    return plan;
  }

  private void release(Node node, int time, Map<Node, Integer> lastUse) {
    Integer slot = slots.get(node);
    if (slot != null && lastUse.get(node) == time) {
      memory.release(slot);
    }
  }

  private Map<Node, Integer> findOwners(Graph graph) {
    Map<Node, Integer> lastUse = new HashMap<>();
    List<Node> nodes = graph.nodes();
    for (int time = 0; time < nodes.size(); time++) {
      Node node = nodes.get(time);
      owners.put(node, isAlias(node) ? owners.get(node.input(0)) : node);
      lastUse.put(owners.get(node), time);
      for (Node input : node.inputs()) {
        lastUse.put(owners.get(input), time);
      }
    }
    graph.outputs().forEach(output -> lastUse.put(owners.get(output), nodes.size()));
    return lastUse;
  }

  /** Whether a node's value is its first input's, under another shape. */
  public static boolean isAlias(Node node) {
    return switch (node.op()) {
      case Movement.Reshape _, Movement.Flatten _, Movement.Squeeze _, Movement.Unsqueeze _ -> true;
      case Movement.Identity _, Movement.Dropout _ -> true;
      default -> false;
    };
  }

  /**
   * The node in whose memory this node's value is: itself, or for reshapes the node that was
   * reshaped.
   */
  public Node owner(Node node) {
    return owners.get(node);
  }

  /** The slot of a node that owns memory. */
  public int slot(Node owner) {
    return slots.get(owner);
  }

  /** Whether a node owns a slot; inputs, constants and reshapes do not. */
  public boolean hasSlot(Node node) {
    return slots.containsKey(node);
  }

  /** The number of elements of each slot. */
  public List<Integer> lengths() {
    return memory.lengths();
  }

  /** The bytes of all slots at this many bytes an element. */
  public long bytes(int perElement) {
    return lengths().stream().mapToLong(length -> (long) length * perElement).sum();
  }
}
