package voxcam.cpu;

import java.util.Optional;

/**
 * Convolution with fewer multiplications, after Winograd: tiles of inputs are transformed, the
 * channels of each transformed value are multiplied with transformed weights as matrices, and the
 * sums are transformed to tiles of outputs. A tile of 4x4x4 outputs takes 216 products for each
 * pair of channels instead of 1728. Results differ from those of other algorithms by more than the
 * order of a sum: {@link WinogradError} tells by how much. Weights are transformed once and kept,
 * but for larger ones of many tiles: those are kept as they are, an eighth of that, and transformed
 * in each run, which is little beside the products. {@link WinogradPanelConv} is the form for the
 * largest.
 *
 * <p>Where there are many tiles, a task takes some through all stages, with what lies between in
 * the cache of its core. Where there are few, all threads share each stage, so that the weights are
 * read once. Results do not depend on this, nor on which tiles are computed together.
 */
final class WinogradConv implements Kernel {
  /** Up to this many bytes weights are kept transformed: 1 MiB. */
  private static final long KEPT = 1 << 20;

  /** Transforming a weight takes as long as about 20 products; tiles that it is little for. */
  private static final int MANY = 200;

  /** Keeps the weights of different points out of each other's places in a cache. */
  private static final int SKEW = 5 * Layout.BLOCK;

  private final Correlation c;
  private final WinogradTile tile;
  private final ConvEpilogue epilogue;
  private final WinogradRows rows;
  private final WinogradGrid grid;
  private final WinogradInput input;
  private final WinogradOutput output;
  private final WinogradWeights weights;
  private final WinogradBlocking blocking;
  private final int workers;

  /** The arrangement of weights that are transformed in each run, if they are. */
  private final Optional<WinogradPanels> panels;

  /** Transformed weights, or arranged ones. */
  private final float[] kept;

  /**
   * Makes the kernel.
   *
   * @param workers the most threads that a run uses: each has scratch memory of its own
   */
  WinogradConv(
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
    this.weights = WinogradWeights.of(c, tile, rows, lines);
    this.blocking = WinogradBlocking.of(grid, this.weights);
    this.workers = workers;
    this.panels =
        WinogradPanels.suits(c)
                && grid.tiles() >= MANY
                && Float.BYTES * WinogradWeights.floats(c, tile) > KEPT
            ? Optional.of(new WinogradPanels(this.weights))
            : Optional.empty();
    Threads threads = new Threads(workers);
    this.kept =
        panels.isPresent()
            ? panels.get().arranged(weights, threads)
            : this.weights.packed(weights.all(), threads);
  }

  private int workFloats() {
    int transforms = Math.max(input.workFloats(), output.workFloats());
    return Math.max(transforms, panels.map(WinogradPanels::workFloats).orElse(0));
  }

  /** What the stages and their workers need; transformed weights lie behind. */
  private long weightsFrom() {
    long stages =
        blocking.shared() ? blocking.floats() : Math.multiplyExact(blocking.floats(), workers);
    return Alignment.lines(Alignment.BEGIN + stages + (long) workers * workFloats());
  }

  @Override
  public long scratch() {
    long skews = (long) c.groups() * weights.perGroup() * grid.points() * SKEW;
    long transformed = Alignment.BEGIN + WinogradWeights.floats(c, tile) + skews;
    return weightsFrom() + (panels.isPresent() ? transformed : 0);
  }

  @Override
  public long weightBytes() {
    return (long) Float.BYTES * kept.length;
  }

  @Override
  public String algorithm() {
    return "winograd " + tile;
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    Threads limited = threads.count() <= workers ? threads : new Threads(workers);
    Run run = new Run(inputs, output, scratch);
    panels.ifPresent(arrangement -> run.transformWeights(limited, arrangement));
    if (blocking.shared()) {
      run.shared(limited);
    } else {
      run.solo(limited);
    }
  }

  /** One run with its memory: that of the workers lies behind that of the stages. */
  private final class Run {
    private final float[][] inputs;
    private final float[] y;
    private final float[] scratch;
    private final float[] bias;

    /** Transformed weights, and what comes before them. */
    private final float[] packed;

    private final int packedFrom;
    private final int inBlocks = Layout.blocks(c.channels());
    private final int outBlocks = Layout.blocks(c.outputs());

    Run(float[][] inputs, float[] y, float[] scratch) {
      this.inputs = inputs;
      this.y = y;
      this.scratch = scratch;
      this.bias = epilogue.shifts(inputs, c.groups() * c.outputs());
      this.packed = panels.isPresent() ? scratch : kept;
      this.packedFrom = panels.isPresent() ? Math.toIntExact(weightsFrom()) : 0;
    }

    /** Where the transformed weights of a panel of a group begin for one point. */
    private int weightsAt(int group, int panel, int point) {
      int skews = (group * weights.perGroup() + panel) * grid.points() + point;
      return packedFrom + weights.at(group, panel, point) + (panels.isPresent() ? skews * SKEW : 0);
    }

    void transformWeights(Threads threads, WinogradPanels arrangement) {
      int slices = Math.ceilDiv(c.channels(), Layout.BLOCK);
      int works = Alignment.BEGIN;
      threads.forEach(
          c.groups() * weights.perGroup() * slices,
          (task, worker) -> {
            int first = task % slices * Layout.BLOCK;
            int panel = task / slices % weights.perGroup();
            int group = task / slices / weights.perGroup();
            int width = weights.vectors(panel) * weights.lanes();
            arrangement.transform(
                kept,
                group,
                panel,
                first,
                Math.min(Layout.BLOCK, c.channels() - first),
                packed,
                weightsAt(group, panel, 0) + first * width,
                c.channels() * width + SKEW,
                scratch,
                works + worker * workFloats());
          });
    }

    void solo(Threads threads) {
      int together = blocking.together(threads.count());
      int chunks = Math.ceilDiv(grid.tiles(), together);
      threads.forEach(
          c.groups() * chunks,
          (task, worker) -> {
            int first = task % chunks * together;
            chunk(task / chunks, first, Math.min(together, grid.tiles() - first), worker);
          });
    }

    private void chunk(int group, int first, int count, int worker) {
      int v = Math.toIntExact(Alignment.BEGIN + worker * (blocking.floats() + workFloats()));
      int m = v + blocking.inputFloats();
      int work = Math.toIntExact(v + blocking.floats());
      for (int i = 0; i < count; i++) {
        for (int block = 0; block < inBlocks; block++) {
          transformInput(group, block, first + i, v, i, work);
        }
      }
      for (int panel = 0; panel < weights.perGroup(); panel++) {
        for (int point = 0; point < grid.points(); point++) {
          multiply(group, panel, point, count, v, m);
        }
        int blocks = blocking.sumPoint(panel) / Layout.BLOCK;
        for (int i = 0; i < count; i++) {
          for (int block = 0; block < blocks; block++) {
            transformOutput(group, panel, block, first + i, m, i, work);
          }
        }
      }
    }

    void shared(Threads threads) {
      int together = blocking.together(threads.count());
      for (int group = 0; group < c.groups(); group++) {
        for (int first = 0; first < grid.tiles(); first += together) {
          stages(threads, group, first, Math.min(together, grid.tiles() - first));
        }
      }
    }

    private void stages(Threads threads, int group, int first, int count) {
      int v = Alignment.BEGIN;
      int m = v + blocking.inputFloats();
      int works = Math.toIntExact(v + blocking.floats());
      threads.forEach(
          count * inBlocks,
          (task, worker) -> {
            int work = works + worker * workFloats();
            transformInput(
                group, task % inBlocks, first + task / inBlocks, v, task / inBlocks, work);
          });
      int panels = weights.perGroup();
      threads.forEach(
          grid.points() * panels,
          task -> {
            int panel = task / grid.points();
            multiply(group, panel, task % grid.points(), count, v, m + blocking.panelAt(panel));
          });
      threads.forEach(
          count * outBlocks,
          (task, worker) -> {
            int work = works + worker * workFloats();
            int row = task / outBlocks;
            int channel = task % outBlocks * Layout.BLOCK;
            int panel = channel / weights.widest();
            while (panel + 1 < panels && weights.firstChannel(panel + 1) <= channel) {
              panel++;
            }
            int block = (channel - weights.firstChannel(panel)) / Layout.BLOCK;
            transformOutput(
                group, panel, block, first + row, m + blocking.panelAt(panel), row, work);
          });
    }

    private void transformInput(int group, int block, int at, int v, int row, int work) {
      input.tile(
          inputs[0],
          at,
          group * inBlocks + block,
          scratch,
          v + row * blocking.inputTile() + block * Layout.BLOCK,
          blocking.inputPoint(),
          scratch,
          work);
    }

    private void multiply(int group, int panel, int point, int count, int v, int m) {
      WinogradProduct.multiply(
          rows,
          count,
          c.channels(),
          WinogradProduct.depth(grid.points()),
          scratch,
          v + point * blocking.inputPoint(),
          blocking.inputTile(),
          weights.vectors(panel),
          packed,
          weightsAt(group, panel, point),
          scratch,
          m + point * blocking.sumPoint(panel),
          blocking.sumTile(panel));
    }

    private void transformOutput(
        int group, int panel, int block, int at, int m, int row, int work) {
      int first = weights.firstChannel(panel) / Layout.BLOCK;
      output.tile(
          scratch,
          m + row * blocking.sumTile(panel) + block * Layout.BLOCK,
          blocking.sumPoint(panel),
          at,
          group * outBlocks + first + block,
          inputs,
          bias,
          y,
          scratch,
          work);
    }
  }
}
