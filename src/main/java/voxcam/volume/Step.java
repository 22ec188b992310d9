package voxcam.volume;

import java.util.List;
import java.util.OptionalDouble;

/**
 * One step of a {@link Recipe}, named as in the model file. Geometric steps ({@link Orient}, {@link
 * Resample}, {@link CropOrPad}, {@link Axes}, {@link Slabs}) have an inverse, which {@link
 * Prepared#back} applies; steps on values have none, since a map is not in the units of the input.
 * Steps that need statistics take them channel by channel, so that each modality stands for itself.
 */
public sealed interface Step {
  /** The step's name in the model file. */
  String name();

  /** Does the step, and notes its geometry in the frame. */
  void apply(Frame frame);

  /** {@code channels}: the files or channels given must be these, in this order. */
  record Channels(List<String> modalities) implements Step {
    public Channels {
      modalities = List.copyOf(modalities);
    }

    @Override
    public String name() {
      return "channels";
    }

    @Override
    public void apply(Frame frame) {
      if (frame.channels != modalities.size()) {
        throw frame.error(
            "the model expects "
                + modalities.size()
                + " channel(s), "
                + String.join(", ", modalities)
                + ", but "
                + frame.channels
                + " were given; give one file for each, in this order");
      }
    }
  }

  /**
   * {@code orient}: axes permuted and flipped so that they point to these sides, such as {@code
   * RAS}.
   */
  record Orient(String codes) implements Step {
    public Orient {
      codes = Orientation.of(codes).codes();
    }

    @Override
    public String name() {
      return "orient";
    }

    @Override
    public void apply(Frame frame) {
      Move move = Orientation.of(frame.affine).to(Orientation.of(codes), frame.size);
      frame.move(move, move.permuted(frame.size), Sampler.NEAREST);
    }
  }

  /**
   * {@code resample}: to exactly this voxel spacing in mm along the current axes, trilinear or
   * nearest, without smoothing first. The outer face of the first voxel stays where it is; the size
   * becomes {@code round(size * old / new)}, at least 1; voxels past the last centre repeat it.
   */
  record Resample(Triple spacing, boolean nearest) implements Step {
    @Override
    public String name() {
      return "resample";
    }

    @Override
    public void apply(Frame frame) {
      int[] size = new int[3];
      double[] zoom = new double[3];
      for (int axis = 0; axis < 3; axis++) {
        double old = frame.affine.columnLength(axis);
        zoom[axis] = spacing.at(axis) / old;
        double wanted = Math.max(1, Math.rint(frame.size[axis] / zoom[axis]));
        size[axis] = (int) Math.min(Integer.MAX_VALUE, wanted);
      }
      frame.move(
          Move.zoom(zoom), size, nearest ? Sampler.NEAREST_EXTENDED : Sampler.LINEAR_EXTENDED);
    }
  }

  /**
   * {@code crop_or_pad}: to this shape along the current axes, centred. Of {@code n} voxels to cut
   * or add along an axis, {@code n / 2} rounded down are cut or added before, the rest after (as in
   * rachellea/ct-net-models and rachellea/hirescam). New voxels have the given value, or each
   * channel's minimum if there is none.
   */
  record CropOrPad(Triple shape, OptionalDouble value) implements Step {
    @Override
    public String name() {
      return "crop_or_pad";
    }

    @Override
    public void apply(Frame frame) {
      int[] size = new int[3];
      int[] start = new int[3];
      for (int axis = 0; axis < 3; axis++) {
        size[axis] = (int) shape.at(axis);
        int surplus = frame.size[axis] - size[axis];
        // Integer division rounds towards zero: down for cut and added voxels alike.
        start[axis] = surplus / 2;
      }
      if (value.isPresent()) {
        frame.move(Move.shift(start), size, new Sampler(true, false, (float) value.getAsDouble()));
      } else {
        frame.moveOverMinimum(Move.shift(start), size);
      }
    }
  }

  /**
   * {@code clip}: values below {@code min} become {@code min}, above {@code max} become {@code
   * max}.
   */
  record Clip(double min, double max) implements Step {
    @Override
    public String name() {
      return "clip";
    }

    @Override
    public void apply(Frame frame) {
      float low = (float) min;
      float high = (float) max;
      frame.eachChannel((v, from, to) -> {
        for (int i = from; i < to; i++) {
          v[i] = Math.clamp(v[i], low, high);
        }
      });
    }
  }

  /**
   * {@code scale}: the line that takes the range {@code [from0, from1]} to {@code [to0, to1]};
   * values outside are not clipped.
   */
  record Scale(double from0, double from1, double to0, double to1) implements Step {
    @Override
    public String name() {
      return "scale";
    }

    @Override
    public void apply(Frame frame) {
      double slope = (to1 - to0) / (from1 - from0);
      frame.eachChannel((v, from, to) -> {
        for (int i = from; i < to; i++) {
          v[i] = (float) ((v[i] - from0) * slope + to0);
        }
      });
    }
  }

  /**
   * {@code minmax}: {@code (v - min) / (max - min)} in single precision; a constant channel becomes
   * 0.
   */
  record MinMax() implements Step {
    @Override
    public String name() {
      return "minmax";
    }

    @Override
    public void apply(Frame frame) {
      frame.eachChannel((v, from, to) -> {
        Stats stats = Stats.of(v, from, to, false);
        float range = stats.most() - stats.least();
        if (range == 0) {
          frame.warn("every voxel is " + stats.least() + ", the network sees zeros");
        }
        for (int i = from; i < to; i++) {
          v[i] = range == 0 ? 0 : (v[i] - stats.least()) / range;
        }
      });
    }
  }

  /**
   * {@code zscore}: {@code (v - mean) / deviation} with the population's standard deviation, over
   * all voxels, or over those that are not zero, in which case zeros stay zero. A deviation of 0
   * divides by 1.
   */
  record ZScore(boolean nonzero) implements Step {
    @Override
    public String name() {
      return "zscore";
    }

    @Override
    public void apply(Frame frame) {
      frame.eachChannel((v, from, to) -> {
        Stats stats = Stats.of(v, from, to, nonzero);
        if (stats.deviation() == 0) {
          frame.warn("every voxel that counts has the same value, the network sees zeros");
        }
        double divisor = stats.deviation() == 0 ? 1 : stats.deviation();
        for (int i = from; i < to; i++) {
          if (!(nonzero && v[i] == 0)) {
            v[i] = (float) ((v[i] - stats.mean()) / divisor);
          }
        }
      });
    }
  }

  /** {@code subtract}: takes this number from every voxel. */
  record Subtract(double value) implements Step {
    @Override
    public String name() {
      return "subtract";
    }

    @Override
    public void apply(Frame frame) {
      frame.eachChannel((v, from, to) -> {
        for (int i = from; i < to; i++) {
          v[i] = (float) (v[i] - value);
        }
      });
    }
  }

  /**
   * {@code axes}: the order of the network's three axes; reversed is {@code zyx}, else {@code xyz}.
   */
  record Axes(boolean reversed) implements Step {
    @Override
    public String name() {
      return "axes";
    }

    @Override
    public void apply(Frame frame) {
      if (reversed) {
        frame.move(Move.REVERSE, Move.REVERSE.permuted(frame.size), Sampler.NEAREST);
      }
    }
  }

  /**
   * {@code slabs}: n neighbouring slices as the channels of one slab; slices left over at the end
   * are dropped.
   */
  record Slabs(int n) implements Step {
    @Override
    public String name() {
      return "slabs";
    }

    @Override
    public void apply(Frame frame) {
      if (frame.channels != 1) {
        throw frame.error(
            "slabs are made from one channel, " + frame.channels + " were given; give one file");
      }
      int slabs = frame.size[0] / n;
      if (slabs == 0) {
        throw frame.error("a slab takes " + n + " slices, the volume has " + frame.size[0]);
      }
      int[] size = {slabs * n, frame.size[1], frame.size[2]};
      frame.move(Move.STAY, size, Sampler.NEAREST);
      frame.slab = n;
    }
  }

  /** Three numbers, one for each current axis. */
  record Triple(double first, double second, double third) {
    double at(int axis) {
      return switch (axis) {
        case 0 -> first;
        case 1 -> second;
        default -> third;
      };
    }
  }
}
