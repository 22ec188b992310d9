package voxcam.explain;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import voxcam.op.InputException;
import voxcam.op.Tensor;

/** What the record tells of a raw map's values, from one pass over them. */
record MapSummary(long size, long notFinite, double min, double max, double sum) {
  /** Positions summed in a row before they join the total; the inner loop is a plain reduction. */
  private static final int ROW = 1024;

  static MapSummary of(Tensor map) {
    return map instanceof Tensor.Doubles ? ofDoubles(map.doubles()) : ofFloats(map.floats());
  }

  private static MapSummary ofDoubles(double[] values) {
    long bad = 0;
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    double sum = 0;
    for (double value : values) {
      bad += Double.isFinite(value) ? 0 : 1;
      min = Math.min(min, value);
      max = Math.max(max, value);
      sum += value;
    }
    return new MapSummary(values.length, bad, min, max, sum);
  }

  private static MapSummary ofFloats(float[] values) {
    long bad = 0;
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    double sum = 0;
    for (int from = 0; from < values.length; from += ROW) {
      int to = Math.min(from + ROW, values.length);
      for (int i = from; i < to; i++) {
        min = Math.min(min, values[i]);
        max = Math.max(max, values[i]);
      }
      // Whatever is not finite shows in the extremes.
      if (!Float.isFinite(min) || !Float.isFinite(max)) {
        bad += notFinite(values, from, to);
      }
      for (int i = from; i < to; i++) {
        sum += values[i];
      }
    }
    return new MapSummary(values.length, bad, min, max, sum);
  }

  private static long notFinite(float[] values, int from, int to) {
    long count = 0;
    for (int i = from; i < to; i++) {
      count += Float.isFinite(values[i]) ? 0 : 1;
    }
    return count;
  }

  void checkFinite(String what) {
    if (notFinite > 0) {
      throw new InputException(
          "%s: %d of %d raw values are not finite; the weights or the input hold NaN or are too large"
              .formatted(what, notFinite, size));
    }
  }

  /** Why nothing is above zero; nothing if something is. */
  Optional<String> whyEmpty(OptionalLong voxels, Method method, boolean shares) {
    if (max > 0) {
      return Optional.empty();
    }
    if (voxels.isPresent() && voxels.getAsLong() == 0) {
      return Optional.of("no voxel belongs to the target: its score is an empty sum");
    }
    if (max == 0 && min == 0 && shares) {
      return Optional.of(
          "the score does not change with this layer here: every gradient times activation is 0");
    }
    String largest = String.format(Locale.ROOT, "%.3g", max);
    return Optional.of(
        shares
            ? "all evidence is against: largest raw value " + largest
            : "no value is above 0, the largest is %s; for %s this says nothing of the evidence"
                .formatted(largest, method.title()));
  }
}
