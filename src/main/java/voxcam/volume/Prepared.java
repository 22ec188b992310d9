package voxcam.volume;

import java.util.Arrays;
import java.util.List;
import voxcam.op.FreeShape;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * Volumes that a {@link Recipe} has made ready for the network, and the way back for what the
 * network says. Maps live on {@link #grid}: the input tensor's three spatial axes, or {@code
 * [slabs,H,W]} where the recipe makes slabs.
 */
public final class Prepared {
  private final Recipe recipe;
  private final Volume volume;
  private final Tensor input;
  private final int[] size;
  private final int slab;
  private final Move toSource;
  private final List<String> warnings;

  Prepared(Recipe recipe, Volume volume, Frame frame, List<String> warnings) {
    this.recipe = recipe;
    this.volume = volume;
    this.size = frame.size.clone();
    this.slab = frame.slab;
    this.toSource = frame.toSource;
    this.warnings = List.copyOf(warnings);
    Shape shape =
        slab > 0
            ? Shape.of(size[0] / slab, slab, size[1], size[2])
            : Shape.of(1, frame.channels, size[0], size[1], size[2]);
    this.input = Tensor.of(shape, frame.voxels);
  }

  /**
   * The network's input: {@code [1,C,D,H,W]} with axes in the recipe's order, or {@code
   * [slabs,n,H,W]}.
   */
  public Tensor input() {
    return input;
  }

  /**
   * The same input under as many axes as a network takes: slabs as one sample {@code
   * [1,slabs,n,H,W]}, slices of one channel as channels {@code [1,D,H,W]}. As it stands where that
   * does not fit the network's sizes either.
   */
  public Tensor inputFor(FreeShape network) {
    Shape own = input.shape();
    int rank = network.dims().size();
    Shape other = own;
    if (slab > 0 && rank == own.rank() + 1) {
      other = Shape.of(1, own.dim(0), own.dim(1), own.dim(2), own.dim(3));
    } else if (slab == 0 && rank == own.rank() - 1 && own.dim(1) == 1) {
      other = Shape.of(1, own.dim(2), own.dim(3), own.dim(4));
    }
    return other.equals(own) || !network.takes(other) ? input : Tensor.of(other, input.floats());
  }

  /** The shape of maps on the network's grid: {@code [D,H,W]} or {@code [slabs,H,W]}. */
  public Shape grid() {
    return Shape.of(slab > 0 ? size[0] / slab : size[0], size[1], size[2]);
  }

  /**
   * The first volume given; one without geometry has been given the axes that the recipe implies.
   */
  public Volume volume() {
    return volume;
  }

  /** What the user should know about the input, one line each. */
  public List<String> warnings() {
    return warnings;
  }

  /**
   * A map on the network's grid, brought onto the voxels of the first volume given, with its
   * affine: trilinear between the centres of the network's voxels, 0 outside what the network saw.
   * A slab's value counts for each of its slices.
   *
   * @throws InputException if the map is not on {@link #grid}
   */
  public Volume back(Tensor map) {
    return back(map, Sampler.LINEAR);
  }

  /** As {@link #back}, by nearest neighbour, so that labels stay labels. */
  public Volume labelsBack(Tensor labels) {
    return back(labels, Sampler.NEAREST);
  }

  private Volume back(Tensor map, Sampler sampler) {
    if (!map.shape().equals(grid())) {
      throw new InputException(
          "map: has shape "
              + map.shape()
              + ", the network's grid is "
              + grid()
              + "; interpolate it first");
    }
    float[] voxels = slab > 0 ? slices(map.floats()) : map.floats();
    Grid target = volume.grid();
    float[] out = new float[target.length()];
    sampler.sample(voxels, 0, size, toSource.inverse(), out, 0, target.size());
    return Volume.of(volume.name(), target, 1, out);
  }

  /** Each slab's plane, once for each of its slices. */
  private float[] slices(float[] slabs) {
    int plane = size[1] * size[2];
    float[] slices = new float[size[0] * plane];
    for (int slice = 0; slice < size[0]; slice++) {
      System.arraycopy(slabs, slice / slab * plane, slices, slice * plane, plane);
    }
    return slices;
  }

  /**
   * A mask or label map of the same patient on the network's grid, by nearest neighbour: values as
   * they are, 0 outside the mask and where it is not finite. A slab has the largest value among its
   * slices. The mask must lie on the grid of the volumes.
   *
   * @throws InputException if the mask lies on another grid, has several channels, or is an array
   *     where the volumes are not or the other way round, under a recipe that turns axes round
   */
  public Tensor forwardMask(Volume mask) {
    recipe.checkOrder(mask, volume);
    Volume placed = recipe.placed(mask);
    if (!placed.grid().sameAs(volume.grid())) {
      throw new InputException(
          Recipe.differs(placed, volume) + "; resample the mask to the volume's grid first");
    }
    if (mask.channels() != 1) {
      throw new InputException(
          mask.name() + ": has " + mask.channels() + " channels, a mask has one");
    }
    float[] values = mask.voxels().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.isFinite(values[i]) ? values[i] : 0;
    }
    float[] out = new float[size[0] * size[1] * size[2]];
    Sampler.NEAREST.sample(values, 0, volume.grid().size(), toSource, out, 0, size);
    return Tensor.of(grid(), slab > 0 ? slabs(out) : out);
  }

  private float[] slabs(float[] slices) {
    int plane = size[1] * size[2];
    float[] slabs = new float[size[0] / slab * plane];
    Arrays.fill(slabs, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < slices.length; i++) {
      int to = i / (slab * plane) * plane + i % plane;
      slabs[to] = Math.max(slabs[to], slices[i]);
    }
    return slabs;
  }
}
