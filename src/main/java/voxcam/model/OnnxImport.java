package voxcam.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.InputException;
import voxcam.op.Shape;

/**
 * Makes a graph of an ONNX graph for inputs of given shapes. What follows from sizes and constants
 * is computed on the way ({@link OnnxValues}), so that only the network itself is left; all that is
 * refused is told in one message.
 */
final class OnnxImport {
  private static final int MOST_REFUSALS = 50;

  private final String where;
  private final OnnxGraph graph;
  private final OnnxNames names;
  private final OnnxValues values;
  private final GraphBuilder builder = new GraphBuilder();
  private final Map<String, Node> nodes = new HashMap<>();
  private final Set<String> missing = new HashSet<>();
  private final Set<String> needed;
  private final OnnxRefusals refusals = new OnnxRefusals(MOST_REFUSALS);

  OnnxImport(String where, OnnxGraph graph, OnnxNames names, OnnxWeights weights) {
    this.where = where;
    this.graph = graph;
    this.names = names;
    this.values = new OnnxValues(weights);
    this.needed = OnnxNeeded.values(graph);
  }

  /**
   * The graph.
   *
   * @param shapes of the inputs
   * @throws InputException if something is refused, with all of it
   */
  Graph graph(Map<String, Shape> shapes) {
    for (OnnxGraph.Input input : OnnxInputs.of(graph)) {
      Node node = builder.input(input.name(), shapes.get(input.name()));
      checkCountable(node);
      nodes.put(input.name(), node);
      values.setType(input.name(), input.type());
    }
    walk(graph.nodes());
    refusals.check(where);
    List<Node> outputs = new ArrayList<>();
    for (String name : graph.outputs()) {
      outputs.add(output(name));
    }
    return builder.build(outputs);
  }

  private Node output(String name) {
    Node node = nodes.get(name);
    if (node != null) {
      return node;
    }
    if (values.open(where, name)) {
      return values
          .constants()
          .tensor(name)
          .map(
              value -> builder.constant(names.all().contains(name) ? name + "%value" : name, value))
          .orElseThrow(
              () -> new InputException(where + ": the output " + Texts.quoted(name) + " is empty"));
    }
    throw new InputException(
        where + ": the output " + Texts.quoted(name) + " is computed by no node");
  }

  private void walk(List<OnnxNode> steps) {
    for (OnnxNode node : steps) {
      if (node.outputs().stream().anyMatch(needed::contains)) {
        step(node);
      }
    }
  }

  private void step(OnnxNode node) {
    for (String output : node.outputs()) {
      if (!output.isEmpty()
          && (nodes.containsKey(output) || missing.contains(output) || values.has(output))) {
        throw new InputException(
            where + ": two nodes or tensors make the value " + Texts.quoted(output));
      }
    }
    boolean stands = true;
    for (String input : node.inputs()) {
      stands &= input.isEmpty() || stands(node, input);
    }
    try {
      boolean done =
          stands && (known(node) || branch(node) || values.cast(node, nodes, builder, names));
      if (!done) {
        compute(node, stands);
      }
    } catch (ArithmeticException e) {
      refuse(node, "a size is too large to count");
    } catch (InputException e) {
      refuse(node, e.getMessage());
    }
  }

  private boolean stands(OnnxNode node, String input) {
    if (missing.contains(input)) {
      return false;
    }
    if (!nodes.containsKey(input) && !values.open(where, input)) {
      throw new InputException(
          "%s: node %s: its input %s is neither an input of the graph, nor a tensor, nor made by a node before it"
              .formatted(where, Texts.line(names.of(node)), Texts.quoted(input)));
    }
    return true;
  }

  private void refuse(OnnxNode node, String why) {
    refusals.add(node, names.of(node), why);
    lose(node);
  }

  private void lose(OnnxNode node) {
    node.outputs().stream().filter(name -> !name.isEmpty()).forEach(missing::add);
  }

  /** Computes a node whose inputs are known. */
  private boolean known(OnnxNode node) {
    Optional<List<Known>> results = values.compute(node, nodes);
    if (results.isEmpty()) {
      return values.pass(where, node);
    }
    for (int i = 0; i < node.outputs().size() && i < results.get().size(); i++) {
      if (!node.outputs().get(i).isEmpty()) {
        values.define(node.outputs().get(i), results.get().get(i));
      }
    }
    return true;
  }

  /** Takes the branch of an {@code If} whose condition is known. */
  private boolean branch(OnnxNode node) {
    if (!node.isStandard() || !node.op().equals("If")) {
      return false;
    }
    Known condition = values.known(node.inputs().isEmpty() ? "" : node.inputs().get(0));
    if (condition == null || condition.count() != 1) {
      throw new InputException(
          "its condition is computed from the input; export the network without it");
    }
    String taken = condition.whole(0) != 0 ? "then_branch" : "else_branch";
    if (!(node.attributes().get(taken) instanceof OnnxAttribute.Branch(OnnxGraph branch))) {
      throw new InputException("has no " + taken);
    }
    values.add(branch);
    walk(branch.nodes());
    for (int i = 0; i < node.outputs().size(); i++) {
      String inner = i < branch.outputs().size() ? branch.outputs().get(i) : "";
      String outer = node.outputs().get(i);
      Node made = nodes.get(inner);
      if (made != null) {
        nodes.put(outer, made);
        values.setType(outer, values.type(inner));
      } else if (missing.contains(inner)) {
        missing.add(outer);
      } else if (values.open(where, inner)) {
        values.alias(inner, outer);
      } else {
        throw new InputException("its " + taken + " does not make output " + i);
      }
    }
    return true;
  }

  private void compute(OnnxNode node, boolean stands) {
    if (!OnnxOperators.has(node)) {
      refusals.unknown(node, names.of(node));
      lose(node);
      return;
    }
    if (!stands) {
      lose(node);
      return;
    }
    String name = names.of(node);
    Description.Step step = OnnxForms.step(values.prepared(node), name);
    Operators.Reader reader = OnnxOperators.reader(step.op());
    if (reader == null) {
      throw new InputException("is not supported in this form");
    }
    Call call = new Call(builder, values.constants(), step, nodes, names.all());
    List<Node> made;
    try {
      made = reader.read(call);
      call.attributes().checkAllKnown();
    } catch (InputException e) {
      String own = name + ": ";
      String message = e.getMessage();
      throw new InputException(
          message.startsWith(own) ? message.substring(own.length()) : message, e);
    }
    made.forEach(this::checkCountable);
    for (int i = 0; i < node.outputs().size(); i++) {
      String output = node.outputs().get(i);
      Node result = i < made.size() ? made.get(i) : null;
      if (result != null && !output.isEmpty()) {
        nodes.put(output, result);
        values.setType(output, values.typeOf(node, i));
      } else if (needed.contains(output)) {
        throw new InputException(
            "its output " + i + ", " + Texts.quoted(output) + ", is not supported");
      }
    }
  }

  /** Whether one array can hold the node's values; from here on everyone may count them. */
  private void checkCountable(Node node) {
    if (node != null) {
      node.shape().length();
    }
  }
}
