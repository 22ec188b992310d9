package voxcam.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import voxcam.backend.Options;
import voxcam.explain.Explained;
import voxcam.explain.Explanation;
import voxcam.explain.Trust;
import voxcam.model.Json;
import voxcam.model.Model;
import voxcam.model.Space;

/**
 * The text of {@code S.json}: everything about one run of {@code explain} that is a number or a
 * name.
 */
final class RunRecord {
  private final Map<String, Object> members = new LinkedHashMap<>();

  /** Which model, and what it was given. */
  RunRecord model(String file, String arch, Subject subject, List<String> inputs) {
    Model model = subject.model();
    Map<String, Object> named = new LinkedHashMap<>();
    named.put("file", file);
    named.put("sha256", model.sha256().orElse(""));
    if (!arch.isEmpty()) {
      named.put("arch", arch);
    }
    named.put("task", model.task().word());
    named.put("labels", model.labels());
    members.put("model", named);
    Map<String, Object> given = new LinkedHashMap<>();
    given.put("files", inputs);
    given.put("volume", subject.prepared().volume().toString());
    given.put("recipe", Json.parse("recipe", subject.recipeText()));
    given.put("shape", subject.input().shape().toString());
    members.put("input", given);
    return this;
  }

  /** The scores of all labels. */
  RunRecord prediction(Prediction prediction) {
    List<Object> scores = new ArrayList<>();
    if (prediction.isDense()) {
      long[] counts = prediction.counts();
      for (int i = 0; i < counts.length; i++) {
        Map<String, Object> label = label(prediction, i);
        label.put("voxels", counts[i]);
        scores.add(label);
      }
    } else {
      double[][] logits = samples(prediction, false);
      double[][] probabilities = samples(prediction, true);
      for (int i = 0; i < prediction.labels(); i++) {
        Map<String, Object> label = label(prediction, i);
        label.put("logit", each(logits, i));
        label.put(prediction.activation(), each(probabilities, i));
        scores.add(label);
      }
    }
    members.put("scores", scores);
    return this;
  }

  private static Map<String, Object> label(Prediction prediction, int index) {
    Map<String, Object> label = new LinkedHashMap<>();
    label.put("label", prediction.model().labels().get(index));
    label.put("index", index);
    return label;
  }

  private static double[][] samples(Prediction prediction, boolean probabilities) {
    return IntStream.range(0, prediction.batch())
        .mapToObj(n -> probabilities ? prediction.probabilities(n) : prediction.scores(n))
        .toArray(double[][]::new);
  }

  /** One number, or where a network looks at slabs a list with one for each. */
  private static Object each(double[][] samples, int label) {
    List<Object> values = Arrays.stream(samples).map(sample -> finite(sample[label])).toList();
    return values.size() == 1 ? values.get(0) : values;
  }

  /** The maps with their trust records, and what was said of their layers' axes. */
  RunRecord maps(List<MapFiles.Written> maps, Function<String, Optional<Space>> spaces) {
    members.put(
        "maps",
        maps.stream().map(written -> map(written, spaces.apply(written.map().layer()))).toList());
    return this;
  }

  private static Map<String, Object> map(MapFiles.Written written, Optional<Space> space) {
    Explanation map = written.map();
    Trust trust = map.trust();
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("target", map.target());
    record.put("index", map.index());
    record.put("layer", map.layer());
    space.ifPresent(axes -> record.put("space", axes.axesText()));
    space.flatMap(Space::tokens).ifPresent(tokens -> record.put("tokens", tokens.toString()));
    record.put("method", map.method().name());
    record.put("score", finite(map.score()));
    if (map.voxels().isPresent()) {
      record.put("voxels", map.voxels().getAsLong());
    }
    record.put("raw_shape", map.map().shape().toString());
    record.put("raw_min", finite(map.min()));
    record.put("raw_max", finite(map.max()));
    record.put("raw_sum", finite(trust.mapSum()));
    record.put("bias_term", finite(trust.biasTerm()));
    record.put("bypass_term", finite(trust.bypassTerm()));
    record.put("residual", finite(trust.residual()));
    record.put("relative_residual", finite(trust.relativeResidual()));
    record.put("guaranteed", trust.guaranteed());
    record.put("coincide", trust.coincide());
    record.put("reason", trust.reason());
    record.put("breaking", trust.breaking());
    trust.empty().ifPresent(why -> record.put("empty", why));
    written.display().ifPresent(shown -> record.put("display_scale", finite(shown.scale())));
    record.put("display_steps", written.steps());
    record.put(
        "files", written.files().stream().map(file -> file.getFileName().toString()).toList());
    return record;
  }

  /** What it took, and on what. */
  RunRecord cost(
      Explained.Cost cost,
      String device,
      Options.Precision precision,
      Map<String, Double> seconds) {
    Map<String, Object> taken = new LinkedHashMap<>();
    taken.put("forward_flops", cost.forwardFlops());
    taken.put("gradient_flops", cost.gradientFlops());
    taken.put("planned_bytes", cost.bytes());
    taken.put("weight_bytes", cost.weightBytes());
    taken.put("peak_heap_bytes", Environment.peakHeap());
    Environment.peakResident().ifPresent(bytes -> taken.put("peak_bytes", bytes));
    Map<String, Object> rounded = new LinkedHashMap<>();
    seconds.forEach((stage, value) -> rounded.put(stage, Math.round(value * 1e6) / 1e6));
    taken.put("seconds", rounded);
    members.put("cost", taken);
    Map<String, Object> backend = new LinkedHashMap<>();
    backend.put("name", cost.backend());
    backend.put("description", device);
    backend.put("precision", precision.word());
    backend.put("algorithms", cost.algorithms());
    members.put("backend", backend);
    return this;
  }

  RunRecord notes(List<String> warnings) {
    members.put("warnings", warnings);
    members.put("versions", Environment.versions());
    return this;
  }

  String text() {
    return Json.object(members).indented();
  }

  /** JSON has no word for what is not finite. */
  private static Object finite(double value) {
    return Double.isFinite(value) ? (Object) value : String.valueOf(value);
  }
}
