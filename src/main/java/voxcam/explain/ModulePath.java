package voxcam.explain;

import java.util.List;
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

  /** The layer that is meant by a name which is none: the last of a module, or one by its end. */
  static Optional<String> find(String given, List<String> layers) {
    Optional<String> found = Optional.empty();
    for (String layer : layers) {
      String path = of(layer);
      if (path.equals(given) || path.startsWith(given + ".")) {
        found = Optional.of(layer);
      }
    }
    if (found.isPresent()) {
      return found;
    }
    List<String> ends =
        layers.stream()
            .filter(layer -> layer.endsWith("/" + given) || layer.endsWith("." + given))
            .toList();
    return ends.size() == 1 ? Optional.of(ends.get(0)) : Optional.empty();
  }
}
