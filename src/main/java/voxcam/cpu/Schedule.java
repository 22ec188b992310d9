package voxcam.cpu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import voxcam.compile.Plan;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Tensor;

/**
 * A graph as steps over numbered values. A value is a node's result in one layout; where a step
 * reads another layout than the one in which the value was computed, a step that reorders it comes
 * before. Reshapes are no steps: theirs is the value that was reshaped.
 *
 * <p>Holds no nodes: with them the weights would stay in memory that kernels have packed.
 *
 * @param constants for each value its array if it is a constant that some step reads or that is an
 *     output, else null; those that are packed are not kept a second time
 * @param outputs the numbers of the graph's outputs
 * @param shapes the shapes of the graph's outputs
 */
record Schedule(
    List<Value> values,
    List<Step> steps,
    float[][] constants,
    List<Integer> outputs,
    List<Shape> shapes) {
  /** Where a value comes from. */
  enum Origin {
    GIVEN,
    CONSTANT,
    COMPUTED
  }

  /** A node's result in one layout. */
  record Value(String name, String op, Shape shape, Layout layout, Origin origin) {
    boolean isComputed() {
      return origin == Origin.COMPUTED;
    }

    int floats() {
      return Math.toIntExact(layout.floats(shape));
    }

    /** Whether element i of the memory belongs to the tensor. */
    boolean holds(int i) {
      if (layout == Layout.PLAIN) {
        return true;
      }
      int channels = shape.dim(1);
      int block = Math.toIntExact(shape.size(2, shape.rank())) * Layout.BLOCK;
      return i / block % Layout.blocks(channels) * Layout.BLOCK + i % Layout.BLOCK < channels;
    }

    @Override
    public String toString() {
      return name + ": " + op + " " + shape;
    }
  }

  /** One kernel with the numbers of the values that it reads and writes. */
  record Step(Kernel kernel, List<Integer> inputs, int output) {}

  /** Makes all kernels. */
  static Schedule of(Graph graph, Map<Node, Form> forms) {
    return new Maker(graph, forms).schedule();
  }

  private static final class Maker {
    /** What a value is the value of. */
    private record Key(Node node, Layout layout) {}

    private final Graph graph;
    private final Map<Node, Form> forms;
    private final Map<Node, Node> owners = new HashMap<>();
    private final Map<Key, Integer> numbers = new HashMap<>();
    private final List<Key> keys = new ArrayList<>();
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
          number(new Key(node, Layout.PLAIN));
        } else {
          compute(node, forms.get(node));
        }
      }
      List<Integer> outputs =
          graph.outputs().stream().map(output -> read(output, Layout.PLAIN)).toList();
      List<Shape> shapes = graph.outputs().stream().map(Node::shape).toList();
      List<Value> values = keys.stream().map(Maker::value).toList();
      return new Schedule(values, List.copyOf(steps), constants(outputs), outputs, shapes);
    }

    private void compute(Node node, Form form) {
      List<Integer> inputs = new ArrayList<>();
      for (int i = 0; i < node.inputs().size(); i++) {
        inputs.add(read(node.input(i), form.inputs().get(i)));
      }
      int output = number(new Key(node, form.output()));
      steps.add(new Step(form.kernel().get(), List.copyOf(inputs), output));
    }

    /** The number of a node's value in a layout, reordered if it is not there. */
    private int read(Node node, Layout layout) {
      // A reshape has its input's memory, but blocks of channels of its own.
      Key plain = new Key(owners.get(node), Layout.PLAIN);
      Key key = layout == Layout.PLAIN ? plain : new Key(node, Layout.BLOCKED);
      if (numbers.containsKey(key)) {
        return numbers.get(key);
      }
      int from =
          layout == Layout.PLAIN
              ? numbers.get(new Key(plain.node(), Layout.BLOCKED))
              : read(node, Layout.PLAIN);
      int output = number(key);
      Kernel reorder = new Reorder(key.node().shape(), layout);
      steps.add(new Step(reorder, List.of(from), output));
      return output;
    }

    private int number(Key key) {
      return numbers.computeIfAbsent(
          key,
          _ -> {
            keys.add(key);
            return keys.size() - 1;
          });
    }

    private static Value value(Key key) {
      Origin origin =
          switch (key.node().op()) {
            case Source.Input _ when key.layout() == Layout.PLAIN -> Origin.GIVEN;
            case Source.Constant _ when key.layout() == Layout.PLAIN -> Origin.CONSTANT;
            default -> Origin.COMPUTED;
          };
      return new Value(
          key.node().name(), key.node().op().name(), key.node().shape(), key.layout(), origin);
    }

    private float[][] constants(List<Integer> outputs) {
      boolean[] needed = new boolean[keys.size()];
      for (Step step : steps) {
        for (int i = 0; i < step.inputs().size(); i++) {
          needed[step.inputs().get(i)] |= step.kernel().reads(i);
        }
      }
      outputs.forEach(output -> needed[output] = true);
      float[][] arrays = new float[needed.length][];
      for (int i = 0; i < arrays.length; i++) {
        Key key = keys.get(i);
        boolean constant = key.layout() == Layout.PLAIN;
        if (needed[i] && constant && key.node().op() instanceof Source.Constant(Tensor tensor)) {
          arrays[i] = tensor.floats();
        }
      }
      return arrays;
    }
  }
}
