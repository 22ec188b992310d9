package voxcam.grad;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Norm;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Softmax;
import voxcam.op.Unary;

/** Gradients of {@link Norm} and {@link Softmax}. */
final class NormRules {
  private NormRules() {}

  static Node norm(Algebra a, Norm op, Step s) {
    Shape x = s.x().shape();
    return switch (op) {
      case Norm.Batch(double epsilon) -> batch(a, epsilon, s);
      case Norm.Instance(double epsilon) -> group(a, s, x.dim(1), epsilon);
      case Norm.Group(int groups, double epsilon) -> group(a, s, groups, epsilon);
      case Norm.GroupGrad grad -> groupGrad(a, grad, s);
      case Norm.Activated _ -> throw Rules.refused(s, "gradients are taken before fusing");
      case Norm.Layer(int axis, double epsilon) -> {
        int from = x.axis(axis);
        Shape inner = Shape.of(Arrays.copyOfRange(x.dims(), from, x.rank()));
        yield own(a, s, inner, rows(x, Math.toIntExact(x.size(0, from))), epsilon);
      }
      case Norm.L2(int axis) -> l2(a, s, axis);
    };
  }

  private static Node batch(Algebra a, double epsilon, Step s) {
    Node gy = s.gy();
    Node scale = s.x(1);
    Shape vector = scale.shape();
    Shape spread = perChannel(s.x().shape());
    Node deviation = a.apply(new Unary.Sqrt(), a.add(s.x(4), epsilon));
    Node factor = a.div(scale, deviation);
    return switch (s.input()) {
      case 0 -> a.mul(gy, a.reshape(factor, spread));
      case 1 -> a.div(centredSum(a, s, spread), deviation);
      case 2 -> total(a, gy, spread, vector);
      case 3 -> a.apply(new Unary.Neg(), a.mul(total(a, gy, spread, vector), factor));
      default -> {
        // d/dv of scale (v + e)^(-1/2)
        Node slope = a.div(a.mul(factor, -0.5), a.mul(deviation, deviation));
        yield a.mul(centredSum(a, s, spread), slope);
      }
    };
  }

  /** The sum of {@code gy (x - mean)} for each channel. */
  private static Node centredSum(Algebra a, Step s, Shape spread) {
    Node centred = a.sub(s.x(), a.reshape(s.x(3), spread));
    return total(a, a.mul(s.gy(), centred), spread, s.x(3).shape());
  }

  private static Node total(Algebra a, Node g, Shape spread, Shape vector) {
    return a.reshape(a.unbroadcast(g, spread), vector);
  }

  private static Node group(Algebra a, Step s, int groups, double epsilon) {
    Shape x = s.x().shape();
    if (s.input() > 0) {
      return own(a, s, perChannel(x), rows(x, x.dim(0) * groups), epsilon);
    }
    Norm.GroupGrad grad = new Norm.GroupGrad(groups, epsilon);
    return s.node().inputs().size() > 1
        ? a.apply(grad, s.x(), s.gy(), s.x(1))
        : a.apply(grad, s.x(), s.gy());
  }

  /**
   * Second order. The operation G is its own adjoint in g. In x, with means over a group and {@code
   * <u, G(g)> / M = r (mean(u g) - mean(u) mean(g) - mean(u n) mean(g n))}, the derivative of r is
   * {@code -r^2 n / M} and that of {@code mean(u n)} is {@code G(u) / M}.
   */
  private static Node groupGrad(Algebra a, Norm.GroupGrad op, Step s) {
    Node x = s.x();
    Node u = s.gy();
    Shape spread = perChannel(x.shape());
    boolean scaled = s.node().inputs().size() > 2;
    Node back = a.apply(new Norm.GroupGrad(op.groups(), op.epsilon()), x, u);
    if (s.input() == 2) {
      return total(a, a.mul(s.x(1), back), spread, s.shape());
    }
    if (s.input() == 1) {
      return scaled ? a.mul(back, a.reshape(s.x(2), spread)) : back;
    }
    List<Integer> along = List.of(1);
    Shape rows = rows(x.shape(), x.shape().dim(0) * op.groups());
    Node g = scaled ? a.mul(s.x(1), a.reshape(s.x(2), spread)) : s.x(1);
    Node gRows = a.reshape(g, rows);
    Node uRows = a.reshape(u, rows);
    Node centred = a.sub(a.reshape(x, rows), a.mean(a.reshape(x, rows), along));
    Node variance = a.mean(a.mul(centred, centred), along);
    Node deviation = a.apply(new Unary.Sqrt(), a.add(variance, op.epsilon()));
    Node normal = a.div(centred, deviation);
    Node un = a.mean(a.mul(uRows, normal), along);
    Node gn = a.mean(a.mul(gRows, normal), along);
    Node means = a.mul(a.mean(uRows, along), a.mean(gRows, along));
    Node product = a.sub(a.mean(a.mul(uRows, gRows), along), a.add(means, a.mul(un, gn)));
    Node steep = a.mul(normal, a.div(product, a.mul(deviation, deviation)));
    Node turned = a.add(a.mul(gn, a.reshape(back, rows)), a.mul(un, a.reshape(s.y(), rows)));
    Node sum = a.add(steep, a.div(turned, deviation));
    return a.reshape(a.apply(new Unary.Neg(), sum), s.shape());
  }

  /**
   * Normalisation by the input's own statistics.
   *
   * @param spread the shape in which scale and bias broadcast against x
   * @param rows x as a matrix in which each row is normalised for itself
   */
  private static Node own(Algebra a, Step s, Shape spread, Shape rows, double epsilon) {
    if (s.input() == 2) {
      return total(a, s.gy(), spread, s.shape());
    }
    List<Integer> along = List.of(1);
    Node matrix = a.reshape(s.x(), rows);
    Node centred = a.sub(matrix, a.mean(matrix, along));
    Node variance = a.mean(a.mul(centred, centred), along);
    Node deviation = a.apply(new Unary.Sqrt(), a.add(variance, epsilon));
    Node normal = a.div(centred, deviation);
    if (s.input() == 1) {
      Node product = a.mul(s.gy(), a.reshape(normal, s.x().shape()));
      return total(a, product, spread, s.shape());
    }
    boolean affine = s.node().inputs().size() > 1;
    Node scaled = affine ? a.mul(s.gy(), a.reshape(s.x(1), spread)) : s.gy();
    Node g = a.reshape(scaled, rows);
    Node offset = a.add(a.mean(g, along), a.mul(normal, a.mean(a.mul(g, normal), along)));
    return a.reshape(a.div(a.sub(g, offset), deviation), s.shape());
  }

  private static Node l2(Algebra a, Step s, int axis) {
    List<Integer> along = List.of(axis);
    Node norm = a.reduce(Reduce.Kind.L2, s.x(), along);
    Node radial = a.sum(a.mul(s.gy(), s.y()), along);
    // Below the floor the divisor is constant.
    Node moving = a.only(a.greater(norm, Norm.L2.FLOOR), radial);
    Node divisor = a.binary(Binary.Kind.Max, norm, a.number(Norm.L2.FLOOR));
    return a.div(a.sub(s.gy(), a.mul(s.y(), moving)), divisor);
  }

  static Node softmax(Algebra a, Softmax op, Step s) {
    List<Integer> along = List.of(op.axis());
    return switch (op) {
      case Softmax.Plain _ -> a.mul(s.y(), a.sub(s.gy(), a.sum(a.mul(s.gy(), s.y()), along)));
      case Softmax.Log _ ->
          a.sub(s.gy(), a.mul(a.apply(new Unary.Exp(), s.y()), a.sum(s.gy(), along)));
    };
  }

  /** One value per channel, spread over x. */
  private static Shape perChannel(Shape x) {
    List<Integer> dims = new ArrayList<>(Collections.nCopies(x.rank() - 1, 1));
    dims.set(0, x.dim(1));
    return Shape.of(dims.stream().mapToInt(Integer::intValue).toArray());
  }

  private static Shape rows(Shape x, int count) {
    return Shape.of(count, Math.toIntExact(x.size() / count));
  }
}
