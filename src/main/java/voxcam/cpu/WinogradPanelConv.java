package voxcam.cpu;

/**
 * {@link WinogradConv} for large weights, which it keeps as they are and transforms in each run: a
 * panel of output channels and a few input channels at a time, so that what comes of them stays in
 * the cache of a core until it has been multiplied with all tiles. So any tile is worth its
 * weights, however many points it has, and a model takes about as much memory as its file.
 *
 * <p>All threads transform the inputs of some tiles; then each takes a panel, or a part of the
 * tiles with a panel, through all other stages. Results do not depend on which.
 */
final class WinogradPanelConv implements Kernel {
  /** What transformed inputs may take: 16 MiB. */
  static final int INPUTS = 4 << 20;

  /** What the sums of a part of the tiles may take: 2 MiB, read and written in order. */
  private static final int SUMS = 512 << 10;

  /** Fewer tiles would not be worth a transform of the weights. */
  private static final int LEAST = 24;

  /** Keeps the values of different tiles for a point out of each other's places in a cache. */
  private static final int SKEW = 5 * Layout.BLOCK;

  private final Correlation c;
  private final WinogradTile tile;
  private final ConvEpilogue epilogue;
  private final WinogradRows rows;
  private final WinogradGrid grid;
  private final WinogradInput input;
  private final WinogradOutput output;
  private final WinogradWeights panels;
  private final WinogradPanels weights;
  private final float[] arranged;
  private final int workers;

  /** Input channels whose weights are transformed before they are multiplied. */
  private final int slice;

  /** Tiles whose inputs are transformed together. */
  private final int together;

  /** Tiles that a task takes. */
  private final int part;

  /**
   * Makes the kernel.
   *
   * @param workers the most threads that a run uses: each has scratch memory of its own
   */
  WinogradPanelConv(
      Correlation c,
      ConvEpilogue epilogue,
      WinogradTile tile,
      WinogradRows rows,
      WinogradLines lines,
      Weights weights,
      Layout in,
      Layout out,
      int workers) {
    this.c = c;
    this.tile = tile;
    this.epilogue = epilogue;
    this.rows = rows;
    this.grid = WinogradGrid.of(c, tile);
    this.input = new WinogradInput(grid, lines, in);
    this.output = new WinogradOutput(grid, lines, epilogue, out);
    this.panels = WinogradWeights.of(c, tile, rows, lines);
    this.weights = new WinogradPanels(panels);
    this.workers = workers;
    this.arranged = this.weights.arranged(weights, new Threads(workers));
    this.slice = WinogradProduct.depth(grid.points());
    this.together = together(grid);
    int most = Math.max(LEAST, SUMS / (grid.points() * panels.widest()));
    int parts = Math.ceilDiv(together, most);
    // Few panels for many threads: rather transform weights twice than leave threads without work.
    int wanted = Math.ceilDiv(workers, panels.perGroup());
    parts = Math.max(parts, Math.min(wanted, Math.ceilDiv(together, WinogradRows.ROWS)));
    this.part = WinogradProduct.rows(Math.ceilDiv(together, parts));
  }

  /** The number of tiles to take at a time, of all as even shares as can be. */
  private static int together(WinogradGrid grid) {
    long perTile = (long) grid.points() * Layout.blocks(grid.c().channels()) * Layout.BLOCK;
    int most = Math.clamp(INPUTS / perTile, LEAST, Math.max(LEAST, grid.tiles()));
    return Math.ceilDiv(grid.tiles(), Math.ceilDiv(grid.tiles(), most));
  }

  /**
   * How far points are apart among the inputs of a slice; tiles are neighbours, as they are
   * multiplied again and again but transformed once.
   */
  private int inputPoint() {
    return together * slice + SKEW;
  }

  private int inputSlice() {
    return Math.multiplyExact(grid.points(), inputPoint());
  }

  private long inputFloats() {
    return (long) Math.ceilDiv(c.channels(), slice) * inputSlice();
  }

  private int width(int panel) {
    return panels.vectors(panel) * panels.lanes();
  }

  /** How far points are apart among the sums of a panel, where tiles are neighbours, too. */
  private int sumPoint(int panel) {
    return part * width(panel) + SKEW;
  }

  private int sumFloats() {
    return Math.multiplyExact(grid.points(), sumPoint(0));
  }

  /** How far points are apart among the transformed weights of a slice. */
  private int weightPoint(int panel) {
    return slice * width(panel) + SKEW;
  }

  private int weightFloats() {
    return Math.multiplyExact(grid.points(), weightPoint(0));
  }

  private int workFloats() {
    int transforms = Math.max(input.workFloats(), output.workFloats());
    return Math.max(transforms, weights.workFloats());
  }

  private int workerFloats() {
    return Math.addExact(sumFloats() + weightFloats(), workFloats());
  }

  @Override
  public long scratch() {
    return Alignment.BEGIN + inputFloats() + (long) workers * workerFloats();
  }

  @Override
  public long weightBytes() {
    return (long) Float.BYTES * arranged.length;
  }

  @Override
  public String algorithm() {
    return "winograd panels " + tile;
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    Threads limited = threads.limited(workers);
    Run run = new Run(inputs, output, scratch);
    for (int group = 0; group < c.groups(); group++) {
      for (int first = 0; first < grid.tiles(); first += together) {
        run.tiles(limited, group, first, Math.min(together, grid.tiles() - first));
      }
    }
  }

  /** One run with its memory: that of the workers lies behind the transformed inputs. */
  private final class Run {
    private final float[][] inputs;
    private final float[] y;
    private final float[] scratch;
    private final float[] bias;
    private final int inBlocks = Layout.blocks(c.channels());
    private final int outBlocks = Layout.blocks(c.outputs());

    Run(float[][] inputs, float[] y, float[] scratch) {
      this.inputs = inputs;
      this.y = y;
      this.scratch = scratch;
      this.bias = epilogue.shifts(inputs, c.groups() * c.outputs());
    }

    private int memory(int worker) {
      return Math.toIntExact(Alignment.BEGIN + inputFloats() + (long) worker * workerFloats());
    }

    void tiles(Threads threads, int group, int first, int count) {
      threads.forEach(
          count * inBlocks,
          (task, worker) -> transformInput(group, task % inBlocks, first, task / inBlocks, worker));
      int parts = Math.ceilDiv(count, part);
      threads.forEach(
          panels.perGroup() * parts,
          (task, worker) -> {
            int from = task % parts * part;
            int tiles = Math.min(part, count - from);
            int memory = memory(worker);
            multiply(group, task / parts, from, tiles, memory);
            transformOutput(group, task / parts, first + from, tiles, memory);
          });
    }

    private void transformInput(int group, int block, int first, int row, int worker) {
      int channel = block * Layout.BLOCK;
      input.tile(
          inputs[0],
          first + row,
          group * inBlocks + block,
          scratch,
          Alignment.BEGIN + channel / slice * inputSlice() + row * slice + channel % slice,
          inputPoint(),
          scratch,
          memory(worker));
    }

    private void multiply(int group, int panel, int from, int tiles, int memory) {
      int width = width(panel);
      int m = memory + workFloats();
      int u = m + sumFloats();
      for (int first = 0; first < c.channels(); first += slice) {
        int depth = Math.min(slice, c.channels() - first);
        weights.transform(
            arranged, group, panel, first, depth, scratch, u, weightPoint(panel), scratch, memory);
        int v = Alignment.BEGIN + first / slice * inputSlice() + from * slice;
        for (int point = 0; point < grid.points(); point++) {
          WinogradProduct.sum(
              rows,
              tiles,
              first == 0,
              depth,
              scratch,
              v + point * inputPoint(),
              slice,
              panels.vectors(panel),
              scratch,
              u + point * weightPoint(panel),
              scratch,
              m + point * sumPoint(panel),
              width);
        }
      }
    }

    private void transformOutput(int group, int panel, int first, int tiles, int memory) {
      int width = width(panel);
      int block = group * outBlocks + panels.firstChannel(panel) / Layout.BLOCK;
      int m = memory + workFloats();
      for (int row = 0; row < tiles; row++) {
        for (int i = 0; i < width / Layout.BLOCK; i++) {
          output.tile(
              scratch,
              m + row * width + i * Layout.BLOCK,
              sumPoint(panel),
              first + row,
              block + i,
              inputs,
              bias,
              y,
              scratch,
              memory);
        }
      }
    }
  }
}
