package voxcam.readme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import voxcam.explain.Explanation;
import voxcam.model.GoldenFile;
import voxcam.model.Safetensors;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.volume.Affine;
import voxcam.volume.Grid;
import voxcam.volume.Nifti;
import voxcam.volume.Volume;

/** The Java example of README is the code that is run here. */
class ExampleTest {
  private static final Path CODE = Path.of("src/test/java/voxcam/readme/Example.java");

  @TempDir Path folder;

  @Test
  void readmeShowsTheCodeThatRuns() throws IOException {
    List<String> lines = Files.readAllLines(CODE);
    int start = lines.indexOf("    // README");
    int end = lines.indexOf("      // README");
    List<String> code =
        Stream.concat(lines.subList(start + 1, end).stream(), Stream.of("    }"))
            .map(line -> line.substring(4))
            .toList();
    assertThat(Files.readString(Path.of("README.md")))
        .contains("```java\n" + String.join("\n", code) + "\n```");
  }

  @Test
  void theCodeWritesAMapOnTheScansOwnGrid() {
    Shape shape = Shape.of(10, 8, 12);
    Tensor input =
        Safetensors.open(GoldenFile.path("nets/flatten-linear.expected.safetensors"))
            .tensors()
            .get("input");
    float[] first = new float[shape.length()];
    System.arraycopy(input.floats(), 0, first, 0, first.length);
    Grid grid = Grid.of(shape.dims(), Affine.scaling(-1, 2, 3));
    Path scan = folder.resolve("scan.nii.gz");
    Nifti.write(scan, Volume.of(grid, first));
    Path map = folder.resolve("map.nii.gz");
    Path model = GoldenFile.path("nets/flatten-linear.safetensors");

    Explanation explanation = Example.explain(model, scan, "0", map);

    Volume written = Volume.read(map);
    assertThat(written.grid().sameAs(grid)).isTrue();
    assertThat(explanation.trust().guaranteed()).isTrue();
    assertThat(explanation.trust().mapSum() + explanation.trust().biasTerm())
        .isCloseTo(explanation.score(), within(1e-5));
    float largest = 0;
    for (float value : written.voxels()) {
      largest = Math.max(largest, value);
    }
    assertThat(largest).isBetween(0.1f, 1f);
  }
}
