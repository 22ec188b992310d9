package voxcam.cuda;

import java.util.List;
import voxcam.op.Index;
import voxcam.op.InputException;
import voxcam.op.Shape;

/** Positions of values, and values by position, by kernels/index.cu. */
final class CudaIndex {
  /** Up to this k each of the k values is looked for in turn, on a line longer than the next. */
  private static final int MOST_ROUNDS = 32;

  private static final int SHORT = 64;

  private static final long INT = 4;

  private CudaIndex() {}

  static Launches launches(Index op, List<Shape> inputs, Shape output) {
    Shape x = inputs.get(0);
    return switch (op) {
      case Index.ArgMax(int axis, boolean _) -> argMax(AxisLines.of(x, x.axis(axis)));
      case Index.TopK topK -> topK(topK, AxisLines.of(x, x.axis(topK.axis())));
      case Index.Gather(int axis) -> gather(x, x.axis(axis), inputs.get(1), output);
      case Index.GatherGrad(int axis, Shape shape) ->
          gatherGrad(shape, shape.axis(axis), inputs.get(1));
      case Index.GatherElements(int axis) -> elements(op, x, x.axis(axis), inputs.get(1));
      case Index.GatherElementsGrad(int axis, Shape shape) ->
          elementsGrad(op, shape, shape.axis(axis), inputs.get(1));
    };
  }

  private static Launches argMax(AxisLines lines) {
    return lines(
        lines.sideBySide() ? "indexArgMaxColumns" : "indexArgMaxLines",
        lines.grid(),
        geometry(lines, 1, true, false));
  }

  private static Launches topK(Index.TopK op, AxisLines lines) {
    boolean rounds = op.k() <= MOST_ROUNDS && lines.length() > SHORT;
    boolean values =
        switch (op.part()) {
          case VALUES -> true;
          case INDICES -> false;
        };
    return lines(
        rounds ? "indexTopKRounds" : "indexTopKRanks",
        rounds
            ? Teams.grid(lines.lines(), lines.team())
            : Elements.grid(lines.lines() * lines.length()),
        geometry(lines, op.k(), op.largest(), values));
  }

  private static Launches lines(String kernel, Grid grid, Argument.Geometry geometry) {
    return Launches.of(
        Launch.of("index", kernel, grid, new Argument.Input(0), new Argument.Output(), geometry));
  }

  private static Argument.Geometry geometry(
      AxisLines lines, int k, boolean largest, boolean values) {
    return new Argument.Geometry(
        lines.lines(),
        lines.length(),
        lines.inner(),
        lines.team(),
        k,
        largest ? 1 : 0,
        values ? 1 : 0);
  }

  private static Launches gather(Shape x, int axis, Shape indices, Shape y) {
    return Launches.of(
        Launch.of(
            "index",
            "indexGather",
            Elements.grid(y.size()),
            new Argument.Input(0),
            new Argument.Input(1),
            new Argument.Output(),
            gathered(x, axis, indices, y.size())));
  }

  private static Launches gatherGrad(Shape gx, int axis, Shape indices) {
    Argument.Geometry geometry = gathered(gx, axis, indices, gx.size());
    long behindFirst = CudaPlan.aligned(gx.dim(axis) * INT);
    Argument first = new Argument.Scratch(0);
    Argument next = new Argument.Scratch(behindFirst);
    return new Launches(
        List.of(
            Launch.of(
                "index",
                "indexChains",
                Grid.covering(indices.size() + gx.dim(axis), Elements.THREADS),
                new Argument.Input(1),
                first,
                next,
                geometry),
            Launch.of(
                "index",
                "indexGatherGrad",
                Elements.grid(gx.size()),
                new Argument.Input(0),
                first,
                next,
                new Argument.Output(),
                geometry)),
        behindFirst + indices.size() * INT);
  }

  private static Argument.Geometry gathered(Shape x, int axis, Shape indices, long count) {
    return new Argument.Geometry(count, x.dim(axis), indices.size(), x.size(axis + 1, x.rank()));
  }

  private static Launches elements(Index op, Shape x, int axis, Shape indices) {
    long[] others = x.strides();
    long step = others[axis];
    others[axis] = 0;
    return Launches.of(
        Launch.of(
            "index",
            "indexGatherElements",
            Elements.grid(indices.size()),
            new Argument.Input(0),
            new Argument.Input(1),
            new Argument.Output(),
            Walk.over(op.name(), indices, others).behind(indices.size(), x.dim(axis), step)));
  }

  private static Launches elementsGrad(Index op, Shape gx, int axis, Shape indices) {
    int rank = gx.rank();
    if (rank > Walk.MOST_AXES) {
      throw new InputException(
          "%s: device cuda takes at most %d axes, %s has %d; use --device cpu"
              .formatted(op.name(), Walk.MOST_AXES, gx, rank));
    }
    long[] sizes = new long[Walk.MOST_AXES];
    long[] extents = new long[Walk.MOST_AXES];
    long[] strides = new long[Walk.MOST_AXES];
    for (int i = 0; i < rank; i++) {
      int outermostFirst = rank - 1 - i;
      sizes[i] = gx.dim(outermostFirst);
      extents[i] = indices.dim(outermostFirst);
      strides[i] = indices.strides()[outermostFirst];
    }
    long[] numbers = {gx.size(), rank, rank - 1 - axis, gx.dim(axis), indices.dim(axis)};
    return Launches.of(
        Launch.of(
            "index",
            "indexGatherElementsGrad",
            Elements.grid(gx.size()),
            new Argument.Input(0),
            new Argument.Input(1),
            new Argument.Output(),
            Members.joined(numbers, sizes, extents, strides)));
  }
}
