package voxcam.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * Runs benchmarks with JMH and keeps the results with what they were measured on: {@code Run FILE
 * JMH-ARGUMENTS}. Rows that the file holds already are replaced, others stay, so a long run may be
 * made in parts.
 */
public final class Run {
  private Run() {}

  public static void main(String[] args)
      throws CommandLineOptionException, IOException, RunnerException {
    Path file = Path.of(args[0]);
    String[] others = Arrays.copyOfRange(args, 1, args.length);
    var options = new CommandLineOptions(others);
    Map<String, Object> rows = new TreeMap<>();
    if (Files.exists(file)) {
      for (Json row : Json.read(file).at("rows").items()) {
        rows.put(key(row), row.value());
      }
    }
    for (RunResult result : run(options)) {
      Map<String, Object> row = row(result);
      rows.put(key(new Json(row)), row);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("tool", "jmh");
    all.put("machine", machine());
    all.put("rows", new ArrayList<>(rows.values()));
    Json.write(file, all);
  }

  private static Collection<RunResult> run(CommandLineOptions options) throws RunnerException {
    return new Runner(options).run();
  }

  private static String key(Json row) {
    return row.at("benchmark").text() + " " + row.at("params").text();
  }

  private static Map<String, Object> row(RunResult result) {
    var parameters = result.getParams();
    Result<?> primary = result.getPrimaryResult();
    Map<String, Object> params = new TreeMap<>();
    for (String name : parameters.getParamsKeys()) {
      params.put(name, parameters.getParam(name));
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("benchmark", parameters.getBenchmark().replace("voxcam.bench.", ""));
    row.put("params", params);
    row.put("ms", median(result));
    row.put("mean", primary.getScore());
    row.put("unit", primary.getScoreUnit());
    row.put("min", primary.getStatistics().getMin());
    row.put("max", primary.getStatistics().getMax());
    row.put("counters", counters(result));
    row.put("samples", primary.getStatistics().getN());
    row.put("threads", parameters.getThreads());
    row.put("forks", parameters.getForks());
    row.put("jdk", parameters.getJdkVersion());
    row.put("jmh", parameters.getJmhVersion());
    row.put("date", LocalDate.now(ZoneOffset.UTC).toString());
    row.put("commit", System.getProperty("voxcam.bench.commit", ""));
    return row;
  }

  /** The median over all iterations of all forks. */
  private static double median(RunResult result) {
    List<Double> scores = scores(result, IterationResult::getPrimaryResult);
    return scores.isEmpty()
        ? result.getPrimaryResult().getStatistics().getMean()
        : Text.median(scores);
  }

  /** What a benchmark counts beside its time. */
  private static Map<String, Object> counters(RunResult result) {
    Map<String, Object> counters = new TreeMap<>();
    for (String name : result.getSecondaryResults().keySet()) {
      List<Double> scores = scores(result, iteration -> iteration.getSecondaryResults().get(name));
      Map<String, Object> counter = new LinkedHashMap<>();
      counter.put("median", Text.median(scores));
      counter.put("min", Collections.min(scores));
      counter.put("max", Collections.max(scores));
      counters.put(name, counter);
    }
    return counters;
  }

  private static List<Double> scores(
      RunResult result, Function<IterationResult, Result<?>> measured) {
    return result.getBenchmarkResults().stream()
        .flatMap(fork -> fork.getIterationResults().stream())
        .map(iteration -> measured.apply(iteration).getScore())
        .toList();
  }

  /** What it is measured on. */
  static Map<String, Object> machine() throws IOException {
    Path information = Path.of("/proc/cpuinfo");
    String processor = System.getProperty("os.arch");
    if (Files.exists(information)) {
      for (String line : Files.readAllLines(information)) {
        if (line.startsWith("model name")) {
          processor = line.substring(line.indexOf(':') + 1).strip();
          break;
        }
      }
    }
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("processor", processor);
    machine.put("cores", Runtime.getRuntime().availableProcessors());
    machine.put("system", System.getProperty("os.name"));
    machine.put("java", Runtime.version().toString());
    return machine;
  }
}
