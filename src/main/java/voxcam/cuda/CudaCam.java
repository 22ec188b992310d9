package voxcam.cuda;

import java.util.ArrayList;
import java.util.List;
import voxcam.op.Cam;
import voxcam.op.Shape;

/**
 * Launches of kernels/cam.cu. Where there are many positions each thread has some of its own; where
 * there are few the warps of a block share the channels.
 */
final class CudaCam {
  private static final String FAMILY = "cam";
  private static final int THREADS = 256;
  private static final int WARP = 32;
  private static final int MOST_THREADS = 1024;
  private static final int MOST_BLOCKS_ALONG_Y = 65_535;

  /** From so many fours of positions on a thread for each of them keeps a GPU busy. */
  private static final long MANY_FOURS = 1 << 15;

  /** From so many blocks on eight warps in each are enough. */
  private static final long MANY_BLOCKS = 640;

  private CudaCam() {}

  static Launches launches(Cam op, List<Shape> inputs, Shape output) {
    Shape a = inputs.get(0);
    long plane = a.size(2, a.rank());
    Argument gradient = new Argument.Input(1);
    return switch (op) {
      case Cam.HiRes _ -> Launches.of(map(a, plane, gradient, false));
      case Cam.Gradient _ -> {
        long weights = (long) a.dim(0) * a.dim(1);
        Argument means = new Argument.Scratch(0);
        long behind = Math.ceilDiv(weights * Float.BYTES, 256) * 256;
        Launches pooled = CudaPool.global(gradient, means, behind, weights, plane, false);
        List<Launch> launches = new ArrayList<>(pooled.launches());
        launches.add(map(a, plane, means, true));
        yield new Launches(launches, pooled.scratch());
      }
    };
  }

  private static Launch map(Shape a, long plane, Argument gradient, boolean pooled) {
    int samples = a.dim(0);
    int along = Math.min(samples, MOST_BLOCKS_ALONG_Y);
    boolean fours = plane % 4 == 0 && samples * (plane / 4) >= MANY_FOURS;
    long blocks = Math.ceilDiv(plane, fours ? 4 * THREADS : WARP);
    int threads = fours || blocks * samples >= MANY_BLOCKS ? THREADS : MOST_THREADS;
    return Launch.of(
        FAMILY,
        fours ? "camPositions" : "camChannels",
        new Grid(Math.toIntExact(blocks), along, 1, threads),
        new Argument.Input(0),
        gradient,
        new Argument.Output(),
        new Argument.Geometry(samples, a.dim(1), plane, pooled ? 1 : 0));
  }
}
