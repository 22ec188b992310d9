package voxcam.nets;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.explain.Explained;
import voxcam.explain.Explainer;
import voxcam.explain.Explanation;
import voxcam.explain.GradCam;
import voxcam.explain.HiResCam;
import voxcam.explain.Request;
import voxcam.explain.Target;
import voxcam.explain.Voxels;
import voxcam.model.Json;
import voxcam.model.Model;
import voxcam.model.Safetensors;
import voxcam.model.Space;
import voxcam.model.Task;
import voxcam.op.Tensor;

/**
 * A network that one of PyTorch's exporters wrote, with what PyTorch gives for it ({@code
 * golden/README.md}, under onnx).
 */
final class ExportedNetwork {
  /**
   * Logits and maps.
   *
   * @param maps by {@code METHOD.LAYER.TARGET}
   */
  record Answers(Tensor logits, Map<String, Tensor> maps) {}

  /** Distances of logits and maps, relative to the norm of what was expected. */
  record Distances(double logits, Map<String, Double> maps) {
    double worst() {
      return worst("");
    }

    /** The largest of the maps whose names start so. */
    double worst(String start) {
      return maps.entrySet().stream()
          .filter(entry -> entry.getKey().startsWith(start))
          .mapToDouble(Map.Entry::getValue)
          .max()
          .orElse(Double.NaN);
    }
  }

  /** A Grad-CAM map that is so small beside HiResCAM's is rounding. */
  private static final double VANISHING = 1e-4;

  private final Path file;
  private final Map<String, Tensor> golden;
  private final Json.Obj about;
  private final List<String> layers;

  ExportedNetwork(Path file) {
    String stem = file.getFileName().toString().replaceFirst("(-dynamo)?\\.onnx$", "");
    Safetensors expected = Safetensors.open(file.resolveSibling(stem + ".expected.safetensors"));
    this.file = file;
    golden = expected.tensors();
    about = (Json.Obj) Json.parse(stem, expected.metadata().get("expected"));
    layers = items("layers").stream().map(ExportedNetwork::text).toList();
  }

  List<String> layers() {
    return layers;
  }

  Tensor input() {
    return golden.get("input");
  }

  /** What weights and input were drawn from. */
  long seed() {
    return ((Json.Whole) about.members().get("seed")).value();
  }

  /** How far PyTorch's furthest map moves with noise in its layers, where that was looked at. */
  Optional<Double> noise() {
    return about.members().get("noise") instanceof Json.Real(var moved)
        ? Optional.of(moved)
        : Optional.empty();
  }

  /** Whether there is what PyTorch gives in this precision. */
  boolean has(String precision) {
    return golden.containsKey(precision + "logits");
  }

  /** What PyTorch gives, in double precision, or with {@code float32/} in single precision. */
  Answers golden(String precision) {
    Map<String, Tensor> maps = new LinkedHashMap<>();
    for (int target : targets()) {
      for (String layer : layers) {
        for (String method : List.of("hirescam", "gradcam")) {
          String name = method + "." + layer + "." + target;
          maps.put(name, golden.get(precision + name));
        }
      }
    }
    return new Answers(golden.get(precision + "logits"), maps);
  }

  /** What the engine gives, from the file alone. */
  Answers run(String device, Options options) {
    Task task = Task.valueOf(text(about.members().get("task")).toUpperCase(Locale.ROOT));
    Model model = Model.open(file).withTask(task);
    Map<String, Tensor> maps = new LinkedHashMap<>();
    Tensor logits = null;
    try (Explainer explainer = new Explainer(model, Backends.named(device), options)) {
      for (int target : targets()) {
        for (Asked asked : asked()) {
          Request usual =
              Request.of(new Target.Index(target))
                  .atLayers(asked.layers().toArray(String[]::new))
                  .by(new HiResCam(), new GradCam());
          Request spaced = asked.space().map(usual::along).orElse(usual);
          Tensor region = golden.get("region." + target);
          Explained explained =
              explainer.explain(
                  input(), region == null ? spaced : spaced.over(new Voxels.Region(region)));
          logits = explained.logits();
          assertThat(explained.maps()).hasSize(2 * asked.layers().size());
          for (int i = 0; i < explained.maps().size(); i++) {
            Explanation map = explained.maps().get(i);
            String method = i % 2 == 0 ? "hirescam." : "gradcam.";
            maps.put(method + asked.layers().get(i / 2) + "." + target, map.map());
          }
        }
      }
    }
    return new Answers(logits, maps);
  }

  /** How far one is from the other. */
  Distances between(Answers found, Answers wanted) {
    Map<String, Double> maps = new LinkedHashMap<>();
    wanted
        .maps()
        .forEach((name, map) -> {
          // Where the mean of the gradient vanishes, all that Grad-CAM can be is rounding.
          Tensor hirescam = wanted.maps().get(name.replaceFirst("^gradcam", "hirescam"));
          boolean vanishes = size(map) < VANISHING * size(hirescam);
          maps.put(name, distance(found.maps().get(name), map, vanishes ? hirescam : map));
        });
    return new Distances(distance(found.logits(), wanted.logits(), wanted.logits()), maps);
  }

  /** Layers to ask for at once, and what is said of their axes. */
  private record Asked(List<String> layers, Optional<Space> space) {}

  private List<Asked> asked() {
    List<Asked> asked = new ArrayList<>();
    List<String> usual = new ArrayList<>();
    for (String layer : layers) {
      Optional<Space> space = Space.parse(said("space", layer), said("tokens", layer));
      if (space.isPresent()) {
        asked.add(new Asked(List.of(layer), space));
      } else {
        usual.add(layer);
      }
    }
    if (!usual.isEmpty()) {
      asked.add(new Asked(usual, Optional.empty()));
    }
    return asked;
  }

  private Optional<String> said(String what, String layer) {
    return about.members().get(what) instanceof Json.Obj(var said) && said.containsKey(layer)
        ? Optional.of(text(said.get(layer)))
        : Optional.empty();
  }

  private List<Integer> targets() {
    return items("targets").stream().map(item -> (int) ((Json.Whole) item).value()).toList();
  }

  private List<Json> items(String name) {
    return ((Json.Arr) about.members().get(name)).items();
  }

  private static String text(Json value) {
    return ((Json.Text) value).value();
  }

  private static double size(Tensor tensor) {
    double size = 0;
    for (double value : tensor.doubles()) {
      size += value * value;
    }
    return Math.sqrt(size);
  }

  private static double distance(Tensor found, Tensor expected, Tensor scale) {
    double[] one = found.doubles();
    double[] other = expected.doubles();
    // Of one sample, maps of the engine have no batch.
    assertThat(expected.shape().toString()).isIn(found.shape() + "", "[1," + rest(found));
    double distance = 0;
    for (int i = 0; i < one.length; i++) {
      distance += (one[i] - other[i]) * (one[i] - other[i]);
    }
    return Math.sqrt(distance) / size(scale);
  }

  private static String rest(Tensor tensor) {
    return tensor.shape().toString().substring(1);
  }
}
