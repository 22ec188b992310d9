package voxcam.demo;

import java.util.List;
import java.util.Map;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * Phantoms made ready to learn from. The labels say what is in a scan; the sights say, for each
 * cell of the network's last feature map, what is to be seen there, but not on which side nor in
 * which organ.
 */
final class Lesson {
  /** In a cell, so many of its 64 voxels make a sight; fewer leave open what it is. */
  private static final int ENOUGH = 16;

  /** How much more a cell with a sight counts than one without: there are a hundred times fewer. */
  private static final float RARE = 15;

  /** Brighter than 300 HU, as the recipe scales it. */
  private static final float BRIGHT = 0.8125f;

  private final int batch;
  private final float[] scans;
  private final float[] labels;
  private final float[] sights;
  private final float[] weights;

  private Lesson(int batch) {
    int kinds = DemoNetwork.Sight.values().length;
    this.batch = batch;
    scans = new float[batch * DemoNetwork.SAMPLE.length()];
    labels = new float[batch * Abnormality.values().length];
    sights = new float[batch * kinds * DemoNetwork.CELLS.length()];
    weights = new float[sights.length];
  }

  static Lesson of(List<Phantom> phantoms) {
    Lesson lesson = new Lesson(phantoms.size());
    for (int n = 0; n < phantoms.size(); n++) {
      lesson.put(n, phantoms.get(n));
    }
    return lesson;
  }

  static Shape scans(int batch) {
    Shape sample = DemoNetwork.SAMPLE;
    return Shape.of(batch, 1, sample.dim(0), sample.dim(1), sample.dim(2));
  }

  static Shape labels(int batch) {
    return Shape.of(batch, Abnormality.values().length);
  }

  static Shape sights(int batch) {
    Shape cells = DemoNetwork.CELLS;
    return Shape.of(
        batch, DemoNetwork.Sight.values().length, cells.dim(0), cells.dim(1), cells.dim(2));
  }

  /** The values of the training graph's inputs. */
  Map<String, Tensor> inputs() {
    return Map.of(
        "scan", Tensor.of(scans(batch), scans),
        "labels", Tensor.of(labels(batch), labels),
        "sights", Tensor.of(sights(batch), sights),
        "weights", Tensor.of(sights(batch), weights));
  }

  private void put(int n, Phantom phantom) {
    var prepared = DemoNetwork.prepare(phantom.scan());
    float[] scan = prepared.input().floats();
    System.arraycopy(scan, 0, scans, n * scan.length, scan.length);
    float[] truth = phantom.truth();
    System.arraycopy(truth, 0, labels, n * truth.length, truth.length);
    int cells = DemoNetwork.CELLS.length();
    int[] seen = new int[DemoNetwork.Sight.values().length * cells];
    count(DemoNetwork.Sight.CALCIUM, scan, BRIGHT, seen);
    for (Phantom.Finding finding : phantom.findings()) {
      float[] mask = prepared.forwardMask(finding.mask()).floats();
      count(DemoNetwork.Sight.of(finding.abnormality()), mask, 0.5f, seen);
    }
    for (int i = 0; i < seen.length; i++) {
      boolean sight = seen[i] >= ENOUGH;
      sights[n * seen.length + i] = sight ? 1 : 0;
      weights[n * seen.length + i] = sight ? RARE : seen[i] > 0 ? 0 : 1;
    }
  }

  /** Counts the voxels above a threshold in each cell. */
  private static void count(DemoNetwork.Sight sight, float[] voxels, float above, int[] seen) {
    Shape sample = DemoNetwork.SAMPLE;
    Shape cells = DemoNetwork.CELLS;
    int at = 0;
    for (int i = 0; i < sample.dim(0); i++) {
      for (int j = 0; j < sample.dim(1); j++) {
        int row =
            (sight.channel() * cells.dim(0) + i / DemoNetwork.CELL) * cells.dim(1)
                + j / DemoNetwork.CELL;
        for (int k = 0; k < sample.dim(2); k++) {
          if (voxels[at++] > above) {
            seen[row * cells.dim(2) + k / DemoNetwork.CELL]++;
          }
        }
      }
    }
  }
}
