package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Blocks with vectors. Unrolled by hand, and so above 325 bytecodes: the sums must be local
 * variables to stay in registers.
 *
 * <p>Two things that look odd make short sums fast. The narrow loops step by {@code one}, a
 * parameter, so that the JIT compiler does not know them for counted loops and split them in three;
 * the widest does not, so that it can prove the bounds of all rows before the loop. And the results
 * are stored without a method of our own: so much is inlined here that it would not be, and vectors
 * that are arguments would be objects. How the widest begins and ends its loop spares the JIT
 * compiler memory, see {@link VectorRunTile}.
 */
final class VectorWinogradRows implements WinogradRows {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public int mostVectors() {
    return LANES == 8 ? 2 : 4; // AVX2 has 16 registers
  }

  @Override
  public void block(
      int vectors,
      float[] v,
      int vFrom,
      int vRow,
      int last,
      float[] u,
      int uFrom,
      int depth,
      float[] base,
      int baseFrom,
      int baseRow,
      float[] m,
      int mFrom,
      int mRow) {
    switch (vectors) {
      case 1 ->
          one(1, v, vFrom, vRow, last, u, uFrom, depth, base, baseFrom, baseRow, m, mFrom, mRow);
      case 2 ->
          two(1, v, vFrom, vRow, last, u, uFrom, depth, base, baseFrom, baseRow, m, mFrom, mRow);
      case 4 ->
          four(v, vFrom, vRow, last, u, uFrom, depth, base, baseFrom, baseRow, m, mFrom, mRow);
      default -> throw new IllegalArgumentException("a block of " + vectors + " vectors");
    }
  }

  /** 24 sums: 32 registers hold them, four vectors of u and a value of v. */
  private static void four(
      float[] v,
      int vFrom,
      int vRow,
      int last,
      float[] u,
      int uFrom,
      int depth,
      float[] base,
      int baseFrom,
      int baseRow,
      float[] m,
      int mFrom,
      int mRow) {
    int end = vFrom + depth;
    int shift = uFrom - vFrom * 4 * LANES;
    int v1 = Math.min(1, last) * vRow;
    int v2 = Math.min(2, last) * vRow;
    int v3 = Math.min(3, last) * vRow;
    int v4 = Math.min(4, last) * vRow;
    int v5 = Math.min(5, last) * vRow;
    FloatVector s0x0 = FloatVector.zero(SPECIES);
    FloatVector s0x1 = s0x0;
    FloatVector s0x2 = s0x0;
    FloatVector s0x3 = s0x0;
    FloatVector s1x0 = s0x0;
    FloatVector s1x1 = s0x0;
    FloatVector s1x2 = s0x0;
    FloatVector s1x3 = s0x0;
    FloatVector s2x0 = s0x0;
    FloatVector s2x1 = s0x0;
    FloatVector s2x2 = s0x0;
    FloatVector s2x3 = s0x0;
    FloatVector s3x0 = s0x0;
    FloatVector s3x1 = s0x0;
    FloatVector s3x2 = s0x0;
    FloatVector s3x3 = s0x0;
    FloatVector s4x0 = s0x0;
    FloatVector s4x1 = s0x0;
    FloatVector s4x2 = s0x0;
    FloatVector s4x3 = s0x0;
    FloatVector s5x0 = s0x0;
    FloatVector s5x1 = s0x0;
    FloatVector s5x2 = s0x0;
    FloatVector s5x3 = s0x0;
    if (vFrom >= end) {
      return;
    }
    for (int l = vFrom; l < end; l++) {
      int at = shift + l * 4 * LANES;
      FloatVector u0 = FloatVector.fromArray(SPECIES, u, at);
      FloatVector u1 = FloatVector.fromArray(SPECIES, u, at + LANES);
      FloatVector u2 = FloatVector.fromArray(SPECIES, u, at + 2 * LANES);
      FloatVector u3 = FloatVector.fromArray(SPECIES, u, at + 3 * LANES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, v[l]);
      s0x0 = a0.fma(u0, s0x0);
      s0x1 = a0.fma(u1, s0x1);
      s0x2 = a0.fma(u2, s0x2);
      s0x3 = a0.fma(u3, s0x3);
      FloatVector a1 = FloatVector.broadcast(SPECIES, v[l + v1]);
      s1x0 = a1.fma(u0, s1x0);
      s1x1 = a1.fma(u1, s1x1);
      s1x2 = a1.fma(u2, s1x2);
      s1x3 = a1.fma(u3, s1x3);
      FloatVector a2 = FloatVector.broadcast(SPECIES, v[l + v2]);
      s2x0 = a2.fma(u0, s2x0);
      s2x1 = a2.fma(u1, s2x1);
      s2x2 = a2.fma(u2, s2x2);
      s2x3 = a2.fma(u3, s2x3);
      FloatVector a3 = FloatVector.broadcast(SPECIES, v[l + v3]);
      s3x0 = a3.fma(u0, s3x0);
      s3x1 = a3.fma(u1, s3x1);
      s3x2 = a3.fma(u2, s3x2);
      s3x3 = a3.fma(u3, s3x3);
      FloatVector a4 = FloatVector.broadcast(SPECIES, v[l + v4]);
      s4x0 = a4.fma(u0, s4x0);
      s4x1 = a4.fma(u1, s4x1);
      s4x2 = a4.fma(u2, s4x2);
      s4x3 = a4.fma(u3, s4x3);
      FloatVector a5 = FloatVector.broadcast(SPECIES, v[l + v5]);
      s5x0 = a5.fma(u0, s5x0);
      s5x1 = a5.fma(u1, s5x1);
      s5x2 = a5.fma(u2, s5x2);
      s5x3 = a5.fma(u3, s5x3);
    }
    int to = mFrom;
    int from = baseFrom;
    for (int row = 0; row < 6; row += 2) {
      FloatVector t0x0;
      FloatVector t0x1;
      FloatVector t0x2;
      FloatVector t0x3;
      FloatVector t1x0;
      FloatVector t1x1;
      FloatVector t1x2;
      FloatVector t1x3;
      if (row == 0) {
        t0x0 = s0x0;
        t0x1 = s0x1;
        t0x2 = s0x2;
        t0x3 = s0x3;
        t1x0 = s1x0;
        t1x1 = s1x1;
        t1x2 = s1x2;
        t1x3 = s1x3;
      } else if (row == 2) {
        t0x0 = s2x0;
        t0x1 = s2x1;
        t0x2 = s2x2;
        t0x3 = s2x3;
        t1x0 = s3x0;
        t1x1 = s3x1;
        t1x2 = s3x2;
        t1x3 = s3x3;
      } else {
        t0x0 = s4x0;
        t0x1 = s4x1;
        t0x2 = s4x2;
        t0x3 = s4x3;
        t1x0 = s5x0;
        t1x1 = s5x1;
        t1x2 = s5x2;
        t1x3 = s5x3;
      }
      t0x0.add(FloatVector.fromArray(SPECIES, base, from)).intoArray(m, to);
      t0x1.add(FloatVector.fromArray(SPECIES, base, from + LANES)).intoArray(m, to + LANES);
      t0x2.add(FloatVector.fromArray(SPECIES, base, from + 2 * LANES)).intoArray(m, to + 2 * LANES);
      t0x3.add(FloatVector.fromArray(SPECIES, base, from + 3 * LANES)).intoArray(m, to + 3 * LANES);
      to += mRow;
      from += baseRow;
      t1x0.add(FloatVector.fromArray(SPECIES, base, from)).intoArray(m, to);
      t1x1.add(FloatVector.fromArray(SPECIES, base, from + LANES)).intoArray(m, to + LANES);
      t1x2.add(FloatVector.fromArray(SPECIES, base, from + 2 * LANES)).intoArray(m, to + 2 * LANES);
      t1x3.add(FloatVector.fromArray(SPECIES, base, from + 3 * LANES)).intoArray(m, to + 3 * LANES);
      to += mRow;
      from += baseRow;
    }
  }

  /** 12 sums, for processors with 16 registers and narrow panels. */
  private static void two(
      int one,
      float[] v,
      int vFrom,
      int vRow,
      int last,
      float[] u,
      int uFrom,
      int depth,
      float[] base,
      int baseFrom,
      int baseRow,
      float[] m,
      int mFrom,
      int mRow) {
    int v0 = vFrom;
    int v1 = vFrom + Math.min(1, last) * vRow;
    int v2 = vFrom + Math.min(2, last) * vRow;
    int v3 = vFrom + Math.min(3, last) * vRow;
    int v4 = vFrom + Math.min(4, last) * vRow;
    int v5 = vFrom + Math.min(5, last) * vRow;
    FloatVector s0x0 = FloatVector.zero(SPECIES);
    FloatVector s0x1 = s0x0;
    FloatVector s1x0 = s0x0;
    FloatVector s1x1 = s0x0;
    FloatVector s2x0 = s0x0;
    FloatVector s2x1 = s0x0;
    FloatVector s3x0 = s0x0;
    FloatVector s3x1 = s0x0;
    FloatVector s4x0 = s0x0;
    FloatVector s4x1 = s0x0;
    FloatVector s5x0 = s0x0;
    FloatVector s5x1 = s0x0;
    for (int l = 0; l < depth; l += one) {
      FloatVector u0 = FloatVector.fromArray(SPECIES, u, uFrom + l * 2 * LANES);
      FloatVector u1 = FloatVector.fromArray(SPECIES, u, uFrom + l * 2 * LANES + LANES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, v[v0 + l]);
      s0x0 = a0.fma(u0, s0x0);
      s0x1 = a0.fma(u1, s0x1);
      FloatVector a1 = FloatVector.broadcast(SPECIES, v[v1 + l]);
      s1x0 = a1.fma(u0, s1x0);
      s1x1 = a1.fma(u1, s1x1);
      FloatVector a2 = FloatVector.broadcast(SPECIES, v[v2 + l]);
      s2x0 = a2.fma(u0, s2x0);
      s2x1 = a2.fma(u1, s2x1);
      FloatVector a3 = FloatVector.broadcast(SPECIES, v[v3 + l]);
      s3x0 = a3.fma(u0, s3x0);
      s3x1 = a3.fma(u1, s3x1);
      FloatVector a4 = FloatVector.broadcast(SPECIES, v[v4 + l]);
      s4x0 = a4.fma(u0, s4x0);
      s4x1 = a4.fma(u1, s4x1);
      FloatVector a5 = FloatVector.broadcast(SPECIES, v[v5 + l]);
      s5x0 = a5.fma(u0, s5x0);
      s5x1 = a5.fma(u1, s5x1);
    }
    s0x0.add(FloatVector.fromArray(SPECIES, base, baseFrom)).intoArray(m, mFrom);
    s0x1.add(FloatVector.fromArray(SPECIES, base, baseFrom + LANES)).intoArray(m, mFrom + LANES);
    s1x0.add(FloatVector.fromArray(SPECIES, base, baseFrom + baseRow)).intoArray(m, mFrom + mRow);
    s1x1.add(FloatVector.fromArray(SPECIES, base, baseFrom + baseRow + LANES))
        .intoArray(m, mFrom + mRow + LANES);
    s2x0.add(FloatVector.fromArray(SPECIES, base, baseFrom + 2 * baseRow))
        .intoArray(m, mFrom + 2 * mRow);
    s2x1.add(FloatVector.fromArray(SPECIES, base, baseFrom + 2 * baseRow + LANES))
        .intoArray(m, mFrom + 2 * mRow + LANES);
    s3x0.add(FloatVector.fromArray(SPECIES, base, baseFrom + 3 * baseRow))
        .intoArray(m, mFrom + 3 * mRow);
    s3x1.add(FloatVector.fromArray(SPECIES, base, baseFrom + 3 * baseRow + LANES))
        .intoArray(m, mFrom + 3 * mRow + LANES);
    s4x0.add(FloatVector.fromArray(SPECIES, base, baseFrom + 4 * baseRow))
        .intoArray(m, mFrom + 4 * mRow);
    s4x1.add(FloatVector.fromArray(SPECIES, base, baseFrom + 4 * baseRow + LANES))
        .intoArray(m, mFrom + 4 * mRow + LANES);
    s5x0.add(FloatVector.fromArray(SPECIES, base, baseFrom + 5 * baseRow))
        .intoArray(m, mFrom + 5 * mRow);
    s5x1.add(FloatVector.fromArray(SPECIES, base, baseFrom + 5 * baseRow + LANES))
        .intoArray(m, mFrom + 5 * mRow + LANES);
  }

  /** 6 rows of one vector, in two sums each: 6 are too few to keep the multipliers busy. */
  private static void one(
      int one,
      float[] v,
      int vFrom,
      int vRow,
      int last,
      float[] u,
      int uFrom,
      int depth,
      float[] base,
      int baseFrom,
      int baseRow,
      float[] m,
      int mFrom,
      int mRow) {
    int v0 = vFrom;
    int v1 = vFrom + Math.min(1, last) * vRow;
    int v2 = vFrom + Math.min(2, last) * vRow;
    int v3 = vFrom + Math.min(3, last) * vRow;
    int v4 = vFrom + Math.min(4, last) * vRow;
    int v5 = vFrom + Math.min(5, last) * vRow;
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector t0 = s0;
    FloatVector t1 = s0;
    FloatVector t2 = s0;
    FloatVector t3 = s0;
    FloatVector t4 = s0;
    FloatVector t5 = s0;
    int l = 0;
    for (; l < depth - 1; l += 2 * one) {
      FloatVector us0 = FloatVector.fromArray(SPECIES, u, uFrom + l * LANES);
      s0 = FloatVector.broadcast(SPECIES, v[v0 + l]).fma(us0, s0);
      s1 = FloatVector.broadcast(SPECIES, v[v1 + l]).fma(us0, s1);
      s2 = FloatVector.broadcast(SPECIES, v[v2 + l]).fma(us0, s2);
      s3 = FloatVector.broadcast(SPECIES, v[v3 + l]).fma(us0, s3);
      s4 = FloatVector.broadcast(SPECIES, v[v4 + l]).fma(us0, s4);
      s5 = FloatVector.broadcast(SPECIES, v[v5 + l]).fma(us0, s5);
      FloatVector ut0 = FloatVector.fromArray(SPECIES, u, uFrom + (l + 1) * LANES);
      t0 = FloatVector.broadcast(SPECIES, v[v0 + l + 1]).fma(ut0, t0);
      t1 = FloatVector.broadcast(SPECIES, v[v1 + l + 1]).fma(ut0, t1);
      t2 = FloatVector.broadcast(SPECIES, v[v2 + l + 1]).fma(ut0, t2);
      t3 = FloatVector.broadcast(SPECIES, v[v3 + l + 1]).fma(ut0, t3);
      t4 = FloatVector.broadcast(SPECIES, v[v4 + l + 1]).fma(ut0, t4);
      t5 = FloatVector.broadcast(SPECIES, v[v5 + l + 1]).fma(ut0, t5);
    }
    if (l < depth) {
      FloatVector us0 = FloatVector.fromArray(SPECIES, u, uFrom + l * LANES);
      s0 = FloatVector.broadcast(SPECIES, v[v0 + l]).fma(us0, s0);
      s1 = FloatVector.broadcast(SPECIES, v[v1 + l]).fma(us0, s1);
      s2 = FloatVector.broadcast(SPECIES, v[v2 + l]).fma(us0, s2);
      s3 = FloatVector.broadcast(SPECIES, v[v3 + l]).fma(us0, s3);
      s4 = FloatVector.broadcast(SPECIES, v[v4 + l]).fma(us0, s4);
      s5 = FloatVector.broadcast(SPECIES, v[v5 + l]).fma(us0, s5);
    }
    s0.add(t0).add(FloatVector.fromArray(SPECIES, base, baseFrom)).intoArray(m, mFrom);
    s1.add(t1)
        .add(FloatVector.fromArray(SPECIES, base, baseFrom + baseRow))
        .intoArray(m, mFrom + mRow);
    s2.add(t2)
        .add(FloatVector.fromArray(SPECIES, base, baseFrom + 2 * baseRow))
        .intoArray(m, mFrom + 2 * mRow);
    s3.add(t3)
        .add(FloatVector.fromArray(SPECIES, base, baseFrom + 3 * baseRow))
        .intoArray(m, mFrom + 3 * mRow);
    s4.add(t4)
        .add(FloatVector.fromArray(SPECIES, base, baseFrom + 4 * baseRow))
        .intoArray(m, mFrom + 4 * mRow);
    s5.add(t5)
        .add(FloatVector.fromArray(SPECIES, base, baseFrom + 5 * baseRow))
        .intoArray(m, mFrom + 5 * mRow);
  }
}
