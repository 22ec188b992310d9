package voxcam.model;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import voxcam.graph.Node;
import voxcam.model.Operators.Reader;
import voxcam.op.Binary;
import voxcam.op.Movement;
import voxcam.op.Op;
import voxcam.op.Shape;
import voxcam.op.Softmax;
import voxcam.op.Unary;

/** Functions of each element that the engine's own operations make up. */
final class OnnxFunctions {
  private static final Op ADD = new Binary(Binary.Kind.Add);
  private static final Op SUB = new Binary(Binary.Kind.Sub);
  private static final Op MUL = new Binary(Binary.Kind.Mul);
  private static final Op DIV = new Binary(Binary.Kind.Div);
  private static final Op MIN = new Binary(Binary.Kind.Min);
  private static final Op MAX = new Binary(Binary.Kind.Max);
  private static final Op EQUAL = new Binary(Binary.Kind.Equal);
  private static final Op GREATER = new Binary(Binary.Kind.Greater);
  private static final Op LESS = new Binary(Binary.Kind.Less);

  private OnnxFunctions() {}

  static void fill(Map<String, Reader> readers) {
    readers.put("Not", call -> call.result(SUB, call.scalar(1), only(call)));
    readers.put("And", call -> call.result(MUL, pair(call)));
    readers.put("Or", call -> call.result(MAX, pair(call)));
    readers.put("Xor", call -> opposite(call, EQUAL));
    readers.put("GreaterOrEqual", OnnxFunctions::greaterOrEqual);
    readers.put("LessOrEqual", OnnxFunctions::lessOrEqual);
    readers.put("Selu", OnnxFunctions::selu);
    readers.put("Celu", OnnxFunctions::celu);
    readers.put("Mish", OnnxFunctions::mish);
    readers.put("Softsign", OnnxFunctions::softsign);
    readers.put("ThresholdedRelu", OnnxFunctions::thresholded);
    readers.put("Shrink", OnnxFunctions::shrink);
    readers.put("Sinh", call -> exponentials(call, SUB));
    readers.put("Cosh", call -> exponentials(call, ADD));
    readers.put("Swish", OnnxFunctions::swish);
    readers.put("Clip", OnnxFunctions::clip);
    readers.put("Softmax-1", call -> flattened(call, new Softmax.Plain(1)));
    readers.put("LogSoftmax-1", call -> flattened(call, new Softmax.Log(1)));
    readers.put(
        "IsNaN",
        call -> {
          Node x = only(call);
          return call.result(SUB, call.scalar(1), call.between(EQUAL, x, x));
        });
  }

  private static Node only(Call call) {
    return call.inputs(1, 1).get(0);
  }

  private static List<Node> pair(Call call) {
    return call.inputs(2, 2);
  }

  private static List<Node> opposite(Call call, Op op) {
    List<Node> pair = pair(call);
    Node opposite = call.between(op, pair.get(0), pair.get(1));
    return call.result(SUB, call.scalar(1), opposite);
  }

  private static List<Node> greaterOrEqual(Call call) {
    List<Node> pair = pair(call);
    Node greater = call.between(GREATER, pair.get(0), pair.get(1));
    return call.result(ADD, greater, call.between(EQUAL, pair.get(0), pair.get(1)));
  }

  private static List<Node> lessOrEqual(Call call) {
    List<Node> pair = pair(call);
    Node less = call.between(LESS, pair.get(0), pair.get(1));
    return call.result(ADD, less, call.between(EQUAL, pair.get(0), pair.get(1)));
  }

  private static List<Node> selu(Call call) {
    double alpha = call.attributes().real("alpha", 1.6732632423543772);
    double gamma = call.attributes().real("gamma", 1.0507009873554805);
    Node elu = call.between(new Unary.Elu(alpha), only(call));
    return call.result(MUL, elu, call.scalar(gamma));
  }

  private static List<Node> celu(Call call) {
    double alpha = call.attributes().real("alpha", 1);
    if (alpha == 0) {
      throw call.refused("alpha is 0, must not be");
    }
    Node scaled = call.between(DIV, only(call), call.scalar(alpha));
    return call.result(MUL, call.between(new Unary.Elu(1), scaled), call.scalar(alpha));
  }

  private static List<Node> mish(Call call) {
    Node x = only(call);
    return call.result(
        MUL, x, call.between(new Unary.Tanh(), call.between(new Unary.Softplus(), x)));
  }

  private static List<Node> softsign(Call call) {
    Node x = only(call);
    Node size = call.between(ADD, call.between(new Unary.Abs(), x), call.scalar(1));
    return call.result(DIV, x, size);
  }

  private static List<Node> thresholded(Call call) {
    Node x = only(call);
    Node above = call.between(GREATER, x, call.scalar(call.attributes().real("alpha", 1)));
    return call.result(MUL, x, above);
  }

  private static List<Node> shrink(Call call) {
    Node x = only(call);
    double bias = call.attributes().real("bias", 0);
    double lambd = call.attributes().real("lambd", 0.5);
    Node above = call.between(GREATER, x, call.scalar(lambd));
    Node below = call.between(LESS, x, call.scalar(-lambd));
    Node high = call.between(MUL, above, call.between(SUB, x, call.scalar(bias)));
    Node low = call.between(MUL, below, call.between(ADD, x, call.scalar(bias)));
    return call.result(ADD, high, low);
  }

  private static List<Node> exponentials(Call call, Op op) {
    Node x = only(call);
    Node up = call.between(new Unary.Exp(), x);
    Node down = call.between(new Unary.Exp(), call.between(new Unary.Neg(), x));
    return call.result(MUL, call.between(op, up, down), call.scalar(0.5));
  }

  private static List<Node> swish(Call call) {
    Node x = only(call);
    double alpha = call.attributes().real("alpha", 1);
    if (alpha == 1) {
      return call.result(new Unary.Silu(), x);
    }
    Node inner = call.between(MUL, x, call.scalar(alpha));
    return call.result(MUL, x, call.between(new Unary.Sigmoid(), inner));
  }

  /** Bounds may be computed, and attributes before opset 11. */
  private static List<Node> clip(Call call) {
    boolean known = (!call.has(1) || call.isConstant(1)) && (!call.has(2) || call.isConstant(2));
    if (known) {
      return Operators.reader("Clip").read(call);
    }
    Node x = call.input(0);
    if (call.has(1)) {
      x = call.between(MAX, x, call.input(1));
    }
    return call.has(2)
        ? call.result(MIN, x, call.input(2))
        : call.result(new Movement.Identity(), x);
  }

  private static List<Node> flattened(Call call, Softmax softmax) {
    Node x = only(call);
    Shape shape = x.shape();
    int axis = call.attributes().whole("axis", 1);
    int at = axis == shape.rank() ? axis : shape.axis(axis);
    if (at == shape.rank() - 1) {
      return call.result(
          softmax instanceof Softmax.Log ? new Softmax.Log(-1) : new Softmax.Plain(-1), x);
    }
    Node flat = call.between(new Movement.Flatten(at), x);
    return call.result(sizes(shape), call.between(softmax, flat));
  }

  /** A reshape to a shape. */
  static Movement.Reshape sizes(Shape shape) {
    return new Movement.Reshape(Arrays.stream(shape.dims()).boxed().toList());
  }
}
