package voxcam.explain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The path of the PyTorch module that a layer of an exported network stands for. The older exporter
 * writes {@code /layer4/layer4.1/relu/Relu} for the operator {@code Relu} in {@code layer4.1.relu};
 * of the newer one the names are {@code layer4.1.relu} or {@code layer4.1/Add} already.
 */
final class ModulePath {
  private ModulePath() {}

  /** The path of the module that a layer is in. */
  static String of(String layer) {
    int end = layer.lastIndexOf('/');
    if (end < 0) {
      return layer;
    }
    String path = "";
    for (String part : layer.substring(0, end).split("/", -1)) {
      if (!part.isEmpty()) {
        int dot = path.lastIndexOf('.');
        String last = path.substring(dot + 1);
        // A child of a sequence is written with the sequence's name before its own.
        boolean repeats = !path.isEmpty() && part.startsWith(last + ".");
        String parent = dot < 0 ? "" : path.substring(0, dot);
        String before = repeats ? parent : path;
        path = before.isEmpty() ? part : before + "." + part;
      }
    }
    return path;
  }

  /**
   * The layer that is meant by a name which is none: the last of a module, whose path or the end of
   * whose path is given if only one module's ends so, or the one whose own name ends so.
   */
  static Optional<String> find(String given, List<String> layers) {
    Map<String, String> lasts = new LinkedHashMap<>();
    for (String layer : layers) {
      String path = "." + of(layer) + ".";
      int at = given.isEmpty() ? -1 : path.indexOf("." + given + ".");
      if (at >= 0) {
        lasts.put(path.substring(0, at + 1 + given.length()), layer);
      }
    }
    String whole = lasts.get("." + given);
    if (whole != null || lasts.size() == 1) {
      return Optional.of(whole != null ? whole : lasts.values().iterator().next());
    }
    List<String> ends =
        layers.stream()
            .filter(layer -> layer.endsWith("/" + given) || layer.endsWith("." + given))
            .toList();
    return ends.size() == 1 ? Optional.of(ends.get(0)) : Optional.empty();
  }
}
