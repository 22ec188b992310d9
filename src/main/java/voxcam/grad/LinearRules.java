package voxcam.grad;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Unary;

/** Gradients of {@link Linear} and {@link Reduce}. */
final class LinearRules {
  private LinearRules() {}

  static Node linear(Algebra a, Linear op, Step s) {
    return switch (op) {
      case Linear.MatMul _ -> matMul(a, s);
      case Linear.Gemm gemm -> gemm(a, gemm, s);
    };
  }

  private static Node gemm(Algebra a, Linear.Gemm op, Step s) {
    boolean ta = op.transA();
    boolean tb = op.transB();
    Node gy = s.gy();
    return switch (s.input()) {
      case 0 -> ta ? product(a, op, tb, true, s.x(1), gy) : product(a, op, false, !tb, gy, s.x(1));
      case 1 -> tb ? product(a, op, true, ta, gy, s.x()) : product(a, op, !ta, false, s.x(), gy);
      default -> a.unbroadcast(a.mul(gy, op.beta()), s.shape());
    };
  }

  private static Node product(
      Algebra a, Linear.Gemm op, boolean transLeft, boolean transRight, Node left, Node right) {
    return a.apply(new Linear.Gemm(op.alpha(), 1, transLeft, transRight), left, right);
  }

  private static Node matMul(Algebra a, Step s) {
    Shape left = s.x().shape();
    Shape right = s.x(1).shape();
    // With vectors as matrices there is one case.
    Node l = left.rank() == 1 ? a.reshape(s.x(), Shape.of(1, left.dim(0))) : s.x();
    Node r = right.rank() == 1 ? a.reshape(s.x(1), Shape.of(right.dim(0), 1)) : s.x(1);
    Node gy = a.reshape(s.gy(), productShape(s.gy().shape(), left, right));
    Node whole;
    if (s.input() == 0) {
      whole = a.apply(new Linear.MatMul(), gy, transposed(a, r));
    } else if (r.shape().rank() == 2) {
      // A weight that all of a batch share: one product instead of one per sample and their sum.
      whole = a.apply(new Linear.MatMul(), transposed(a, matrix(a, l)), matrix(a, gy));
    } else {
      whole = a.apply(new Linear.MatMul(), transposed(a, l), gy);
    }
    Shape matrix = (s.input() == 0 ? l : r).shape();
    return a.reshape(a.unbroadcast(whole, matrix), s.shape());
  }

  /** The product's shape with the axes that vectors lose. */
  private static Shape productShape(Shape product, Shape left, Shape right) {
    List<Integer> dims = new ArrayList<>(Algebra.sizes(product));
    if (right.rank() == 1) {
      dims.add(1);
    }
    if (left.rank() == 1) {
      dims.add(dims.size() - 1, 1);
    }
    return Shape.of(dims.stream().mapToInt(Integer::intValue).toArray());
  }

  private static Node matrix(Algebra a, Node x) {
    int columns = x.shape().dim(-1);
    return a.reshape(x, Shape.of(Math.toIntExact(x.shape().size() / columns), columns));
  }

  private static Node transposed(Algebra a, Node x) {
    List<Integer> order = new ArrayList<>(Algebra.axes(0, x.shape().rank()));
    Collections.swap(order, order.size() - 1, order.size() - 2);
    return a.apply(new Movement.Transpose(order), x);
  }

  static Node reduce(Algebra a, Reduce op, Step s) {
    Node x = s.x();
    Shape kept = new Reduce(op.kind(), op.axes(), true).infer(List.of(x.shape()));
    Node y = a.reshape(s.y(), kept);
    Node gy = a.reshape(s.gy(), kept);
    return switch (op.kind()) {
      case Sum -> a.expand(gy, x.shape());
      case Mean -> a.expand(a.mul(gy, (double) kept.size() / x.shape().size()), x.shape());
      case Max, Min -> {
        Node best = a.binary(Binary.Kind.Equal, x, y);
        yield a.mul(best, a.div(gy, a.sum(best, op.axes())));
      }
      case LogSumExp -> a.mul(gy, a.apply(new Unary.Exp(), a.sub(x, y)));
      case L1 -> a.mul(gy, a.apply(new Unary.Sign(), x));
      case L2 -> {
        // A zero vector's gradient is zero: x / 1.
        Node divisor = a.where(a.greater(y, 0), y, a.number(1));
        yield a.mul(x, a.div(gy, divisor));
      }
    };
  }
}
