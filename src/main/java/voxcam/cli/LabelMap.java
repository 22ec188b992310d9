package voxcam.cli;

import java.util.Optional;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.volume.Prepared;
import voxcam.volume.Volume;

/**
 * A segmentation on the input's own voxels: the label's index in each, or where labels may overlap
 * one channel for each label.
 *
 * @param outside voxels that the network did not see; they are 0
 */
record LabelMap(Volume volume, long outside) {
  static LabelMap of(Subject subject, Prediction prediction) {
    Prepared prepared = subject.prepared();
    int channels = prediction.overlaps() ? prediction.labels() : 1;
    int length = prepared.volume().grid().length();
    float[] voxels = new float[Math.multiplyExact(channels, length)];
    long outside = 0;
    for (int channel = 0; channel < channels; channel++) {
      Tensor labels = prediction.overlaps() ? prediction.present(channel) : prediction.winners();
      // One more than the label, so that 0 is what lies outside.
      float[] shifted = prepared.labelsBack(onGrid(labels, prepared.grid())).voxels();
      outside = 0;
      for (int i = 0; i < length; i++) {
        outside += shifted[i] == 0 ? 1 : 0;
        voxels[channel * length + i] = Math.max(0, shifted[i] - 1);
      }
    }
    Volume volume = Volume.of(prepared.volume().name(), prepared.volume().grid(), channels, voxels);
    return new LabelMap(volume, outside);
  }

  /** Labels plus one on the network's grid, for outputs that are coarser or finer than it. */
  private static Tensor onGrid(Tensor labels, Shape grid) {
    float[] from = labels.floats();
    float[] to = new float[grid.length()];
    int at = 0;
    for (int d = 0; d < grid.dim(0); d++) {
      for (int h = 0; h < grid.dim(1); h++) {
        for (int w = 0; w < grid.dim(2); w++) {
          int row =
              nearest(labels, grid, 0, d) * labels.shape().dim(1) + nearest(labels, grid, 1, h);
          to[at++] = from[row * labels.shape().dim(2) + nearest(labels, grid, 2, w)] + 1;
        }
      }
    }
    return Tensor.of(grid, to);
  }

  private static int nearest(Tensor labels, Shape grid, int axis, int index) {
    return (int) ((index + 0.5) * labels.shape().dim(axis) / grid.dim(axis));
  }

  Optional<String> warning() {
    return outside == 0
        ? Optional.empty()
        : Optional.of(
            Text.count(outside)
                + " voxels of "
                + volume.name()
                + " lie outside what the network saw (its recipe crops) and are 0 in the label map");
  }
}
