package voxcam.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as pictures show them, the same in every country. */
final class Numbers {
  private Numbers() {}

  /** With so many significant digits, no more zeros than needed: {@code 0.0312}, {@code 1.2e-7}. */
  static String text(double value, int digits) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    if (value == 0) {
      return "0";
    }
    double size = Math.abs(value);
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits)).stripTrailingZeros();
    if (size >= 1e-3 && size < 1e5) {
      return rounded.toPlainString();
    }
    int exponent = rounded.precision() - rounded.scale() - 1;
    String mantissa = rounded.scaleByPowerOfTen(-exponent).toPlainString();
    return mantissa + "e" + exponent;
  }

  /** With so many digits after the point. */
  static String fixed(double value, int places) {
    return String.format(Locale.ROOT, "%." + places + "f", value);
  }

  /** The largest of 1, 2, 5, 10, 20, 50, ... (or 0.5, 0.2, ...) that is not above the value. */
  static double round(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    double lead = value / power;
    double round = lead >= 5 ? 5 : lead >= 2 ? 2 : 1;
    // Through text, so that 0.1 is the nearest double to 0.1 and not one beside it.
    return Double.parseDouble(text(round * power, 3));
  }
}
