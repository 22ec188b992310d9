package voxcam.compile;

import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * A convolution's weight times one factor for each output channel, computed when it is asked for: a
 * backend packs weights one after the other, and need not have all of them in memory twice.
 */
final class ScaledWeight implements Tensor {
  private final Conv conv;
  private final Tensor weight;
  private final double[] scale;

  ScaledWeight(Conv conv, Tensor weight, double[] scale) {
    this.conv = conv;
    this.weight = weight;
    this.scale = scale;
  }

  @Override
  public Shape shape() {
    return weight.shape();
  }

  @Override
  public float[] floats() {
    float[] values = new float[shape().length()];
    copyTo(0, values.length, values);
    return values;
  }

  @Override
  public void copyTo(int from, int count, float[] target, int at) {
    weight.copyTo(from, count, target, at);
    int taps = taps();
    int end = from + count;
    for (int row = from / taps; row * taps < end; ) {
      int channel = channel(row);
      int next = row + 1;
      while (next * taps < end && channel(next) == channel) {
        next++;
      }
      int first = at + Math.max(from, row * taps) - from;
      scale(target, first, at + Math.min(end, next * taps) - from, scale[channel]);
      row = next;
    }
  }

  private static void scale(float[] values, int from, int to, double factor) {
    for (int i = from; i < to; i++) {
      values[i] = (float) (values[i] * factor);
    }
  }

  @Override
  public double[] doubles() {
    double[] values = weight.doubles().clone();
    int taps = taps();
    for (int i = 0; i < values.length; i++) {
      values[i] *= scale[channel(i / taps)];
    }
    return values;
  }

  private int taps() {
    return (int) shape().size(2, shape().rank());
  }

  /** The output channel of a row of kernel positions. */
  private int channel(int row) {
    int inner = shape().dim(1);
    int outer = row / inner;
    return conv instanceof Conv.Transposed
        ? outer / (shape().dim(0) / conv.groups()) * inner + row % inner
        : outer;
  }
}
