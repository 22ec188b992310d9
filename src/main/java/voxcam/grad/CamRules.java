package voxcam.grad;

import java.util.List;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Cam;
import voxcam.op.Reduce;

/**
 * Gradients of {@link Cam}, so that a loss on a map can be trained through. With m the gradient at
 * the map, and for maps that weigh channels {@code u[k] = sum_p m[p] A[k,p]}, the gradient at the
 * weight. Where a formula counts a quotient as 0 it has no slope.
 */
final class CamRules {
  private final Algebra a;
  private final Node activation;
  private final Node gradient;
  private final Node map;
  private final List<Integer> space;

  private CamRules(Algebra a, Step step) {
    this.a = a;
    activation = step.x(0);
    gradient = step.x(1);
    map = a.reshape(step.gy(), activation.shape().with(1, 1));
    space = Algebra.axes(2, activation.shape().rank());
  }

  static Node gradient(Algebra a, Cam op, Step step) {
    CamRules rules = new CamRules(a, step);
    boolean atActivation = step.input() == 0;
    return switch (op) {
      case Cam.HiRes _ -> a.mul(rules.map, atActivation ? rules.gradient : rules.activation);
      case Cam.Layer _ -> rules.layer(atActivation);
      case Cam.Elementwise _ -> rules.elementwise(atActivation);
      case Cam.Gradient _ -> rules.mean(atActivation);
      case Cam.PlusPlus _ -> rules.plusPlus(atActivation);
      case Cam.XGradient _ -> rules.balanced(atActivation);
    };
  }

  private Node layer(boolean atActivation) {
    Node positive = a.greater(gradient, 0);
    return a.only(positive, a.mul(map, atActivation ? gradient : activation));
  }

  private Node elementwise(boolean atActivation) {
    Node positive = a.greater(a.mul(gradient, activation), 0);
    return a.only(positive, a.mul(map, atActivation ? gradient : activation));
  }

  private Node mean(boolean atActivation) {
    return atActivation
        ? a.mul(map, a.reduce(Reduce.Kind.Mean, gradient, space))
        : a.expand(a.mean(a.mul(map, activation), space), activation.shape());
  }

  /** With r and d as numerator and denominator: {@code dw/dr = 2 / d^2, dw/dsum = -r^2 / d^2}. */
  private Node plusPlus(boolean atActivation) {
    Node positive = a.greater(gradient, 0);
    Node r = a.only(positive, gradient);
    Node d = a.add(a.mul(r, a.sum(activation, space)), 2);
    Node inverse = inverse(d);
    Node share = a.mul(r, inverse);
    Node u = a.sum(a.mul(map, activation), space);
    if (!atActivation) {
      return a.only(positive, a.mul(u, a.mul(a.mul(inverse, inverse), 2)));
    }
    Node weight = a.sum(share, space);
    Node slope = a.mul(a.sum(a.mul(share, share), space), -1);
    return a.add(a.mul(map, weight), a.mul(u, slope));
  }

  /** {@code dw/dg[q] = A[q] / sum A, dw/dA[q] = (g[q] - w) / sum A}. */
  private Node balanced(boolean atActivation) {
    Node inverse = inverse(a.sum(activation, space));
    Node slope = a.mul(a.sum(a.mul(map, activation), space), inverse);
    if (!atActivation) {
      return a.mul(slope, activation);
    }
    Node weight = a.mul(a.sum(a.mul(gradient, activation), space), inverse);
    return a.add(a.mul(map, weight), a.mul(slope, a.sub(gradient, weight)));
  }

  /** {@code 1 / x}, and 0 where x is 0. */
  private Node inverse(Node x) {
    Node none = a.binary(Binary.Kind.Equal, x, a.number(0));
    Node one = a.number(1);
    return a.where(none, a.number(0), a.div(one, a.where(none, one, x)));
  }
}
