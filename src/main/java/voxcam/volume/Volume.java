package voxcam.volume;

import java.nio.file.Path;
import java.util.List;
import voxcam.op.InputException;

/**
 * Voxels with a place in the world. The index order is the NIfTI file's own, {@code (x,y,z)} as in
 * a nibabel array, and {@link #voxels} is row-major {@code [channels,X,Y,Z]}: z runs fastest in
 * memory (though x does in the file). A 4D file has several channels, all on one grid. Values are
 * single precision in the file's units, slope and intercept applied; integers beyond 2^24 are
 * rounded. Immutable by agreement: arrays given or handed out are not written to.
 */
public final class Volume {
  private final String name;
  private final Grid grid;
  private final int channels;
  private final float[] voxels;
  private final List<String> notes;

  private Volume(String name, Grid grid, int channels, float[] voxels, List<String> notes) {
    int length = Grid.length(name, channels, grid.size());
    if (length != voxels.length) {
      throw new InputException(
          name
              + ": grid "
              + Grid.text(grid.size())
              + " with "
              + channels
              + " channel(s) has "
              + length
              + " voxels, the array "
              + voxels.length);
    }
    this.name = name;
    this.grid = grid;
    this.channels = channels;
    this.voxels = voxels;
    this.notes = List.copyOf(notes);
  }

  /** A volume of one channel over this array, which is not copied. */
  public static Volume of(Grid grid, float... voxels) {
    return of("volume", grid, 1, voxels);
  }

  /**
   * A volume over this array {@code [channels,X,Y,Z]}, which is not copied; messages call it {@code
   * name}.
   */
  public static Volume of(String name, Grid grid, int channels, float[] voxels) {
    return new Volume(name, grid, channels, voxels, List.of());
  }

  static Volume of(String name, Grid grid, int channels, float[] voxels, List<String> notes) {
    return new Volume(name, grid, channels, voxels, notes);
  }

  /**
   * Reads a file: NIfTI-1 or NIfTI-2 ({@code .nii}, {@code .nii.gz}), {@code .npy}, or {@code .npz}
   * with the array's key after a colon ({@code scan.npz:ct}) where there are several. The content
   * decides, not the ending. NPY arrays have 2 to 5 axes: {@code [b,c]}, {@code [a,b,c]}, {@code
   * [channels,a,b,c]} or {@code [1,channels,a,b,c]}, and no geometry; {@code (a,b,c)} become {@code
   * (x,y,z)}.
   *
   * @throws InputException if the file is missing, damaged or of another kind, in one line
   */
  public static Volume read(String input) {
    return Formats.read(input);
  }

  /** As {@link #read(String)}. */
  public static Volume read(Path file) {
    return Formats.read(file.toString());
  }

  /** The same voxels on another grid of the same size. */
  public Volume on(Grid other) {
    return new Volume(name, other, channels, voxels, notes);
  }

  /**
   * Other values {@code [channels,X,Y,Z]} on the same grid, under the same name; the array is not
   * copied.
   */
  public Volume withVoxels(float... values) {
    int length = grid.length();
    return new Volume(name, grid, Math.max(1, values.length / length), values, notes);
  }

  /** What messages call it: the file's name. */
  public String name() {
    return name;
  }

  public Grid grid() {
    return grid;
  }

  public int channels() {
    return channels;
  }

  /** The values, row-major {@code [channels,X,Y,Z]}; not to be written to. */
  public float[] voxels() {
    return voxels;
  }

  /** The value at an index of the first channel. */
  public float value(int x, int y, int z) {
    return value(0, x, y, z);
  }

  /** The value at an index of a channel. */
  public float value(int channel, int x, int y, int z) {
    int in = grid.size(0);
    if (channel < 0
        || channel >= channels
        || x < 0
        || x >= in
        || y < 0
        || y >= grid.size(1)
        || z < 0
        || z >= grid.size(2)) {
      throw new IndexOutOfBoundsException(
          "voxel (" + x + "," + y + "," + z + ") of channel " + channel + " in " + grid);
    }
    return voxels[((channel * in + x) * grid.size(1) + y) * grid.size(2) + z];
  }

  /** How many voxels of all channels are NaN or infinite. */
  public long nonFinite() {
    long count = 0;
    for (float value : voxels) {
      if (!Float.isFinite(value)) {
        count++;
      }
    }
    return count;
  }

  /** What the reader had to assume, one line each; usually empty. */
  public List<String> notes() {
    return notes;
  }

  /** As {@code t1.nii.gz 256x256x256 LIA 1x1x1 mm}. */
  @Override
  public String toString() {
    return name + " " + grid + (channels == 1 ? "" : ", " + channels + " channels");
  }
}
