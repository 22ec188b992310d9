package voxcam.cpu;

/**
 * Gives the tile of {@link ColumnsConv} to the JIT compiler before it is needed, while model and
 * volume are still read. Interpreted, each vector is an object and a tile takes a thousand times as
 * long.
 */
final class WarmUp {
  /** Calls after which the JVM has been told often enough, if it runs with thresholds so low. */
  private static final int MOST_CALLS = 200;

  /** What a compiled call stays far below. */
  private static final long COMPILED_NANOS = 10_000;

  private WarmUp() {}

  /** Returns when the tile is compiled, or will not be for a while. */
  static void run() throws InterruptedException {
    ConvTiles tiles = ConvTiles.PREFERRED;
    int vectors = tiles.panelVectors();
    float[] a = new float[1];
    float[] b = new float[vectors * tiles.lanes()];
    int[] rows = new int[tiles.rows(vectors)];
    float[] sums = new float[rows.length * b.length];
    for (int i = 0; i < MOST_CALLS; i++) {
      long start = System.nanoTime();
      tiles.run(vectors, a, rows, 0, 0, 1, b, 0, sums, 0);
      if (System.nanoTime() - start < COMPILED_NANOS) {
        return;
      }
      Thread.sleep(1);
    }
  }
}
