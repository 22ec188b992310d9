package voxcam.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.InputException;

/**
 * Makes a graph of its description: names resolved, nodes put in order, operations looked up in
 * {@link Operators}, and every shape checked that does not depend on free sizes.
 */
final class GraphReader {
  private static final int LONGEST_MESSAGE = 600;

  private final String where;
  private final Description description;
  private final Constants constants;
  private final GraphBuilder builder = new GraphBuilder();
  private final Map<String, Node> values = new HashMap<>();

  private GraphReader(String where, Description description, Constants constants) {
    this.where = where;
    this.description = description;
    this.constants = constants;
  }

  /**
   * The graph that a description means.
   *
   * @param where the name of the description in messages
   */
  static Graph read(String where, Description description, Constants constants) {
    return new GraphReader(where, description, constants).read();
  }

  private Graph read() {
    checkOperations();
    Map<String, Description.Step> producers = producers();
    Set<String> layers = layerNames();
    for (Description.Input input : description.inputs()) {
      Node node = builder.input(input.name(), input.shape());
      checkCountable(node);
      values.put(input.name(), node);
    }
    for (Description.Step step : StepOrder.sort(where, description.steps(), producers)) {
      if (!step.op().equals("Constant")) {
        add(step, layers);
      }
    }
    List<Node> outputs = new ArrayList<>();
    for (String name : description.outputs()) {
      outputs.add(output(name));
    }
    if (outputs.isEmpty()) {
      throw new InputException(where + ": has no outputs");
    }
    return builder.build(outputs);
  }

  private Node output(String name) {
    Node node = values.get(name);
    if (node == null) {
      throw new InputException(
          where + ": the output " + Texts.quoted(name) + " is computed by no node");
    }
    return node;
  }

  private void checkOperations() {
    Map<String, List<String>> unknown = new TreeMap<>();
    for (Description.Step step : description.steps()) {
      if (!step.op().equals("Constant") && !Operators.names().contains(step.op())) {
        unknown.computeIfAbsent(step.op(), op -> new ArrayList<>()).add(step.name());
      }
    }
    if (!unknown.isEmpty()) {
      List<String> lines = new ArrayList<>();
      unknown.forEach((op, nodes) -> {
        String more = nodes.size() == 1 ? "" : " and " + (nodes.size() - 1) + " more";
        lines.add(op + " (node " + Texts.line(nodes.get(0)) + more + ")");
      });
      throw new InputException(
          where + ": operations that the engine does not have: " + Texts.listed(lines));
    }
  }

  /** Which step makes which value; takes the values of constants on the way. */
  private Map<String, Description.Step> producers() {
    Map<String, Description.Step> producers = new HashMap<>();
    Set<String> inputs = new HashSet<>();
    for (Description.Input input : description.inputs()) {
      if (input.name().isEmpty() || !inputs.add(input.name())) {
        throw new InputException(where + ": two inputs are named " + Texts.quoted(input.name()));
      }
      if (constants.has(input.name())) {
        throw new InputException(
            where
                + ": "
                + Texts.quoted(input.name())
                + " is both an input and a tensor of the file");
      }
    }
    for (Description.Step step : description.steps()) {
      for (String output : step.outputs()) {
        if (output.isEmpty()) {
          continue;
        }
        if (inputs.contains(output) || constants.has(output) || producers.containsKey(output)) {
          throw new InputException(
              where
                  + ": node "
                  + step.name()
                  + ": its output "
                  + Texts.quoted(output)
                  + " is also an input, a tensor of the file or another node's output");
        }
        producers.put(output, step);
      }
      if (step.op().equals("Constant")) {
        constants.define(where + ": node " + step.name() + ": Constant", step);
        step.outputs().forEach(producers::remove);
      }
    }
    checkInputs(producers, inputs);
    return producers;
  }

  private void checkInputs(Map<String, Description.Step> producers, Set<String> inputs) {
    List<String> missing = new ArrayList<>();
    for (Description.Step step : description.steps()) {
      for (String name : step.inputs()) {
        boolean known =
            name.isEmpty()
                || inputs.contains(name)
                || constants.has(name)
                || producers.containsKey(name);
        if (!known) {
          missing.add(Texts.quoted(name) + " (node " + step.name() + ")");
        }
      }
    }
    if (!missing.isEmpty()) {
      throw new InputException(
          where
              + ": neither an input, nor a tensor of the file, nor a node's output: "
              + Texts.listed(missing));
    }
  }

  private Set<String> layerNames() {
    Set<String> names = new HashSet<>();
    description.inputs().forEach(input -> names.add(input.name()));
    for (Description.Step step : description.steps()) {
      if (!step.op().equals("Constant") && !names.add(step.name())) {
        throw new InputException(
            where
                + ": two nodes or inputs are named "
                + Texts.quoted(step.name())
                + ", names must differ");
      }
    }
    return names;
  }

  private void add(Description.Step step, Set<String> layers) {
    Call call = new Call(builder, constants, step, values, layers);
    List<Node> nodes;
    try {
      nodes = Operators.read(call);
    } catch (ArithmeticException e) {
      throw new InputException(
          where + ": node " + step.name() + ": a size is too large to count", e);
    } catch (InputException e) {
      String message = e.getMessage();
      String own = step.name() + ": ";
      String shortened = message.startsWith(own) ? message.substring(own.length()) : message;
      throw new InputException(where + ": node " + step.name() + ": " + cut(shortened), e);
    }
    nodes.forEach(this::checkCountable);
    for (int i = 0; i < step.outputs().size(); i++) {
      String output = step.outputs().get(i);
      if (!output.isEmpty() && i >= nodes.size()) {
        throw new InputException(
            "%s: node %s: %s: output %d, %s, is not supported"
                .formatted(where, step.name(), step.op(), i, Texts.quoted(output)));
      }
      if (!output.isEmpty()) {
        values.put(output, nodes.get(i));
      }
    }
  }

  /** Whether one array can hold the node's values; from here on everyone may count them. */
  private void checkCountable(Node node) {
    if (node == null || !node.isShaped()) {
      return;
    }
    try {
      node.shape().length();
    } catch (ArithmeticException | InputException e) {
      throw new InputException(
          "%s: %s would have the shape %s, one tensor holds at most 2^31 elements"
              .formatted(where, node.name(), node.shape()),
          e);
    }
  }

  private static String cut(String message) {
    return message.length() > LONGEST_MESSAGE
        ? message.substring(0, LONGEST_MESSAGE) + "..."
        : message;
  }
}
