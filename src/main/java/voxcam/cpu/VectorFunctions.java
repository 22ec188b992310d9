package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Elementary functions of vectors, to about two units in the last place; where a result would be
 * below the normal numbers it may be 0. NaN goes through.
 */
final class VectorFunctions {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private static final float LOG2_E = 1.442695f;

  /** {@code log(2)} in two parts, the first with few bits, so that its multiples are exact. */
  private static final float LOG_2_HIGH = 0.6933594f;

  private static final float LOG_2_LOW = (float) (Math.log(2) - LOG_2_HIGH);

  /** Added to a small number it rounds it, and leaves it in the lowest bits. */
  private static final float ROUNDER = 0x1.8p23f;

  private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

  /** Beyond these, e^x is infinite or 0. */
  private static final float HIGHEST = 89;

  private static final float LOWEST = -110;

  private VectorFunctions() {}

  /** {@code e^x}. */
  static FloatVector exp(FloatVector x) {
    FloatVector in = clamp(x, LOWEST, HIGHEST);
    FloatVector rounded = in.fma(splat(LOG2_E), splat(ROUNDER));
    FloatVector r = remainder(in, rounded.sub(ROUNDER));
    IntVector n = rounded.reinterpretAsInts().sub(ROUNDER_BITS);
    // In two steps, because 2^128 is infinite and 2^-127 is not normal.
    IntVector half = n.lanewise(VectorOperators.ASHR, 1);
    return excess(r).add(1f).mul(power(half)).mul(power(n.sub(half)));
  }

  /** {@code e^x - 1}, with full relative precision at small x. */
  static FloatVector expMinusOne(FloatVector x) {
    FloatVector in = clamp(x, LOWEST, HIGHEST);
    FloatVector rounded = in.fma(splat(LOG2_E), splat(ROUNDER));
    FloatVector r = remainder(in, rounded.sub(ROUNDER));
    IntVector n = rounded.reinterpretAsInts().sub(ROUNDER_BITS);
    FloatVector scale = power(n.min(127).max(-126));
    return excess(r).fma(scale, scale.sub(1f));
  }

  private static FloatVector remainder(FloatVector x, FloatVector n) {
    return n.fma(splat(-LOG_2_LOW), n.fma(splat(-LOG_2_HIGH), x));
  }

  /** {@code e^r - 1} for r within half of {@code log(2)}: its series. */
  private static FloatVector excess(FloatVector r) {
    FloatVector p = splat(1 / 5040f);
    p = p.fma(r, splat(1 / 720f));
    p = p.fma(r, splat(1 / 120f));
    p = p.fma(r, splat(1 / 24f));
    p = p.fma(r, splat(1 / 6f));
    p = p.fma(r, splat(1 / 2f));
    return p.fma(r.mul(r), r);
  }

  /** {@code 2^n} for normal results. */
  private static FloatVector power(IntVector n) {
    return n.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }

  /** {@code log(1 + u)} for u in [0, 1]: the series of {@code 2 atanh(u / (2 + u))}. */
  static FloatVector logOnePlus(FloatVector u) {
    FloatVector s = u.div(u.add(2f));
    FloatVector square = s.mul(s);
    FloatVector p = splat(2 / 15f);
    p = p.fma(square, splat(2 / 13f));
    p = p.fma(square, splat(2 / 11f));
    p = p.fma(square, splat(2 / 9f));
    p = p.fma(square, splat(2 / 7f));
    p = p.fma(square, splat(2 / 5f));
    p = p.fma(square, splat(2 / 3f));
    p = p.fma(square, splat(2f));
    return p.mul(s);
  }

  /** Hyperbolic tangent. */
  static FloatVector tanh(FloatVector x) {
    FloatVector m = expMinusOne(clamp(x.abs(), 0, 20).mul(2f));
    FloatVector magnitude = m.div(m.add(2f));
    return magnitude.blend(magnitude.neg(), x.compare(VectorOperators.LT, 0f));
  }

  /** {@code 1 / (1 + e^-x)} times {@code factor}. */
  static FloatVector sigmoid(FloatVector x, FloatVector factor) {
    return factor.div(exp(x.neg()).add(1f));
  }

  /** {@code e^(-z^2)} with full relative precision, for z from 0 on; beyond 11 what it is at 11. */
  static FloatVector bell(FloatVector z) {
    FloatVector in = clamp(z, 0, 11);
    FloatVector square = in.mul(in);
    // What rounding took off the square.
    FloatVector lost = in.fma(in, square.neg());
    return exp(square.neg()).mul(splat(1).sub(lost));
  }

  /**
   * {@code erfc(z)} for z from 0 on, with full relative precision: {@code t p(t) e^(-z^2)} with
   * {@code t = 1 / (1 + z / 2)} and a polynomial fitted to the relative error at Chebyshev nodes,
   * to 5e-8.
   *
   * @param bell of z; apart from here because the JIT compiler inlines only so much
   */
  static FloatVector erfc(FloatVector z, FloatVector bell) {
    FloatVector t = splat(1).div(clamp(z, 0, 11).fma(splat(0.5f), splat(1)));
    FloatVector p = splat(-0.060245007f);
    p = p.fma(t, splat(0.29009232f));
    p = p.fma(t, splat(-0.49812523f));
    p = p.fma(t, splat(0.2899447f));
    p = p.fma(t, splat(-0.034344576f));
    p = p.fma(t, splat(0.2057427f));
    p = p.fma(t, splat(0.24238752f));
    p = p.fma(t, splat(0.2824658f));
    p = p.fma(t, splat(0.28208172f));
    return p.mul(t).mul(bell);
  }

  /** The error function below one half: its series. */
  static FloatVector erfNearZero(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector p = splat((float) (-1 / 75600.0));
    p = p.fma(square, splat((float) (1 / 9360.0)));
    p = p.fma(square, splat((float) (-1 / 1320.0)));
    p = p.fma(square, splat((float) (1 / 216.0)));
    p = p.fma(square, splat((float) (-1 / 42.0)));
    p = p.fma(square, splat((float) (1 / 10.0)));
    p = p.fma(square, splat((float) (-1 / 3.0)));
    p = p.fma(square, splat(1));
    return p.mul(x).mul((float) (2 / Math.sqrt(Math.PI)));
  }

  static FloatVector clamp(FloatVector x, float low, float high) {
    FloatVector raised = x.blend(low, x.compare(VectorOperators.LT, low));
    return raised.blend(high, raised.compare(VectorOperators.GT, high));
  }

  private static FloatVector splat(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }
}
