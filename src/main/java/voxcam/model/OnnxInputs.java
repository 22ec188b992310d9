package voxcam.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import voxcam.op.Dim;
import voxcam.op.FreeShape;
import voxcam.op.InputException;

/** What a run of an ONNX graph is given: its inputs less those that have a value in the file. */
final class OnnxInputs {
  private OnnxInputs() {}

  static List<OnnxGraph.Input> of(OnnxGraph graph) {
    Set<String> stored = new HashSet<>();
    graph.initialisers().forEach(tensor -> stored.add(tensor.name()));
    return graph.inputs().stream().filter(input -> !stored.contains(input.name())).toList();
  }

  /** The inputs' shapes by name; sizes without a name get one of their own. */
  static Map<String, FreeShape> shapes(String where, OnnxGraph graph) {
    Map<String, FreeShape> shapes = new LinkedHashMap<>();
    for (OnnxGraph.Input input : of(graph)) {
      String name = input.name();
      if (name.isEmpty() || name.length() > 400 || name.chars().anyMatch(Character::isISOControl)) {
        throw new InputException(
            where + ": an input has the name " + Texts.quoted(name) + ", which is none");
      }
      List<Dim> dims =
          input
              .dims()
              .orElseThrow(() ->
                  new InputException(
                      where
                          + ": the input "
                          + Texts.quoted(name)
                          + " does not say how many axes it has; export it with a shape"));
      List<Dim> named = new ArrayList<>();
      for (Dim dim : dims) {
        boolean nameless = dim instanceof Dim.Free(String free) && free.isBlank();
        named.add(
            nameless
                ? new Dim.Free(name + "." + named.size())
                : dim instanceof Dim.Free(String free) ? new Dim.Free(Texts.line(free)) : dim);
      }
      if (shapes.put(name, new FreeShape(named)) != null) {
        throw new InputException(where + ": two inputs are named " + Texts.quoted(name));
      }
    }
    return shapes;
  }
}
