package voxcam.explain;

import java.util.List;
import java.util.stream.IntStream;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Reduce;

/** The parts of those maps that weigh each channel of the activation {@code [N,K,...]}. */
final class ChannelWeights {
  private ChannelWeights() {}

  /** Sums over all positions, {@code [N,K,1,...]}. */
  static Node overPositions(GraphBuilder builder, Node values) {
    List<Integer> space = IntStream.range(2, values.shape().rank()).boxed().toList();
    // With no axes of space each channel is one position, and a list of no axes would mean all.
    return space.isEmpty() ? values : builder.add(new Reduce(Reduce.Kind.Sum, space, true), values);
  }

  /** {@code sum_k factors[k,p] activation[k,p]}, the factors with or without positions. */
  static Node map(GraphBuilder builder, Node factors, Node activation) {
    Node products = builder.add(new Binary(Binary.Kind.Mul), activation, factors);
    return overChannels(builder, products);
  }

  /** Sums over channels, {@code [N,...]}. */
  static Node overChannels(GraphBuilder builder, Node values) {
    return builder.add(new Reduce(Reduce.Kind.Sum, List.of(1), false), values);
  }
}
