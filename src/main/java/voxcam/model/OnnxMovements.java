package voxcam.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import voxcam.graph.Node;
import voxcam.model.Operators.Reader;
import voxcam.op.Binary;
import voxcam.op.Index;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Op;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Where;

/** Operators that place values elsewhere, made of the engine's own. */
final class OnnxMovements {
  private OnnxMovements() {}

  static void fill(Map<String, Reader> readers) {
    readers.put("Tile", OnnxMovements::tile);
    readers.put("Expand", OnnxMovements::expand);
    readers.put("ConstantOfShape", OnnxMovements::constantOfShape);
    readers.put("DepthToSpace", OnnxMovements::depthToSpace);
    readers.put("SpaceToDepth", OnnxMovements::spaceToDepth);
    readers.put("Trilu", OnnxMovements::trilu);
    readers.put("Hardmax", OnnxMovements::hardmax);
    readers.put("Hardmax-1", OnnxMovements::flatHardmax);
    readers.put("OneHot", OnnxMovements::oneHot);
    readers.put("ArgMin", OnnxMovements::argMin);
    readers.put("CumSum", OnnxMovements::cumSum);
    readers.put("Compress", OnnxMovements::compress);
    readers.put("Dropout", OnnxMovements::dropout);
    readers.put("Resize", OnnxResize::read);
    readers.put("Einsum", OnnxEinsum::read);
  }

  private static Movement.Reshape sizes(List<Integer> sizes) {
    return new Movement.Reshape(sizes);
  }

  private static List<Integer> dims(Node node) {
    return new ArrayList<>(Arrays.stream(node.shape().dims()).boxed().toList());
  }

  private static long[] required(Call call, int index, String name) {
    return call.wholes(index, name).orElseThrow(() -> call.refused(name + " is missing"));
  }

  /** Each axis gets one before it that stretches to the repeats. */
  private static List<Node> tile(Call call) {
    call.atMost(2);
    Node x = call.input(0);
    List<Integer> repeats = call.exact("repeats", required(call, 1, "repeats"));
    List<Integer> own = dims(x);
    if (repeats.size() != own.size() || repeats.stream().anyMatch(repeat -> repeat < 1)) {
      throw call.refused("repeats " + repeats + " do not suit the input " + x.shape());
    }
    List<Integer> split = new ArrayList<>();
    int[] stretched = new int[2 * own.size()];
    List<Integer> joined = new ArrayList<>();
    for (int i = 0; i < own.size(); i++) {
      split.addAll(List.of(1, own.get(i)));
      stretched[2 * i] = repeats.get(i);
      stretched[2 * i + 1] = own.get(i);
      joined.add(Math.multiplyExact(repeats.get(i), own.get(i)));
    }
    Node apart = call.between(sizes(split), x);
    Node many = call.between(new Movement.Expand(Shape.of(stretched)), apart);
    return call.result(sizes(joined), many);
  }

  private static List<Node> expand(Call call) {
    call.atMost(2);
    long[] shape = required(call, 1, "shape");
    Shape wanted =
        Shape.of(call.exact("shape", shape).stream().mapToInt(Integer::intValue).toArray());
    return call.result(new Movement.Expand(wanted), call.input(0));
  }

  private static List<Node> constantOfShape(Call call) {
    long[] shape = required(call, 0, "shape");
    double value = call.attributes().real("value", 0);
    Shape wanted =
        Shape.of(call.exact("shape", shape).stream().mapToInt(Integer::intValue).toArray());
    return call.result(new Movement.Expand(wanted), call.scalar(value));
  }

  private static List<Node> depthToSpace(Call call) {
    Node x = call.inputs(1, 1).get(0);
    int block = block(call, x);
    List<Integer> own = dims(x);
    int channels = own.get(1) / (block * block);
    if (channels * block * block != own.get(1)) {
      throw call.refused("its " + own.get(1) + " channels do not divide by " + block + "^2");
    }
    boolean columns = call.attributes().text("mode", "DCR").equals("CRD");
    List<Integer> apart =
        columns
            ? List.of(own.get(0), channels, block, block, own.get(2), own.get(3))
            : List.of(own.get(0), block, block, channels, own.get(2), own.get(3));
    List<Integer> order = columns ? List.of(0, 1, 4, 2, 5, 3) : List.of(0, 3, 4, 1, 5, 2);
    Node moved = call.between(new Movement.Transpose(order), call.between(sizes(apart), x));
    return call.result(
        sizes(List.of(own.get(0), channels, own.get(2) * block, own.get(3) * block)), moved);
  }

  private static int block(Call call, Node x) {
    int block = call.attributes().required("blocksize");
    if (block < 1 || x.shape().rank() != 4) {
      throw call.refused("blocksize is " + block + " and the input " + x.shape());
    }
    return block;
  }

  private static List<Node> spaceToDepth(Call call) {
    Node x = call.inputs(1, 1).get(0);
    int block = block(call, x);
    List<Integer> own = dims(x);
    int height = own.get(2) / block;
    int width = own.get(3) / block;
    if (height * block != own.get(2) || width * block != own.get(3)) {
      throw call.refused("the input " + x.shape() + " does not divide by " + block);
    }
    Node apart =
        call.between(sizes(List.of(own.get(0), own.get(1), height, block, width, block)), x);
    Node moved = call.between(new Movement.Transpose(List.of(0, 3, 5, 1, 2, 4)), apart);
    return call.result(
        sizes(List.of(own.get(0), own.get(1) * block * block, height, width)), moved);
  }

  private static List<Node> trilu(Call call) {
    call.atMost(2);
    Node x = call.input(0);
    long[] given = call.wholes(1, "k").orElse(new long[] {0});
    boolean upper = call.attributes().flag("upper", true);
    int rows = x.shape().dim(-2);
    int columns = x.shape().dim(-1);
    float[] mask = new float[Math.multiplyExact(rows, columns)];
    for (int i = 0; i < mask.length; i++) {
      long distance = (long) (i % columns) - i / columns;
      mask[i] = (upper ? distance >= given[0] : distance <= given[0]) ? 1 : 0;
    }
    Node kept = call.constant(Tensor.of(Shape.of(rows, columns), mask));
    return call.result(new Where(), kept, x, call.scalar(0));
  }

  /** The positions along an axis, to be compared with one of them. */
  private static Node positions(Call call, int rank, int axis, int count) {
    int[] dims = new int[rank];
    Arrays.fill(dims, 1);
    dims[axis] = count;
    double[] values = IntStream.range(0, count).asDoubleStream().toArray();
    return call.constant(Tensor.of(Shape.of(dims), values));
  }

  private static List<Node> hardmax(Call call) {
    Node x = call.inputs(1, 1).get(0);
    int axis = x.shape().axis(call.attributes().whole("axis", -1));
    Node places = positions(call, x.shape().rank(), axis, x.shape().dim(axis));
    return call.result(
        new Binary(Binary.Kind.Equal), call.between(new Index.ArgMax(axis, true), x), places);
  }

  private static List<Node> flatHardmax(Call call) {
    Node x = call.inputs(1, 1).get(0);
    int axis = call.attributes().whole("axis", 1);
    Node flat = call.between(new Movement.Flatten(axis), x);
    Node places = positions(call, 2, 1, flat.shape().dim(1));
    Node hard =
        call.between(
            new Binary(Binary.Kind.Equal), call.between(new Index.ArgMax(1, true), flat), places);
    return call.result(sizes(dims(x)), hard);
  }

  private static List<Node> oneHot(Call call) {
    call.atMost(3);
    Node indices = call.input(0);
    long[] depth = required(call, 1, "depth");
    double[] values = call.reals(2, "values").orElseThrow(() -> call.refused("has no values"));
    int rank = indices.shape().rank() + 1;
    int given = call.attributes().whole("axis", -1);
    int axis = given < 0 ? given + rank : given;
    if (depth.length != 1 || depth[0] < 1 || values.length != 2 || axis < 0 || axis >= rank) {
      throw call.refused("depth, values or axis " + given + " do not suit");
    }
    int count = call.exact("depth", depth[0]);
    Node open = call.between(new Movement.Unsqueeze(List.of(axis)), indices);
    // Negative ones count from the end.
    Node below = call.between(new Binary(Binary.Kind.Less), open, call.scalar(0));
    Node turn = call.between(new Binary(Binary.Kind.Mul), below, call.scalar(count));
    Node wrapped = call.between(new Binary(Binary.Kind.Add), open, turn);
    Node hot =
        call.between(new Binary(Binary.Kind.Equal), wrapped, positions(call, rank, axis, count));
    return call.result(new Where(), hot, call.scalar(values[1]), call.scalar(values[0]));
  }

  private static List<Node> argMin(Call call) {
    Node x = call.inputs(1, 1).get(0);
    int axis = x.shape().axis(call.attributes().whole("axis", 0));
    Op first = new Index.ArgMax(axis, call.attributes().flag("keepdims", true));
    Node negative = call.between(new Unary.Neg(), x);
    if (!call.attributes().flag("select_last_index", false)) {
      return call.result(first, negative);
    }
    // The last of equals is the first one from behind.
    var backwards = new Movement.Range(axis, -1, Integer.MIN_VALUE, -1);
    Node fromBehind =
        call.between(first, call.between(new Movement.Slice(List.of(backwards)), negative));
    return call.result(
        new Binary(Binary.Kind.Sub), call.scalar(x.shape().dim(axis) - 1.0), fromBehind);
  }

  /** A product with a triangle of ones along the axis, which goes to the end and back. */
  private static List<Node> cumSum(Call call) {
    call.atMost(2);
    Node x = call.input(0);
    int rank = x.shape().rank();
    int axis = x.shape().axis(call.exact("axis", required(call, 1, "axis")[0]));
    int size = x.shape().dim(axis);
    boolean exclusive = call.attributes().flag("exclusive", false);
    boolean reverse = call.attributes().flag("reverse", false);
    float[] triangle = new float[Math.multiplyExact(size, size)];
    for (int i = 0; i < triangle.length; i++) {
      int from = i / size;
      int to = i % size;
      boolean counts = reverse ? from >= to : from <= to;
      triangle[i] = counts && !(exclusive && from == to) ? 1 : 0;
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    Collections.swap(order, axis, rank - 1);
    Op swap = new Movement.Transpose(order);
    Node product =
        call.between(
            new Linear.MatMul(),
            call.between(swap, x),
            call.constant(Tensor.of(Shape.of(size, size), triangle)));
    return call.result(swap, product);
  }

  /** Outside training the mask, of what is kept, is true everywhere. */
  private static List<Node> dropout(Call call) {
    List<Node> nodes = new ArrayList<>(Operators.reader("Dropout").read(call));
    if (call.asked(1)) {
      nodes.add(call.between(new Movement.Expand(call.input(0).shape()), call.scalar(1)));
    }
    return nodes;
  }

  private static List<Node> compress(Call call) {
    call.atMost(2);
    long[] condition = required(call, 1, "condition");
    double[] kept =
        IntStream.range(0, condition.length)
            .filter(i -> condition[i] != 0)
            .asDoubleStream()
            .toArray();
    Node x = call.input(0);
    int axis = 0;
    if (call.attributes().has("axis")) {
      axis = call.attributes().whole("axis", 0);
    } else {
      x = call.between(sizes(List.of(-1)), x);
    }
    if (kept.length == 0) {
      throw call.refused("keeps nothing");
    }
    Node indices = call.constant(Tensor.of(Shape.of(kept.length), kept));
    return call.result(new Index.Gather(axis), x, indices);
  }
}
