package voxcam.train;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import voxcam.op.InputException;
import voxcam.op.Tensor;

/**
 * Adam (Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1):
 *
 * <pre>
 * m = b1 m + (1 - b1) g      v = b2 v + (1 - b2) g^2
 * w = w - rate * m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon)
 * </pre>
 *
 * <p>Parameters that decay shrink beside that step by {@code rate * decay * w} (Loshchilov and
 * Hutter, "Decoupled weight decay regularization", ICLR 2019): what nothing pushes goes back to
 * zero. Moments are kept in double. Not thread-safe: it remembers the steps it made.
 */
public final class Adam {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private static final class Moments {
    final double[] first;
    final double[] second;

    Moments(int length) {
      first = new double[length];
      second = new double[length];
    }
  }

  private final Map<String, Moments> moments = new HashMap<>();
  private int steps;

  private final Map<String, Double> decays;

  /** With the paper's constants, 0.9, 0.999 and 1e-8, and no decay. */
  public Adam() {
    this(Map.of());
  }

  /** With the paper's constants, and decays of some parameters, by name. */
  public Adam(Map<String, Double> decays) {
    this.decays = Map.copyOf(decays);
  }

  /**
   * Makes one step.
   *
   * @param rate how far each parameter moves at most, about
   * @param parameters by name
   * @param gradients for each of them, of its shape
   * @return the parameters after the step; the tensors given are not written to
   */
  public Map<String, Tensor> step(
      double rate, Map<String, Tensor> parameters, Map<String, Tensor> gradients) {
    steps++;
    Map<String, Tensor> moved = new LinkedHashMap<>();
    parameters.forEach((name, values) -> {
      Tensor gradient = gradients.get(name);
      if (gradient == null || !gradient.shape().equals(values.shape())) {
        throw new InputException(
            "adam: parameter "
                + name
                + " has shape "
                + values.shape()
                + ", its gradient "
                + (gradient == null ? "is missing" : gradient.shape()));
      }
      moved.put(name, moved(name, rate, values, gradient));
    });
    return moved;
  }

  private Tensor moved(String name, double rate, Tensor values, Tensor gradient) {
    float[] w = values.floats().clone();
    float[] g = gradient.floats();
    Moments own = moments.computeIfAbsent(name, _ -> new Moments(w.length));
    double[] first = own.first;
    double[] second = own.second;
    double bias1 = 1 - Math.pow(BETA1, steps);
    double bias2 = 1 - Math.pow(BETA2, steps);
    double kept = 1 - rate * decays.getOrDefault(name, 0.0);
    for (int i = 0; i < w.length; i++) {
      first[i] = BETA1 * first[i] + (1 - BETA1) * g[i];
      second[i] = BETA2 * second[i] + (1 - BETA2) * g[i] * g[i];
      double move = rate * (first[i] / bias1) / (Math.sqrt(second[i] / bias2) + EPSILON);
      w[i] = (float) (kept * w[i] - move);
    }
    return Tensor.of(values.shape(), w);
  }
}
