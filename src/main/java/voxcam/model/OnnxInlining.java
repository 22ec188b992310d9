package voxcam.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import voxcam.op.InputException;

/**
 * Puts the body of each function of a file where it is called, and looks up which opset each node
 * belongs to.
 */
final class OnnxInlining {
  private static final int MOST_NODES = 100_000;
  private static final int DEEPEST = 32;

  /**
   * Where names are looked up.
   *
   * @param prefix goes before the names of values that are not among {@code names}
   * @param path goes before the names of nodes
   */
  private record Scope(
      String prefix,
      String path,
      Map<String, String> names,
      Map<String, OnnxAttribute> attributes,
      Map<String, Long> opsets,
      int depth) {
    String value(String name) {
      String known = names.get(name);
      return known != null ? known : name.isEmpty() ? name : prefix + name;
    }

    List<String> values(List<String> names) {
      return names.stream().map(this::value).toList();
    }
  }

  private final String where;
  private final Map<String, OnnxModel.Function> functions = new HashMap<>();
  private int nodes;
  private int calls;

  private OnnxInlining(String where, OnnxModel model) {
    this.where = where;
    for (OnnxModel.Function function : model.functions()) {
      String called =
          function.overload().isEmpty()
              ? function.name()
              : function.name() + ":" + function.overload();
      functions.put(key(function.domain(), called), function);
    }
  }

  private static String key(String domain, String op) {
    return (domain.equals("ai.onnx") ? "" : domain) + "\n" + op;
  }

  /** The file's graph without calls of functions. */
  static OnnxGraph apply(String where, OnnxModel model) {
    Scope scope = new Scope("", "", Map.of(), Map.of(), model.opsets(), 0);
    return new OnnxInlining(where, model).graph(model.graph(), scope);
  }

  private OnnxGraph graph(OnnxGraph graph, Scope scope) {
    List<OnnxTensor> initialisers =
        graph.initialisers().stream()
            .map(t ->
                new OnnxTensor(scope.value(t.name()), t.type(), t.dims(), t.runs(), t.external()))
            .toList();
    return new OnnxGraph(
        nodes(graph.nodes(), scope), initialisers, graph.inputs(), scope.values(graph.outputs()));
  }

  private List<OnnxNode> nodes(List<OnnxNode> given, Scope scope) {
    if (scope.depth() > DEEPEST) {
      throw new InputException(where + ": functions call each other deeper than " + DEEPEST);
    }
    List<OnnxNode> all = new ArrayList<>();
    for (OnnxNode node : given) {
      OnnxModel.Function function = functions.get(key(node.domain(), node.op()));
      if (function == null) {
        if (++nodes > MOST_NODES) {
          throw new InputException(where + ": has more than " + MOST_NODES + " nodes");
        }
        all.add(plain(node, scope));
      } else {
        all.addAll(body(function, node, scope));
      }
    }
    return all;
  }

  private OnnxNode plain(OnnxNode node, Scope scope) {
    Map<String, OnnxAttribute> attributes = attributes(node, scope);
    attributes.replaceAll((_, value) ->
        value instanceof OnnxAttribute.Branch(OnnxGraph branch)
            ? new OnnxAttribute.Branch(graph(branch, scope))
            : value);
    long opset = scope.opsets().getOrDefault(node.isStandard() ? "" : node.domain(), 0L);
    return new OnnxNode(
        scope.path() + node.name(),
        node.op(),
        node.domain(),
        (int) Math.max(0, Math.min(9999, opset)),
        scope.values(node.inputs()),
        scope.values(node.outputs()),
        attributes,
        node.scope());
  }

  /** A node's attributes, those that a function passes on looked up. */
  private static Map<String, OnnxAttribute> attributes(OnnxNode node, Scope scope) {
    Map<String, OnnxAttribute> attributes = new LinkedHashMap<>();
    node.attributes()
        .forEach((name, value) -> {
          OnnxAttribute given =
              value instanceof OnnxAttribute.Reference(String other)
                  ? scope.attributes().get(other)
                  : value;
          if (given != null) {
            attributes.put(name, given);
          }
        });
    return attributes;
  }

  private List<OnnxNode> body(OnnxModel.Function function, OnnxNode call, Scope scope) {
    if (++calls > MOST_NODES) {
      throw new InputException(where + ": calls functions more than " + MOST_NODES + " times");
    }
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < function.inputs().size(); i++) {
      String given = i < call.inputs().size() ? scope.value(call.inputs().get(i)) : "";
      names.put(function.inputs().get(i), given);
    }
    String prefix = "%" + calls + "%";
    for (int i = 0; i < function.outputs().size() && i < call.outputs().size(); i++) {
      String asked = call.outputs().get(i);
      if (!asked.isEmpty()) {
        names.put(function.outputs().get(i), scope.value(asked));
      }
    }
    Map<String, OnnxAttribute> attributes = new LinkedHashMap<>(function.defaults());
    attributes.putAll(attributes(call, scope));
    Map<String, Long> opsets = function.opsets().isEmpty() ? scope.opsets() : function.opsets();
    String path = scope.path() + call.name() + "/";
    Scope inner = new Scope(prefix, path, names, attributes, opsets, scope.depth() + 1);
    List<OnnxNode> nodes = nodes(function.nodes(), inner);
    List<OnnxNode> all = new ArrayList<>();
    // An input that is an output as it stands has no node to carry the name that the caller gave.
    for (int i = 0; i < function.outputs().size() && i < call.outputs().size(); i++) {
      int at = function.inputs().indexOf(function.outputs().get(i));
      if (at >= 0 && at < call.inputs().size()) {
        all.add(
            new OnnxNode(
                path + "Identity",
                "Identity",
                "",
                0,
                List.of(scope.value(call.inputs().get(at))),
                List.of(scope.value(call.outputs().get(i))),
                Map.of(),
                call.scope()));
      }
    }
    for (OnnxNode node : nodes) {
      all.add(node.scope().isEmpty() ? node.within(call.scope()) : node);
    }
    return all;
  }
}
