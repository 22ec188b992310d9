package voxcam.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import voxcam.op.InputException;

/** Arithmetic with values that are known while a file is read. */
final class KnownArithmetic {
  /** What an operator makes of its inputs; an omitted input is null. */
  @FunctionalInterface
  interface Rule {
    List<Known> apply(OnnxNode node, List<Known> inputs);
  }

  private KnownArithmetic() {}

  static void fill(Map<String, Rule> rules) {
    two(rules, "Add", Long::sum, Double::sum);
    two(rules, "Sub", (a, b) -> a - b, (a, b) -> a - b);
    two(rules, "Mul", (a, b) -> a * b, (a, b) -> a * b);
    two(rules, "Div", KnownArithmetic::divide, (a, b) -> a / b);
    two(rules, "Min", Math::min, Math::min);
    two(rules, "Max", Math::max, Math::max);
    two(rules, "Pow", KnownArithmetic::power, Math::pow);
    two(rules, "And", (a, b) -> a & b, null);
    two(rules, "Or", (a, b) -> a | b, null);
    two(rules, "Xor", (a, b) -> a ^ b, null);
    rules.put("Mod", (node, inputs) -> List.of(modulo(node, inputs)));
    compare(rules, "Equal", (a, b) -> a == b ? 1 : 0, (a, b) -> a == b ? 1 : 0);
    compare(rules, "Greater", (a, b) -> a > b ? 1 : 0, (a, b) -> a > b ? 1 : 0);
    compare(rules, "Less", (a, b) -> a < b ? 1 : 0, (a, b) -> a < b ? 1 : 0);
    compare(rules, "GreaterOrEqual", (a, b) -> a >= b ? 1 : 0, (a, b) -> a >= b ? 1 : 0);
    compare(rules, "LessOrEqual", (a, b) -> a <= b ? 1 : 0, (a, b) -> a <= b ? 1 : 0);
    one(rules, "Neg", a -> -a, a -> -a);
    one(rules, "Abs", Math::abs, Math::abs);
    one(rules, "Sign", Long::signum, Math::signum);
    one(rules, "Not", a -> a == 0 ? 1 : 0, null);
    one(rules, "Identity", a -> a, a -> a);
    one(rules, "Floor", null, Math::floor);
    one(rules, "Ceil", null, Math::ceil);
    one(rules, "Round", null, Math::rint);
    one(rules, "Sqrt", null, Math::sqrt);
    one(rules, "Exp", null, Math::exp);
    one(rules, "Log", null, Math::log);
    one(rules, "Reciprocal", null, a -> 1 / a);
    one(rules, "Sin", null, Math::sin);
    one(rules, "Cos", null, Math::cos);
    rules.put(
        "Cast",
        (node, inputs) -> List.of(inputs.get(0).cast((int) node.whole("to", OnnxType.FLOAT))));
    rules.put("CastLike", (_, inputs) -> List.of(inputs.get(0).cast(inputs.get(1).type())));
    rules.put("Where", (_, inputs) -> List.of(where(inputs)));
  }

  private static void two(
      Map<String, Rule> rules, String op, LongBinaryOperator wholes, DoubleBinaryOperator reals) {
    rules.put(
        op,
        (_, inputs) -> {
          Known result = inputs.get(0);
          for (Known next : inputs.subList(1, inputs.size())) {
            Known before = result;
            DoubleBinaryOperator other =
                reals == null
                    ? (a, b) -> wholes.applyAsLong(a == 0 ? 0 : 1, b == 0 ? 0 : 1)
                    : reals;
            result = Known.combine(before, next, before.type(), wholes, other);
          }
          return List.of(result);
        });
  }

  private static void compare(
      Map<String, Rule> rules, String op, LongBinaryOperator wholes, DoubleBinaryOperator reals) {
    rules.put(
        op,
        (_, inputs) ->
            List.of(Known.combine(inputs.get(0), inputs.get(1), OnnxType.BOOL, wholes, reals)));
  }

  private static void one(
      Map<String, Rule> rules, String op, LongUnaryOperator wholes, DoubleUnaryOperator reals) {
    rules.put(
        op,
        (_, inputs) -> {
          Known x = inputs.get(0);
          if (x.isWhole()) {
            long[] values = x.wholes().clone();
            if (wholes == null) {
              throw new InputException("takes floating point, not " + OnnxType.name(x.type()));
            }
            Arrays.setAll(values, i -> wholes.applyAsLong(values[i]));
            return List.of(Known.of(x.type(), x.dims(), values));
          }
          if (reals == null) {
            throw new InputException("takes truth values, not " + OnnxType.name(x.type()));
          }
          double[] values = x.reals().clone();
          Arrays.setAll(values, i -> Known.rounded(x.type(), reals.applyAsDouble(values[i])));
          return List.of(Known.of(x.type(), x.dims(), values));
        });
  }

  private static long divide(long a, long b) {
    if (b == 0) {
      throw new InputException("divides a whole number by 0");
    }
    return a / b;
  }

  private static long power(long a, long b) {
    return (long) Math.pow((double) a, (double) b);
  }

  private static Known modulo(OnnxNode node, List<Known> inputs) {
    boolean likeC = node.whole("fmod", 0) == 1;
    Known a = inputs.get(0);
    return Known.combine(
        a,
        inputs.get(1),
        a.type(),
        (x, y) -> {
          if (y == 0) {
            throw new InputException("divides a whole number by 0");
          }
          return likeC ? x % y : Math.floorMod(x, y);
        },
        (x, y) -> likeC ? x % y : x - Math.floor(x / y) * y);
  }

  private static Known where(List<Known> inputs) {
    Known condition = inputs.get(0);
    Known a = inputs.get(1);
    Known b = inputs.get(2);
    int[] sizes =
        KnownShapes.broadcast(condition.dims(), KnownShapes.broadcast(a.dims(), b.dims()));
    int[] asked = KnownShapes.positions(condition.dims(), sizes);
    int[] first = KnownShapes.positions(a.dims(), sizes);
    int[] second = KnownShapes.positions(b.dims(), sizes);
    if (a.isWhole() && b.isWhole()) {
      long[] values = new long[asked.length];
      Arrays.setAll(
          values,
          i -> condition.whole(asked[i]) != 0 ? a.wholes()[first[i]] : b.wholes()[second[i]]);
      return Known.of(a.type(), sizes, values);
    }
    double[] values = new double[asked.length];
    Arrays.setAll(
        values, i -> condition.whole(asked[i]) != 0 ? a.real(first[i]) : b.real(second[i]));
    return Known.of(a.type(), sizes, values);
  }

  /** All rules by operator. */
  static Map<String, Rule> rules() {
    Map<String, Rule> rules = new HashMap<>();
    fill(rules);
    KnownMovement.fill(rules);
    return Map.copyOf(rules);
  }
}
