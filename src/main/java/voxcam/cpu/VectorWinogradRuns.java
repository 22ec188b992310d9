package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The transforms with vectors. */
final class VectorWinogradRuns implements WinogradRuns {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final float A = ScalarWinogradRuns.A;
  private static final float B = ScalarWinogradRuns.B;

  @Override
  public void points(float[][] rows, int[] at, int length, float[] to, int toFrom, int step) {
    int vectors = length / LANES * LANES;
    pointsOfVectors(rows, at, vectors, to, toFrom, step);
    ScalarWinogradRuns.points(rows, at, vectors, length, to, toFrom, step);
  }

  private static void pointsOfVectors(
      float[][] rows, int[] at, int length, float[] to, int toFrom, int step) {
    float[] r0 = rows[0];
    float[] r1 = rows[1];
    float[] r2 = rows[2];
    float[] r3 = rows[3];
    float[] r4 = rows[4];
    float[] r5 = rows[5];
    int a0 = at[0];
    int a1 = at[1];
    int a2 = at[2];
    int a3 = at[3];
    int a4 = at[4];
    int a5 = at[5];
    FloatVector a = FloatVector.broadcast(SPECIES, A);
    FloatVector minusA = FloatVector.broadcast(SPECIES, -A);
    FloatVector b = FloatVector.broadcast(SPECIES, B);
    FloatVector minusB = FloatVector.broadcast(SPECIES, -B);
    FloatVector minusTwo = FloatVector.broadcast(SPECIES, -2);
    FloatVector minusHalf = FloatVector.broadcast(SPECIES, -0.5f);
    FloatVector middle = FloatVector.broadcast(SPECIES, -2.5f);
    for (int j = 0; j < length; j += LANES) {
      FloatVector d1 = FloatVector.fromArray(SPECIES, r1, a1 + j);
      FloatVector d2 = FloatVector.fromArray(SPECIES, r2, a2 + j);
      FloatVector d3 = FloatVector.fromArray(SPECIES, r3, a3 + j);
      FloatVector d4 = FloatVector.fromArray(SPECIES, r4, a4 + j);
      FloatVector evenA = d2.fma(minusTwo, d4);
      FloatVector oddA = d1.fma(minusTwo, d3);
      FloatVector evenB = d2.fma(minusHalf, d4);
      FloatVector oddB = d1.fma(minusHalf, d3);
      int o = toFrom + j;
      FloatVector d0 = FloatVector.fromArray(SPECIES, r0, a0 + j);
      d2.fma(middle, d0.add(d4)).intoArray(to, o);
      oddA.fma(a, evenA).intoArray(to, o + step);
      oddA.fma(minusA, evenA).intoArray(to, o + 2 * step);
      oddB.fma(b, evenB).intoArray(to, o + 3 * step);
      oddB.fma(minusB, evenB).intoArray(to, o + 4 * step);
      FloatVector d5 = FloatVector.fromArray(SPECIES, r5, a5 + j);
      d3.fma(middle, d1.add(d5)).intoArray(to, o + 5 * step);
    }
  }

  @Override
  public void outputs(
      float[] m, int from, int step, int length, float[] to, int toFrom, int toStep) {
    int vectors = length / LANES * LANES;
    outputsOfVectors(m, from, step, vectors, to, toFrom, toStep);
    ScalarWinogradRuns.outputs(m, from, step, vectors, length, to, toFrom, toStep);
  }

  private static void outputsOfVectors(
      float[] m, int from, int step, int length, float[] to, int toFrom, int toStep) {
    FloatVector a = FloatVector.broadcast(SPECIES, A);
    FloatVector b = FloatVector.broadcast(SPECIES, B);
    FloatVector aCubed = FloatVector.broadcast(SPECIES, A / 2);
    FloatVector bCubed = FloatVector.broadcast(SPECIES, B * 2);
    FloatVector half = FloatVector.broadcast(SPECIES, 0.5f);
    for (int j = 0; j < length; j += LANES) {
      int i = from + j;
      FloatVector m1 = FloatVector.fromArray(SPECIES, m, i + step);
      FloatVector m2 = FloatVector.fromArray(SPECIES, m, i + 2 * step);
      FloatVector m3 = FloatVector.fromArray(SPECIES, m, i + 3 * step);
      FloatVector m4 = FloatVector.fromArray(SPECIES, m, i + 4 * step);
      FloatVector sumA = m1.add(m2);
      FloatVector sumB = m3.add(m4);
      FloatVector differenceA = m1.sub(m2);
      FloatVector differenceB = m3.sub(m4);
      FloatVector m0 = FloatVector.fromArray(SPECIES, m, i);
      FloatVector m5 = FloatVector.fromArray(SPECIES, m, i + 5 * step);
      int o = toFrom + j;
      m0.add(sumA).add(sumB).intoArray(to, o);
      differenceA.fma(a, differenceB.mul(b)).intoArray(to, o + toStep);
      sumA.fma(half, sumB.add(sumB)).intoArray(to, o + 2 * toStep);
      differenceA.fma(aCubed, differenceB.fma(bCubed, m5)).intoArray(to, o + 3 * toStep);
    }
  }

  @Override
  public void finish(
      float[] m,
      int from,
      int step,
      int length,
      float shift,
      float[] added,
      boolean relu,
      float[] output,
      int[] at) {
    if (length < LANES) {
      ScalarWinogradRuns.finishRows(m, from, step, length, shift, added, relu, output, at);
    } else {
      finishVectors(m, from, step, length, shift, added, relu, output, at);
    }
  }

  /**
   * Stores whole lines: all vectors but the first and the last are where lines begin, and those two
   * overlap their neighbours.
   */
  private static void finishVectors(
      float[] m,
      int from,
      int step,
      int length,
      float shift,
      float[] added,
      boolean relu,
      float[] output,
      int[] at) {
    FloatVector a = FloatVector.broadcast(SPECIES, A);
    FloatVector b = FloatVector.broadcast(SPECIES, B);
    FloatVector aCubed = FloatVector.broadcast(SPECIES, A / 2);
    FloatVector bCubed = FloatVector.broadcast(SPECIES, B * 2);
    FloatVector half = FloatVector.broadcast(SPECIES, 0.5f);
    FloatVector bias = FloatVector.broadcast(SPECIES, shift);
    int at0 = at[0];
    int at1 = at[1];
    int at2 = at[2];
    int at3 = at[3];
    int behind = Math.floorMod(at0 - Alignment.BEGIN, LANES);
    int vectors = Math.ceilDiv(length + behind, LANES);
    for (int v = 0; v < vectors; v++) {
      int j = Math.min(Math.max(v * LANES - behind, 0), length - LANES);
      int i = from + j;
      FloatVector m1 = FloatVector.fromArray(SPECIES, m, i + step);
      FloatVector m2 = FloatVector.fromArray(SPECIES, m, i + 2 * step);
      FloatVector m3 = FloatVector.fromArray(SPECIES, m, i + 3 * step);
      FloatVector m4 = FloatVector.fromArray(SPECIES, m, i + 4 * step);
      FloatVector sumA = m1.add(m2);
      FloatVector sumB = m3.add(m4);
      FloatVector differenceA = m1.sub(m2);
      FloatVector differenceB = m3.sub(m4);
      FloatVector m0 = FloatVector.fromArray(SPECIES, m, i).add(bias);
      put(m0.add(sumA).add(sumB), added, relu, output, at0 + j);
      if (at1 >= 0) {
        FloatVector y = differenceA.fma(a, differenceB.fma(b, bias));
        put(y, added, relu, output, at1 + j);
      }
      if (at2 >= 0) {
        FloatVector y = sumA.fma(half, sumB.add(sumB).add(bias));
        put(y, added, relu, output, at2 + j);
      }
      if (at3 >= 0) {
        FloatVector m5 = FloatVector.fromArray(SPECIES, m, i + 5 * step).add(bias);
        FloatVector y = differenceA.fma(aCubed, differenceB.fma(bCubed, m5));
        put(y, added, relu, output, at3 + j);
      }
    }
  }

  private static void put(FloatVector y, float[] added, boolean relu, float[] output, int at) {
    FloatVector sum = added.length > 0 ? y.add(FloatVector.fromArray(SPECIES, added, at)) : y;
    if (relu) {
      sum.blend(0f, sum.compare(VectorOperators.LE, 0f)).intoArray(output, at);
    } else {
      sum.intoArray(output, at);
    }
  }
}
