package voxcam.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import voxcam.SharedData;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** A real head MRI and the labels computed on it. */
final class RealDataTest {
  @TempDir Path folder;

  @Test
  void labelsKeepTheirPlaceThroughReadingRecipeAndWriting() {
    Volume t1 = Volume.read(SharedData.require("t1.nii.gz"));
    Volume labels = Volume.read(SharedData.require("t1-labels.nii.gz"));
    assertThat(t1.grid().size()).containsExactly(256, 256, 256);
    assertThat(labels.grid().sameAs(t1.grid())).isTrue();
    long[] counts = new long[3];
    for (float label : labels.voxels()) {
      counts[(int) label]++;
    }
    assertThat(counts).containsExactly(15_523_464, 518_540, 735_212);

    Prepared prepared =
        Recipe.parse(
                "[{\"step\":\"channels\",\"modalities\":[\"t1\"]},{\"step\":\"orient\",\"codes\":\"RAS\"},"
                    + "{\"step\":\"minmax\"},{\"step\":\"axes\",\"order\":\"zyx\"}]")
            .apply(t1);
    assertThat(prepared.input().shape()).isEqualTo(Shape.of(1, 1, 256, 256, 256));
    Tensor forward = prepared.forwardMask(labels);
    Volume back = prepared.labelsBack(forward);
    assertThat(Arrays.equals(back.voxels(), labels.voxels())).isTrue();
    Path file = folder.resolve("labels.nii.gz");
    Nifti.writeLabels(file, back);
    Volume again = Volume.read(file);
    assertThat(again.grid().sameAs(t1.grid())).isTrue();
    assertThat(Arrays.equals(again.voxels(), labels.voxels())).isTrue();
  }

  @Test
  void theCropLiesInsideTheWhole() {
    Volume whole = Volume.read(SharedData.require("t1.nii.gz"));
    Volume crop = Volume.read(SharedData.require("t1-crop96.nii.gz"));
    Affine toWhole = whole.grid().affine().inverse().times(crop.grid().affine());
    double[] start = toWhole.apply(0, 0, 0);
    int different = 0;
    for (int x = 0; x < 96; x += 5) {
      for (int y = 0; y < 96; y += 7) {
        for (int z = 0; z < 96; z += 3) {
          float there =
              whole.value(
                  x + (int) Math.rint(start[0]),
                  y + (int) Math.rint(start[1]),
                  z + (int) Math.rint(start[2]));
          different += there == crop.value(x, y, z) ? 0 : 1;
        }
      }
    }
    assertThat(different).isZero();
  }
}
