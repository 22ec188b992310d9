package voxcam.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import voxcam.op.Dim;
import voxcam.op.FreeShape;
import voxcam.op.InputException;

/**
 * A graph as a file tells it: values go by name, operations and attributes are those of ONNX, and
 * nothing is checked beyond the form. {@link GraphReader} makes a graph of it, {@link GraphWriter}
 * makes it of a graph.
 */
record Description(List<Input> inputs, List<Step> steps, List<String> outputs) {
  private static final int LONGEST_NAME = 500;

  Description {
    inputs = List.copyOf(inputs);
    steps = List.copyOf(steps);
    outputs = List.copyOf(outputs);
  }

  /** What a run is given. */
  record Input(String name, FreeShape shape) {}

  /** One operation; an omitted input or output is the empty text. */
  record Step(
      String name,
      String op,
      List<String> inputs,
      List<String> outputs,
      Map<String, Json> attributes) {
    Step {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }
  }

  /** Reads {@code voxcam.graph}. */
  static Description parse(String where, String text) {
    Fields graph = Fields.of(where, Json.parse(where, text));
    graph.onlyKnows("inputs", "nodes", "outputs");
    List<Input> inputs = new ArrayList<>();
    for (Json item : graph.list("inputs")) {
      inputs.add(input(Fields.of(where + ": inputs[" + inputs.size() + "]", item)));
    }
    List<Step> steps = new ArrayList<>();
    for (Json item : graph.list("nodes")) {
      steps.add(step(Fields.of(where + ": nodes[" + steps.size() + "]", item)));
    }
    return new Description(inputs, steps, names(graph, "outputs"));
  }

  private static Input input(Fields fields) {
    fields.onlyKnows("name", "shape");
    List<Dim> dims = new ArrayList<>();
    for (Json dim : fields.list("shape")) {
      dims.add(
          switch (dim) {
            case Json.Whole(var size) when size >= 1 && size <= Integer.MAX_VALUE ->
                new Dim.Fixed((int) size);
            case Json.Text(var name) when !name.isEmpty() ->
                new Dim.Free(printable(fields.where(), name));
            default ->
                throw new InputException(
                    fields.where()
                        + ": shape holds "
                        + dim.kind()
                        + ", give a size of at least 1, or a name for a free size");
          });
    }
    return new Input(printable(fields.where(), fields.text("name")), new FreeShape(dims));
  }

  private static Step step(Fields fields) {
    fields.onlyKnows("name", "op", "inputs", "outputs", "attributes");
    List<String> outputs = names(fields, "outputs");
    String first = outputs.stream().filter(name -> !name.isEmpty()).findFirst().orElse("");
    if (first.isEmpty()) {
      throw new InputException(fields.where() + ": has no output");
    }
    String name = fields.has("name") ? printable(fields.where(), fields.text("name")) : "";
    Map<String, Json> attributes =
        fields.has("attributes") ? fields.object("attributes").members() : Map.of();
    return new Step(
        name.isEmpty() ? first : name,
        fields.text("op"),
        names(fields, "inputs"),
        outputs,
        attributes);
  }

  private static List<String> names(Fields fields, String member) {
    List<String> names = fields.texts(member);
    names.forEach(name -> printable(fields.where(), name));
    return names;
  }

  /** Names turn up in messages, reports and file names. */
  private static String printable(String where, String name) {
    if (name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
      throw new InputException(
          where
              + ": the name "
              + Texts.quoted(name)
              + " has control characters or more than "
              + LONGEST_NAME
              + " characters");
    }
    return name;
  }

  /** The text of {@code voxcam.graph}. */
  String text() {
    List<Object> inputTexts = new ArrayList<>();
    for (Input input : inputs) {
      List<Object> dims = new ArrayList<>();
      for (Dim dim : input.shape().dims()) {
        dims.add(
            switch (dim) {
              case Dim.Fixed(int size) -> size;
              case Dim.Free(String name) -> name;
            });
      }
      inputTexts.add(ordered("name", input.name(), "shape", dims));
    }
    List<Object> nodes = new ArrayList<>();
    for (Step step : steps) {
      Map<String, Object> node = ordered("name", step.name(), "op", step.op());
      node.put("inputs", step.inputs());
      node.put("outputs", step.outputs());
      if (!step.attributes().isEmpty()) {
        node.put("attributes", step.attributes());
      }
      nodes.add(node);
    }
    Map<String, Object> graph = ordered("inputs", inputTexts, "nodes", nodes);
    graph.put("outputs", outputs);
    return Json.object(graph).compact();
  }

  private static Map<String, Object> ordered(String first, Object one, String second, Object two) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put(first, one);
    members.put(second, two);
    return members;
  }
}
