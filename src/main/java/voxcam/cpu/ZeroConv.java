package voxcam.cpu;

/**
 * The outputs that no input reaches, as there are between the taps of a stride wider than its
 * kernel.
 */
final class ZeroConv implements Kernel {
  private final Correlation c;
  private final ConvEpilogue epilogue;
  private final ConvTiles tiles;

  ZeroConv(Correlation c, ConvEpilogue epilogue, ConvTiles tiles) {
    this.c = c;
    this.epilogue = epilogue;
    this.tiles = tiles;
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    int planes = c.d().output();
    int channels = c.groups() * c.outputs();
    threads.forEach(
        c.batch() * channels * planes,
        task -> {
          int k = task / planes % channels;
          float[] zeros = new float[c.w().output()];
          for (int p = 0; p < c.h().output(); p++) {
            int at = c.storedAt(task / planes / channels, k, task % planes, p, 0);
            epilogue.store(tiles, zeros, 0, zeros.length, k, inputs, output, at, c.w().step());
          }
        });
  }
}
