package voxcam.cli;

import java.util.Arrays;
import java.util.stream.IntStream;
import voxcam.model.Model;
import voxcam.model.Task;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * What a network's logits say: a score for each label, or for dense outputs a label for each voxel.
 *
 * @param logits {@code [N,labels]} or {@code [N,labels,...]}
 */
record Prediction(Model model, Tensor logits) {
  Prediction {
    if (logits.shape().rank() < 1) {
      throw new InputException("model: its output is one number with no label axis");
    }
  }

  /**
   * This prediction, if there is one.
   *
   * @throws InputException if any logit is NaN or infinite, which no label can be read from
   */
  Prediction finite() {
    int bad = 0;
    float[] values = logits.floats();
    for (float value : values) {
      if (!Float.isFinite(value)) {
        bad++;
      }
    }
    if (bad > 0) {
      throw new InputException(
          "model: "
              + bad
              + " of "
              + values.length
              + " logits are not finite; the weights or the input hold NaN or are too large");
    }
    return this;
  }

  boolean isDense() {
    return Task.isDense(logits.shape());
  }

  int labels() {
    return logits.shape().rank() == 1 ? logits.shape().dim(0) : logits.shape().dim(1);
  }

  int batch() {
    return logits.shape().rank() == 1 ? 1 : logits.shape().dim(0);
  }

  /** Whether labels may hold together, each with a sigmoid of its own. */
  boolean overlaps() {
    return model.task().overlaps(labels());
  }

  /** What {@link #probabilities} are made with. */
  String activation() {
    return overlaps() ? "sigmoid" : "softmax";
  }

  /** The logits of one sample of a classifier. */
  double[] scores(int sample) {
    return Arrays.copyOfRange(logits.doubles(), sample * labels(), (sample + 1) * labels());
  }

  double[] probabilities(int sample) {
    double[] scores = scores(sample);
    if (overlaps()) {
      return Arrays.stream(scores).map(score -> 1 / (1 + Math.exp(-score))).toArray();
    }
    double most = Arrays.stream(scores).max().orElse(0);
    double[] powers = Arrays.stream(scores).map(score -> Math.exp(score - most)).toArray();
    double sum = Arrays.stream(powers).sum();
    return Arrays.stream(powers).map(power -> power / sum).toArray();
  }

  /** The positions of dense logits: {@code [D,H,W]}, or {@code [N,H,W]} of slabs. */
  Shape positions() {
    int[] dims = logits.shape().dims();
    int[] space = Arrays.copyOfRange(dims, 2, dims.length);
    if (space.length == 3 && dims[0] == 1) {
      return Shape.of(space);
    }
    if (space.length == 2) {
      return Shape.of(dims[0], space[0], space[1]);
    }
    throw new InputException(
        "model: its output " + logits.shape() + " is no label map [1,labels,D,H,W]");
  }

  /** For each position the label of the largest logit; the first one where several are equal. */
  Tensor winners() {
    Shape positions = positions();
    float[] values = logits.floats();
    int batch = batch();
    int labels = labels();
    int plane = positions.length() / batch;
    float[] winners = new float[positions.length()];
    float[] best = new float[plane];
    for (int n = 0; n < batch; n++) {
      System.arraycopy(values, n * labels * plane, best, 0, plane);
      for (int label = 1; label < labels; label++) {
        int at = (n * labels + label) * plane;
        for (int i = 0; i < plane; i++) {
          if (values[at + i] > best[i]) {
            best[i] = values[at + i];
            winners[n * plane + i] = label;
          }
        }
      }
    }
    return Tensor.of(positions, winners);
  }

  /** For each position 1 where a label's logit is above 0, else 0. */
  Tensor present(int label) {
    Shape positions = positions();
    float[] values = logits.floats();
    int plane = positions.length() / batch();
    float[] present = new float[positions.length()];
    for (int i = 0; i < present.length; i++) {
      present[i] = values[(i / plane * labels() + label) * plane + i % plane] > 0 ? 1 : 0;
    }
    return Tensor.of(positions, present);
  }

  /** For each label how many positions are predicted as it. */
  long[] counts() {
    long[] counts = new long[labels()];
    if (overlaps()) {
      for (int label = 0; label < counts.length; label++) {
        float[] present = present(label).floats();
        counts[label] = IntStream.range(0, present.length).filter(i -> present[i] > 0).count();
      }
    } else {
      for (float winner : winners().floats()) {
        counts[(int) winner]++;
      }
    }
    return counts;
  }
}
