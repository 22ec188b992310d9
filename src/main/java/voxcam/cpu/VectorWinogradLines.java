package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The transforms with vectors. The points come in pairs ±p, whose rows differ only in the sign of
 * the odd terms: these are computed once for both.
 */
final class VectorWinogradLines implements WinogradLines {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  @Override
  public void input(
      int m,
      float[] x,
      int xFrom,
      int x0,
      int x1,
      int xl,
      float[] y,
      int yFrom,
      int y0,
      int y1,
      int yl,
      int n0,
      int n1) {
    switch (m) {
      case 2 -> input2(x, xFrom, x0, x1, xl, y, yFrom, y0, y1, yl, n0, n1);
      case 3 -> input3(x, xFrom, x0, x1, xl, y, yFrom, y0, y1, yl, n0, n1);
      default -> input4(x, xFrom, x0, x1, xl, y, yFrom, y0, y1, yl, n0, n1);
    }
  }

  @Override
  public void output(
      int m,
      float[] x,
      int xFrom,
      int x0,
      int x1,
      int xl,
      float[] y,
      int yFrom,
      int y0,
      int y1,
      int yl,
      int n0,
      int n1) {
    switch (m) {
      case 2 -> output2(x, xFrom, x0, x1, xl, y, yFrom, y0, y1, yl, n0, n1);
      case 3 -> output3(x, xFrom, x0, x1, xl, y, yFrom, y0, y1, yl, n0, n1);
      default -> output4(x, xFrom, x0, x1, xl, y, yFrom, y0, y1, yl, n0, n1);
    }
  }

  private static void input2(
      float[] x,
      int xFrom,
      int x0,
      int x1,
      int xl,
      float[] y,
      int yFrom,
      int y0,
      int y1,
      int yl,
      int n0,
      int n1) {
    for (int i0 = 0; i0 < n0; i0++) {
      for (int i1 = 0; i1 < n1; i1++) {
        for (int v = 0; v < Layout.BLOCK; v += LANES) {
          int from = xFrom + i0 * x0 + i1 * x1 + v;
          int to = yFrom + i0 * y0 + i1 * y1 + v;
          FloatVector d0 = FloatVector.fromArray(SPECIES, x, from);
          FloatVector d1 = FloatVector.fromArray(SPECIES, x, from + xl);
          FloatVector d2 = FloatVector.fromArray(SPECIES, x, from + 2 * xl);
          FloatVector d3 = FloatVector.fromArray(SPECIES, x, from + 3 * xl);
          d2.sub(d0).intoArray(y, to);
          d1.add(d2).intoArray(y, to + yl);
          d2.sub(d1).intoArray(y, to + 2 * yl);
          d3.sub(d1).intoArray(y, to + 3 * yl);
        }
      }
    }
  }

  private static void input4(
      float[] x,
      int xFrom,
      int x0,
      int x1,
      int xl,
      float[] y,
      int yFrom,
      int y0,
      int y1,
      int yl,
      int n0,
      int n1) {
    FloatVector near = FloatVector.broadcast(SPECIES, NEAR);
    FloatVector minusNear = FloatVector.broadcast(SPECIES, -NEAR);
    FloatVector far = FloatVector.broadcast(SPECIES, FAR);
    FloatVector minusFar = FloatVector.broadcast(SPECIES, -FAR);
    FloatVector minusFarSquared = FloatVector.broadcast(SPECIES, -FAR_SQUARED);
    FloatVector minusNearSquared = FloatVector.broadcast(SPECIES, -NEAR_SQUARED);
    FloatVector minusSum = FloatVector.broadcast(SPECIES, -SUM);
    FloatVector product = FloatVector.broadcast(SPECIES, PRODUCT);
    for (int i0 = 0; i0 < n0; i0++) {
      for (int i1 = 0; i1 < n1; i1++) {
        for (int v = 0; v < Layout.BLOCK; v += LANES) {
          int from = xFrom + i0 * x0 + i1 * x1 + v;
          int to = yFrom + i0 * y0 + i1 * y1 + v;
          FloatVector d0 = FloatVector.fromArray(SPECIES, x, from);
          FloatVector d1 = FloatVector.fromArray(SPECIES, x, from + xl);
          FloatVector d2 = FloatVector.fromArray(SPECIES, x, from + 2 * xl);
          FloatVector d3 = FloatVector.fromArray(SPECIES, x, from + 3 * xl);
          FloatVector d4 = FloatVector.fromArray(SPECIES, x, from + 4 * xl);
          FloatVector d5 = FloatVector.fromArray(SPECIES, x, from + 5 * xl);
          FloatVector evenNear = d2.fma(minusFarSquared, d4);
          FloatVector oddNear = d1.fma(minusFarSquared, d3);
          FloatVector evenFar = d2.fma(minusNearSquared, d4);
          FloatVector oddFar = d1.fma(minusNearSquared, d3);
          d0.fma(product, d2.fma(minusSum, d4)).intoArray(y, to);
          oddNear.fma(near, evenNear).intoArray(y, to + yl);
          oddNear.fma(minusNear, evenNear).intoArray(y, to + 2 * yl);
          oddFar.fma(far, evenFar).intoArray(y, to + 3 * yl);
          oddFar.fma(minusFar, evenFar).intoArray(y, to + 4 * yl);
          d1.fma(product, d3.fma(minusSum, d5)).intoArray(y, to + 5 * yl);
        }
      }
    }
  }

  private static void input3(
      float[] x,
      int xFrom,
      int x0,
      int x1,
      int xl,
      float[] y,
      int yFrom,
      int y0,
      int y1,
      int yl,
      int n0,
      int n1) {
    FloatVector pair = FloatVector.broadcast(SPECIES, PAIR);
    FloatVector minusPair = FloatVector.broadcast(SPECIES, -PAIR);
    FloatVector minusSingle = FloatVector.broadcast(SPECIES, -SINGLE);
    FloatVector minusPairSquared = FloatVector.broadcast(SPECIES, -PAIR_SQUARED);
    for (int i0 = 0; i0 < n0; i0++) {
      for (int i1 = 0; i1 < n1; i1++) {
        for (int v = 0; v < Layout.BLOCK; v += LANES) {
          int from = xFrom + i0 * x0 + i1 * x1 + v;
          int to = yFrom + i0 * y0 + i1 * y1 + v;
          FloatVector d0 = FloatVector.fromArray(SPECIES, x, from);
          FloatVector d1 = FloatVector.fromArray(SPECIES, x, from + xl);
          FloatVector d2 = FloatVector.fromArray(SPECIES, x, from + 2 * xl);
          FloatVector d3 = FloatVector.fromArray(SPECIES, x, from + 3 * xl);
          FloatVector d4 = FloatVector.fromArray(SPECIES, x, from + 4 * xl);
          FloatVector first = d0.fma(minusSingle, d1);
          FloatVector odd = d1.fma(minusSingle, d2);
          FloatVector even = d2.fma(minusSingle, d3);
          FloatVector last = d3.fma(minusSingle, d4);
          first.fma(minusPairSquared, even).intoArray(y, to);
          odd.fma(pair, even).intoArray(y, to + yl);
          odd.fma(minusPair, even).intoArray(y, to + 2 * yl);
          d1.fma(minusPairSquared, d3).intoArray(y, to + 3 * yl);
          odd.fma(minusPairSquared, last).intoArray(y, to + 4 * yl);
        }
      }
    }
  }

  private static void output2(
      float[] x,
      int xFrom,
      int x0,
      int x1,
      int xl,
      float[] y,
      int yFrom,
      int y0,
      int y1,
      int yl,
      int n0,
      int n1) {
    for (int i0 = 0; i0 < n0; i0++) {
      for (int i1 = 0; i1 < n1; i1++) {
        for (int v = 0; v < Layout.BLOCK; v += LANES) {
          int from = xFrom + i0 * x0 + i1 * x1 + v;
          int to = yFrom + i0 * y0 + i1 * y1 + v;
          FloatVector d0 = FloatVector.fromArray(SPECIES, x, from);
          FloatVector d1 = FloatVector.fromArray(SPECIES, x, from + xl);
          FloatVector d2 = FloatVector.fromArray(SPECIES, x, from + 2 * xl);
          FloatVector d3 = FloatVector.fromArray(SPECIES, x, from + 3 * xl);
          FloatVector even = d1.add(d2);
          FloatVector odd = d1.sub(d2);
          d0.add(even).intoArray(y, to);
          odd.add(d3).intoArray(y, to + yl);
        }
      }
    }
  }

  private static void output4(
      float[] x,
      int xFrom,
      int x0,
      int x1,
      int xl,
      float[] y,
      int yFrom,
      int y0,
      int y1,
      int yl,
      int n0,
      int n1) {
    FloatVector near = FloatVector.broadcast(SPECIES, NEAR);
    FloatVector far = FloatVector.broadcast(SPECIES, FAR);
    FloatVector nearSquared = FloatVector.broadcast(SPECIES, NEAR_SQUARED);
    FloatVector farSquared = FloatVector.broadcast(SPECIES, FAR_SQUARED);
    FloatVector nearCubed = FloatVector.broadcast(SPECIES, NEAR_CUBED);
    FloatVector farCubed = FloatVector.broadcast(SPECIES, FAR_CUBED);
    for (int i0 = 0; i0 < n0; i0++) {
      for (int i1 = 0; i1 < n1; i1++) {
        for (int v = 0; v < Layout.BLOCK; v += LANES) {
          int from = xFrom + i0 * x0 + i1 * x1 + v;
          int to = yFrom + i0 * y0 + i1 * y1 + v;
          FloatVector d0 = FloatVector.fromArray(SPECIES, x, from);
          FloatVector d1 = FloatVector.fromArray(SPECIES, x, from + xl);
          FloatVector d2 = FloatVector.fromArray(SPECIES, x, from + 2 * xl);
          FloatVector d3 = FloatVector.fromArray(SPECIES, x, from + 3 * xl);
          FloatVector d4 = FloatVector.fromArray(SPECIES, x, from + 4 * xl);
          FloatVector d5 = FloatVector.fromArray(SPECIES, x, from + 5 * xl);
          FloatVector evenNear = d1.add(d2);
          FloatVector oddNear = d1.sub(d2);
          FloatVector evenFar = d3.add(d4);
          FloatVector oddFar = d3.sub(d4);
          d0.add(evenNear).add(evenFar).intoArray(y, to);
          oddFar.fma(far, oddNear.mul(near)).intoArray(y, to + yl);
          evenFar.fma(farSquared, evenNear.mul(nearSquared)).intoArray(y, to + 2 * yl);
          oddFar.fma(farCubed, oddNear.fma(nearCubed, d5)).intoArray(y, to + 3 * yl);
        }
      }
    }
  }

  private static void output3(
      float[] x,
      int xFrom,
      int x0,
      int x1,
      int xl,
      float[] y,
      int yFrom,
      int y0,
      int y1,
      int yl,
      int n0,
      int n1) {
    FloatVector pair = FloatVector.broadcast(SPECIES, PAIR);
    FloatVector single = FloatVector.broadcast(SPECIES, SINGLE);
    FloatVector pairSquared = FloatVector.broadcast(SPECIES, PAIR_SQUARED);
    FloatVector singleSquared = FloatVector.broadcast(SPECIES, SINGLE_SQUARED);
    for (int i0 = 0; i0 < n0; i0++) {
      for (int i1 = 0; i1 < n1; i1++) {
        for (int v = 0; v < Layout.BLOCK; v += LANES) {
          int from = xFrom + i0 * x0 + i1 * x1 + v;
          int to = yFrom + i0 * y0 + i1 * y1 + v;
          FloatVector d0 = FloatVector.fromArray(SPECIES, x, from);
          FloatVector d1 = FloatVector.fromArray(SPECIES, x, from + xl);
          FloatVector d2 = FloatVector.fromArray(SPECIES, x, from + 2 * xl);
          FloatVector d3 = FloatVector.fromArray(SPECIES, x, from + 3 * xl);
          FloatVector d4 = FloatVector.fromArray(SPECIES, x, from + 4 * xl);
          FloatVector even = d1.add(d2);
          FloatVector odd = d1.sub(d2);
          d0.add(even).add(d3).intoArray(y, to);
          d3.fma(single, odd.mul(pair)).intoArray(y, to + yl);
          d3.fma(singleSquared, even.fma(pairSquared, d4)).intoArray(y, to + 2 * yl);
        }
      }
    }
  }

  @Override
  public void kernel(
      int m, float[] x, int xFrom, int xl, float[] y, int yFrom, int yl, int length) {
    float[] rows = WinogradKernels.rows(m);
    switch (m) {
      case 2 -> VectorWinogradKernels.points2(rows, x, xFrom, xl, y, yFrom, yl, length);
      case 3 -> VectorWinogradKernels.points3(rows, x, xFrom, xl, y, yFrom, yl, length);
      default -> VectorWinogradKernels.points4(rows, x, xFrom, xl, y, yFrom, yl, length);
    }
  }

  @Override
  public void store(
      float[] sums,
      int from,
      int count,
      float[] bias,
      int biasFrom,
      float[] added,
      boolean relu,
      float[] output,
      int at,
      int step) {
    for (int v = 0; v < Layout.BLOCK; v += LANES) {
      FloatVector shift = FloatVector.fromArray(SPECIES, bias, biasFrom + v);
      for (int i = 0; i < count; i++) {
        FloatVector sum =
            FloatVector.fromArray(SPECIES, sums, from + i * Layout.BLOCK + v).add(shift);
        int to = at + i * step + v;
        if (added.length > 0) {
          sum = sum.add(FloatVector.fromArray(SPECIES, added, to));
        }
        if (relu) {
          sum = sum.blend(0f, sum.compare(VectorOperators.LE, 0f)); // keeps NaN
        }
        sum.intoArray(output, to);
      }
    }
  }

  @Override
  public void copy(float[] x, int at, int step, float[] y, int to, int from, int end, int size) {
    for (int v = 0; v < Layout.BLOCK; v += LANES) {
      FloatVector zero = FloatVector.zero(SPECIES);
      for (int i = 0; i < from; i++) {
        zero.intoArray(y, to + i * Layout.BLOCK + v);
      }
      for (int i = from; i < end; i++) {
        FloatVector.fromArray(SPECIES, x, at + (i - from) * step + v)
            .intoArray(y, to + i * Layout.BLOCK + v);
      }
      for (int i = Math.max(from, end); i < size; i++) {
        zero.intoArray(y, to + i * Layout.BLOCK + v);
      }
    }
  }
}
