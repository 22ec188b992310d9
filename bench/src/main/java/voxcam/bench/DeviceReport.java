package voxcam.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Finding;
import voxcam.backend.Options;
import voxcam.check.Conformance;
import voxcam.check.OpCase;
import voxcam.check.OpCases;
import voxcam.explain.Explained;
import voxcam.explain.Explainer;
import voxcam.explain.Explanation;
import voxcam.explain.Request;
import voxcam.explain.Target;
import voxcam.op.Conv;
import voxcam.op.Linear;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * What a machine's device can do, as one JSON and one text file: what was found; the conformance
 * cases with NVIDIA's libraries and without, and in each precision; and the time of one explanation
 * of each network in each of these ways, after maps were compared with the processor's. The entry
 * of the bundle that {@code make gpu-bundle} makes.
 */
public final class DeviceReport {
  private static final int RUNS = 7;

  private final Map<String, Object> json = new LinkedHashMap<>();
  private final StringBuilder text = new StringBuilder();
  private boolean passed = true;

  private DeviceReport() {}

  /**
   * @param args the device's name, the folder to write to, and {@code check} for conformance alone
   */
  public static void main(String... args) throws IOException {
    Locale.setDefault(Locale.ROOT);
    Path folder = Path.of(args[1]);
    boolean all = args.length < 3 || !args[2].equals("check");
    Backend backend = Backends.named(args[0]);
    DeviceReport report = new DeviceReport();
    report.describe(backend);
    List<Object> setups = new ArrayList<>();
    for (DeviceSetup setup : DeviceSetup.all(backend)) {
      setups.add(report.setup(backend, setup, all));
    }
    report.json.put("setups", setups);
    Files.createDirectories(folder);
    Json.write(folder.resolve("report.json"), report.json);
    Files.writeString(folder.resolve("report.txt"), report.text);
    System.exit(report.passed ? 0 : 3);
  }

  private void describe(Backend backend) {
    json.put("device", backend.name());
    json.put("description", backend.description(Options.DEFAULT));
    json.put("java", Runtime.version().toString());
    json.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    line("%s: %s", backend.name(), backend.description(Options.DEFAULT));
    Map<String, Object> findings = new LinkedHashMap<>();
    for (Finding finding : backend.findings()) {
      findings.put(finding.what(), finding.found());
      line("  %s: %s", finding.what(), finding.found());
    }
    json.put("findings", findings);
  }

  private Map<String, Object> setup(Backend backend, DeviceSetup wanted, boolean all) {
    wanted.begin(true);
    DeviceSetup setup = wanted.named(backend);
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", setup.name());
    row.put("precision", setup.precision().word());
    row.put("libraries", setup.libraries());
    Optional<String> refusal = setup.refusal(backend);
    if (refusal.isPresent()) {
      row.put("skipped", refusal.get());
      line("%s: skipped, %s", setup.name(), refusal.get());
      return row;
    }
    conformance(backend, setup, row);
    if (all) {
      setup.begin(false);
      explanations(backend, setup, row);
    }
    return row;
  }

  private void conformance(Backend backend, DeviceSetup setup, Map<String, Object> row) {
    List<Conformance.Result> results = new ArrayList<>();
    double largest = 0;
    double tolerance = 0;
    for (OpCase opCase : OpCases.all()) {
      boolean library = opCase.op() instanceof Conv || opCase.op() instanceof Linear;
      if (library || !setup.isPartial()) {
        Conformance.Result result = Conformance.run(backend, setup.options(), opCase);
        results.add(result);
        largest = Math.max(largest, result.error());
        tolerance = Math.max(tolerance, Conformance.tolerance(opCase, setup.precision()));
      }
    }
    List<String> failed =
        results.stream().filter(r -> !r.passed()).map(Conformance.Result::message).toList();
    row.put("cases", results.size());
    row.put("failed", failed);
    row.put("largestError", largest);
    row.put("tolerance", tolerance);
    line(
        "%s: %d of %d cases passed, largest error %.1e, %.1e is allowed",
        setup.name(), results.size() - failed.size(), results.size(), largest, tolerance);
    failed.forEach(message -> line("  %s", message));
    passed &= failed.isEmpty();
  }

  private void explanations(Backend backend, DeviceSetup setup, Map<String, Object> to) {
    List<Object> rows = new ArrayList<>();
    for (Net net : Net.values()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("network", net.weights());
      row.put("input", net.input().toString());
      try {
        explain(backend, setup, net, row);
      } catch (RuntimeException e) {
        row.put("error", e.toString());
        line("  %s: %s", net.weights(), e);
        passed = false;
      }
      rows.add(row);
    }
    to.put("explain", rows);
  }

  private void explain(Backend backend, DeviceSetup setup, Net net, Map<String, Object> row) {
    double error = error(backend, setup, net);
    Tensor input = drawn(net.input());
    double[] times = new double[RUNS];
    double first;
    Map<String, Integer> algorithms;
    try (Explainer explainer = new Explainer(net.model(), backend, setup.options())) {
      long start = System.nanoTime();
      Explanation top = explainer.explain(input, Request.of(new Target.Top(1))).first();
      Request request = Request.of(new Target.Index(top.index()));
      algorithms = explainer.explain(input, request).cost().algorithms();
      first = (System.nanoTime() - start) * 1e-6;
      for (int i = 0; i < RUNS; i++) {
        long began = System.nanoTime();
        Explained explained = explainer.explain(input, request);
        times[i] = (System.nanoTime() - began) * 1e-6;
        if (explained.maps().isEmpty()) {
          throw new IllegalStateException("no map");
        }
      }
    }
    Arrays.sort(times);
    row.put("mapError", error);
    row.put("tolerance", setup.tolerance());
    row.put("firstMs", first);
    row.put("medianMs", times[RUNS / 2]);
    row.put("bestMs", times[0]);
    row.put("algorithms", algorithms);
    line(
        "  %s %s: %.1f ms (best %.1f, first %.0f), map within %.1e of cpu, %.0e is allowed",
        net.weights(), net.input(), times[RUNS / 2], times[0], first, error, setup.tolerance());
    passed &= error <= setup.tolerance();
  }

  /** How far the map of a smaller input is from the processor's. */
  private static double error(Backend backend, DeviceSetup setup, Net net) {
    Tensor input = drawn(net.smallInput());
    try (Explainer here = new Explainer(net.model(), backend, setup.options());
        Explainer there = new Explainer(net.model(), Backends.named("cpu"), Options.DEFAULT)) {
      Explanation expected = there.explain(input, Request.of(new Target.Top(1))).first();
      Request request = Request.of(new Target.Index(expected.index()));
      double[] a = here.explain(input, request).first().map().doubles();
      double[] b = there.explain(input, request).first().map().doubles();
      double squares = 0;
      double norm = 0;
      for (int i = 0; i < b.length; i++) {
        squares += (a[i] - b[i]) * (a[i] - b[i]);
        norm += b[i] * b[i];
      }
      return norm == 0 ? Math.sqrt(squares) : Math.sqrt(squares / norm);
    }
  }

  private static Tensor drawn(Shape shape) {
    Random random = new Random(2);
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(shape, values);
  }

  private void line(String format, Object... arguments) {
    String line = String.format(Locale.ROOT, format, arguments);
    System.err.println(line);
    text.append(line).append('\n');
  }
}
