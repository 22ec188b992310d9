package voxcam.model;

import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The layer names of an ONNX graph. Names of the file stay as they are. PyTorch's newer exporter
 * names nodes by numbers and keeps the module beside: there a module's last node gets the module's
 * name, {@code layer4.1.relu}, and the ones before it that and the operator, {@code layer4.1/Add}.
 * Nodes without a name get their operator's; what would come twice gets a number.
 */
final class OnnxNames {
  private static final int LONGEST = 400;

  private final IdentityHashMap<OnnxNode, String> names = new IdentityHashMap<>();
  private final Set<String> used = new HashSet<>();

  OnnxNames(OnnxGraph graph) {
    graph.inputs().forEach(input -> used.add(input.name()));
    Map<String, OnnxNode> last = new HashMap<>();
    lasts(graph.nodes(), last);
    add(graph.nodes(), last);
  }

  private static void lasts(List<OnnxNode> nodes, Map<String, OnnxNode> last) {
    for (OnnxNode node : nodes) {
      // A module's last node may lie in a module inside of it, which gives it its name.
      for (String module = node.scope(); !module.isEmpty(); module = parent(module)) {
        last.put(module, node);
      }
      branches(node).forEach(branch -> lasts(branch.nodes(), last));
    }
  }

  private static String parent(String module) {
    return module.substring(0, Math.max(0, module.lastIndexOf('.')));
  }

  private static List<OnnxGraph> branches(OnnxNode node) {
    return node.attributes().values().stream()
        .filter(OnnxAttribute.Branch.class::isInstance)
        .map(value -> ((OnnxAttribute.Branch) value).graph())
        .toList();
  }

  @SuppressWarnings("ReferenceEquality") // Two nodes of one module may be equal, and are two.
  private void add(List<OnnxNode> nodes, Map<String, OnnxNode> last) {
    for (OnnxNode node : nodes) {
      String stem =
          node.scope().isEmpty()
              ? node.name()
              : last.get(node.scope()) == node ? node.scope() : node.scope() + "/" + node.op();
      names.put(node, unused(stem.isEmpty() ? node.op() : stem));
      branches(node).forEach(branch -> add(branch.nodes(), last));
    }
  }

  private String unused(String stem) {
    StringBuilder safe = new StringBuilder();
    stem.chars()
        .limit(LONGEST)
        .forEach(c -> safe.append(Character.isISOControl(c) ? '?' : (char) c));
    String name = safe.toString();
    for (int i = 1; !used.add(name); i++) {
      name = safe + "_" + i;
    }
    return name;
  }

  String of(OnnxNode node) {
    return names.get(node);
  }

  /** All names. */
  Set<String> all() {
    return used;
  }
}
