package voxcam.cpu;

import java.util.Arrays;
import java.util.List;
import voxcam.op.Cam;
import voxcam.op.Shape;

/**
 * Heat maps, each input read once, and again where channels' weights need it. A few channels at a
 * time are summed in single precision, all else in double: a map's sum can be held to the score.
 * Where there are many positions, each task has some of them; where there are few, each task has
 * some of the channels, all of whose positions follow each other in memory, and their sums are
 * joined in order.
 */
final class CpuCam {
  private static final CamLanes LANES = CamLanes.PREFERRED;
  private static final double[][] NONE = {};

  /**
   * Most positions in one task: their sums stay in the caches of a core, and what is read of each
   * channel is several pages long, so that reading ahead pays.
   */
  private static final int MOST = 4096;

  /** Fewest positions in a task of some of the positions. */
  private static final int LEAST = 1024;

  /** So many tasks can be shared out evenly. */
  private static final int TASKS = 16;

  /** Fewest values in a task of its own. */
  private static final int SPAN = 1 << 14;

  /** How the work is cut: into tasks of so many positions and so many channels. */
  private final Lines channels;

  private final int width;
  private final int parts;
  private final int depth;
  private final int groups;

  private CpuCam(Lines channels) {
    this.channels = channels;
    int even = Math.ceilDiv(channels.inner(), Math.ceilDiv(TASKS, channels.outer()));
    width = Math.min(channels.inner(), Math.clamp(even, LEAST, MOST));
    parts = Math.ceilDiv(channels.inner(), width);
    // What groups of channels have in common is added up later: no groups for a few tasks more.
    int wanted = Math.max(1, TASKS / (channels.outer() * parts));
    int worth = Math.max(1, (int) ((long) channels.size() * width / SPAN));
    // Eight channels are what is summed at once.
    int least = Math.ceilDiv(channels.size(), Math.min(wanted, worth));
    depth = Math.ceilDiv(least, CamLanes.FEW) * CamLanes.FEW;
    groups = Math.ceilDiv(channels.size(), depth);
  }

  static Kernel kernel(Cam op, List<Shape> inputs) {
    Shape a = inputs.get(0);
    CpuCam map = new CpuCam(new Lines(a.dim(0), a.dim(1), (int) a.size(2, a.rank())));
    return switch (op) {
      case Cam.HiRes _ -> map.new Products(CamLanes.Counted.ALL);
      case Cam.Layer _ -> map.new Products(CamLanes.Counted.OF_POSITIVE);
      case Cam.Elementwise _ -> map.new Products(CamLanes.Counted.POSITIVE);
      case Cam.Pooled pooled -> map.new Weighted(pooled);
    };
  }

  /** What is summed over channels. */
  private interface Terms {
    /** Adds some channels from a row on, at {@code count} positions from {@code at} on. */
    void add(int row, int rows, int at, int count, double[] sums);

    /** Writes the sums over all of a few channels. */
    void write(int row, int rows, int at, int count, float[] y, int yAt);
  }

  private final class Products implements Kernel {
    private final CamLanes.Counted counted;

    Products(CamLanes.Counted counted) {
      this.counted = counted;
    }

    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      CpuCam.this.run(
          new Multiplied(counted, inputs[0], inputs[1], channels.inner()), output, threads);
    }
  }

  private record Multiplied(CamLanes.Counted counted, float[] a, float[] b, int space)
      implements Terms {
    @Override
    public void add(int row, int rows, int at, int count, double[] sums) {
      LANES.addProducts(counted, a, b, row * space + at, space, rows, count, sums);
    }

    @Override
    public void write(int row, int rows, int at, int count, float[] y, int yAt) {
      LANES.writeProducts(counted, a, b, row * space + at, space, rows, count, y, yAt);
    }
  }

  private final class Weighted implements Kernel {
    private final Cam.Pooled op;

    Weighted(Cam.Pooled op) {
      this.op = op;
    }

    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      int space = channels.inner();
      new CamWeights((int) scratch(), space, threads).write(op, inputs[0], inputs[1], scratch);
      CpuCam.this.run(new Scaled(inputs[0], scratch, space), output, threads);
    }

    @Override
    public long scratch() {
      return (long) channels.outer() * channels.size();
    }
  }

  private record Scaled(float[] a, float[] factors, int space) implements Terms {
    @Override
    public void add(int row, int rows, int at, int count, double[] sums) {
      LANES.addRows(a, row * space + at, space, rows, count, factors, row, sums);
    }

    @Override
    public void write(int row, int rows, int at, int count, float[] y, int yAt) {
      LANES.writeRows(a, row * space + at, space, rows, count, factors, row, y, yAt);
    }
  }

  private void run(Terms terms, float[] y, Threads threads) {
    int space = channels.inner();
    int tasks = channels.outer() * parts * groups;
    // Sums that are not joined later are memory of the thread, and so stay in its caches.
    boolean few = channels.size() <= CamLanes.FEW;
    double[][] sums = few ? NONE : new double[groups == 1 ? threads.count() : tasks][width];
    threads.forEach(
        tasks,
        (task, worker) -> {
          int sample = task / groups / parts;
          int at = task / groups % parts * width;
          int from = task % groups * depth;
          int count = Math.min(width, space - at);
          int row = sample * channels.size() + from;
          int rows = Math.min(depth, channels.size() - from);
          if (few) {
            terms.write(row, rows, at, count, y, sample * space + at);
            return;
          }
          double[] own = sums[groups == 1 ? worker : task];
          if (groups == 1) {
            Arrays.fill(own, 0);
          }
          terms.add(row, rows, at, count, own);
          if (groups == 1) {
            Rows.write(own, y, sample * space + at, count);
          }
        });
    if (groups > 1) {
      join(sums, y);
    }
  }

  /** Adds up the groups of channels, which were apart only where positions are few. */
  private void join(double[][] sums, float[] y) {
    for (int task = 0; task < sums.length; task += groups) {
      double[] total = sums[task];
      for (int group = 1; group < groups; group++) {
        double[] more = sums[task + group];
        for (int i = 0; i < total.length; i++) {
          total[i] += more[i];
        }
      }
      int sample = task / groups / parts;
      int at = task / groups % parts * width;
      Rows.write(total, y, sample * channels.inner() + at, Math.min(width, channels.inner() - at));
    }
  }
}
