package voxcam.volume;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import voxcam.op.InputException;

/**
 * The voxels on their way through a recipe: changed in place by steps on values, replaced by steps
 * on geometry, which leave their {@link Move} in {@link #toSource}. Axes are in the order that the
 * recipe has brought them to.
 */
final class Frame {
  /** Row-major {@code [channels, size...]}. */
  float[] voxels;

  int channels;
  int[] size;

  /** From the current index axes to the world. */
  Affine affine;

  /** From the current grid to the grid of the volume that the recipe was given. */
  Move toSource = Move.STAY;

  /** Neighbouring slices of the first axis that form the channels of one slab; 0: none. */
  int slab;

  /** What messages begin with: the step at work. */
  String where = "recipe";

  final List<String> warnings = new ArrayList<>();

  Frame(float[] voxels, int channels, Grid grid) {
    this.voxels = voxels;
    this.channels = channels;
    this.size = grid.size();
    this.affine = grid.affine();
  }

  /** Takes the voxels of a new grid from the current one. */
  void move(Move move, int[] newSize, Sampler sampler) {
    move(move, newSize, sampler, false);
  }

  /** As the other; outside the current grid lies each channel's own minimum. */
  void moveOverMinimum(Move move, int[] newSize) {
    move(move, newSize, Sampler.NEAREST, true);
  }

  private void move(Move move, int[] newSize, Sampler sampler, boolean overMinimum) {
    if (move.stays() && Arrays.equals(size, newSize)) {
      return;
    }
    int length = Grid.length(where, channels, newSize);
    float[] moved = new float[length];
    int from = voxels.length / channels;
    int to = length / channels;
    for (int c = 0; c < channels; c++) {
      Sampler used =
          overMinimum
              ? new Sampler(true, false, Stats.of(voxels, c * from, from).least())
              : sampler;
      used.sample(voxels, c * from, size, move, moved, c * to, newSize);
    }
    voxels = moved;
    size = newSize;
    affine = affine.times(move.matrix());
    toSource = toSource.then(move);
  }

  /**
   * What a step does to the values of one channel: {@code from} to {@code to}, the last one
   * excluded.
   */
  @FunctionalInterface
  interface OnChannel {
    void change(float[] values, int from, int to);
  }

  void eachChannel(OnChannel change) {
    int length = voxels.length / channels;
    for (int c = 0; c < channels; c++) {
      change.change(voxels, c * length, (c + 1) * length);
    }
  }

  InputException error(String message) {
    return new InputException(where + ": " + message);
  }

  void warn(String message) {
    warnings.add(where + ": " + message);
  }
}
