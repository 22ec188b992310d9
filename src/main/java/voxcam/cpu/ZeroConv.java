package voxcam.cpu;

/**
 * The outputs that no input reaches, as there are between the taps of a stride wider than its
 * kernel.
 */
final class ZeroConv implements Kernel {
  private final Correlation c;
  private final ConvOutput output;

  ZeroConv(Correlation c, ConvEpilogue epilogue, ConvTiles tiles, Layout out) {
    this.c = c;
    this.output = new ConvOutput(c, epilogue, tiles, out);
  }

  @Override
  public String algorithm() {
    return "zero";
  }

  @Override
  public void run(float[][] inputs, float[] result, float[] scratch, Threads threads) {
    int planes = c.d().output();
    int plane = c.h().output() * c.w().output();
    int outputs = c.groups() * c.outputs();
    int blocks = Layout.blocks(outputs);
    threads.forEach(
        c.batch() * blocks * planes,
        task -> {
          int n = task / planes / blocks;
          int k = task / planes % blocks * Layout.BLOCK;
          int channels = Math.min(Layout.BLOCK, outputs - k);
          float[] zeros = new float[plane * Layout.BLOCK];
          int z = task % planes;
          output.store(inputs, result, n, k, channels, z, 0, plane, zeros, 0, Layout.BLOCK);
        });
  }
}
