package voxcam.volume;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import voxcam.op.InputException;

/**
 * The preprocessing that a model asks for: steps that turn volumes into the network's input tensor
 * and remember the way back. Axes start in the order x,y,z of the NIfTI file; {@code spacing} and
 * {@code shape} of a step name the axes in their order at that step. Several volumes are stacked as
 * channels and must lie on one grid.
 *
 * <p>Voxels that are not finite become 0 before the first step, with a warning; a volume without
 * any finite voxel is refused. An array without geometry (NPY) is taken to be in the order that
 * {@code axes} names, {@code z,y,x} under {@code "zyx"}, with 1 mm voxels and RAS+ axes.
 */
public final class Recipe {
  /** No step at all: the voxels as they are, axes x,y,z, files as channels. */
  public static final Recipe EMPTY = new Recipe(List.of());

  private final List<Step> steps;

  private Recipe(List<Step> steps) {
    this.steps = steps;
  }

  /**
   * A recipe of these steps.
   *
   * @throws InputException if their order makes no sense
   */
  public static Recipe of(List<Step> steps) {
    checkOrder(steps);
    return new Recipe(List.copyOf(steps));
  }

  /**
   * Reads {@code voxcam.recipe}, a JSON list of objects. Fields: {@code channels} (modalities),
   * {@code orient} (codes), {@code resample} (spacing, interpolation "linear" or "nearest", default
   * linear), {@code crop_or_pad} (shape, value a number or "min"), {@code clip} (min, max), {@code
   * scale} (from, to: two numbers each), {@code minmax}, {@code zscore} (mask "all" or "nonzero",
   * default all), {@code subtract} (value), {@code axes} (order "xyz" or "zyx"), {@code slabs} (n).
   * Null or blank is {@link #EMPTY}.
   *
   * @throws InputException that names the number of the step that is wrong
   */
  public static Recipe parse(String json) {
    return json == null || json.isBlank() ? EMPTY : of(RecipeText.steps(json));
  }

  /** What messages about a step begin with; the first step is number 1. */
  static String where(int index, Step step) {
    return "recipe: step " + (index + 1) + " (" + step.name() + ")";
  }

  private static void checkOrder(List<Step> steps) {
    boolean axes = false;
    boolean reversed = false;
    boolean slabs = false;
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      String wrong =
          switch (step) {
            case Step.Channels _ -> i > 0 ? "must be the first step" : null;
            case Step.Orient _ -> axes || slabs ? "must come before axes and slabs" : null;
            case Step.Resample _ -> slabs ? "must come before slabs" : null;
            case Step.CropOrPad _ -> slabs ? "must come before slabs" : null;
            case Step.Axes _ -> axes || slabs ? "must come once, and before slabs" : null;
            case Step.Slabs _ ->
                slabs || !reversed ? "must come once, and after axes \"zyx\"" : null;
            case Step.Clip _, Step.Scale _, Step.MinMax _, Step.ZScore _, Step.Subtract _ -> null;
          };
      if (wrong != null) {
        throw new InputException(where(i, step) + ": " + wrong + "; change the recipe's order");
      }
      if (step instanceof Step.Axes order) {
        axes = true;
        reversed = order.reversed();
      }
      slabs |= step instanceof Step.Slabs;
    }
  }

  public List<Step> steps() {
    return steps;
  }

  /** Whether the network's axes are z,y,x. */
  boolean reversed() {
    return steps.contains(new Step.Axes(true));
  }

  /** The names of the channels that the model expects; empty if the recipe does not name them. */
  public List<String> modalities() {
    return !steps.isEmpty() && steps.getFirst() instanceof Step.Channels channels
        ? channels.modalities()
        : List.of();
  }

  /** As {@link #apply(List)}. */
  public Prepared apply(Volume... volumes) {
    return apply(List.of(volumes));
  }

  /**
   * Prepares volumes for the network.
   *
   * @throws InputException if the grids differ, a volume has no finite voxel, the number of
   *     channels is wrong or a step cannot be done
   */
  public Prepared apply(List<Volume> volumes) {
    if (volumes.isEmpty()) {
      throw new InputException("recipe: no volume was given");
    }
    List<String> warnings = new ArrayList<>();
    volumes.forEach(volume -> checkOrder(volume, volumes.getFirst()));
    List<Volume> placed = volumes.stream().map(this::placed).toList();
    Volume first = placed.getFirst();
    int channels = 0;
    for (Volume volume : placed) {
      if (!first.grid().sameAs(volume.grid())) {
        throw new InputException(differs(volume, first) + "; resample one to the other first");
      }
      channels += volume.channels();
      warnings.addAll(volume.notes());
      if (!volume.grid().measured()) {
        warnings.add(
            volume.name()
                + ": has no geometry; 1 mm voxels are assumed, and left and right are not known");
      }
    }
    // Without steps nothing is written to.
    boolean shared = steps.isEmpty() && placed.size() == 1;
    Frame frame = new Frame(stacked(placed, channels, shared, warnings), channels, first.grid());
    if (!first.grid().measured() && reversed()) {
      frame.move(Move.REVERSE, Move.REVERSE.permuted(frame.size), Sampler.NEAREST);
    }
    for (int i = 0; i < steps.size(); i++) {
      frame.where = where(i, steps.get(i));
      steps.get(i).apply(frame);
    }
    warnings.addAll(frame.warnings);
    return new Prepared(this, first, frame, warnings);
  }

  /** Gives an array without geometry the place that the recipe's axes imply. */
  Volume placed(Volume volume) {
    Grid grid = volume.grid();
    return grid.measured() || !reversed() ? volume : volume.on(grid.reversed());
  }

  /**
   * Refuses an array together with a file that has axes of its own where the recipe would take them
   * in different orders: an array z,y,x and the file x,y,z.
   */
  void checkOrder(Volume volume, Volume first) {
    if (reversed() && volume.grid().measured() != first.grid().measured()) {
      boolean array = volume.grid().measured();
      throw new InputException(
          (array ? first : volume).name()
              + ": is an array without geometry, "
              + (array ? volume : first).name()
              + " is not, and the recipe's axes \"zyx\" are another order for each; give all files"
              + " as NIfTI or all as arrays");
    }
  }

  static String differs(Volume volume, Volume first) {
    String sizes = volume.grid() + ", " + first.name() + " on " + first.grid();
    boolean sameSize = Arrays.equals(volume.grid().size(), first.grid().size());
    return volume.name()
        + ": lies on another grid, "
        + sizes
        + (sameSize ? ", affines " + volume.grid().affine() + " and " + first.grid().affine() : "");
  }

  /**
   * All channels behind each other, with 0 where a value is not finite; one volume's own array if
   * that is wanted and all of it is finite.
   */
  private static float[] stacked(
      List<Volume> volumes, int channels, boolean shared, List<String> warnings) {
    int length = Grid.length("recipe", channels, volumes.getFirst().grid().size());
    if (shared && Finite.all(volumes.getFirst().voxels())) {
      return volumes.getFirst().voxels();
    }
    float[] all = new float[length];
    int at = 0;
    for (Volume volume : volumes) {
      float[] voxels = volume.voxels();
      System.arraycopy(voxels, 0, all, at, voxels.length);
      long bad = Finite.all(voxels) ? 0 : Finite.clean(all, at, voxels.length);
      at += voxels.length;
      if (bad == voxels.length) {
        throw new InputException(
            volume.name()
                + ": none of its "
                + bad
                + " voxels is finite (NaN or infinite); check how it was made");
      }
      if (bad > 0) {
        warnings.add(
            volume.name()
                + ": "
                + bad
                + " of "
                + voxels.length
                + " voxels are NaN or infinite and count as 0");
      }
    }
    return all;
  }

  /** The names of the steps, such as {@code orient, minmax}. */
  @Override
  public String toString() {
    return steps.isEmpty() ? "none" : String.join(", ", steps.stream().map(Step::name).toList());
  }
}
