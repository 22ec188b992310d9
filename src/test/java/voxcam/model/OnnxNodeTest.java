package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
  private static final String RESIZED =
      "the data take 4 * 0.6 = 2.4 or 4 * 0.8 = 3.2 for the length of the resized tensor, which is 2"
          + " or 3; ONNX Runtime 1.30 and PyTorch 2.13 give what the engine gives";

  /** Why a test fails, found by looking. */
  private static final Map<String, String> REASONS =
      Map.of(
          "test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True",
          "the data also count cells behind the padded input, which ceil_mode lets a window reach;"
              + " ONNX Runtime 1.30 and the reference of onnx 1.23 give what the engine gives",
          "test_convtranspose_autopad_same",
          "tag 1.9 says SAME_LOWER to data that tag 1.17 has for SAME_UPPER, which pass",
          "test_resize_downsample_scales_cubic_align_corners",
          RESIZED,
          "test_resize_downsample_scales_linear_align_corners",
          RESIZED);

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
    Map<String, Tally> sets = new LinkedHashMap<>();
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
      Tally set = sets.computeIfAbsent(set(folder), _ -> new Tally());
      Optional<String> outside = each.outside();
      if (outside.isPresent()) {
        set.failed++;
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
        set.passed++;
      } else {
        set.failed++;
        String name = folder.getFileName().toString();
        failures.add(
            "%s: %s (%s)".formatted(name, REASONS.getOrDefault(name, "not known"), why.get(0)));
      }
    }
    int all = passed + failures.size();
    failures.forEach(System.out::println);
    System.out.printf("%d of %d pass, %d are of other operators or types%n", passed, all, other);
    System.out.println("left out by design: " + left);
    String table = System.getProperty("voxcam.onnx.table", "");
    if (!table.isEmpty()) {
      Files.writeString(Path.of(table), table(sets, tallies, unsupported, failures, passed, left));
    }
    assertThat(failures).noneMatch(failure -> failure.contains(": not known ("));
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

  /** A set of tests by its tag and kind. */
  private static String set(Path folder) {
    Path kind = folder.getParent();
    return kind.getParent().getFileName() + "/" + kind.getFileName();
  }

  private static String table(
      Map<String, Tally> sets,
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
    text.append("| tag and set | passed | of |\n|---|--:|--:|\n");
    sets.forEach((set, tally) ->
        text.append(
            "| %s | %d | %d |\n".formatted(set, tally.passed, tally.passed + tally.failed)));
    text.append("\n## Supported\n\n| operator | ONNX's tests passed | failed |\n|---|--:|--:|\n");
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
