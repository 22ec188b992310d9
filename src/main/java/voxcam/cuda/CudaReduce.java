package voxcam.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import voxcam.op.Reduce;
import voxcam.op.Shape;

/** Sums, largest values and the like along axes, by kernels/reduce.cu. */
final class CudaReduce {
  /** The least part of a line that is worth a block, and its multiples. */
  private static final int LINE_PART = 4096;

  /** The least part of a column that is worth a thread, and its multiples. */
  private static final int COLUMN_PART = 64;

  /** Columns side by side from which on neighbouring threads read neighbours. */
  private static final int SIDE_BY_SIDE = 16;

  /** Bytes of a sum in double and a largest value. */
  private static final long PARTIAL = 16;

  private CudaReduce() {}

  static Launches launches(Reduce op, Shape input, Shape output) {
    boolean[] reduced = op.reduced(input);
    Walk kept = walk(op, input, reduced, false);
    Walk along = walk(op, input, reduced, true);
    long lines = output.size();
    long length = input.size() / lines;
    boolean columns = kept.step(0) == 1 && kept.sizes()[0] >= SIDE_BY_SIDE;
    int team = Teams.of(length);
    long blocks = Math.ceilDiv(lines, columns ? Teams.BLOCK : Teams.BLOCK / team);
    long partLength = Teams.partLength(length, blocks, columns ? COLUMN_PART : LINE_PART);
    long parts = Math.ceilDiv(length, partLength);
    Grid grid =
        columns
            ? new Grid(Math.toIntExact(blocks), Math.toIntExact(parts), 1, Teams.BLOCK)
            : Teams.grid(lines * parts, team);
    String kind = kernel(op.kind());
    List<Launch> launches = new ArrayList<>();
    launches.add(
        Launch.of(
            "reduce",
            (columns ? "reduceColumns" : "reduceLines") + kind,
            grid,
            new Argument.Input(0),
            new Argument.Output(),
            new Argument.Scratch(0),
            Members.joined(
                new long[] {lines, length, op.kind().ordinal(), team, parts, partLength},
                kept.members(),
                along.members())));
    if (parts == 1) {
      return new Launches(launches, 0);
    }
    int joining = Teams.of(parts);
    launches.add(
        Launch.of(
            "reduce",
            "reduceParts" + kind,
            Teams.grid(lines, joining),
            new Argument.Scratch(0),
            new Argument.Output(),
            new Argument.Geometry(lines, length, op.kind().ordinal(), joining, parts)));
    return new Launches(launches, lines * parts * PARTIAL);
  }

  private static String kernel(Reduce.Kind kind) {
    return switch (kind) {
      case Sum, Mean, L1, L2 -> "Total";
      case Max, Min -> "Extreme";
      case LogSumExp -> "LogSum";
    };
  }

  /** The walk over the axes that are reduced, or over those that are not. */
  private static Walk walk(Reduce op, Shape input, boolean[] reduced, boolean which) {
    int[] axes = IntStream.range(0, input.rank()).filter(axis -> reduced[axis] == which).toArray();
    long[] strides = input.strides();
    return Walk.over(
        op.name(),
        Shape.of(IntStream.of(axes).map(input::dim).toArray()),
        IntStream.of(axes).mapToLong(axis -> strides[axis]).toArray());
  }
}
