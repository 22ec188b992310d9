package voxcam.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorFunctionTest {
  /** Values of the C library. */
  @ParameterizedTest
  @CsvSource({
    "1e-10, 1.1283791670955126e-10, 0.999999999887162",
    "0.1, 0.1124629160182849, 0.8875370839817152",
    "0.5, 0.5204998778130465, 0.4795001221869535",
    "1, 0.8427007929497149, 0.15729920705028513",
    "1.5, 0.9661051464753108, 0.033894853524689274",
    "1.9999999, 0.9953222629522538, 0.004677737047746216",
    "2, 0.9953222650189527, 0.004677734981047265",
    "2.0000001, 0.9953222670856509, 0.004677732914349147",
    "2.5, 0.999593047982555, 0.0004069520174449589",
    "3, 0.9999779095030014, 2.2090496998585438e-05",
    "4, 0.9999999845827421, 1.541725790028002e-08",
    "5.5, 0.9999999999999927, 7.357847917974398e-15",
    "10, 1, 2.088487583762545e-45",
    "26, 1, 5.663192408856143e-296",
    "30, 1, 0",
  })
  void agreesWithKnownValues(double x, double erf, double erfc) {
    assertThat(ErrorFunction.erf(x)).isCloseTo(erf, within(4e-16 * Math.max(erf, 0.1)));
    assertThat(ErrorFunction.erf(-x)).isEqualTo(-ErrorFunction.erf(x));
    // Below the turn the complement is taken from 1 and keeps 1's absolute accuracy.
    double tolerance = x < 2 ? 4e-16 : 2e-16 * (1 + x * x) * erfc;
    assertThat(ErrorFunction.erfc(x)).isCloseTo(erfc, within(tolerance));
    assertThat(ErrorFunction.erfc(-x)).isCloseTo(1 + erf, within(4e-16));
  }

  @Test
  void keepsZerosAndNotANumber() {
    assertThat(ErrorFunction.erf(0)).isZero();
    assertThat(ErrorFunction.erf(Double.NaN)).isNaN();
    assertThat(ErrorFunction.erfc(Double.NaN)).isNaN();
    assertThat(ErrorFunction.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
    assertThat(ErrorFunction.erfc(Double.NEGATIVE_INFINITY)).isEqualTo(2);
  }
}
