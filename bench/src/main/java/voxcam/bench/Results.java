package voxcam.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that was measured: the files of a folder.
 *
 * @param cases of {@code torch_explain.py}
 * @param cold of {@code cold_explain.py}
 * @param cams of {@code torch_cam.py}
 * @param threads of {@link ThreadScaling}
 * @param rows of {@link Run}
 * @param torchMachine where the first were measured
 * @param machine where the second were measured
 */
record Results(
    List<Json> cases,
    List<Json> cold,
    List<Json> cams,
    List<Json> threads,
    List<Json> rows,
    Json torchMachine,
    Json machine) {
  static Results read(Path folder) throws IOException {
    List<Json> cases = new ArrayList<>();
    List<Json> cold = new ArrayList<>();
    List<Json> cams = new ArrayList<>();
    List<Json> threads = new ArrayList<>();
    List<Json> rows = new ArrayList<>();
    Json torchMachine = new Json(null);
    Json machine = new Json(null);
    List<Path> files;
    try (var all = Files.list(folder)) {
      files = all.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
    for (Path file : files) {
      Json json = Json.read(file);
      switch (json.at("tool").text()) {
        case "torch_explain" -> {
          cases.addAll(json.at("cases").items());
          torchMachine = json.at("machine");
        }
        case "cold_explain" -> cold.add(json.at("case"));
        case "torch_cam" -> cams.addAll(json.at("cases").items());
        case "threads" -> threads.addAll(json.at("cases").items());
        case "jmh" -> {
          rows.addAll(json.at("rows").items());
          machine = json.at("machine");
        }
        default -> throw new IllegalStateException(file + " is of no tool that is known");
      }
    }
    return new Results(
        List.copyOf(cases),
        List.copyOf(cold),
        List.copyOf(cams),
        List.copyOf(threads),
        List.copyOf(rows),
        torchMachine,
        machine);
  }

  /** The row of a benchmark with a parameter's value; missing where it was not measured. */
  Json row(String benchmark, String parameter, String value) {
    return rows.stream()
        .filter(row -> row.at("benchmark").text().equals(benchmark))
        .filter(row -> row.at("params", parameter).text().equals(value))
        .findFirst()
        .orElse(new Json(null));
  }

  /** The milliseconds of the same, NaN where it was not measured. */
  double ms(String benchmark, String parameter, String value) {
    return row(benchmark, parameter, value).at("ms").number();
  }

  /** What the machine can do: per second, over all threads; NaN where it was not measured. */
  Peaks peaks() {
    return new Peaks(
        peak("PeakBench.multiplyAdd", PeakBench.flops()),
        peak("PeakBench.read", PeakBench.readBytes()),
        peak("PeakBench.copy", PeakBench.copyBytes()));
  }

  private double peak(String benchmark, long work) {
    for (Json row : rows) {
      if (row.at("benchmark").text().equals(benchmark)) {
        return work * row.at("threads").number() / (row.at("min").number() * 1e-3);
      }
    }
    return Double.NaN;
  }

  /** Operations, bytes read and bytes copied per second. */
  record Peaks(double flops, double read, double copy) {
    /** The seconds that nothing on this machine can be faster than. */
    double roof(OpShape shape) {
      return Math.max(shape.flops() / flops, shape.bytes() / Math.max(read, copy));
    }
  }
}
