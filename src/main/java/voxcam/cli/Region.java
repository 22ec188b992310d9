package voxcam.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import voxcam.explain.Voxels;
import voxcam.model.Task;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.volume.Grid;
import voxcam.volume.Prepared;
import voxcam.volume.Volume;

/** What {@code --roi} names: a mask file, or one voxel {@code x,y,z} of the input. */
final class Region {
  private static final Pattern VOXEL =
      Pattern.compile("\\s*(\\d{1,9})\\s*,\\s*(\\d{1,9})\\s*,\\s*(\\d{1,9})\\s*");

  private Region() {}

  static Voxels of(String text, Prepared prepared, Shape logits) {
    if (!Task.isDense(logits)) {
      throw new InputException(
          "--roi "
              + text
              + ": this model gives one score for the whole volume (output "
              + logits
              + "), a region is for segmentation models; leave --roi out");
    }
    Matcher voxel = VOXEL.matcher(text);
    Tensor mask = voxel.matches() ? voxel(text, voxel, prepared) : mask(text, prepared);
    if (IntStream.range(0, mask.floats().length).noneMatch(i -> mask.floats()[i] != 0)) {
      throw new InputException(
          "--roi " + text + ": marks no voxel that the network sees; check the mask");
    }
    return new Voxels.Region(mask);
  }

  private static Tensor mask(String text, Prepared prepared) {
    Tensor values = prepared.forwardMask(Volume.read(text));
    float[] mask = values.floats().clone();
    for (int i = 0; i < mask.length; i++) {
      mask[i] = mask[i] == 0 ? 0 : 1;
    }
    return Tensor.of(values.shape(), mask);
  }

  /**
   * The network's voxel nearest to one of the input's. Found by sending positions back, because one
   * voxel sent forward may fall between the network's.
   */
  private static Tensor voxel(String text, Matcher voxel, Prepared prepared) {
    Grid input = prepared.volume().grid();
    int[] at = new int[3];
    for (int axis = 0; axis < 3; axis++) {
      at[axis] = Integer.parseInt(voxel.group(axis + 1));
      if (at[axis] >= input.size(axis)) {
        throw new InputException(
            "--roi "
                + text
                + ": lies outside "
                + prepared.volume()
                + "; voxels count from 0,0,0 in the order x,y,z of the file");
      }
    }
    Shape grid = prepared.grid();
    int[] found = new int[3];
    for (int axis = 0; axis < 3; axis++) {
      float position = prepared.labelsBack(positions(grid, axis)).value(at[0], at[1], at[2]);
      if (position == 0) {
        throw new InputException(
            "--roi " + text + ": the network does not see this voxel, its recipe crops it away");
      }
      found[axis] = (int) position - 1;
    }
    float[] mask = new float[grid.length()];
    mask[(found[0] * grid.dim(1) + found[1]) * grid.dim(2) + found[2]] = 1;
    return Tensor.of(grid, mask);
  }

  /** Each voxel's own index along an axis, plus one. */
  private static Tensor positions(Shape grid, int axis) {
    float[] positions = new float[grid.length()];
    long stride = grid.strides()[axis];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = i / stride % grid.dim(axis) + 1;
    }
    return Tensor.of(grid, positions);
  }
}
