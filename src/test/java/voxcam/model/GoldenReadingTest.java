package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.graph.Graph;
import voxcam.graph.Node;

/** Graphs that were written for another program are read as they are meant. */
final class GoldenReadingTest {
  static Stream<GoldenFile.Case> cases() {
    return GoldenFile.cases().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputsHaveTheGoldenShapes(GoldenFile.Case golden) {
    List<Node> outputs = golden.graph().outputs();
    for (int i = 0; i < outputs.size(); i++) {
      String name = outputs.size() == 1 ? "out" : "out" + i;
      assertThat(outputs.get(i).shape()).isEqualTo(golden.tensors().get(name).shape());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsWrittenReadsAsTheSameGraph(GoldenFile.Case golden) {
    GraphWriter.Result written = GraphWriter.write(golden.graph());
    Description again = Description.parse("again", written.description().text());
    Graph graph =
        GraphReader.read("again", again, new Constants(written.tensors(), java.util.Set.of()));

    assertThat(Graphs.told(graph)).isEqualTo(Graphs.told(golden.graph()));
    assertThat(GraphWriter.write(graph).description().text())
        .isEqualTo(written.description().text());
  }

  @Test
  void thereAreEnoughCases() {
    assertThat(cases().count()).isGreaterThan(120);
  }

  @Test
  void everyNetworkOpens() throws IOException {
    try (Stream<java.nio.file.Path> files = Files.list(GoldenFile.path("nets"))) {
      List<java.nio.file.Path> models =
          files.filter(path -> !path.toString().contains(".expected.")).sorted().toList();
      assertThat(models).hasSizeGreaterThan(10);
      for (java.nio.file.Path path : models) {
        Model model = Model.open(path);
        assertThat(model.graph().outputs()).hasSize(1);
        assertThat(model.layer()).isPresent();
        assertThat(model.graph().find(model.layer().orElseThrow())).isPresent();
      }
    }
  }
}
