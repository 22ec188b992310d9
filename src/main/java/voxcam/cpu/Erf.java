package voxcam.cpu;

/** The error function and its complement, to about 1e-13 of the value. */
final class Erf {
  /**
   * Chebyshev coefficients over t in [0, 1] of {@code log(erfc(x) e^(x^2) / t)} with {@code t = 2 /
   * (2 + x)}, computed with 40 digits at the Chebyshev nodes. What is left out is below 1e-13.
   */
  private static final double[] COEFFICIENTS = {
    -1.3026537197817094,
    0.6419697923564902,
    0.019476473204185836,
    -0.009561514786808632,
    -0.0009465953444820369,
    0.00036683949785276145,
    4.252332480690777e-5,
    -2.0278578112534242e-5,
    -1.6242900046470254e-6,
    1.3036558355805232e-6,
    1.5626441722066142e-8,
    -8.523809591492654e-8,
    6.5290544390988515e-9,
    5.059343495551469e-9,
    -9.91364156493033e-10,
    -2.273651222931836e-10,
    9.646791102015527e-11,
    2.3940380830391146e-12,
    -6.886027526497553e-12,
    8.944879273090725e-13,
    3.130921399342958e-13,
    -1.1270822361367252e-13
  };

  private Erf() {}

  /** {@code 2 / sqrt(pi)} times the integral of {@code e^(-t^2)} from 0 to x. */
  static double erf(double x) {
    return Math.abs(x) < 0.5 ? series(x) : 1 - erfc(x);
  }

  /** {@code 1 - erf(x)}, with full relative precision for large x. */
  static double erfc(double x) {
    if (Math.abs(x) < 0.5) {
      return 1 - series(x);
    }
    double tail = tail(Math.abs(x));
    return x > 0 ? tail : 2 - tail;
  }

  /** The Maclaurin series, which keeps full relative precision at small x. */
  private static double series(double x) {
    double square = x * x;
    double term = x;
    double sum = x;
    for (int n = 1; n < 14; n++) {
      term *= -square / n;
      sum += term / (2 * n + 1);
    }
    return sum * (2 / Math.sqrt(Math.PI));
  }

  private static double tail(double x) {
    double t = 2 / (2 + x);
    double twice = 4 * t - 2;
    double last = 0;
    double sum = 0;
    for (int i = COEFFICIENTS.length - 1; i > 0; i--) {
      double next = twice * sum - last + COEFFICIENTS[i];
      last = sum;
      sum = next;
    }
    return t * Math.exp(-x * x + 0.5 * (COEFFICIENTS[0] + twice * sum) - last);
  }
}
