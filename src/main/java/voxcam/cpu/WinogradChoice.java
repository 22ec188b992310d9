package voxcam.cpu;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which {@link WinogradTile} suits a correlation best, if any: larger tiles save multiplications
 * but compute more outputs that lie outside of the tensor, have more and larger weights, and are
 * less accurate. Costs are nanoseconds on a processor with 512-bit vectors at 160 GFLOP/s a core;
 * narrower vectors scale all but memory alike.
 */
final class WinogradChoice {
  private static final double FLOPS = 10; // per nanosecond and lane

  /** What {@link DirectConv} reaches of that with panels of 4, 2 and 1 vectors. */
  private static final double[] DIRECT = {0.95, 0.8, 0.6};

  /** Input channels that the beginning and end of a run of them are worth. */
  private static final double RUN = 16;

  /** What products reach with panels of 4, 2 and 1 vectors. */
  private static final double[] PRODUCTS = {0.5, 0.42, 0.3};

  /** Rounds of a product that its beginning and end are worth. */
  private static final double START = 6;

  /** For a block of 16 channels at one point. */
  private static final double INPUT = 11;

  private static final double OUTPUT = 8;

  /** Bytes in a nanosecond, for all threads together. */
  private static final double MEMORY = 18;

  /** With fewer channels than these, blocks of 16 are mostly empty. */
  private static final int LEAST_CHANNELS = 9;

  /** To transform the weight of a pair of channels at one point. */
  private static final double KERNEL = 0.3;

  /** Up to this many bytes weights are kept transformed. */
  private static final long KEPT = 4 << 20;

  /** What part of another algorithm's time it has to save: costs are not that sure. */
  private static final double WORTH = 0.1;

  private WinogradChoice() {}

  /**
   * The cheapest tile that is cheaper than {@link DirectConv}.
   *
   * @param weights where they are known, tiles that lose too much with them are left out
   */
  static Optional<WinogradTile> best(
      Correlation c, int lanes, int threads, Optional<Weights> weights) {
    return best(c, lanes, threads, weights, WinogradError.BOUND);
  }

  /** The same with what a tile may lose. */
  static Optional<WinogradTile> best(
      Correlation c, int lanes, int threads, Optional<Weights> weights, double bound) {
    if (c.channels() < LEAST_CHANNELS || c.outputs() < LEAST_CHANNELS) {
      return Optional.empty();
    }
    double direct = directCost(c, lanes, threads);
    List<WinogradTile> tiles =
        WinogradTile.all(c).stream()
            .filter(tile -> cost(c, tile, lanes, threads) < (1 - WORTH) * direct)
            .sorted(Comparator.comparingDouble(tile -> cost(c, tile, lanes, threads)))
            .toList();
    for (WinogradTile tile : tiles) {
      if (weights.isEmpty() || WinogradError.of(c, tile, weights.get()) <= bound) {
        return Optional.of(tile);
      }
    }
    return Optional.empty();
  }

  /**
   * Whether a {@link WinogradConv}, which keeps transformed weights, is to be taken, and not a
   * {@link WinogradPanelConv}.
   */
  static boolean keepsTransformed(Correlation c, WinogradTile tile) {
    return Float.BYTES * WinogradWeights.floats(c, tile) <= KEPT;
  }

  /** What a run takes, in nanoseconds. */
  static double cost(Correlation c, WinogradTile tile, int lanes, int threads) {
    long tiles = (long) c.batch() * c.groups();
    tiles *= LatticeTiles.of(c.d(), tile.d()).count();
    tiles *= LatticeTiles.of(c.h(), tile.h()).count();
    tiles *= LatticeTiles.of(c.w(), tile.w()).count();
    double points = (double) tiles * tile.points();
    int inputs = Layout.blocks(c.channels());
    int outputs = Layout.blocks(c.outputs());
    double narrow = 16.0 / lanes;
    double transforms = points * (inputs * INPUT + outputs * OUTPUT) * narrow;
    double reached = PRODUCTS[panel(c)];
    double rows = (double) Math.ceilDiv(tiles, WinogradRows.ROWS) * WinogradRows.ROWS / tiles;
    double flops = 2 * points * (c.channels() + START) * outputs * Layout.BLOCK;
    double products = rows * flops / (FLOPS * lanes * reached);
    double pairs = (double) c.groups() * c.channels() * outputs * Layout.BLOCK;
    if (keepsTransformed(c, tile)) {
      return (transforms + products) / threads + 4 * pairs * tile.points() / MEMORY;
    }
    double kernels = pairs * tile.points() * KERNEL * narrow;
    return (transforms + products + kernels) / threads + 4 * pairs * c.taps() / MEMORY;
  }

  /** What a run of {@link DirectConv} takes, in nanoseconds. */
  static double directCost(Correlation c, int lanes, int threads) {
    double positions = (double) c.d().output() * c.h().output() * c.w().output() * c.batch();
    double pairs = (double) c.groups() * c.channels() * Layout.blocks(c.outputs()) * Layout.BLOCK;
    double flops = 2 * positions * pairs * c.taps();
    double reached = DIRECT[panel(c)] * c.channels() / (c.channels() + RUN);
    return flops / (FLOPS * lanes * reached) / threads + 4 * pairs * c.taps() / MEMORY;
  }

  /** 0, 1 or 2 where panels are of 4, 2 or 1 vectors. */
  private static int panel(Correlation c) {
    int outputs = Layout.blocks(c.outputs());
    return outputs >= 4 ? 0 : outputs >= 2 ? 1 : 2;
  }
}
