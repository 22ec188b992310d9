package voxcam.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import voxcam.op.Reduce;
import voxcam.op.Shape;

/**
 * Reductions over any axes. The reduced positions of an output are cut into segments of a length
 * that depends on shapes alone; segments are reduced in double precision, then joined in order. So
 * one sum over a volume is shared out, is accurate, and has the same bits for any number of
 * threads.
 */
final class CpuReduce implements Kernel {
  private static final int WIDTH = 512;
  private static final int SPAN = 1 << 15;
  private static final int SEGMENT = 1 << 16;

  private final Reduce.Kind kind;
  private final Positions kept;
  private final Positions reduced;

  /**
   * How many contiguous outputs are handled together; 1 where the contiguous axis is a reduced one.
   */
  private final int width;

  private final int parts;
  private final int run;
  private final int segmentLength;
  private final int segments;

  private CpuReduce(Reduce op, Shape x) {
    kind = op.kind();
    Axes axes = new Axes(x, op.reduced(x));
    boolean contiguous = axes.lastIsReduced();
    run = contiguous ? axes.lastSize() : 1;
    int inner = contiguous ? 1 : axes.lastSize();
    kept = axes.positions(false, !contiguous);
    reduced = axes.positions(true, contiguous);
    width = Math.min(inner, WIDTH);
    parts = inner;
    long perOutput = (long) reduced.count() * run;
    boolean enoughOutputs = kept.count() * (long) Math.ceilDiv(inner, width) >= 256;
    segmentLength =
        enoughOutputs ? (int) perOutput : (int) Math.min(perOutput, Math.max(256, SEGMENT / width));
    segments = (int) Math.ceilDiv(perOutput, segmentLength);
  }

  static Kernel kernel(Reduce op, Shape x) {
    return new CpuReduce(op, x);
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    int columns = Math.ceilDiv(parts, width);
    int blocks = kept.count() * columns;
    if (segments == 1) {
      int bundle = (int) Math.max(1, SPAN / ((long) width * segmentLength));
      threads.forEach(
          Math.ceilDiv(blocks, bundle),
          task -> {
            Accumulator sums = new Accumulator(kind, width);
            for (int b = task * bundle; b < Math.min(blocks, (task + 1) * bundle); b++) {
              int count = segment(inputs[0], b / columns, b % columns, 0, sums);
              sums.finish(output, first(b / columns, b % columns), count, divisor());
            }
          });
      return;
    }
    Accumulator[] pieces = new Accumulator[blocks * segments];
    threads.forEach(
        pieces.length,
        task -> {
          int block = task / segments;
          pieces[task] = new Accumulator(kind, width);
          segment(inputs[0], block / columns, block % columns, task % segments, pieces[task]);
        });
    for (int b = 0; b < blocks; b++) {
      Accumulator sums = pieces[b * segments];
      for (int s = 1; s < segments; s++) {
        sums.join(pieces[b * segments + s]);
      }
      int column = b % columns;
      sums.finish(
          output, first(b / columns, column), Math.min(width, parts - column * width), divisor());
    }
  }

  private double divisor() {
    return (double) reduced.count() * run;
  }

  private int first(int row, int column) {
    return row * parts + column * width;
  }

  /** Reduces one segment of a block of outputs, and returns how many outputs the block has. */
  private int segment(float[] x, int row, int column, int segment, Accumulator sums) {
    int count = Math.min(width, parts - column * width);
    int base = kept.offset(row) + column * width;
    sums.clear();
    int from = segment * segmentLength;
    int to = from + Math.min(segmentLength, reduced.count() * run - from);
    if (run == 1) {
      for (int r = from; r < to; r++) {
        sums.addRow(x, base + reduced.offset(r), count);
      }
      return count;
    }
    int at = from;
    while (at < to) {
      int skipped = at % run;
      int length = Math.min(run - skipped, to - at);
      sums.addRun(x, base + reduced.offset(at / run) + skipped, length);
      at += length;
    }
    return count;
  }

  /** The axes of the input, neighbours of one kind made one. */
  private static final class Axes {
    private final List<int[]> sizesAndStrides = new ArrayList<>();
    private final List<Boolean> isReduced = new ArrayList<>();

    Axes(Shape x, boolean[] reduced) {
      long[] strides = x.strides();
      for (int i = 0; i < x.rank(); i++) {
        if (x.dim(i) == 1) {
          continue;
        }
        if (!isReduced.isEmpty() && isReduced.getLast() == reduced[i]) {
          int[] last = sizesAndStrides.getLast();
          last[0] *= x.dim(i);
          last[1] = (int) strides[i];
        } else {
          sizesAndStrides.add(new int[] {x.dim(i), (int) strides[i]});
          isReduced.add(reduced[i]);
        }
      }
    }

    boolean lastIsReduced() {
      return !isReduced.isEmpty() && isReduced.getLast();
    }

    int lastSize() {
      return sizesAndStrides.isEmpty() ? 1 : sizesAndStrides.getLast()[0];
    }

    /** The reduced or the kept positions, with or without the last axis. */
    Positions positions(boolean reduced, boolean withoutLast) {
      List<int[]> chosen = new ArrayList<>();
      int end = sizesAndStrides.size() - (withoutLast && !sizesAndStrides.isEmpty() ? 1 : 0);
      for (int i = 0; i < end; i++) {
        if (isReduced.get(i) == reduced) {
          chosen.add(sizesAndStrides.get(i));
        }
      }
      return new Positions(List.copyOf(chosen));
    }
  }

  /** Positions along some axes, counted row-major. */
  private record Positions(List<int[]> sizesAndStrides) {
    int count() {
      int count = 1;
      for (int[] axis : sizesAndStrides) {
        count *= axis[0];
      }
      return count;
    }

    int offset(int position) {
      int offset = 0;
      int rest = position;
      for (int i = sizesAndStrides.size() - 1; i >= 0; i--) {
        int[] axis = sizesAndStrides.get(i);
        offset += rest % axis[0] * axis[1];
        rest /= axis[0];
      }
      return offset;
    }
  }

  /**
   * What has been seen so far, for several outputs; a sum of exponentials is kept relative to the
   * largest exponent.
   */
  private static final class Accumulator {
    private final Reduce.Kind kind;
    private final double[] values;
    private final double[] exponentials;

    Accumulator(Reduce.Kind kind, int width) {
      this.kind = kind;
      this.values = new double[width];
      this.exponentials = new double[kind == Reduce.Kind.LogSumExp ? width : 0];
    }

    void clear() {
      double start =
          switch (kind) {
            case Sum, Mean, L1, L2 -> 0;
            case Max, LogSumExp -> Double.NEGATIVE_INFINITY;
            case Min -> Double.POSITIVE_INFINITY;
          };
      Arrays.fill(values, start);
      Arrays.fill(exponentials, 0);
    }

    /** One more value for each output. */
    void addRow(float[] x, int at, int count) {
      double[] v = values;
      switch (kind) {
        case Sum, Mean -> Rows.add(x, at, v, count);
        case L1 -> Rows.addMagnitude(x, at, v, count);
        case L2 -> Rows.addSquare(x, at, v, count);
        case Max -> Rows.max(x, at, v, count);
        case Min -> Rows.min(x, at, v, count);
        case LogSumExp -> {
          for (int i = 0; i < count; i++) {
            addExponential(i, x[at + i], 1);
          }
        }
      }
    }

    /** Several more values for the only output. */
    void addRun(float[] x, int at, int length) {
      int end = at + length;
      switch (kind) {
        case Sum, Mean -> values[0] += Sums.plain(x, at, end);
        case L1 -> values[0] += Sums.magnitudes(x, at, end);
        case L2 -> values[0] += Sums.squares(x, at, end, 0);
        case Max -> values[0] = Math.max(values[0], Rows.largest(x, at, end));
        case Min -> values[0] = Math.min(values[0], Rows.smallest(x, at, end));
        case LogSumExp -> {
          double largest = Rows.largest(x, at, end);
          addExponential(0, largest, Rows.exponentials(x, at, end, largest));
        }
      }
    }

    void join(Accumulator next) {
      for (int i = 0; i < values.length; i++) {
        switch (kind) {
          case Sum, Mean, L1, L2 -> values[i] += next.values[i];
          case Max -> values[i] = Math.max(values[i], next.values[i]);
          case Min -> values[i] = Math.min(values[i], next.values[i]);
          case LogSumExp -> addExponential(i, next.values[i], next.exponentials[i]);
        }
      }
    }

    /** Adds {@code sum e^exponent} to output {@code i}. */
    private void addExponential(int i, double exponent, double sum) {
      double largest = Math.max(values[i], exponent);
      if (Double.isInfinite(largest)) {
        values[i] = largest;
        exponentials[i] = 1;
      } else {
        exponentials[i] =
            exponentials[i] * Math.exp(values[i] - largest) + sum * Math.exp(exponent - largest);
        values[i] = largest;
      }
    }

    void finish(float[] y, int at, int count, double divisor) {
      for (int i = 0; i < count; i++) {
        double value =
            switch (kind) {
              case Sum, L1, Max, Min -> values[i];
              case Mean -> values[i] / divisor;
              case L2 -> Math.sqrt(values[i]);
              case LogSumExp -> values[i] + Math.log(exponentials[i]);
            };
        y[at + i] = (float) value;
      }
    }
  }
}
