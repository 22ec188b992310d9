package voxcam.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rooms of the house know only the rooms below them. */
final class ImportOrderTest {
  @Test
  void theHouseIsInOrder() {
    List<Source> sources = Source.below("src/main/java", ".java");

    assertThat(sources).extracting(Source::path).contains("src/main/java/voxcam/op/Shape.java");
    assertThat(Imports.violations(sources)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "graph   | import voxcam.op.Shape;",
        "cli     | import voxcam.explain.Explainer;",
        "cli     | import picocli.CommandLine;",
        "cpu     | import jdk.incubator.vector.FloatVector;",
        "cpu     | import voxcam.backend.Backend;",
        "cuda    | import jcuda.driver.JCudaDriver;",
        "explain | import static voxcam.op.Shape.of;",
        "model   | import com.fasterxml.jackson.core.JsonParser;",
        "model   | // import java.net.Socket;",
        "model   | /** {@link voxcam.cli.Main} */",
        "model   | String s = \"voxcam.cpu.CpuBackend\";",
        "model   | var java = graph.net.size;",
      })
  void acceptsWhatIsAllowed(String room, String line) {
    assertThat(Imports.violations(List.of(source(room, "A", line)))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "op      | import voxcam.model.Model;             | voxcam.op may not use voxcam.model",
        "model   | import static voxcam.volume.Volume.of; | voxcam.model may not use voxcam.volume",
        "grad    | var m = new voxcam.cli.Main();         | voxcam.grad may not use voxcam.cli",
        "cli     | import voxcam.cpu.CpuBackend;          | backends are found by ServiceLoader",
        "cpu     | import voxcam.reference.Loops;         | backends are found by ServiceLoader",
        "cpu     | import voxcam.model.Model;             | voxcam.cpu may not use voxcam.model",
        "cpu     | import voxcam.grad.Rules;              | voxcam.cpu may not use voxcam.grad",
        "graph   | import jdk.incubator.vector.IntVector; | which only voxcam.cpu may",
        "cpu     | import jcuda.Pointer;                  | which only voxcam.cuda may",
        "op      | import picocli.CommandLine;            | which only voxcam.cli may",
        "cli     | import java.net.http.HttpClient;       | nothing here talks to a network",
        "cli     | java.net.URI uri = null;               | nothing here talks to a network",
        "volume  | import java.lang.reflect.Method;       | no reflection",
        "volume  | import java.util.*;                    | imports java.util.*, name what is used",
        "volume  | import org.slf4j.Logger;               | a library the engine does not use",
        "attic   | int x;                                 | has no place in the order of packages",
      })
  void refusesWhatIsNot(String room, String line, String complaint) {
    assertThat(Imports.violations(List.of(source(room, "A", line))))
        .singleElement()
        .asString()
        .startsWith("src/main/java/voxcam/" + room + "/A.java: ")
        .contains(complaint);
  }

  @Test
  void findsCirclesWithinAGroup() {
    List<Source> circle =
        List.of(
            source("compile", "A", "import voxcam.backend.B;"),
            source("backend", "B", "import voxcam.graph.C;"),
            source("graph", "C", "import voxcam.compile.A;"));

    assertThat(Imports.violations(circle))
        .contains("voxcam.backend and voxcam.graph use each other in a circle");
    assertThat(Imports.violations(circle.subList(0, 2))).isEmpty();
  }

  @Test
  void aFileWithoutAPackageIsTold() {
    assertThat(Imports.violations(List.of(new Source("A.java", "class A {}"))))
        .containsExactly("A.java: has no package");
  }

  private static Source source(String room, String name, String line) {
    return new Source(
        "src/main/java/voxcam/" + room + "/" + name + ".java",
        "package voxcam." + room + ";\n" + line + "\nclass " + name + " {}\n");
  }
}
