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
    int tile = rows(vectors);
    int width = vectors * LANES;
    for (int i = 0; i < ROWS; i += tile) {
      for (int g = from; g < to; g++) {
        int row = bFrom + g * len * width;
        int at = sumsFrom + i * width;
        run(vectors, a, rows, rowsFrom + i, starts[g], len, b, row, sums, at);
      }
    }
  }

  @Override
  public int rows(int vectors) {
    return switch (vectors) {
      case 1 -> 12;
      case 2 -> FEW_REGISTERS ? 6 : 12;
      default -> 6;
    };
  }

  @Override
  public void run(
      int vectors,
      float[] a,
      int[] rows,
      int rowsFrom,
      int start,
      int len,
      float[] b,
      int bFrom,
      float[] sums,
      int sumsFrom) {
    switch (vectors) {
      case 1 ->
          VectorRunTileNarrow.rows12by1(a, rows, rowsFrom, start, len, b, bFrom, sums, sumsFrom);
      case 2 -> {
        if (FEW_REGISTERS) {
          VectorRunTileNarrow.rows6by2(a, rows, rowsFrom, start, len, b, bFrom, sums, sumsFrom);
        } else {
          VectorRunTileNarrow.rows12by2(a, rows, rowsFrom, start, len, b, bFrom, sums, sumsFrom);
        }
      }
      case 4 -> VectorRunTile.rows6by4(a, rows, rowsFrom, start, len, b, bFrom, sums, sumsFrom);
      default -> throw new IllegalArgumentException("a tile of " + vectors + " vectors");
    }
  }

  @Override
  public void taps(
      int vectors,
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
      float[] b,
      int bFrom,
      float[] sums,
      int sumsFrom) {
    switch (vectors) {
      case 1 ->
          VectorTapTileNarrow.rows12by1(x, xFrom, offsets, from, to, b, bFrom, sums, sumsFrom);
      case 2 -> {
        if (FEW_REGISTERS) {
          VectorTapTileNarrow.rows6by2(x, xFrom, offsets, from, to, b, bFrom, sums, sumsFrom);
        } else {
          VectorTapTileNarrow.rows12by2(x, xFrom, offsets, from, to, b, bFrom, sums, sumsFrom);
        }
      }
      case 4 -> VectorTapTile.rows6by4(x, xFrom, offsets, from, to, b, bFrom, sums, sumsFrom);
      default -> throw new IllegalArgumentException("a tile of " + vectors + " vectors");
    }
  }

  @Override
  public void channels(
      float[] x,
      int xFrom,
      int step,
      int[] offsets,
      float[] w,
      int wFrom,
      float[] sums,
      int sumsFrom) {
    for (int j = 0; j < Layout.BLOCK; j += LANES) {
      VectorTapTileNarrow.channels8(x, xFrom + j, step, offsets, w, wFrom + j, sums, sumsFrom + j);
    }
  }

  @Override
  public void storeRows(
      float[] sums,
      int from,
      int pitch,
      int count,
      float[] bias,
      int biasFrom,
      float[] added,
      boolean relu,
      float[] output,
      int at,
      int step) {
    FloatVector shift = FloatVector.fromArray(SPECIES, bias, biasFrom);
    for (int i = 0; i < count; i++) {
      FloatVector v = FloatVector.fromArray(SPECIES, sums, from + i * pitch).add(shift);
      if (added.length > 0) {
        v = v.add(FloatVector.fromArray(SPECIES, added, at + i * step));
      }
      if (relu) {
        v = v.blend(0f, v.compare(VectorOperators.LE, 0f));
      }
      v.intoArray(output, at + i * step);
    }
  }

  @Override
  public void copyBlocks(
      float[] x, int from, int fromStep, float[] y, int to, int toStep, int count) {
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < Layout.BLOCK; j += LANES) {
        FloatVector.fromArray(SPECIES, x, from + i * fromStep + j)
            .intoArray(y, to + i * toStep + j);
      }
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
