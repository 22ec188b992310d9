package voxcam.explain;

import java.util.OptionalLong;
import voxcam.op.Tensor;

/**
 * One heat map: the raw signed values at the layer's resolution, and where they come from.
 *
 * @param target the label's name
 * @param index the label's index
 * @param layer the name of the layer
 * @param method which map it is
 * @param map the raw map: {@code [D,H,W]} for one sample, {@code [N,D,H,W]} for a batch; in the
 *     unit of the method's {@link Meaning}
 * @param voxels for models with one logit per voxel: over how many the score was summed
 * @param trust how far to trust it
 */
public record Explanation(
    String target,
    int index,
    String layer,
    Method method,
    Tensor map,
    OptionalLong voxels,
    Trust trust) {
  /** The score that was explained: a raw logit, or for dense outputs a sum of logits. */
  public double score() {
    return trust.score();
  }

  /** The smallest raw value. */
  public double min() {
    double min = Double.POSITIVE_INFINITY;
    for (float value : map.floats()) {
      min = Math.min(min, value);
    }
    return min;
  }

  /** The largest raw value. */
  public double max() {
    double max = Double.NEGATIVE_INFINITY;
    for (float value : map.floats()) {
      max = Math.max(max, value);
    }
    return max;
  }
}
