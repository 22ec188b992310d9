package voxcam.cpu;

/**
 * The tiles along one axis of a {@link WinogradConv}. With a dilation, outputs of equal index
 * modulo the dilation read inputs that no others read: tiles are made in each such class, and
 * neighbours in a tile are a dilation apart.
 */
final class WinogradAxis {
  private final ConvAxis axis;
  private final int m;
  private final int step;
  private final LatticeTiles tiles;

  WinogradAxis(ConvAxis axis, int m) {
    this.axis = axis;
    this.m = m;
    this.step = axis.kernel() == 1 ? 1 : axis.dilation();
    this.tiles = LatticeTiles.of(axis, m);
  }

  int count() {
    return tiles.count();
  }

  /** Outputs of a tile, inside and outside of the tensor. */
  int outputs() {
    return m;
  }

  /** Inputs of a tile, inside and outside of the tensor. */
  int inputs() {
    return WinogradTile.inputs(m);
  }

  /** How far neighbours in a tile are apart. */
  int step() {
    return step;
  }

  /** The size of the input. */
  int inputSize() {
    return axis.input();
  }

  int outputSize() {
    return axis.output();
  }

  /** The position of a tile's first output. */
  int firstOutput(int tile) {
    return tiles.first(tile);
  }

  /** The position of a tile's first input, which may lie outside. */
  int firstInput(int tile) {
    return tiles.first(tile) - axis.pad();
  }

  /** How many outputs of a tile lie in the tensor. */
  int validOutputs(int tile) {
    return Math.min(m, Math.ceilDiv(axis.output() - tiles.first(tile), step));
  }

  /** The first input of a tile in the tensor. */
  int fromInput(int tile) {
    return Math.clamp(Math.ceilDiv(-firstInput(tile), step), 0, inputs());
  }

  /** One past the last input of a tile in the tensor. */
  int toInput(int tile) {
    int end = Math.floorDiv(axis.input() - 1 - firstInput(tile), step) + 1;
    return Math.clamp(end, fromInput(tile), inputs());
  }

  /** Whether all inputs of a tile lie in the tensor. */
  boolean inside(int tile) {
    return fromInput(tile) == 0 && toInput(tile) == inputs();
  }
}
