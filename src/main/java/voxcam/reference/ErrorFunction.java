package voxcam.reference;

/**
 * The error function and its complement to a few units in the last place: by the series of
 * Abramowitz and Stegun 7.1.6, all of whose terms are positive, near zero, and by the continued
 * fraction 7.1.14 farther out, where the series would be long.
 */
final class ErrorFunction {
  private static final double TURN = 2;
  private static final double TWO_BY_SQRT_PI = 2 / Math.sqrt(Math.PI);

  private ErrorFunction() {}

  static double erf(double x) {
    return Math.abs(x) < TURN ? series(x) : Math.copySign(1 - fraction(Math.abs(x)), x);
  }

  /** {@code 1 - erf(x)}, without the cancellation for large x. */
  static double erfc(double x) {
    if (x < TURN) {
      return x < -TURN ? 2 - fraction(-x) : 1 - series(x);
    }
    return fraction(x);
  }

  /** {@code 2/sqrt(pi) exp(-x^2) sum of 2^n x^(2n+1) / (1 3 5 ... (2n+1))}. */
  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > Math.ulp(sum) / 4; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return TWO_BY_SQRT_PI * Math.exp(-x * x) * sum;
  }

  /**
   * The complement for x of at least {@link #TURN}: {@code exp(-x^2)/sqrt(pi) 1/(x + (1/2)/(x +
   * 1/(x + (3/2)/(x + ...))))}, from the inside outwards. At the turn 60 levels give full
   * precision.
   */
  private static double fraction(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    if (x > 28) {
      return 0;
    }
    double value = x;
    for (int level = 60; level >= 1; level--) {
      value = x + level / 2.0 / value;
    }
    return Math.exp(-x * x) / (Math.sqrt(Math.PI) * value);
  }
}
