package voxcam.train;

import java.util.random.RandomGenerator;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Where parameters start. */
public final class Initial {
  private Initial() {}

  /**
   * Normal numbers with the deviation {@code sqrt(2 / fan-in)} for weights {@code [outputs, inputs,
   * ...]} before a ReLU (He et al., "Delving deep into rectifiers", ICCV 2015).
   */
  public static Tensor normal(Shape weight, RandomGenerator random) {
    double deviation = Math.sqrt(2.0 / weight.size(1, weight.rank()));
    float[] values = new float[weight.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return Tensor.of(weight, values);
  }

  /** The same value everywhere. */
  public static Tensor constant(Shape shape, double value) {
    return Tensor.filled(shape, value);
  }
}
