package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Tiles with vectors of the width that the processor prefers. */
final class VectorConvTiles implements ConvTiles {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /**
   * With 256 bits the processor is taken to have 16 registers (AVX2), otherwise 32 (AVX-512, NEON).
   */
  private static final boolean FEW_REGISTERS = LANES == 8;

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public int panelVectors() {
    return FEW_REGISTERS ? 2 : 4;
  }

  @Override
  public void panel(
      int vectors,
      float[] a,
      int[] rows,
      int rowsFrom,
      int[] starts,
      int from,
      int to,
      int len,
      float[] b,
      int bFrom,
      float[] sums,
      int sumsFrom) {
    switch (vectors) {
      case 1 ->
          VectorPanelTile.rows12(
              a, rows, rowsFrom, starts, from, to, len, b, bFrom, sums, sumsFrom);
      case 2 -> pair(a, rows, rowsFrom, starts, from, to, len, b, bFrom, sums, sumsFrom);
      case 4 -> {
        VectorPanelTile.rows6by4(
            a, rows, rowsFrom, starts, from, to, len, b, bFrom, sums, sumsFrom);
        VectorPanelTile.rows6by4(
            a, rows, rowsFrom + 6, starts, from, to, len, b, bFrom, sums, sumsFrom + 24 * LANES);
      }
      default -> throw new IllegalArgumentException("a panel tile of " + vectors + " vectors");
    }
  }

  private static void pair(
      float[] a,
      int[] rows,
      int rowsFrom,
      int[] starts,
      int from,
      int to,
      int len,
      float[] b,
      int bFrom,
      float[] sums,
      int sumsFrom) {
    if (FEW_REGISTERS) {
      VectorPanelTile.rows6by2(a, rows, rowsFrom, starts, from, to, len, b, bFrom, sums, sumsFrom);
      VectorPanelTile.rows6by2(
          a, rows, rowsFrom + 6, starts, from, to, len, b, bFrom, sums, sumsFrom + 12 * LANES);
    } else {
      VectorPanelTile.rows12by2(a, rows, rowsFrom, starts, from, to, len, b, bFrom, sums, sumsFrom);
    }
  }

  @Override
  public void store(
      float[] sums,
      int from,
      int count,
      float shift,
      float[] added,
      boolean relu,
      float[] output,
      int at) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, sums, from + i).add(shift);
      if (added.length > 0) {
        v = v.add(FloatVector.fromArray(SPECIES, added, at + i));
      }
      if (relu) {
        v = v.blend(0f, v.compare(VectorOperators.LE, 0f));
      }
      v.intoArray(output, at + i);
    }
    for (; i < count; i++) {
      float v = sums[from + i] + shift + (added.length > 0 ? added[at + i] : 0);
      output[at + i] = relu && v <= 0 ? 0 : v;
    }
  }
}
