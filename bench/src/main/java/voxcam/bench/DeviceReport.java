package voxcam.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import voxcam.backend.Backend;
import voxcam.backend.BackendException;
import voxcam.backend.Backends;
import voxcam.backend.Finding;
import voxcam.backend.Options;
import voxcam.check.Conformance;
import voxcam.check.OpCase;
import voxcam.check.OpCases;
import voxcam.op.Conv;
import voxcam.op.Linear;

/**
 * What a machine's device can do, as one JSON and one text file: what was found; the conformance
 * cases with NVIDIA's libraries and without, and in each precision; and the time of one explanation
 * of each network in each of these ways. The entry of the bundle that {@code make gpu-bundle}
 * makes. Both files are written again after each part, so that a run that is cut short leaves what
 * it found.
 */
public final class DeviceReport {
  private static final int FAILED = 3;
  private static final int UNFINISHED = 4;

  /** What is wanted. */
  private enum What {
    ALL,
    CHECK,
    /** Our kernels alone, for a checker of memory accesses. */
    MEMORY,
    BENCH
  }

  /** A way to compute that can be had here, and its part of the file. */
  private record Row(DeviceSetup setup, Map<String, Object> json, List<Object> explained) {}

  private final Path folder;
  private final long deadline;
  private final Map<String, Object> json = new LinkedHashMap<>();
  private final StringBuilder text = new StringBuilder();
  private boolean passed = true;
  private boolean unfinished;

  private DeviceReport(Path folder, long seconds) {
    this.folder = folder;
    deadline = seconds == 0 ? Long.MAX_VALUE : System.nanoTime() / 1_000_000_000 + seconds;
  }

  /**
   * @param args the device's name, the folder to write to, {@code all}, {@code check}, {@code
   *     memory} or {@code bench}, and the seconds that it may take, 0 if any number
   */
  public static void main(String... args) throws IOException {
    Locale.setDefault(Locale.ROOT);
    DeviceReport report = new DeviceReport(Path.of(args[1]), Long.parseLong(args[3]));
    try {
      report.make(Backends.named(args[0]), What.valueOf(args[2].toUpperCase(Locale.ROOT)));
    } catch (BackendException e) {
      report.fail(e.getMessage());
      report.save();
    }
    System.exit(!report.passed ? FAILED : report.unfinished ? UNFINISHED : 0);
  }

  private void make(Backend backend, What what) throws IOException {
    describe(backend);
    List<Row> rows = new ArrayList<>();
    List<Object> setups = new ArrayList<>();
    json.put("setups", setups);
    for (DeviceSetup wanted : DeviceSetup.all(backend)) {
      if (what != What.MEMORY || !wanted.isPartial()) {
        wanted.begin(true);
        Row row = new Row(wanted.named(backend), new LinkedHashMap<>(), new ArrayList<>());
        setups.add(row.json());
        if (isHere(backend, row)) {
          rows.add(row);
          if (what != What.BENCH) {
            conformance(backend, row);
          }
        }
        save();
      }
    }
    if (what == What.ALL || what == What.BENCH) {
      explanations(backend, rows);
    }
    line(passed ? unfinished ? "not all was done in time" : "all passed" : "not all passed");
    json.put("passed", passed && !unfinished);
    save();
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

  private boolean isHere(Backend backend, Row row) {
    DeviceSetup setup = row.setup();
    row.json().put("name", setup.name());
    row.json().put("precision", setup.precision().word());
    row.json().put("libraries", setup.libraries());
    Optional<String> refusal = setup.refusal(backend);
    refusal.ifPresent(why -> {
      row.json().put("skipped", why);
      line("%s: skipped, %s", setup.name(), why);
    });
    return refusal.isEmpty();
  }

  private void conformance(Backend backend, Row row) {
    DeviceSetup setup = row.setup();
    List<OpCase> cases =
        OpCases.all().stream()
            .filter(
                one -> !setup.isPartial() || one.op() instanceof Conv || one.op() instanceof Linear)
            .toList();
    List<String> failed = new ArrayList<>();
    double largest = 0;
    double tolerance = 0;
    int done = 0;
    for (OpCase opCase : cases) {
      if (isLate()) {
        break;
      }
      done++;
      Conformance.Result result = Conformance.run(backend, setup.options(), opCase);
      largest = Math.max(largest, result.error());
      tolerance = Math.max(tolerance, Conformance.tolerance(opCase, setup.precision()));
      if (!result.passed()) {
        failed.add(result.message());
      }
    }
    row.json().put("cases", cases.size());
    row.json().put("done", done);
    row.json().put("failed", failed);
    row.json().put("largestError", largest);
    row.json().put("tolerance", tolerance);
    line(
        "%s: %d of %d cases passed, largest error %.1e, %.1e is allowed%s",
        setup.name(),
        done - failed.size(),
        cases.size(),
        largest,
        tolerance,
        done < cases.size() ? "; the time was over after " + done : "");
    failed.forEach(message -> line("  %s", message));
    passed &= failed.isEmpty();
    unfinished |= done < cases.size();
  }

  /** All ways of one network, then the next: what the time is enough for can be compared. */
  private void explanations(Backend backend, List<Row> rows) throws IOException {
    rows.forEach(row -> row.json().put("explain", row.explained()));
    for (Net net : DeviceTimes.nets()) {
      if (isLate()) {
        tooLate(net.weights());
        continue;
      }
      DeviceTimes times = new DeviceTimes(net, backend);
      line("%s %s", net.weights(), times.shape());
      for (Row row : rows) {
        if (isLate()) {
          tooLate("  " + row.setup().name());
          continue;
        }
        row.setup().begin(false);
        Map<String, Object> result = new LinkedHashMap<>();
        row.explained().add(result);
        explain(times, row.setup(), result);
        save();
      }
    }
  }

  private void tooLate(String what) {
    line("%s: not timed, the time was over", what);
    unfinished = true;
  }

  private void explain(DeviceTimes times, DeviceSetup setup, Map<String, Object> to) {
    try {
      line("  %s: %s", setup.name(), times.measure(setup, to));
      passed &= (boolean) to.get("passed");
    } catch (RuntimeException e) {
      to.put("error", e.toString());
      fail("  " + setup.name() + ": " + e);
    }
  }

  private boolean isLate() {
    return System.nanoTime() / 1_000_000_000 >= deadline;
  }

  private void fail(String message) {
    line("%s", message);
    passed = false;
  }

  private void line(String format, Object... arguments) {
    String line = String.format(Locale.ROOT, format, arguments);
    System.err.println(line);
    text.append(line).append('\n');
  }

  private void save() throws IOException {
    Files.createDirectories(folder);
    Json.write(folder.resolve("report.json"), json);
    Files.writeString(folder.resolve("report.txt"), text);
  }
}
