package voxcam.report;

import java.util.Arrays;
import java.util.Optional;
import voxcam.op.InputException;
import voxcam.volume.Recipe;
import voxcam.volume.Step;
import voxcam.volume.Volume;

/**
 * The grey picture under a map: one channel of a volume and which of its values are black and
 * white.
 *
 * @param volume the volume
 * @param channel which of its channels
 * @param name what the channel is called; empty where there is only one
 * @param black this value and all below it, in the volume's units
 * @param white this value and all above it
 */
public record Scan(Volume volume, int channel, String name, double black, double white) {
  /** How many voxels are looked at to find the grey range. */
  private static final int SAMPLE = 200_000;

  private static final double DARKEST_SHARE = 0.01;
  private static final double BRIGHTEST_SHARE = 0.002;

  /**
   * @throws InputException if the volume has no such channel
   */
  public Scan {
    if (channel < 0 || channel >= volume.channels()) {
      throw new InputException(
          "picture: channel "
              + channel
              + " of "
              + volume
              + ", which has "
              + volume.channels()
              + " channel(s), give 0 to "
              + (volume.channels() - 1));
    }
  }

  /** A channel from its 1st to its 99.8th percentile. */
  public static Scan of(Volume volume, int channel) {
    String name =
        volume.channels() == 1 ? "" : "channel " + (channel + 1) + " of " + volume.channels();
    return ranged(new Scan(volume, channel, name, 0, 0));
  }

  /**
   * The first channel as the model looks at it: where the recipe begins by clipping values, in that
   * range, so that a CT is shown in the model's own window; else as {@link #of(Volume, int)}.
   */
  public static Scan of(Volume volume, Recipe recipe) {
    Scan plain = of(volume, 0);
    String name =
        recipe.modalities().size() > 1
            ? recipe.modalities().get(0) + ", channel 1 of " + recipe.modalities().size()
            : plain.name;
    return clip(recipe)
        .map(clip -> new Scan(volume, 0, name, clip.min(), clip.max()))
        .orElse(new Scan(volume, 0, name, plain.black, plain.white));
  }

  /**
   * The first step that changes values, if it is a clip with two ends: its units are the file's.
   */
  private static Optional<Step.Clip> clip(Recipe recipe) {
    for (Step step : recipe.steps()) {
      switch (step) {
        case Step.Clip clip -> {
          boolean bounded = Double.isFinite(clip.min()) && Double.isFinite(clip.max());
          return bounded && clip.min() < clip.max() ? Optional.of(clip) : Optional.empty();
        }
        case Step.Channels _,
            Step.Orient _,
            Step.Resample _,
            Step.CropOrPad _,
            Step.Axes _,
            Step.Slabs _ -> {}
        default -> {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  private static Scan ranged(Scan scan) {
    float[] voxels = scan.volume.voxels();
    int length = scan.volume.grid().length();
    int start = scan.channel * length;
    int stride = Math.max(1, length / SAMPLE);
    // A stride that divides the row length would look at the same few columns only.
    while (stride > 1 && shared(stride, length) > 1) {
      stride++;
    }
    float[] sample = new float[(length + stride - 1) / stride];
    int count = 0;
    for (int i = 0; i < length; i += stride) {
      if (Float.isFinite(voxels[start + i])) {
        sample[count++] = voxels[start + i];
      }
    }
    if (count == 0) {
      return scan;
    }
    Arrays.sort(sample, 0, count);
    float black = sample[(int) (DARKEST_SHARE * (count - 1))];
    float white = sample[(int) Math.ceil((1 - BRIGHTEST_SHARE) * (count - 1))];
    if (black == white) {
      black = sample[0];
      white = sample[count - 1];
    }
    return new Scan(scan.volume, scan.channel, scan.name, black, white);
  }

  private static int shared(int a, int b) {
    return b == 0 ? a : shared(b, a % b);
  }

  /** The grey of a value, 0 black to 255 white; black for what is not a number. */
  int grey(double value) {
    if (!(white > black)) {
      return value > black ? 255 : Double.isNaN(value) ? 0 : 96;
    }
    double share = (value - black) / (white - black);
    return share > 0 ? (int) (255 * Math.min(share, 1) + 0.5) : 0;
  }

  /** The grey range in words. */
  String range() {
    return "grey "
        + Numbers.text(black, 4)
        + " to "
        + Numbers.text(white, 4)
        + (name.isEmpty() ? "" : ", " + name);
  }
}
