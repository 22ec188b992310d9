package voxcam.cpu;

/**
 * Where sums {@code [position][output channel]} go, in either layout, with what {@link
 * ConvEpilogue} says is done on the way.
 *
 * @param layout of the output and of the residual input
 */
record ConvOutput(Correlation c, ConvEpilogue epilogue, ConvTiles tiles, Layout layout) {
  private static final float[] NOTHING = {};

  /** Whether the output channels of each group begin with a block. */
  static boolean suits(Correlation c, Layout layout) {
    return layout == Layout.PLAIN || c.groups() == 1 || c.outputs() % Layout.BLOCK == 0;
  }

  /**
   * Stores the outputs of some channels at neighbouring positions of plane z.
   *
   * @param k the first channel, counted over all groups; with {@link Layout#BLOCKED} the first of a
   *     block
   * @param channels how many there are; {@code width} is that, rounded up to vectors
   * @param position the first position, counted over the plane
   */
  void store(
      float[][] inputs,
      float[] output,
      int n,
      int k,
      int channels,
      int z,
      int position,
      int count,
      float[] sums,
      int from,
      int width) {
    int columns = c.w().output();
    for (int i = 0; i < count; ) {
      int p = (position + i) / columns;
      int q = (position + i) % columns;
      int run = c.densePlanes() ? count : Math.min(count - i, columns - q);
      int sumsFrom = from + i * width;
      if (layout == Layout.PLAIN) {
        plain(inputs, output, c.storedAt(n, k, z, p, q), k, channels, run, sums, sumsFrom, width);
      } else {
        blocked(inputs, output, n, k, channels, spot(z, p, q), run, sums, sumsFrom, width);
      }
      i += run;
    }
  }

  private int channelFloats() {
    return c.d().stored() * c.h().stored() * c.w().stored();
  }

  /** The index of a position in the stored volume. */
  private int spot(int z, int p, int q) {
    int row = (c.d().first() + z * c.d().step()) * c.h().stored() + c.h().first();
    return (row + p * c.h().step()) * c.w().stored() + c.w().first() + q * c.w().step();
  }

  private void plain(
      float[][] inputs,
      float[] output,
      int at,
      int k,
      int channels,
      int count,
      float[] sums,
      int from,
      int width) {
    float[] line = new float[count];
    for (int j = 0; j < channels; j++) {
      gather(sums, from + j, width, line);
      int to = at + j * channelFloats();
      epilogue.store(tiles, line, 0, count, k + j, inputs, output, to, c.w().step());
    }
  }

  private static void gather(float[] sums, int from, int step, float[] line) {
    for (int i = 0; i < line.length; i++) {
      line[i] = sums[from + i * step];
    }
  }

  private void blocked(
      float[][] inputs,
      float[] output,
      int n,
      int k,
      int channels,
      int spot,
      int count,
      float[] sums,
      int from,
      int width) {
    int step = c.w().step() * Layout.BLOCK;
    int lanes = tiles.lanes();
    float[] bias = bias(inputs, k, channels, width);
    float[] added = epilogue.residual() < 0 ? NOTHING : inputs[epilogue.residual()];
    int first = n * Layout.blocks(c.groups() * c.outputs());
    for (int j = 0; j < channels; j += Layout.BLOCK) {
      int at = ((first + (k + j) / Layout.BLOCK) * channelFloats() + spot) * Layout.BLOCK;
      for (int i = j; i < Math.min(channels, j + Layout.BLOCK); i += lanes) {
        tiles.storeRows(
            sums,
            from + i,
            width,
            count,
            bias,
            i,
            added,
            epilogue.relu(),
            output,
            at + i - j,
            step);
      }
      epilogue.activate(output, at, step == Layout.BLOCK ? count * Layout.BLOCK : 0);
    }
  }

  private float[] bias(float[][] inputs, int k, int channels, int width) {
    float[] bias = new float[width];
    if (epilogue.bias() >= 0) {
      System.arraycopy(inputs[epilogue.bias()], k, bias, 0, channels);
    }
    return bias;
  }
}
