package voxcam.cpu;

/**
 * How many tiles a {@link WinogradConv} computes together, and where their transformed values lie:
 * inputs as {@code [tile][point][channel]}, and behind them sums as {@code [tile][point][output
 * channel]} of one panel, or of all panels one after the other where the stages are shared. So a
 * tile is written and read in few pages of memory.
 *
 * @param most tiles that there is memory for
 * @param shared whether all threads share each stage
 */
record WinogradBlocking(WinogradGrid grid, WinogradWeights weights, int most, boolean shared) {
  /** What the values of one task may take: 1.25 MiB of an L2 cache of 2 MiB. */
  private static final int CACHED = 320 << 10;

  /** With fewer tiles, reading the weights takes longer than multiplying with them. */
  private static final int LEAST = 24;

  /** More would not make reading the weights cheaper. */
  private static final int MOST = 96;

  /** What the values of shared stages may take: 32 MiB. */
  private static final int SHARED = 8 << 20;

  /** Keeps the values of different tiles for a point out of each other's places in a cache. */
  private static final int SKEW = 5 * Layout.BLOCK;

  static WinogradBlocking of(WinogradGrid grid, WinogradWeights weights) {
    int inputs = Layout.blocks(grid.c().channels()) * Layout.BLOCK;
    int outputs = Layout.blocks(grid.c().outputs()) * Layout.BLOCK;
    int fitting = CACHED / (grid.points() * (inputs + weights.widest()));
    int most = Math.min(WinogradProduct.rows(Math.clamp(fitting, LEAST, MOST)), grid.tiles());
    long perTile = (long) grid.points() * (inputs + outputs);
    long weightFloats = WinogradWeights.floats(grid.c(), weights.tile());
    long soloTraffic = weightFloats * Math.ceilDiv(grid.tiles(), most);
    long sharedTraffic = weightFloats + 3 * perTile * grid.tiles() * grid.c().groups();
    if (sharedTraffic < soloTraffic || grid.tiles() <= most) {
      int together = Math.clamp(SHARED / perTile, LEAST, grid.tiles() + LEAST);
      return new WinogradBlocking(grid, weights, Math.min(together, grid.tiles()), true);
    }
    return new WinogradBlocking(grid, weights, most, false);
  }

  /** The number of tiles to take at a time, so that all threads have as many. */
  int together(int threads) {
    int chunks = Math.ceilDiv(grid.tiles(), most);
    int rounds = shared ? chunks : Math.ceilDiv(chunks, threads) * threads;
    return Math.min(most, Math.ceilDiv(grid.tiles(), rounds));
  }

  /** How far points are apart among the transformed inputs. */
  int inputPoint() {
    return Layout.blocks(grid.c().channels()) * Layout.BLOCK;
  }

  /** How far tiles are apart among the transformed inputs. */
  int inputTile() {
    return grid.points() * inputPoint() + SKEW;
  }

  int inputFloats() {
    return Math.multiplyExact(most, inputTile());
  }

  /** How far points are apart among the sums of a panel. */
  int sumPoint(int panel) {
    return weights.vectors(panel) * weights.lanes();
  }

  /** How far tiles are apart among the sums of a panel. */
  int sumTile(int panel) {
    return grid.points() * sumPoint(panel) + SKEW;
  }

  /** Where the sums of a panel begin if those of all panels are kept. */
  int panelAt(int panel) {
    int at = 0;
    for (int i = 0; i < panel; i++) {
      at += WinogradProduct.rows(most) * sumTile(i);
    }
    return at;
  }

  /** All transformed values of one group. */
  long floats() {
    return (long) inputFloats() + panelAt(shared ? weights.perGroup() : 1);
  }
}
