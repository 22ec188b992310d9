package voxcam.model;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import voxcam.graph.Node;
import voxcam.model.Operators.Reader;
import voxcam.model.Operators.Written;
import voxcam.op.Binary;
import voxcam.op.InputException;
import voxcam.op.Movement;
import voxcam.op.Op;
import voxcam.op.Softmax;
import voxcam.op.Unary;
import voxcam.op.Where;

/**
 * Functions of each element: of one tensor, of two, and sums and extremes of many, which become
 * chains of two.
 */
final class ElementOperators {
  private static final int MANY = 1000;

  private ElementOperators() {}

  static void fill(Map<String, Reader> readers) {
    List<Unary> simple =
        List.of(
            new Unary.Relu(),
            new Unary.Sigmoid(),
            new Unary.Tanh(),
            new Unary.Softplus(),
            new Unary.HardSwish(),
            new Unary.Exp(),
            new Unary.Log(),
            new Unary.Sqrt(),
            new Unary.Reciprocal(),
            new Unary.Abs(),
            new Unary.Neg(),
            new Unary.Sign(),
            new Unary.Erf(),
            new Unary.Silu());
    simple.forEach(op -> readers.put(op.name(), unary(call -> op)));
    readers.put("Swish", unary(ElementOperators::swish));
    readers.put(
        "LeakyRelu", unary(call -> new Unary.LeakyRelu(call.attributes().real("alpha", 0.01))));
    readers.put("Elu", unary(call -> new Unary.Elu(call.attributes().real("alpha", 1))));
    readers.put("Gelu", unary(ElementOperators::gelu));
    readers.put(
        "HardSigmoid",
        unary(call ->
            new Unary.HardSigmoid(
                call.attributes().real("alpha", 0.2), call.attributes().real("beta", 0.5))));
    readers.put("Clip", ElementOperators::clip);
    readers.put("Cast", unary(ElementOperators::cast));
    readers.put("Softmax", unary(call -> new Softmax.Plain(call.attributes().whole("axis", -1))));
    readers.put("LogSoftmax", unary(call -> new Softmax.Log(call.attributes().whole("axis", -1))));
    for (Binary.Kind kind : Binary.Kind.values()) {
      readers.put(kind.name(), Operators.plain(2, 2, call -> new Binary(kind)));
    }
    // Only these may have more than two inputs in ONNX; Add with more is taken as it is meant.
    readers.put("Add", call -> chain(call, Binary.Kind.Add, 2, false));
    readers.put("Sum", call -> chain(call, Binary.Kind.Add, 1, false));
    readers.put("Mean", call -> chain(call, Binary.Kind.Add, 1, true));
    readers.put("Min", call -> chain(call, Binary.Kind.Min, 1, false));
    readers.put("Max", call -> chain(call, Binary.Kind.Max, 1, false));
    readers.put("Where", Operators.plain(3, 3, call -> new Where()));
  }

  private static Reader unary(Function<Call, Op> op) {
    return Operators.plain(1, 1, op);
  }

  private static Op swish(Call call) {
    double alpha = call.attributes().real("alpha", 1);
    if (alpha != 1) {
      throw call.refused("alpha is " + alpha + ", only 1 is supported");
    }
    return new Unary.Silu();
  }

  private static Op gelu(Call call) {
    String approximate = call.attributes().text("approximate", "none");
    if (!Set.of("none", "tanh").contains(approximate)) {
      throw call.refused(
          "approximate is " + Texts.quoted(approximate) + ", give \"none\" or \"tanh\"");
    }
    return new Unary.Gelu(approximate.equals("tanh"));
  }

  private static List<Node> clip(Call call) {
    call.atMost(3);
    double min = bound(call, 1, "min", Double.NEGATIVE_INFINITY);
    double max = bound(call, 2, "max", Double.POSITIVE_INFINITY);
    return call.result(new Unary.Clip(min, max), call.input(0));
  }

  private static double bound(Call call, int index, String name, double none) {
    double[] given = call.reals(index, name).orElse(new double[] {none});
    if (given.length != 1 || Double.isNaN(given[0])) {
      throw call.refused(name + " holds " + given.length + " values, expected one number");
    }
    return given[0];
  }

  /** Everything is floating point here: a cast to it changes nothing, and no other can be kept. */
  private static Op cast(Call call) {
    String to = call.attributes().has("to") ? target(call) : "nothing";
    if (!Set.of("1", "11", "FLOAT", "DOUBLE").contains(to)) {
      throw call.refused(
          "to " + Texts.line(to) + " is not supported, only to 1 (FLOAT) or 11 (DOUBLE)");
    }
    return new Movement.Identity();
  }

  private static String target(Call call) {
    try {
      return String.valueOf(call.attributes().whole("to", 0));
    } catch (InputException e) {
      return call.attributes().text("to", "");
    }
  }

  private static List<Node> chain(Call call, Binary.Kind kind, int least, boolean mean) {
    List<Node> inputs = call.inputs(least, MANY);
    int count = inputs.size();
    if (count == 1) {
      return call.result(new Movement.Identity(), inputs);
    }
    Node sum = inputs.get(0);
    for (int i = 1; i < count - 1; i++) {
      sum = call.between(new Binary(kind), sum, inputs.get(i));
    }
    if (!mean) {
      return call.result(new Binary(kind), sum, inputs.get(count - 1));
    }
    sum = call.between(new Binary(kind), sum, inputs.get(count - 1));
    return call.result(new Binary(Binary.Kind.Div), sum, call.scalar(count));
  }

  static Written write(Unary op) {
    Map<String, Object> attributes = Operators.attributes();
    switch (op) {
      case Unary.LeakyRelu(double alpha) -> Operators.unless(0.01, attributes, "alpha", alpha);
      case Unary.Elu(double alpha) -> Operators.unless(1.0, attributes, "alpha", alpha);
      case Unary.Gelu(boolean tanh) ->
          Operators.unless("none", attributes, "approximate", tanh ? "tanh" : "none");
      case Unary.HardSigmoid(double alpha, double beta) -> {
        Operators.unless(0.2, attributes, "alpha", alpha);
        Operators.unless(0.5, attributes, "beta", beta);
      }
      case Unary.Clip(double min, double max) -> {
        Operators.unless(Double.NEGATIVE_INFINITY, attributes, "min", min);
        Operators.unless(Double.POSITIVE_INFINITY, attributes, "max", max);
      }
      case Unary.Relu ignored -> {}
      case Unary.Silu ignored -> {}
      case Unary.Sigmoid ignored -> {}
      case Unary.Tanh ignored -> {}
      case Unary.Softplus ignored -> {}
      case Unary.HardSwish ignored -> {}
      case Unary.Exp ignored -> {}
      case Unary.Log ignored -> {}
      case Unary.Sqrt ignored -> {}
      case Unary.Reciprocal ignored -> {}
      case Unary.Abs ignored -> {}
      case Unary.Neg ignored -> {}
      case Unary.Sign ignored -> {}
      case Unary.Erf ignored -> {}
    }
    return new Written(op.name(), attributes);
  }
}
