package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Planar tiles with vectors of the width that the processor prefers. */
final class VectorPlanarTiles implements PlanarTiles {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final PlanarTiles SCALAR = new ScalarPlanarTiles();

  /** With 256 bits the processor is taken to have 16 registers (AVX2), otherwise 32. */
  private static final boolean FEW_REGISTERS = LANES == 8;

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public int[] counts(int outputs, int vectors) {
    return PlanarTiles.split(outputs, sizes(vectors));
  }

  private static int[] sizes(int vectors) {
    if (FEW_REGISTERS) {
      return vectors == 3 ? new int[] {4, 2, 1} : new int[] {2, 1};
    }
    return vectors == 3 ? new int[] {7, 6, 5, 4, 2, 1} : new int[] {6, 5, 4, 2, 1};
  }

  @Override
  public void sum(
      int count,
      int vectors,
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
      float[] w,
      int wFrom,
      float[] sums,
      int sumsFrom,
      int step,
      boolean add) {
    switch (vectors) {
      case 3 -> triples(count, x, xFrom, offsets, from, to, w, wFrom, sums, sumsFrom, step, add);
      case 4 -> quads(count, x, xFrom, offsets, from, to, w, wFrom, sums, sumsFrom, step, add);
      default -> throw new IllegalArgumentException("a planar tile of " + vectors + " vectors");
    }
  }

  private static void quads(
      int count,
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
      float[] w,
      int wFrom,
      float[] sums,
      int sumsFrom,
      int step,
      boolean add) {
    switch (count) {
      case 1 ->
          VectorPlanarQuads.one(x, xFrom, offsets, from, to, w, wFrom, sums, sumsFrom, step, add);
      case 2 ->
          VectorPlanarQuads.two(x, xFrom, offsets, from, to, w, wFrom, sums, sumsFrom, step, add);
      case 4 ->
          VectorPlanarQuads.four(x, xFrom, offsets, from, to, w, wFrom, sums, sumsFrom, step, add);
      case 5 ->
          VectorPlanarQuads.five(x, xFrom, offsets, from, to, w, wFrom, sums, sumsFrom, step, add);
      case 6 ->
          VectorPlanarQuads.six(x, xFrom, offsets, from, to, w, wFrom, sums, sumsFrom, step, add);
      default -> throw new IllegalArgumentException("a planar tile of " + count + " channels");
    }
  }

  private static void triples(
      int count,
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
      float[] w,
      int wFrom,
      float[] sums,
      int sumsFrom,
      int step,
      boolean add) {
    switch (count) {
      case 1 ->
          VectorPlanarTriples.one(x, xFrom, offsets, from, to, w, wFrom, sums, sumsFrom, step, add);
      case 2 ->
          VectorPlanarTriples.two(x, xFrom, offsets, from, to, w, wFrom, sums, sumsFrom, step, add);
      case 4 ->
          VectorPlanarTriples.four(
              x, xFrom, offsets, from, to, w, wFrom, sums, sumsFrom, step, add);
      case 5 ->
          VectorPlanarTriples.five(
              x, xFrom, offsets, from, to, w, wFrom, sums, sumsFrom, step, add);
      case 6 ->
          VectorPlanarTriples.six(x, xFrom, offsets, from, to, w, wFrom, sums, sumsFrom, step, add);
      case 7 ->
          VectorPlanarTriples.seven(
              x, xFrom, offsets, from, to, w, wFrom, sums, sumsFrom, step, add);
      default -> throw new IllegalArgumentException("a planar tile of " + count + " channels");
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
    if (count < LANES) {
      SCALAR.store(sums, from, count, shift, added, relu, output, at);
      return;
    }
    // All vectors but the first and the last are where cache lines begin; those two overlap their
    // neighbours.
    int behind = Math.floorMod(at - Alignment.BEGIN, LANES);
    int vectors = Math.ceilDiv(count + behind, LANES);
    for (int v = 0; v < vectors; v++) {
      int i = Math.min(Math.max(v * LANES - behind, 0), count - LANES);
      FloatVector sum = FloatVector.fromArray(SPECIES, sums, from + i).add(shift);
      if (added.length > 0) {
        sum = sum.add(FloatVector.fromArray(SPECIES, added, at + i));
      }
      if (relu) {
        sum = sum.blend(0f, sum.compare(VectorOperators.LE, 0f));
      }
      sum.intoArray(output, at + i);
    }
  }
}
