package voxcam.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TablesTest {
  private static final String TORCH =
      """
      {"tool": "torch_explain", "machine": {"processor": "P", "cores": 2, "system": "Linux"}, "cases": [
        {"name": "a", "input": [1, 1, 8, 8, 8], "threads": 2, "date": "2026-01-01", "forms": {"best": {
          "engine_ms": {"median": 10.0}, "torch_ms": {"median": 40.0},
          "ratio": {"min": 3.5, "median": 4.0, "max": 4.5},
          "engine_peak_bytes": 104857600, "torch_peak_bytes": 209715200}}},
        {"name": "b", "input": [27, 3, 8, 8], "threads": 2, "date": "2026-01-02", "forms": {"best": {
          "engine_ms": {"median": 20.0}, "torch_ms": {"median": 5.0},
          "ratio": {"min": 0.2, "median": 0.25, "max": 0.3},
          "engine_peak_bytes": 104857600, "torch_peak_bytes": 104857600}}}]}
      """;
  private static final String JMH =
      """
      {"tool": "jmh", "machine": {"processor": "P", "cores": 2, "system": "Linux", "java": "25"}, "rows": [
        {"benchmark": "PeakBench.multiplyAdd", "params": {}, "min": 10.0, "threads": 2},
        {"benchmark": "PeakBench.copy", "params": {}, "min": 20.0, "threads": 2},
        {"benchmark": "PeakBench.read", "params": {}, "min": 10.0, "threads": 2},
        {"benchmark": "ConvBench.run", "params": {"shape": "RESNET18_LAYER1", "threads": "0"}, "ms": 50.0}]}
      """;

  private static final String CAM =
      """
      {"tool": "torch_cam", "machine": {}, "cases": [
        {"name": "m hirescam", "title": "HiResCAM", "torch_code": "(g*A).sum(1)", "shape": [1, 4, 8, 8, 8], "bytes": 16000000,
          "engine_ms": {"median": 2.0}, "torch_ms": {"median": 6.0}, "of_reading": {"median": 0.9},
          "ratio": {"min": 2.5, "median": 3.0, "max": 3.5}},
        {"name": "n gradcam", "title": "Grad-CAM", "torch_code": "(w*A).sum(1)", "shape": [1, 4, 2, 2, 2], "bytes": 16000,
          "engine_ms": {"median": 0.01}, "torch_ms": {"median": 0.0075}, "of_reading": {"median": 0.5},
          "ratio": {"min": 0.5, "median": 0.75, "max": 0.8}}]}
      """;

  @TempDir Path folder;

  private Tables tables(String... files) throws IOException {
    for (int i = 0; i < files.length; i++) {
      Files.writeString(folder.resolve(i + ".json"), files[i]);
    }
    return new Tables(Results.read(folder));
  }

  @Test
  void writesBetweenMarkersAndNowhereElse() throws IOException {
    String page = "before\n<!-- table: explain -->\nold\n<!-- end -->\nafter\n";
    String filled = tables(TORCH).fill(page);
    assertThat(filled).startsWith("before\n<!-- table: explain -->\n| network, input |");
    assertThat(filled).endsWith("\n<!-- end -->\nafter\n").doesNotContain("old");
    assertThat(filled)
        .contains("| a, 1x8x8x8 | 10.0 | 40.0 | **4.00** | 3.50 – 4.50 | 100 | 200 | 0.50 |")
        .contains("| b, 27x3x8x8 | 20.0 | 5.00 | **0.25** |")
        .contains("| geometric mean |  |  | **1.00** |");
    assertThat(tables(TORCH).fill(filled)).isEqualTo(filled);
  }

  @Test
  void namesWhatLost() throws IOException {
    assertThat(tables(TORCH).fill("<!-- table: lost -->\n<!-- end -->"))
        .contains("- b, best: PyTorch needs 25 % of the engine's time")
        .doesNotContain("- a,");
  }

  @Test
  void setsOperationsInRelationToThePeaks() throws IOException {
    Tables tables = tables(JMH);
    double peak = PeakBench.flops() * 2 / 10e-3;
    double rate = ConvShape.RESNET18_LAYER1.shape().flops() / 50e-3;
    assertThat(tables.fill("<!-- table: conv -->\n<!-- end -->"))
        .contains("64x24x24x24 to 64x24x24x24 | 50.0 | " + Text.number(rate * 1e-9))
        .contains(Text.percent(rate / peak));
  }

  @Test
  void setsHeatMapsBesidePyTorch() throws IOException {
    String filled = tables(CAM).fill("<!-- table: cam-peers -->\n<!-- end -->");
    assertThat(filled)
        .contains(
            "| HiResCAM of 4x8x8x8, `(g*A).sum(1)` | 2.00 | 6.00 | **3.00** | 2.50 – 3.50 | 8.00 |"
                + " 90 % |")
        .contains("| Grad-CAM of 4x2x2x2, `(w*A).sum(1)` | 0.0100 | 0.0075 | **0.75** |")
        .contains("| geometric mean |  |  | **1.50** |");
    assertThat(tables(CAM).fill("<!-- table: lost -->\n<!-- end -->"))
        .contains("- Grad-CAM of 4x2x2x2, `(w*A).sum(1)`: PyTorch needs 75 % of the engine's time");
  }

  @Test
  void saysWhatWasNotMeasured() throws IOException {
    assertThat(tables(JMH).fill("<!-- table: explain -->\nold\n<!-- end -->"))
        .isEqualTo("<!-- table: explain -->\nNot measured yet.\n<!-- end -->");
  }

  @Test
  void refusesTablesThatThereAreNot() throws IOException {
    Tables tables = tables(JMH);
    assertThatThrownBy(() -> tables.fill("<!-- table: none -->\n<!-- end -->"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("table none: there is no such table");
  }

  @Test
  void plotsAreXml() throws Exception {
    tables(TORCH, JMH);
    Results results = Results.read(folder);
    for (String svg :
        List.of(new ExplainPlot(results).draw(), new RoofPlot(results).convolutions())) {
      var factory = javax.xml.parsers.DocumentBuilderFactory.newDefaultInstance();
      var document =
          factory
              .newDocumentBuilder()
              .parse(new org.xml.sax.InputSource(new java.io.StringReader(svg)));
      assertThat(document.getElementsByTagName("rect").getLength()).isGreaterThan(2);
    }
  }
}
