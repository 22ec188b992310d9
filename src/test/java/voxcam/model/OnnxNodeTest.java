package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import voxcam.op.InputException;

/**
 * ONNX's own tests of operators, where the property {@code voxcam.onnx.tests} names folders of them
 * (with colons between): {@code onnx/backend/test/data/node} of a tag of its repository up to 1.17,
 * or {@code pytorch-operator} and {@code pytorch-converted}. With {@code voxcam.onnx.table} the
 * table of operators is written to that file.
 */
final class OnnxNodeTest {
  private static final double LEAST = 0.98;

  /** What the tests say of one operator. */
  private static final class Tally {
    private int passed;
    private int failed;
  }

  @Test
  void passNearlyAll() throws IOException {
    String folders = System.getProperty("voxcam.onnx.tests", "");
    assumeFalse(folders.isEmpty(), "voxcam.onnx.tests names no folder of ONNX's tests");
    Map<String, Tally> tallies = new TreeMap<>();
    Set<String> unsupported = new TreeSet<>();
    List<String> failures = new ArrayList<>();
    int passed = 0;
    int other = 0;
    Map<String, Integer> left = new TreeMap<>();
    for (Path folder : cases(folders)) {
      OnnxNodeCase each;
      try {
        each = OnnxNodeCase.of(folder);
      } catch (InputException e) {
        // Types that are no tensors: sequences, optionals, strings.
        other++;
        continue;
      }
      each.operators().stream()
          .filter(op -> !OnnxOperators.names().contains(op))
          .forEach(unsupported::add);
      if (!each.isSupported() || !each.isFloat()) {
        other++;
        continue;
      }
      Optional<String> outside = each.outside();
      if (outside.isPresent()) {
        left.merge(outside.get(), 1, Integer::sum);
        continue;
      }
      List<String> why = new ArrayList<>();
      for (String device : List.of("reference", "cpu")) {
        Optional<String> failure = each.run(device);
        failure.ifPresent(text -> why.add(device + ": " + text));
      }
      for (String operator : each.operators()) {
        Tally tally = tallies.computeIfAbsent(operator, _ -> new Tally());
        if (why.isEmpty()) {
          tally.passed++;
        } else {
          tally.failed++;
        }
      }
      if (why.isEmpty()) {
        passed++;
      } else {
        failures.add(folder.getFileName() + ": " + why.get(0));
      }
    }
    int all = passed + failures.size();
    failures.forEach(System.out::println);
    System.out.printf("%d of %d pass, %d are of other operators or types%n", passed, all, other);
    System.out.println("left out by design: " + left);
    String table = System.getProperty("voxcam.onnx.table", "");
    if (!table.isEmpty()) {
      Files.writeString(Path.of(table), table(tallies, unsupported, failures, passed, left));
    }
    assertThat(all).isGreaterThan(100);
    int asked = all + left.values().stream().mapToInt(Integer::intValue).sum();
    assertThat((double) passed / asked).isGreaterThan(LEAST);
  }

  private static List<Path> cases(String folders) throws IOException {
    List<Path> cases = new ArrayList<>();
    for (String folder : folders.split(":", -1)) {
      try (Stream<Path> files = Files.list(Path.of(folder))) {
        files.filter(path -> Files.exists(path.resolve("model.onnx"))).sorted().forEach(cases::add);
      }
    }
    return cases;
  }

  private static String table(
      Map<String, Tally> tallies,
      Set<String> unsupported,
      List<String> failures,
      int passed,
      Map<String, Integer> left) {
    int all = passed + failures.size();
    StringBuilder text = new StringBuilder();
    text.append("# ONNX operators\n\n");
    text.append("Written by `OnnxNodeTest` from ONNX's own tests of operators, those of float32 ");
    text.append("whose operators are all supported: ");
    text.append("%d of %d pass on `cpu` and `reference`".formatted(passed, all));
    int asked = all + left.values().stream().mapToInt(Integer::intValue).sum();
    text.append(
        ", which is %.1f %% of %d with what is left out of supported operators.\n\n"
            .formatted(100.0 * passed / asked, asked));
    text.append("## Supported\n\n| operator | ONNX's tests passed | failed |\n|---|--:|--:|\n");
    for (String operator : OnnxOperators.names()) {
      Tally tally = tallies.getOrDefault(operator, new Tally());
      text.append("| %s | %d | %d |\n".formatted(operator, tally.passed, tally.failed));
    }
    text.append("\nOf constants and sizes only, computed while the file is read: ");
    text.append(String.join(", ", OnnxOperators.onlyKnown())).append(".\n");
    unsupported.removeAll(OnnxOperators.onlyKnown());
    text.append("\n## Not supported\n\n").append(String.join(", ", unsupported)).append(".\n");
    text.append("\n## Left out of supported operators, with the number of ONNX's tests\n\n");
    left.forEach((what, count) -> text.append("- %s (%d)\n".formatted(what, count)));
    text.append("\n## Tests that fail, and why\n\n");
    failures.forEach(failure -> text.append("- ").append(failure).append('\n'));
    return text.toString();
  }
}
