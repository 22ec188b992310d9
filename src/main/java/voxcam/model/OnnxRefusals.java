package voxcam.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import voxcam.op.InputException;

/** All that is refused of a file, for one message. */
final class OnnxRefusals {
  private static final int LONGEST = 300;

  private final int most;
  private final Map<String, List<String>> unknown = new LinkedHashMap<>();
  private final List<String> refused = new ArrayList<>();

  OnnxRefusals(int most) {
    this.most = most;
  }

  /** An operator that the engine does not have. */
  void unknown(OnnxNode node, String name) {
    unknown
        .computeIfAbsent(
            Texts.line(node.operator()) + " opset " + node.opset(), _ -> new ArrayList<>())
        .add(name);
  }

  /** A node that the engine cannot do. */
  void add(OnnxNode node, String name, String why) {
    String own = node.op() + ": ";
    String reason = why.startsWith(own) ? why.substring(own.length()) : why;
    String cut = reason.length() > LONGEST ? reason.substring(0, LONGEST) + "..." : reason;
    refused.add(
        "node %s: %s opset %d: %s"
            .formatted(Texts.line(name), Texts.line(node.operator()), node.opset(), cut));
  }

  /** Throws all of them. */
  void check(String where) {
    List<String> parts = new ArrayList<>();
    if (!unknown.isEmpty()) {
      List<String> operators = new ArrayList<>();
      unknown.forEach((operator, nodes) -> {
        String more = nodes.size() == 1 ? "" : " and " + (nodes.size() - 1) + " more";
        operators.add(operator + " (node " + Texts.line(nodes.get(0)) + more + ")");
      });
      parts.add("operators that the engine does not have: " + joined(operators, ", "));
    }
    if (!refused.isEmpty()) {
      parts.add(joined(refused, "; "));
    }
    if (!parts.isEmpty()) {
      throw new InputException(where + ": " + String.join("; ", parts));
    }
  }

  private String joined(List<String> items, String separator) {
    String first = String.join(separator, items.stream().limit(most).toList());
    return items.size() > most ? first + separator + (items.size() - most) + " more" : first;
  }
}
