package voxcam.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.InputException;
import voxcam.op.Op;
import voxcam.op.Tensor;

/**
 * One node of a file while it becomes nodes of a graph: its inputs, attributes, and the graph so
 * far.
 */
final class Call {
  private final GraphBuilder builder;
  private final Constants constants;
  private final Description.Step step;
  private final Map<String, Node> values;
  private final Set<String> layers;
  private final Attributes attributes;

  /**
   * @param values the nodes of all computed values so far, and of the constants that were read as
   *     tensors
   * @param layers the names that nodes of the graph will have
   */
  Call(
      GraphBuilder builder,
      Constants constants,
      Description.Step step,
      Map<String, Node> values,
      Set<String> layers) {
    this.builder = builder;
    this.constants = constants;
    this.step = step;
    this.values = values;
    this.layers = layers;
    this.attributes = new Attributes(step.op(), step.attributes());
  }

  /**
   * This call with its first input only, and a parameter as an attribute.
   *
   * @param dropped attributes that it goes without
   */
  Call instead(List<String> dropped, String parameter, List<Object> given) {
    attributes.harmless(step.attributes().keySet().toArray(String[]::new));
    Map<String, Json> others = new LinkedHashMap<>(step.attributes());
    others.keySet().removeAll(dropped);
    others.put(parameter, Json.of(given));
    return new Call(
        builder,
        constants,
        new Description.Step(
            step.name(), step.op(), step.inputs().subList(0, 1), step.outputs(), others),
        values,
        layers);
  }

  String op() {
    return step.op();
  }

  Attributes attributes() {
    return attributes;
  }

  /** The number of inputs, omitted ones at the end not counted. */
  int count() {
    int count = step.inputs().size();
    while (count > 0 && step.inputs().get(count - 1).isEmpty()) {
      count--;
    }
    return count;
  }

  boolean has(int index) {
    return index < step.inputs().size() && !step.inputs().get(index).isEmpty();
  }

  /** Whether an input is known while the file is read. */
  boolean isConstant(int index) {
    return has(index) && constants.has(name(index));
  }

  Node input(int index) {
    if (!has(index)) {
      throw refused("input " + index + " is missing");
    }
    String name = step.inputs().get(index);
    return values.computeIfAbsent(name, this::constant);
  }

  private Node constant(String name) {
    Tensor tensor =
        constants
            .tensor(name)
            .orElseThrow(() -> refused("input " + Texts.quoted(name) + " has no elements"));
    // In files nodes and values have names of their own, in graphs they share them.
    return builder.constant(layers.contains(name) ? name + "%value" : name, tensor);
  }

  /** All inputs, of which none but the last ones may be omitted. */
  List<Node> inputs(int least, int most) {
    if (count() < least || count() > most) {
      throw refused(
          "has " + count() + " inputs, takes " + (least == most ? least : least + " to " + most));
    }
    List<Node> inputs = new ArrayList<>();
    for (int i = 0; i < count(); i++) {
      inputs.add(input(i));
    }
    return inputs;
  }

  /** Refuses more inputs than the operation has. */
  void atMost(int most) {
    if (count() > most) {
      throw refused("has " + count() + " inputs, takes at most " + most);
    }
  }

  /** A list of whole numbers that is an input (a constant) or, in the short form, an attribute. */
  Optional<long[]> wholes(int index, String attribute) {
    Optional<long[]> given = attributes.wholes(attribute);
    return parameter(index, attribute, given.isPresent())
        ? Optional.of(constants.wholes(where(attribute), name(index)))
        : given;
  }

  /** A list of numbers that is an input (a constant) or, in the short form, an attribute. */
  Optional<double[]> reals(int index, String attribute) {
    Optional<double[]> given = attributes.reals(attribute);
    return parameter(index, attribute, given.isPresent())
        ? Optional.of(constants.reals(where(attribute), name(index)))
        : given;
  }

  /** Whether a parameter is an input. */
  private boolean parameter(int index, String attribute, boolean asAttribute) {
    if (!has(index)) {
      return false;
    }
    if (asAttribute) {
      throw refused(attribute + " is given twice, as an input and as an attribute");
    }
    if (!constants.has(name(index))) {
      throw refused(
          attribute
              + " comes from "
              + Texts.quoted(name(index))
              + ", which is computed; it must be a tensor of the file, a Constant or an attribute");
    }
    return true;
  }

  private String name(int index) {
    return step.inputs().get(index);
  }

  private String where(String attribute) {
    return op() + ": " + attribute;
  }

  int exact(String attribute, long value) {
    return Numbers.exact(where(attribute), value);
  }

  List<Integer> exact(String attribute, long[] values) {
    return Numbers.exact(where(attribute), values);
  }

  /** The names of the outputs, omitted ones as empty text. */
  List<String> outputs() {
    return step.outputs();
  }

  /** Whether the file names this output. */
  boolean asked(int output) {
    return output < step.outputs().size() && !step.outputs().get(output).isEmpty();
  }

  /** The node that carries this step's name. */
  List<Node> result(Op op, List<Node> inputs) {
    return List.of(builder.add(step.name(), op, inputs));
  }

  List<Node> result(Op op, Node... inputs) {
    return result(op, Arrays.asList(inputs));
  }

  /** A further node under this step's name and a suffix. */
  Node further(String suffix, Op op, Node... inputs) {
    return builder.add(step.name() + suffix, op, inputs);
  }

  /** A step in between. */
  Node between(Op op, Node... inputs) {
    return builder.add(op, inputs);
  }

  /** Whether so many more numbers, which the file does not hold, are too many. */
  boolean tooManyWith(long values) {
    return constants.tooManyWith(values);
  }

  /** Numbers that the file does not hold. */
  Node constant(Tensor value) {
    return builder.constant(value);
  }

  Node scalar(double value) {
    return builder.scalar(value);
  }

  InputException refused(String why) {
    return new InputException(op() + ": " + why);
  }
}
