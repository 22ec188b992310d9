package voxcam.cuda;

import java.util.List;
import java.util.Optional;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Unary;

/**
 * Launches of kernels/conv.cu and kernels/convgrad.cu: which kernel and how many blocks. Where
 * there are few results their sums are split over blocks, and the parts added in order by a second
 * launch.
 */
final class CudaConv {
  private static final String FAMILY = "conv";
  private static final String WEIGHT_FAMILY = "convgrad";
  private static final int THREADS = 256;

  /** The depth of a slab, TILE_DEPTH in kernels/tile.cuh. */
  private static final int SLAB = 8;

  /** With fewer blocks than this a GPU is not busy; sums are then split over so many. */
  private static final long FEW_BLOCKS = 160;

  private static final long WANTED_BLOCKS = 320;
  private static final long MOST_SPLITS = 64;

  /** Terms that a block should at least add, so that splitting is worth its second launch. */
  private static final long LEAST_DEPTH = 128;

  private static final long LEAST_POSITIONS = 2048;

  /** The side of a tile of weights in convWeightGrad. */
  private static final int WEIGHT_TILE = 64;

  /**
   * A tile of results that a block makes.
   *
   * @param cost of one multiplication, relative to the tile that reads shared memory least
   */
  record Tile(String kernel, int rows, int columns, double cost) {
    double cost(CudaConvGeometry g) {
      return cost
          * Math.ceilDiv(g.rows(), rows)
          * rows
          * Math.ceilDiv(g.positions(), columns)
          * columns;
    }
  }

  private static final List<Tile> TILES =
      List.of(
          new Tile("convTile128x64", 128, 64, 1),
          new Tile("convTile64x128", 64, 128, 1),
          new Tile("convTile128x32", 128, 32, 1.3),
          new Tile("convTile32x128", 32, 128, 1.3),
          new Tile("convTile16x256", 16, 256, 1.3));

  /** What is added to the sums; the inputs' numbers are those of the operation. */
  record End(boolean bias, boolean residual, Activation activation) {
    static End of(Conv op, int inputs) {
      return switch (op) {
        case Conv.Forward _, Conv.Transposed _ -> plain(inputs > 2);
        case Conv.Fused(_, _, Optional<Unary> activation, boolean residual) ->
            new End(true, residual, Activation.of(activation));
        case Conv.InputGrad _, Conv.WeightGrad _ -> plain(false);
      };
    }

    private static End plain(boolean bias) {
      return new End(bias, false, Activation.NONE);
    }

    /** Whether the sums are the result. */
    boolean isNothing() {
      return !bias && !residual && activation.kind() == Activation.NONE.kind();
    }

    /** Where there is nothing to read any address does. */
    Argument biasArgument() {
      return new Argument.Input(bias ? 2 : 1);
    }

    Argument residualArgument() {
      return new Argument.Input(residual ? 3 : 1);
    }
  }

  private CudaConv() {}

  static Launches launches(Conv op, List<Shape> inputs, Shape output) {
    CudaConvGeometry geometry = geometry(op, inputs, output);
    return op instanceof Conv.WeightGrad
        ? weightGrad(geometry)
        : correlate(geometry, End.of(op, inputs.size()));
  }

  static CudaConvGeometry geometry(Conv op, List<Shape> inputs, Shape output) {
    Shape first = inputs.get(0);
    return switch (op) {
      case Conv.Forward _, Conv.Fused _ -> CudaConvGeometry.forward(op, first, output);
      case Conv.Transposed _, Conv.InputGrad _ -> CudaConvGeometry.backward(op, first, output);
      case Conv.WeightGrad _ -> CudaConvGeometry.forward(op, first, inputs.get(1));
    };
  }

  private static Launches correlate(CudaConvGeometry g, End end) {
    if (isDirect(g)) {
      int channels = g.rows() == 1 ? 1 : g.rows() <= 4 ? 4 : 16;
      int positions = channels == 16 ? 2 : 4;
      Grid grid = grid(g, channels, (long) THREADS * positions, 1);
      return Launches.of(launch("convDirect" + channels, grid, new Argument.Output(), g, 1, end));
    }
    Tile tile = tile(g);
    long blocks = grid(g, tile.rows(), tile.columns(), 1).x();
    long splits = splits(blocks, g.depth(), LEAST_DEPTH, SLAB);
    Grid grid = grid(g, tile.rows(), tile.columns(), splits);
    if (splits == 1) {
      return Launches.of(launch(tile.kernel(), grid, new Argument.Output(), g, 1, end));
    }
    Launch parts = launch(tile.kernel(), grid, new Argument.Scratch(0), g, splits, end);
    return new Launches(List.of(parts, sum(g, g.count(), splits, end)), splits * g.count() * 4);
  }

  private static Launch launch(
      String kernel, Grid grid, Argument target, CudaConvGeometry g, long splits, End end) {
    return Launch.of(
        FAMILY,
        kernel,
        grid,
        new Argument.Input(0),
        new Argument.Input(1),
        end.biasArgument(),
        end.residualArgument(),
        target,
        g.argument(splits, end.bias(), end.residual(), end.activation()),
        new Argument.Real(end.activation().alpha()),
        new Argument.Real(end.activation().beta()));
  }

  /** Whether tiles would be mostly empty: depthwise convolutions, first layers, single maps. */
  static boolean isDirect(CudaConvGeometry g) {
    boolean many = g.positions() * g.groups() >= 1 << 14;
    return g.channels() <= 4 || (g.rows() <= 4 && (many || g.depth() <= 1024));
  }

  /** The tile that multiplies least in vain. */
  static Tile tile(CudaConvGeometry g) {
    Tile best = TILES.getFirst();
    for (Tile tile : TILES) {
      if (tile.cost(g) < best.cost(g)) {
        best = tile;
      }
    }
    return best;
  }

  /** Into how many parts to split sums of {@code depth} terms, which come in steps. */
  static long splits(long blocks, long depth, long least, int step) {
    if (blocks >= FEW_BLOCKS) {
      return 1;
    }
    long wanted =
        Math.min(
            Math.min(Math.ceilDiv(WANTED_BLOCKS, blocks), MOST_SPLITS), Math.max(1, depth / least));
    long steps = Math.ceilDiv(depth, step);
    // The kernel gives each part as many steps; so many parts have some.
    return Math.ceilDiv(steps, Math.ceilDiv(steps, wanted));
  }

  /** Each block has one tile of columns of one tile of rows in one group and phase. */
  private static Grid grid(CudaConvGeometry g, int rows, long columns, long splits) {
    long blocks =
        Math.ceilDiv(g.positions(), columns)
            * Math.ceilDiv(g.rows(), rows)
            * g.groups()
            * g.phases();
    return new Grid(Math.toIntExact(blocks), (int) splits, 1, THREADS);
  }

  private static Launch sum(CudaConvGeometry g, long count, long splits, End end) {
    return Launch.of(
        FAMILY,
        "convSum",
        Grid.covering(count, THREADS),
        new Argument.Scratch(0),
        end.biasArgument(),
        end.residualArgument(),
        new Argument.Output(),
        new Argument.Geometry(
            count,
            splits,
            g.groups() * g.rows(),
            g.plane(),
            end.bias() ? 1 : 0,
            end.residual() ? 1 : 0,
            end.activation().kind()),
        new Argument.Real(end.activation().alpha()),
        new Argument.Real(end.activation().beta()));
  }

  private static Launches weightGrad(CudaConvGeometry g) {
    boolean direct = g.rows() <= 2 && g.channels() <= 2;
    long count = g.groups() * g.rows() * g.columns();
    long depth = g.batch() * g.plane();
    long blocks =
        direct
            ? count
            : g.groups()
                * Math.ceilDiv(g.rows(), WEIGHT_TILE)
                * Math.ceilDiv(g.columns(), WEIGHT_TILE);
    long splits = splits(blocks, depth, LEAST_POSITIONS, direct ? 1 : SLAB);
    Argument target = splits == 1 ? new Argument.Output() : new Argument.Scratch(0);
    Launch parts =
        Launch.of(
            WEIGHT_FAMILY,
            direct ? "convWeightGradDirect" : "convWeightGrad",
            new Grid(Math.toIntExact(blocks), (int) splits, 1, THREADS),
            new Argument.Input(0),
            new Argument.Input(1),
            target,
            g.argument(splits, false, false, Activation.NONE));
    return splits == 1
        ? Launches.of(parts)
        : new Launches(List.of(parts, sum(g, count, splits, End.plain(false))), splits * count * 4);
  }
}
