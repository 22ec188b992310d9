package voxcam.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Op;
import voxcam.op.Source;
import voxcam.op.Tensor;

/**
 * One operation with the inputs to try it on.
 *
 * @param name unique among all cases: the operation's name and what is special here
 * @param inputs its inputs in order, exact in single precision; for a {@link Source.Input} the
 *     value that it takes
 * @param tolerance the largest relative error, {@code ||y - expected|| / ||expected||}, that passes
 */
public record OpCase(String name, Op op, List<Tensor> inputs, double tolerance) {
  /** The tolerance of operations that round. */
  public static final double ROUNDED = 1e-5;

  /** The tolerance of operations that only choose or move values. */
  public static final double EXACT = 0;

  /** What becomes of the inputs behind the first one, which backends may treat differently. */
  public enum Form {
    /** They are inputs of the graph. */
    INPUTS,
    /** They are constants of the graph, as weights are. */
    CONSTANTS
  }

  public OpCase {
    inputs = List.copyOf(inputs);
  }

  /** The forms that differ for this case. */
  public List<Form> forms() {
    return inputs.size() > 1 ? List.of(Form.INPUTS, Form.CONSTANTS) : List.of(Form.INPUTS);
  }

  /** A graph of this operation alone. */
  public Graph graph(Form form) {
    GraphBuilder builder = new GraphBuilder();
    if (op instanceof Source.Input(var shape)) {
      return builder.build(List.of(builder.input(inputName(0), shape)));
    }
    Node[] nodes = new Node[inputs.size()];
    for (int i = 0; i < nodes.length; i++) {
      Tensor input = inputs.get(i);
      nodes[i] =
          isGiven(form, i)
              ? builder.input(inputName(i), input.shape())
              : builder.constant(inputName(i), input);
    }
    return builder.build(List.of(builder.add("y", op, nodes)));
  }

  /** What to run that graph with. */
  public Map<String, Tensor> given(Form form) {
    Map<String, Tensor> given = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      if (isGiven(form, i)) {
        given.put(inputName(i), inputs.get(i));
      }
    }
    return given;
  }

  private static boolean isGiven(Form form, int index) {
    return index == 0 || form == Form.INPUTS;
  }

  private static String inputName(int index) {
    return "input" + index;
  }

  @Override
  public String toString() {
    return name;
  }
}
