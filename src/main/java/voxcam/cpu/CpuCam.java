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

  /**
   * Most positions in one task: their sums stay in the caches of a core, and what is read of each
   * channel is several pages long, so that reading ahead pays.
   */
  private static final int MOST = 8192;

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
    width = Math.min(channels.inner(), MOST);
    parts = Math.ceilDiv(channels.inner(), width);
    int wanted = Math.ceilDiv(TASKS, channels.outer() * parts);
    int worth = Math.max(1, (int) ((long) channels.size() * width / SPAN));
    // Eight channels are what is summed at once.
    depth = Math.ceilDiv(Math.ceilDiv(channels.size(), Math.min(wanted, worth)), 8) * 8;
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
  }

  private final class Products implements Kernel {
    private final CamLanes.Counted counted;

    Products(CamLanes.Counted counted) {
      this.counted = counted;
    }

    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      int space = channels.inner();
      CpuCam.this.run(
          (row, rows, at, count, sums) ->
              LANES.addProducts(
                  counted, inputs[0], inputs[1], row * space + at, space, rows, count, sums),
          output,
          threads);
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
      CpuCam.this.run(
          (row, count, at, length, sums) ->
              LANES.addRows(inputs[0], row * space + at, space, count, length, scratch, row, sums),
          output,
          threads);
    }

    @Override
    public long scratch() {
      return (long) channels.outer() * channels.size();
    }
  }

  private void run(Terms terms, float[] y, Threads threads) {
    int space = channels.inner();
    int tasks = channels.outer() * parts * groups;
    // Sums that are not joined later are memory of the thread, and so stay in its caches.
    double[][] sums = new double[groups == 1 ? threads.count() : tasks][width];
    threads.forEach(
        tasks,
        (task, worker) -> {
          int sample = task / groups / parts;
          int at = task / groups % parts * width;
          int from = task % groups * depth;
          int count = Math.min(width, space - at);
          double[] own = sums[groups == 1 ? worker : task];
          int rows = Math.min(depth, channels.size() - from);
          Arrays.fill(own, 0);
          terms.add(sample * channels.size() + from, rows, at, count, own);
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
