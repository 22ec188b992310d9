package voxcam.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import voxcam.graph.Node;
import voxcam.model.Operators.Reader;
import voxcam.op.Binary;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Regions;
import voxcam.op.Shape;
import voxcam.op.Unary;
import voxcam.op.Window;

/** Normalisations, reductions and poolings that are made of the engine's own operations. */
final class OnnxNorms {
  private static final Op ADD = new Binary(Binary.Kind.Add);
  private static final Op SUB = new Binary(Binary.Kind.Sub);
  private static final Op MUL = new Binary(Binary.Kind.Mul);
  private static final Op DIV = new Binary(Binary.Kind.Div);
  private static final Op POW = new Binary(Binary.Kind.Pow);

  private OnnxNorms() {}

  static void fill(Map<String, Reader> readers) {
    readers.put("GroupNormalization-18", OnnxNorms::groups);
    readers.put("LayerNormalization", OnnxNorms::layer);
    readers.put("RMSNormalization", OnnxNorms::rootMeanSquare);
    readers.put("LpNormalization", OnnxNorms::lp);
    readers.put("LRN", OnnxNorms::localResponse);
    readers.put("MeanVarianceNormalization", OnnxNorms::meanVariance);
    readers.put("ReduceSumSquare", call -> reduce(call, false));
    readers.put("ReduceLogSum", call -> reduce(call, true));
    readers.put("GlobalLpPool", OnnxNorms::globalLp);
    readers.put("LpPool", OnnxNorms::lpPool);
  }

  /** One scale and bias for each group, as opset 18 had them. */
  private static List<Node> groups(Call call) {
    List<Node> inputs = call.inputs(3, 3);
    int groups = call.attributes().required("num_groups");
    double epsilon = call.attributes().real("epsilon", 1e-5);
    int channels = inputs.get(0).shape().dim(1);
    if (groups < 1 || channels % groups != 0) {
      throw call.refused(channels + " channels do not divide by " + groups + " groups");
    }
    List<Node> all = new ArrayList<>(List.of(inputs.get(0)));
    for (Node each : inputs.subList(1, 3)) {
      Node column = call.between(new Movement.Reshape(List.of(groups, 1)), each);
      Shape spread = Shape.of(groups, channels / groups);
      Node wide = call.between(new Movement.Expand(spread), column);
      all.add(call.between(new Movement.Reshape(List.of(channels)), wide));
    }
    return call.result(new Norm.Group(groups, epsilon), all);
  }

  /** The mean and one over the deviation are outputs, too; few ask for them. */
  private static List<Node> layer(Call call) {
    List<Node> nodes = new ArrayList<>(Operators.reader("LayerNormalization").read(call));
    if (call.asked(1) || call.asked(2)) {
      Node x = call.input(0);
      int from = x.shape().axis(call.attributes().whole("axis", -1));
      List<Integer> axes = IntStream.range(from, x.shape().rank()).boxed().toList();
      Node mean = call.between(new Reduce(Reduce.Kind.Mean, axes, true), x);
      Node centred = call.between(SUB, x, mean);
      Node square = call.between(MUL, centred, centred);
      Node variance = call.between(new Reduce(Reduce.Kind.Mean, axes, true), square);
      Node safe = call.between(ADD, variance, call.scalar(call.attributes().real("epsilon", 1e-5)));
      nodes.add(mean);
      nodes.add(call.between(new Unary.Reciprocal(), call.between(new Unary.Sqrt(), safe)));
    }
    return nodes;
  }

  private static List<Node> rootMeanSquare(Call call) {
    List<Node> inputs = call.inputs(2, 2);
    Node x = inputs.get(0);
    call.attributes().harmless("stash_type");
    int from = x.shape().axis(call.attributes().whole("axis", -1));
    List<Integer> axes = IntStream.range(from, x.shape().rank()).boxed().toList();
    Node mean = call.between(new Reduce(Reduce.Kind.Mean, axes, true), call.between(MUL, x, x));
    Node safe = call.between(ADD, mean, call.scalar(call.attributes().real("epsilon", 1e-5)));
    Node unit = call.between(DIV, x, call.between(new Unary.Sqrt(), safe));
    return call.result(MUL, unit, inputs.get(1));
  }

  private static List<Node> lp(Call call) {
    if (call.attributes().whole("p", 2) == 2) {
      return Operators.reader("LpNormalization").read(call);
    }
    call.attributes().only("p", 1);
    Node x = call.inputs(1, 1).get(0);
    List<Integer> axes = List.of(call.attributes().whole("axis", -1));
    Node size = call.between(new Reduce(Reduce.Kind.L1, axes, true), x);
    Node safe = call.between(new Binary(Binary.Kind.Max), size, call.scalar(1e-12));
    return call.result(DIV, x, safe);
  }

  /** The squares of neighbouring channels are averaged as if the channels were an axis of space. */
  private static List<Node> localResponse(Call call) {
    Node x = call.inputs(1, 1).get(0);
    int size = call.attributes().required("size");
    double alpha = call.attributes().real("alpha", 1e-4);
    double beta = call.attributes().real("beta", 0.75);
    double bias = call.attributes().real("bias", 1);
    Shape own = x.shape();
    if (size < 1 || own.rank() < 3) {
      throw call.refused("size is " + size + " and the input " + own);
    }
    int rest = Math.toIntExact(own.size(2, own.rank()));
    Node square = call.between(MUL, x, x);
    Node apart =
        call.between(new Movement.Reshape(List.of(own.dim(0), 1, own.dim(1), rest)), square);
    Window window =
        new Window(
            List.of(
                new Window.Axis(size, 1, (size - 1) / 2, size - 1 - (size - 1) / 2, 1),
                new Window.Axis(1, 1, 0, 0, 1)));
    Node mean = call.between(new Pool.Average(new Regions.Sliding(window, false), true), apart);
    Node back = call.between(OnnxFunctions.sizes(own), mean);
    Node sum = call.between(ADD, call.between(MUL, back, call.scalar(alpha)), call.scalar(bias));
    return call.result(DIV, x, call.between(POW, sum, call.scalar(beta)));
  }

  private static List<Node> meanVariance(Call call) {
    Node x = call.inputs(1, 1).get(0);
    List<Integer> axes =
        call.exact("axes", call.attributes().wholes("axes").orElse(new long[] {0, 2, 3}));
    Op mean = new Reduce(Reduce.Kind.Mean, axes, true);
    Node centred = call.between(SUB, x, call.between(mean, x));
    Node variance = call.between(mean, call.between(MUL, centred, centred));
    Node deviation = call.between(ADD, call.between(new Unary.Sqrt(), variance), call.scalar(1e-9));
    return call.result(DIV, centred, deviation);
  }

  private static List<Node> reduce(Call call, boolean log) {
    call.atMost(2);
    Node x = call.input(0);
    List<Integer> axes = call.exact("axes", call.wholes(1, "axes").orElse(new long[0]));
    boolean keep = call.attributes().flag("keepdims", true);
    boolean nothing = call.attributes().flag("noop_with_empty_axes", false) && axes.isEmpty();
    Node each = log ? x : call.between(MUL, x, x);
    Op sum = nothing ? new Movement.Identity() : new Reduce(Reduce.Kind.Sum, axes, keep);
    return log ? call.result(new Unary.Log(), call.between(sum, each)) : call.result(sum, each);
  }

  private static Node powered(Call call, Node x, double p) {
    Node size = call.between(new Unary.Abs(), x);
    return p == 1 ? size : call.between(POW, size, call.scalar(p));
  }

  private static List<Node> globalLp(Call call) {
    Node x = call.inputs(1, 1).get(0);
    double p = call.attributes().whole("p", 2);
    List<Integer> axes = IntStream.range(2, x.shape().rank()).boxed().toList();
    Node sum = call.between(new Reduce(Reduce.Kind.Sum, axes, true), powered(call, x, p));
    return call.result(POW, sum, call.scalar(1 / p));
  }

  private static List<Node> lpPool(Call call) {
    Node x = call.inputs(1, 1).get(0);
    double p = call.attributes().whole("p", 2);
    Window window = Windows.ofAttributes(call);
    boolean ceil = call.attributes().flag("ceil_mode", false);
    List<Integer> kernel = window.axes().stream().map(Window.Axis::kernel).toList();
    if (ceil && !Collections.max(kernel).equals(1)) {
      throw call.refused("ceil_mode is not supported");
    }
    Node mean =
        call.between(
            new Pool.Average(new Regions.Sliding(window, false), true), powered(call, x, p));
    int taps = kernel.stream().reduce(1, Math::multiplyExact);
    Node sum = call.between(MUL, mean, call.scalar(taps));
    return call.result(POW, sum, call.scalar(1 / p));
  }
}
