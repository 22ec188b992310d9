package voxcam.train;

import java.util.List;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.InputException;
import voxcam.op.Reduce;
import voxcam.op.Unary;

/** Losses and penalties, written with operations; each is one number, of shape {@code []}. */
public final class Loss {
  private Loss() {}

  /**
   * Binary cross-entropy of several labels, from logits:
   *
   * <pre>mean( t softplus(-x) + (1 - t) softplus(x) )</pre>
   *
   * <p>which is {@code -t log(sigmoid(x)) - (1-t) log(1-sigmoid(x))} without a sigmoid that could
   * round to 0 or 1.
   *
   * @param logits {@code [N,labels]}
   * @param targets of the same shape, 0 to 1
   */
  public static Node multilabel(GraphBuilder builder, Node logits, Node targets) {
    return mean(builder, each(builder, logits, targets));
  }

  /**
   * As the other, where each logit counts as much as its weight says: {@code mean(weight *
   * cross-entropy)}; 0 leaves it out.
   */
  public static Node multilabel(GraphBuilder builder, Node logits, Node targets, Node weights) {
    Node each = each(builder, logits, targets);
    return mean(builder, binary(builder, Binary.Kind.Mul, each, weights));
  }

  /** {@code loss + weight * term}. */
  public static Node plus(GraphBuilder builder, Node loss, double weight, Node term) {
    Node weighted = binary(builder, Binary.Kind.Mul, term, builder.scalar(weight));
    return binary(builder, Binary.Kind.Add, loss, weighted);
  }

  private static Node each(GraphBuilder builder, Node logits, Node targets) {
    if (!logits.shape().equals(targets.shape())) {
      throw new InputException(
          "loss: logits are "
              + logits.shape()
              + ", targets "
              + targets.shape()
              + ", give one target for each logit");
    }
    Node absent = binary(builder, Binary.Kind.Sub, builder.scalar(1), targets);
    Node against = builder.add(new Unary.Softplus(), builder.add(new Unary.Neg(), logits));
    Node present = binary(builder, Binary.Kind.Mul, targets, against);
    Node wrong =
        binary(builder, Binary.Kind.Mul, absent, builder.add(new Unary.Softplus(), logits));
    return binary(builder, Binary.Kind.Add, present, wrong);
  }

  /** The mean square of all differences. */
  public static Node squares(GraphBuilder builder, Node values, Node targets) {
    Node difference = binary(builder, Binary.Kind.Sub, values, targets);
    return mean(builder, binary(builder, Binary.Kind.Mul, difference, difference));
  }

  /** {@code loss + weight * sum |values|}: makes values that do not help vanish. */
  public static Node plusL1(GraphBuilder builder, Node loss, double weight, Node values) {
    Node sum =
        builder.add(
            new Reduce(Reduce.Kind.Sum, List.of(), false), builder.add(new Unary.Abs(), values));
    return plus(builder, loss, weight, sum);
  }

  private static Node mean(GraphBuilder builder, Node values) {
    return builder.add(new Reduce(Reduce.Kind.Mean, List.of(), false), values);
  }

  private static Node binary(GraphBuilder builder, Binary.Kind kind, Node a, Node b) {
    return builder.add(new Binary(kind), a, b);
  }
}
