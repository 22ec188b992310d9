package voxcam.nets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.explain.Explained;
import voxcam.explain.Explainer;
import voxcam.explain.GradCam;
import voxcam.explain.HiResCam;
import voxcam.explain.Request;
import voxcam.explain.Target;
import voxcam.model.GoldenFile;
import voxcam.model.Json;
import voxcam.model.Model;
import voxcam.model.Safetensors;
import voxcam.model.Space;
import voxcam.model.Task;
import voxcam.op.Tensor;

/**
 * Networks that PyTorch's exporters wrote give PyTorch's logits and maps, from the file alone. The
 * wide ones are looked at where the property {@code voxcam.onnx.networks} names a folder of them,
 * made by {@code golden/onnx/make_onnx.py wide}.
 */
final class OnnxNetworksTest {
  private static final double LOGITS = 1e-4;
  private static final double MAPS = 1e-3;

  static Stream<Path> narrow() throws IOException {
    return files(GoldenFile.path("onnx/resnet18.onnx").getParent());
  }

  static Stream<Path> wide() throws IOException {
    String folder = System.getProperty("voxcam.onnx.networks", "");
    return folder.isEmpty() ? Stream.empty() : files(Path.of(folder));
  }

  private static Stream<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("narrow")
  void giveWhatPyTorchGives(Path file) {
    check(file, "reference", 1e-5, 1e-5);
    check(file, "cpu", LOGITS, MAPS);
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("wide")
  void giveWhatPyTorchGivesWhenWide(Path file) {
    System.out.println(file.getFileName() + ": " + check(file, "cpu", LOGITS, MAPS));
  }

  @Test
  void bothExportersOfThirteenNetworksAreThere() throws IOException {
    List<Path> files = narrow().toList();
    assertThat(files.size()).isGreaterThan(20);
    assertThat(files.stream().filter(file -> file.toString().contains("-dynamo")).count())
        .isGreaterThan(5);
  }

  /** A network's distances; what {@code golden/README.md} says of the expected tensors. */
  private static String check(Path file, String device, double logits, double maps) {
    String stem = file.getFileName().toString().replaceFirst("(-dynamo)?\\.onnx$", "");
    Safetensors expected = Safetensors.open(file.resolveSibling(stem + ".expected.safetensors"));
    Map<String, Tensor> golden = expected.tensors();
    Json.Obj about = (Json.Obj) Json.parse(stem, expected.metadata().get("expected"));
    Task task = Task.valueOf(text(about.members().get("task")).toUpperCase(Locale.ROOT));
    List<String> layers = items(about, "layers").stream().map(OnnxNetworksTest::text).toList();
    Model model = Model.open(file).withTask(task);
    double worst = 0;
    double ofLogits = Double.NaN;
    try (Explainer explainer = new Explainer(model, Backends.named(device), Options.DEFAULT)) {
      for (Json item : items(about, "targets")) {
        int target = (int) ((Json.Whole) item).value();
        for (Asked asked : asked(about, layers)) {
          Request usual =
              Request.of(new Target.Index(target))
                  .atLayers(asked.layers().toArray(String[]::new))
                  .by(new HiResCam(), new GradCam());
          Explained explained =
              explainer.explain(golden.get("input"), asked.space().map(usual::along).orElse(usual));
          ofLogits = distance(explained.logits(), golden.get("logits"), golden.get("logits"));
          assertThat(explained.maps()).hasSize(2 * asked.layers().size());
          for (int i = 0; i < explained.maps().size(); i++) {
            String end = "." + asked.layers().get(i / 2) + "." + target;
            Tensor hirescam = golden.get("hirescam" + end);
            Tensor wanted = i % 2 == 0 ? hirescam : golden.get("gradcam" + end);
            Tensor map = explained.maps().get(i).map();
            if (asked.space().isPresent()) {
              assertThat("[1," + map.shape().toString().substring(1))
                  .isEqualTo(wanted.shape() + "");
            }
            // Where the mean of the gradient vanishes, all that Grad-CAM can be is rounding.
            boolean vanishes = size(wanted) == 0;
            worst = Math.max(worst, distance(map, wanted, vanishes ? hirescam : wanted));
          }
        }
      }
    }
    assertThat(ofLogits).as("%s on %s: logits", file, device).isBetween(0.0, logits);
    assertThat(worst).as("%s on %s: maps", file, device).isLessThan(maps);
    return "logits %.1e, maps %.1e".formatted(ofLogits, worst);
  }

  /** Layers to ask for at once, and what is said of their axes. */
  private record Asked(List<String> layers, Optional<Space> space) {}

  private static List<Asked> asked(Json.Obj about, List<String> layers) {
    List<Asked> asked = new ArrayList<>();
    List<String> usual = new ArrayList<>();
    for (String layer : layers) {
      Optional<Space> space =
          Space.parse(said(about, "space", layer), said(about, "tokens", layer));
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

  private static Optional<String> said(Json.Obj about, String what, String layer) {
    return about.members().get(what) instanceof Json.Obj(var layers) && layers.containsKey(layer)
        ? Optional.of(text(layers.get(layer)))
        : Optional.empty();
  }

  private static List<Json> items(Json.Obj about, String name) {
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
    assertThat(one).hasSameSizeAs(other);
    double distance = 0;
    for (int i = 0; i < one.length; i++) {
      distance += (one[i] - other[i]) * (one[i] - other[i]);
    }
    return Math.sqrt(distance) / size(scale);
  }
}
