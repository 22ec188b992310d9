package voxcam.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import voxcam.model.KnownArithmetic.Rule;
import voxcam.op.InputException;
import voxcam.op.Movement;

/** Known values at other places, and lists that follow from sizes. */
final class KnownMovement {
  private KnownMovement() {}

  static void fill(Map<String, Rule> rules) {
    rules.put("Shape", (node, inputs) -> List.of(shape(node, inputs.get(0).dims())));
    rules.put("Size", (_, inputs) -> List.of(Known.scalar(inputs.get(0).count())));
    rules.put("Gather", (node, inputs) -> List.of(gather(node, inputs.get(0), inputs.get(1))));
    rules.put("Concat", (node, inputs) -> List.of(concat(node, inputs)));
    rules.put("Slice", (node, inputs) -> List.of(slice(node, inputs)));
    rules.put("Squeeze", (node, inputs) -> List.of(squeeze(node, inputs)));
    rules.put("Unsqueeze", (node, inputs) -> List.of(unsqueeze(node, inputs)));
    rules.put("Reshape", (node, inputs) -> List.of(reshape(node, inputs)));
    rules.put("Flatten", (node, inputs) -> List.of(flatten(node, inputs.get(0))));
    rules.put("Transpose", (node, inputs) -> List.of(transpose(node, inputs.get(0))));
    rules.put("Expand", (_, inputs) -> List.of(expand(inputs.get(0), inputs.get(1))));
    rules.put("Tile", (_, inputs) -> List.of(tile(inputs.get(0), inputs.get(1))));
    rules.put("Range", (_, inputs) -> List.of(range(inputs)));
    rules.put("NonZero", (_, inputs) -> List.of(nonZero(inputs.get(0))));
    for (String kind : List.of("Sum", "Prod", "Max", "Min")) {
      rules.put("Reduce" + kind, (node, inputs) -> List.of(reduce(node, kind, inputs)));
    }
  }

  /** The sizes of a tensor, or those from {@code start} to {@code end}. */
  static Known shape(OnnxNode node, int... dims) {
    long start = within(node.whole("start", 0), dims.length);
    long end = within(node.whole("end", dims.length), dims.length);
    return Known.list(
        Arrays.stream(dims).skip(start).limit(Math.max(0, end - start)).asLongStream().toArray());
  }

  private static long within(long position, int rank) {
    return Math.max(0, Math.min(rank, position < 0 ? position + rank : position));
  }

  private static Known gather(OnnxNode node, Known x, Known indices) {
    int axis = x.axis(node.whole("axis", 0));
    int size = x.dims()[axis];
    int before = KnownShapes.count(Arrays.copyOf(x.dims(), axis));
    int after = KnownShapes.count(Arrays.copyOfRange(x.dims(), axis + 1, x.rank()));
    int[] sizes =
        IntStream.concat(
                IntStream.concat(Arrays.stream(x.dims(), 0, axis), Arrays.stream(indices.dims())),
                Arrays.stream(x.dims(), axis + 1, x.rank()))
            .toArray();
    int[] positions = new int[KnownShapes.count(sizes)];
    int at = 0;
    for (int i = 0; i < before; i++) {
      for (int j = 0; j < indices.count(); j++) {
        long index = indices.whole(j) < 0 ? indices.whole(j) + size : indices.whole(j);
        if (index < 0 || index >= size) {
          throw new InputException("takes position " + indices.whole(j) + " of " + size);
        }
        for (int k = 0; k < after; k++) {
          positions[at++] = (i * size + (int) index) * after + k;
        }
      }
    }
    return x.picked(sizes, positions);
  }

  private static Known concat(OnnxNode node, List<Known> inputs) {
    Known first = inputs.get(0);
    int axis = first.axis(node.whole("axis", 0));
    int[] sizes = first.dims().clone();
    sizes[axis] = 0;
    for (Known input : inputs) {
      if (input.rank() != first.rank() || input.isWhole() != first.isWhole()) {
        throw new InputException("its inputs differ in axes or type");
      }
      sizes[axis] += input.dims()[axis];
    }
    int before = KnownShapes.count(Arrays.copyOf(sizes, axis));
    int count = KnownShapes.count(sizes);
    long[] wholes = first.isWhole() ? new long[count] : null;
    double[] reals = first.isWhole() ? null : new double[count];
    int at = 0;
    for (int i = 0; i < before; i++) {
      for (Known input : inputs) {
        int part = input.count() / Math.max(1, before);
        if (at + part > count) {
          throw new InputException("its inputs differ on another axis than " + axis);
        }
        System.arraycopy(
            first.isWhole() ? input.wholes() : input.reals(),
            i * part,
            first.isWhole() ? wholes : reals,
            at,
            part);
        at += part;
      }
    }
    return new Known(first.type(), sizes, wholes, reals);
  }

  private static Known slice(OnnxNode node, List<Known> inputs) {
    Known x = inputs.get(0);
    long[] starts = parameter(node, inputs, 1, "starts");
    long[] ends = parameter(node, inputs, 2, "ends");
    long[] axes = parameter(node, inputs, 3, "axes");
    long[] steps = parameter(node, inputs, 4, "steps");
    int[] sizes = x.dims().clone();
    int[] strides = KnownShapes.strides(x.dims());
    int from = 0;
    if (starts == null || ends == null || ends.length != starts.length) {
      throw new InputException("starts and ends are missing or differ in length");
    }
    for (int i = 0; i < starts.length; i++) {
      int axis = x.axis(axes == null || i >= axes.length ? i : axes[i]);
      int step = Numbers.clamped(steps == null || i >= steps.length ? 1 : steps[i]);
      var range =
          new Movement.Range(axis, Numbers.clamped(starts[i]), Numbers.clamped(ends[i]), step);
      int size = x.dims()[axis];
      sizes[axis] = size == 0 ? 0 : range.count(size);
      from += size == 0 ? 0 : range.first(size) * strides[axis];
      strides[axis] *= step;
    }
    return x.picked(sizes, KnownShapes.walk(sizes, strides, from));
  }

  /** A parameter that newer opsets take as an input and older ones as an attribute. */
  private static long[] parameter(OnnxNode node, List<Known> inputs, int index, String name) {
    return index < inputs.size() && inputs.get(index) != null
        ? inputs.get(index).asWholes()
        : node.wholes(name);
  }

  private static Known squeeze(OnnxNode node, List<Known> inputs) {
    Known x = inputs.get(0);
    long[] axes = parameter(node, inputs, 1, "axes");
    List<Integer> named = axes == null ? List.of() : LongStream.of(axes).mapToObj(x::axis).toList();
    int[] sizes =
        IntStream.range(0, x.rank())
            .filter(i -> axes == null ? x.dims()[i] != 1 : !named.contains(i))
            .map(i -> x.dims()[i])
            .toArray();
    return counted(x, sizes);
  }

  private static Known unsqueeze(OnnxNode node, List<Known> inputs) {
    Known x = inputs.get(0);
    long[] axes = parameter(node, inputs, 1, "axes");
    if (axes == null) {
      throw new InputException("axes is missing");
    }
    int rank = x.rank() + axes.length;
    List<Long> named =
        LongStream.of(axes).map(axis -> axis < 0 ? axis + rank : axis).boxed().toList();
    int[] sizes = new int[rank];
    int from = 0;
    for (int i = 0; i < rank; i++) {
      boolean put = named.contains((long) i);
      if (!put && from == x.rank()) {
        throw new InputException("axes " + named + " do not fit");
      }
      sizes[i] = put ? 1 : x.dims()[from++];
    }
    return counted(x, sizes);
  }

  private static Known counted(Known x, int... sizes) {
    if (KnownShapes.count(sizes) != x.count()) {
      throw new InputException(x.count() + " values do not fit " + Arrays.toString(sizes));
    }
    return x.shaped(sizes);
  }

  private static Known reshape(OnnxNode node, List<Known> inputs) {
    Known x = inputs.get(0);
    long[] wanted = parameter(node, inputs, 1, "shape");
    if (wanted == null) {
      throw new InputException("shape is missing");
    }
    boolean zero = node.whole("allowzero", 0) == 1;
    int[] sizes = new int[wanted.length];
    int open = -1;
    long known = 1;
    for (int i = 0; i < sizes.length; i++) {
      long size = wanted[i] == 0 && !zero ? (i < x.rank() ? x.dims()[i] : -2) : wanted[i];
      if (size < -1 || size > Known.MOST || (size == -1 && open >= 0)) {
        throw new InputException("the shape " + Arrays.toString(wanted) + " does not suit");
      }
      open = size == -1 ? i : open;
      sizes[i] = size == -1 ? 1 : (int) size;
      known = Math.min(known * sizes[i], 1L << 40);
    }
    if (open >= 0) {
      sizes[open] = known == 0 ? 0 : (int) (x.count() / known);
    }
    return counted(x, sizes);
  }

  private static Known flatten(OnnxNode node, Known x) {
    long axis = node.whole("axis", 1);
    int at = (int) within(axis, x.rank());
    int before = KnownShapes.count(Arrays.copyOf(x.dims(), at));
    return counted(x, before, before == 0 ? 0 : x.count() / before);
  }

  private static Known transpose(OnnxNode node, Known x) {
    long[] given = node.wholes("perm");
    int rank = x.rank();
    int[] order = new int[rank];
    Arrays.setAll(order, i -> given == null || i >= given.length ? rank - 1 - i : x.axis(given[i]));
    int[] own = KnownShapes.strides(x.dims());
    int[] sizes = Arrays.stream(order).map(i -> x.dims()[i]).toArray();
    int[] strides = Arrays.stream(order).map(i -> own[i]).toArray();
    if (Arrays.stream(order).distinct().count() != rank) {
      throw new InputException(Arrays.toString(order) + " is no order of the axes");
    }
    return x.picked(sizes, KnownShapes.walk(sizes, strides, 0));
  }

  private static Known expand(Known x, Known shape) {
    int[] wanted = LongStream.of(shape.asWholes()).mapToInt(Numbers::clamped).toArray();
    if (Arrays.stream(wanted).anyMatch(size -> size < 0)) {
      throw new InputException("the shape " + Arrays.toString(wanted) + " has a negative size");
    }
    int[] sizes = KnownShapes.broadcast(x.dims(), wanted);
    return x.picked(sizes, KnownShapes.positions(x.dims(), sizes));
  }

  private static Known tile(Known x, Known repeats) {
    if (repeats.count() != x.rank()) {
      throw new InputException("needs one number of repeats for each axis");
    }
    int[] sizes = new int[x.rank()];
    for (int i = 0; i < sizes.length; i++) {
      long repeat = repeats.whole(i);
      if (repeat < 0 || repeat * x.dims()[i] > Known.MOST) {
        throw new KnownShapes.TooLarge();
      }
      sizes[i] = (int) repeat * x.dims()[i];
    }
    int[] strides = KnownShapes.strides(x.dims());
    int[] whole = KnownShapes.strides(sizes);
    int[] positions = new int[KnownShapes.count(sizes)];
    for (int i = 0; i < positions.length; i++) {
      for (int axis = 0; axis < sizes.length; axis++) {
        positions[i] += i / whole[axis] % sizes[axis] % x.dims()[axis] * strides[axis];
      }
    }
    return x.picked(sizes, positions);
  }

  private static Known range(List<Known> inputs) {
    Known start = inputs.get(0);
    double first = start.real(0);
    double step = inputs.get(2).real(0);
    double count = Math.max(0, Math.ceil((inputs.get(1).real(0) - first) / step));
    if (step == 0 || Double.isNaN(count)) {
      throw new InputException("a step of 0 never ends");
    }
    if (count > Known.MOST) {
      throw new KnownShapes.TooLarge();
    }
    int[] sizes = {(int) count};
    return start.isWhole()
        ? Known.of(
            start.type(),
            sizes,
            LongStream.range(0, sizes[0]).map(i -> start.whole(0) + i * (long) step).toArray())
        : Known.of(
            start.type(),
            sizes,
            IntStream.range(0, sizes[0]).mapToDouble(i -> first + i * step).toArray());
  }

  private static Known nonZero(Known x) {
    int[] at = IntStream.range(0, x.count()).filter(i -> x.real(i) != 0).toArray();
    int[] strides = KnownShapes.strides(x.dims());
    List<Long> values = new ArrayList<>();
    for (int axis = 0; axis < x.rank(); axis++) {
      for (int i : at) {
        values.add((long) (i / strides[axis] % x.dims()[axis]));
      }
    }
    return Known.of(
        OnnxType.INT64,
        new int[] {x.rank(), at.length},
        values.stream().mapToLong(Long::longValue).toArray());
  }

  private static Known reduce(OnnxNode node, String kind, List<Known> inputs) {
    Known x = inputs.get(0);
    long[] axes = parameter(node, inputs, 1, "axes");
    if ((axes == null || axes.length == 0) && node.whole("noop_with_empty_axes", 0) == 1) {
      return x;
    }
    boolean[] gone = new boolean[x.rank()];
    for (int i = 0; i < x.rank(); i++) {
      gone[i] = axes == null || axes.length == 0;
    }
    for (long axis : axes == null ? new long[0] : axes) {
      gone[x.axis(axis)] = true;
    }
    int[] kept = IntStream.range(0, x.rank()).map(i -> gone[i] ? 1 : x.dims()[i]).toArray();
    int[] into = KnownShapes.positions(kept, x.dims());
    double[] results = new double[KnownShapes.count(kept)];
    Arrays.fill(
        results,
        switch (kind) {
          case "Prod" -> 1;
          case "Max" -> Double.NEGATIVE_INFINITY;
          case "Min" -> Double.POSITIVE_INFINITY;
          default -> 0;
        });
    for (int i = 0; i < into.length; i++) {
      double before = results[into[i]];
      results[into[i]] =
          switch (kind) {
            case "Prod" -> before * x.real(i);
            case "Max" -> Math.max(before, x.real(i));
            case "Min" -> Math.min(before, x.real(i));
            default -> before + x.real(i);
          };
    }
    int[] sizes =
        node.whole("keepdims", 1) == 1
            ? kept
            : IntStream.range(0, x.rank()).filter(i -> !gone[i]).map(i -> x.dims()[i]).toArray();
    Known real = Known.of(OnnxType.DOUBLE, sizes, results);
    return real.cast(x.type());
  }
}
