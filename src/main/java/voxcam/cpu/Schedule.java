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
 * A graph as steps over numbered values. A value is a node's result in one layout; where a step
 * reads another layout than the one in which the value was computed, a step that reorders it comes
 * before. Reshapes are no steps: theirs is the value that was reshaped.
 *
 * @param outputs the numbers of the graph's outputs
 */
record Schedule(List<Value> values, List<Step> steps, List<Integer> outputs) {
  /** A node's result in one layout. */
  record Value(Node node, Layout layout) {
    boolean isComputed() {
      return !(node.op() instanceof Source);
    }

    int floats() {
      return Math.toIntExact(layout.floats(node.shape()));
    }

    /** Whether element i of the memory belongs to the tensor. */
    boolean holds(int i) {
      if (layout == Layout.PLAIN) {
        return true;
      }
      int channels = node.shape().dim(1);
      int block = Math.toIntExact(node.shape().size(2, node.shape().rank())) * Layout.BLOCK;
      return i / block % Layout.blocks(channels) * Layout.BLOCK + i % Layout.BLOCK < channels;
    }
  }

  /** One kernel with the numbers of the values that it reads and writes. */
  record Step(Node node, Kernel kernel, List<Integer> inputs, int output) {}

  /** Makes all kernels. */
  static Schedule of(Graph graph, Map<Node, Form> forms) {
    return new Maker(graph, forms).schedule();
  }

  private static final class Maker {
    private final Graph graph;
    private final Map<Node, Form> forms;
    private final Map<Node, Node> owners = new HashMap<>();
    private final Map<Value, Integer> numbers = new HashMap<>();
    private final List<Value> values = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    Maker(Graph graph, Map<Node, Form> forms) {
      this.graph = graph;
      this.forms = forms;
    }

    Schedule schedule() {
      for (Node node : graph.nodes()) {
        owners.put(node, Plan.isAlias(node) ? owners.get(node.input(0)) : node);
        if (Plan.isAlias(node)) {
          read(node.input(0), Layout.PLAIN);
        } else if (node.op() instanceof Source) {
          number(new Value(node, Layout.PLAIN));
        } else {
          compute(node, forms.get(node));
        }
      }
      List<Integer> outputs =
          graph.outputs().stream().map(output -> read(output, Layout.PLAIN)).toList();
      return new Schedule(List.copyOf(values), List.copyOf(steps), outputs);
    }

    private void compute(Node node, Form form) {
      List<Integer> inputs = new ArrayList<>();
      for (int i = 0; i < node.inputs().size(); i++) {
        inputs.add(read(node.input(i), form.inputs().get(i)));
      }
      int output = number(new Value(node, form.output()));
      steps.add(new Step(node, form.kernel().get(), List.copyOf(inputs), output));
    }

    /** The number of a node's value in a layout, reordered if it is not there. */
    private int read(Node node, Layout layout) {
      Value value = new Value(owners.get(node), layout);
      if (numbers.containsKey(value)) {
        return numbers.get(value);
      }
      Layout other = layout == Layout.PLAIN ? Layout.BLOCKED : Layout.PLAIN;
      int from = numbers.get(new Value(value.node(), other));
      int output = number(value);
      Kernel reorder = Reorder.of(value.node().shape(), other, layout);
      steps.add(new Step(value.node(), reorder, List.of(from), output));
      return output;
    }

    private int number(Value value) {
      return numbers.computeIfAbsent(
          value,
          _ -> {
            values.add(value);
            return values.size() - 1;
          });
    }
  }
}
