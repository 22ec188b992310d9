package voxcam.check;

import static voxcam.check.Fill.coarse;
import static voxcam.check.Fill.flags;
import static voxcam.check.Fill.positive;
import static voxcam.check.Fill.signed;
import static voxcam.check.Fill.vector;
import static voxcam.check.Fill.wide;

import java.util.List;
import voxcam.op.Binary;
import voxcam.op.Unary;
import voxcam.op.Where;

final class ElementwiseCases {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  /**
   * Zeros of both signs, values at bends, values whose exponential overflows or vanishes, and NaN,
   * which must stay NaN.
   */
  private static final double[] EDGES = {
    0,
    -0.0,
    1e-30,
    -1e-30,
    1e-6,
    -1e-6,
    0.5,
    -0.5,
    1,
    -1,
    3,
    -3,
    6,
    -6,
    9,
    -9,
    20,
    -20,
    87,
    -87,
    100,
    -100,
    Double.NaN,
    2
  };

  /** As the edges, but nothing whose error in single precision is large beside its neighbours. */
  private static final double[] SMALL_EDGES = {
    0, -0.0, 1e-30, -1e-30, 1e-6, -1e-6, 0.5, -0.5, 1, -1, 2, -2, Double.NaN
  };

  private static final double[] POSITIVE_EDGES = {
    0, 1e-30, 1e-6, 0.5, 1, 2, 1e6, 1e30, INFINITY, Double.NaN
  };

  private ElementwiseCases() {}

  static List<OpCase> all() {
    CaseList list = new CaseList();
    for (Unary op : activations()) {
      unary(list, op, EDGES);
    }
    unary(list, new Unary.Exp(), SMALL_EDGES);
    unary(list, new Unary.Erf(), EDGES);
    for (Unary op : List.of(new Unary.Log(), new Unary.Sqrt(), new Unary.Reciprocal())) {
      String form = form(op);
      list.add(form + "one element", op, positive(1));
      list.add(form + "odd volume", op, positive(2, 3, 3, 5, 7));
      list.add(form + "lanes exactly", op, positive(64));
      for (double edge : POSITIVE_EDGES) {
        list.add(form + "at " + edge, op, vector(edge));
      }
    }
    list.add("negative", new Unary.Reciprocal(), vector(-2, -0.1, -3e20));
    for (Unary op :
        List.of(new Unary.Abs(), new Unary.Neg(), new Unary.Relu(), new Unary.Clip(-0.5, 0.75))) {
      list.exact("exactly", op, wide(3, 37));
    }
    list.exact(
        "edges", new Unary.Sign(), vector(0, -0.0, 1e-30, -1e-30, 5, -5, INFINITY, -INFINITY));
    list.exact("zeros", new Unary.Sign(), coarse(41));
    list.exact("odd volume", new Unary.Sign(), signed(2, 3, 3, 5, 7));
    for (Binary.Kind kind : Binary.Kind.values()) {
      binary(list, kind);
    }
    where(list);
    return list.cases();
  }

  private static List<Unary> activations() {
    return List.of(
        new Unary.Relu(),
        new Unary.LeakyRelu(0.01),
        new Unary.LeakyRelu(0.3),
        new Unary.Elu(1),
        new Unary.Elu(0.7),
        new Unary.Gelu(false),
        new Unary.Gelu(true),
        new Unary.Silu(),
        new Unary.Sigmoid(),
        new Unary.Tanh(),
        new Unary.Softplus(),
        new Unary.HardSwish(),
        new Unary.HardSigmoid(0.2, 0.5),
        new Unary.HardSigmoid(1 / 6.0, 0.5),
        new Unary.Abs(),
        new Unary.Neg(),
        new Unary.Clip(0, 6),
        new Unary.Clip(-0.5, INFINITY),
        new Unary.Clip(-INFINITY, 0.25));
  }

  private static void unary(CaseList list, Unary op, double[] edges) {
    String form = form(op);
    list.add(form + "one element", op, wide(1));
    list.add(form + "odd volume", op, wide(2, 3, 3, 5, 7));
    list.add(form + "lanes exactly", op, wide(64));
    list.add(form + "edges", op, vector(edges));
  }

  /** The attributes, for operations that occur with several. */
  private static String form(Unary op) {
    String text = op.toString();
    String attributes = text.substring(text.indexOf('[') + 1, text.length() - 1);
    return attributes.isEmpty() ? "" : attributes + ", ";
  }

  private static void binary(CaseList list, Binary.Kind kind) {
    Binary op = new Binary(kind);
    two(list, op, "one shape", new int[] {2, 3, 4, 5, 7}, new int[] {2, 3, 4, 5, 7});
    two(list, op, "scalar right", new int[] {2, 37}, new int[] {});
    two(list, op, "per channel", new int[] {2, 5, 3, 4, 9}, new int[] {1, 5, 1, 1, 1});
    two(list, op, "per sample and channel", new int[] {2, 17, 3, 3, 3}, new int[] {2, 17, 1, 1, 1});
    two(list, op, "row right", new int[] {3, 4, 33}, new int[] {33});
    two(list, op, "middle axes", new int[] {2, 3, 5, 6}, new int[] {3, 1, 6});
    if (kind != Binary.Kind.PRelu) {
      two(list, op, "scalar left", new int[] {}, new int[] {2, 37});
      two(list, op, "channel of sample left", new int[] {2, 1, 1, 1, 1}, new int[] {2, 3, 4, 5, 7});
      two(list, op, "both stretch", new int[] {4, 1, 17}, new int[] {1, 5, 1});
      two(list, op, "two scalars", new int[] {}, new int[] {});
    }
  }

  private static void two(CaseList list, Binary op, String what, int[] a, int[] b) {
    switch (op.kind()) {
      case Add, Sub, Mul, PRelu -> list.add(what, op, signed(a), signed(b));
      case Div -> list.add(what, op, signed(a), positive(b));
      case Pow -> list.add(what, op, positive(a), wide(b));
      case Min, Max -> list.exact(what, op, signed(a), signed(b));
      case Equal, Greater, Less -> list.exact(what, op, coarse(a), coarse(b));
    }
  }

  private static void where(CaseList list) {
    Where op = new Where();
    list.exact("one shape", op, flags(2, 3, 4, 5, 7), signed(2, 3, 4, 5, 7), signed(2, 3, 4, 5, 7));
    list.exact("any value but 0 is true", op, coarse(3, 37), signed(3, 37), signed(3, 37));
    list.exact("scalars chosen from", op, flags(2, 35), signed(), signed());
    list.exact("all stretch", op, flags(3, 1, 1), signed(1, 4, 1), signed(17));
    list.exact("scalar condition", op, flags(), signed(2, 9), signed(2, 9));
  }
}
