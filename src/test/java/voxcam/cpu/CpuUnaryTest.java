package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import voxcam.op.Unary;

/** Elementary functions to within single precision, next to zero and far out. */
final class CpuUnaryTest {
  private static final Map<Unary, DoubleUnaryOperator> FUNCTIONS =
      Map.of(
          new Unary.Tanh(), Math::tanh,
          new Unary.Elu(1), x -> x > 0 ? x : Math.expm1(x),
          new Unary.Softplus(), x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
          new Unary.Sigmoid(), x -> 1 / (1 + Math.exp(-x)),
          new Unary.Silu(), x -> x / (1 + Math.exp(-x)),
          new Unary.Exp(), Math::exp,
          new Unary.HardSwish(), x -> x * Math.clamp(x / 6 + 0.5, 0, 1));

  @Test
  void relativeErrorsAreBelowOneInAMillion() {
    float[] x = sweep();
    FUNCTIONS.forEach((op, exact) -> {
      float[] y = new float[x.length];
      CpuUnary.apply(op, x, 0, y, 0, x.length);
      for (int i = 0; i < x.length; i++) {
        double expected = exact.applyAsDouble(x[i]);
        // Below the smallest normal float the spacing is absolute.
        assertThat((double) y[i])
            .as("%s of %s", op, x[i])
            .isCloseTo(expected, within(1e-6 * Math.abs(expected) + Float.MIN_NORMAL));
      }
    });
  }

  @Test
  void theErrorFunctionHasItsKnownValues() {
    // Abramowitz and Stegun, table 7.1, and the asymptotic series for the last two.
    assertThat(Erf.erf(0.1)).isCloseTo(0.1124629160182849, within(1e-15));
    assertThat(Erf.erf(0.5)).isCloseTo(0.5204998778130465, within(1e-13));
    assertThat(Erf.erf(-1)).isCloseTo(-0.8427007929497149, within(1e-13));
    assertThat(Erf.erfc(2)).isCloseTo(0.004677734981047266, within(1e-15));
    assertThat(Erf.erfc(5) / 1.537459794428035e-12).isCloseTo(1, within(1e-11));
    assertThat(Erf.erfc(10) / 2.088487583762545e-45).isCloseTo(1, within(1e-11));
    assertThat(Erf.erf(1e-20)).isCloseTo(1.1283791670955127e-20, within(1e-34));
    assertThat(Erf.erfc(-40)).isEqualTo(2);
  }

  @Test
  void notANumberGoesThrough() {
    List<Unary> all =
        List.of(
            new Unary.Relu(),
            new Unary.LeakyRelu(0.1),
            new Unary.Gelu(false),
            new Unary.Gelu(true),
            new Unary.Erf(),
            new Unary.Clip(-1, 1),
            new Unary.HardSigmoid(0.2, 0.5),
            new Unary.Sign());
    for (Unary op : all) {
      float[] y = new float[1];
      CpuUnary.apply(op, new float[] {Float.NaN}, 0, y, 0, 1);
      assertThat(y[0]).as(op.toString()).isNaN();
    }
    FUNCTIONS
        .keySet()
        .forEach(op -> {
          float[] y = new float[1];
          CpuUnary.apply(op, new float[] {Float.NaN}, 0, y, 0, 1);
          assertThat(y[0]).as(op.toString()).isNaN();
        });
  }

  /** Both signs, from 1e-30 to 80, each value about 1.1 times the one before. */
  private static float[] sweep() {
    float[] values = new float[1600];
    double value = 1e-30;
    for (int i = 0; i < values.length; i += 2) {
      values[i] = (float) value;
      values[i + 1] = (float) -value;
      value = Math.min(80, value * 1.1);
    }
    return values;
  }
}
