package voxcam.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.model.Space;
import voxcam.op.Binary;
import voxcam.op.InputException;
import voxcam.op.Movement;
import voxcam.op.Reduce;
import voxcam.op.Shape;

/**
 * Where a layer's values lie in space: which of its axes are positions, and how values {@code
 * [N,K,positions...]} are made of them, as maps want them.
 *
 * <p>Unless a {@link Space} says otherwise, the axes behind the channels are space; and where one
 * row of logits belongs to a whole batch, the batch is an axis of space, too: the slabs of one
 * volume.
 */
final class Places {
  private final Node layer;
  private final List<Integer> axes;
  private final Optional<Space.Tokens> tokens;
  private final boolean usual;
  private final int samples;

  private Places(
      Node layer, List<Integer> axes, Optional<Space.Tokens> tokens, boolean usual, int samples) {
    this.layer = layer;
    this.axes = axes;
    this.tokens = tokens;
    this.usual = usual;
    this.samples = samples;
  }

  /**
   * The places of a layer.
   *
   * @param logits of the same graph, {@code [N,labels,...]}
   * @throws InputException if the layer does not have these axes, or it must be said which they are
   */
  static Places of(Graph graph, Node layer, Node logits, Optional<Space> space) {
    int samples = logits.shape().rank() < 2 ? 1 : logits.shape().dim(0);
    if (space.isEmpty()) {
      if (holdsTokens(graph, layer)) {
        throw new InputException(
            "layer "
                + layer.name()
                + ": its output "
                + layer.shape()
                + " is no grid; if axis 1 holds tokens, say how they lie, as --tokens "
                + TokenGrids.suggested(graph, layer.shape().dim(1)).orElse("8x8x8")
                + ", or take another layer");
      }
      return usual(layer, samples);
    }
    Shape shape = layer.shape();
    List<Integer> axes = space.get().axes();
    String named = space.get() + ": layer " + layer.name() + " " + shape;
    for (int axis : axes) {
      if (axis >= shape.rank()) {
        throw new InputException(named + " has the axes 0 to " + (shape.rank() - 1));
      }
    }
    int batch = shape.dim(0);
    if (axes.contains(0) ? samples != 1 : samples != batch) {
      throw new InputException(
          "%s has %d in axis 0 for %d row(s) of logits; %s"
              .formatted(
                  named,
                  batch,
                  samples,
                  samples == 1
                      ? "if these are the slabs of one volume, name axis 0, too"
                      : "give one volume at a time"));
    }
    Optional<Space.Tokens> tokens = space.get().tokens();
    tokens.ifPresent(all -> checkTokens(graph, named, all, axes.getLast(), shape));
    boolean usual = tokens.isEmpty() && axes.equals(usualAxes(shape, samples));
    return new Places(layer, axes, tokens, usual, samples);
  }

  private static Places usual(Node layer, int samples) {
    int batch = layer.shape().dim(0);
    if (samples != batch && samples != 1) {
      throw new InputException(
          "layer: its batch is %d and the logits' %d, so it is not known which parts belong together; give one volume at a time"
              .formatted(batch, samples));
    }
    return new Places(layer, usualAxes(layer.shape(), samples), Optional.empty(), true, samples);
  }

  private static List<Integer> usualAxes(Shape shape, int samples) {
    return IntStream.range(0, shape.rank())
        .filter(axis -> axis >= 2 || (axis == 0 && shape.dim(0) != samples))
        .boxed()
        .toList();
  }

  private static void checkTokens(
      Graph graph, String named, Space.Tokens tokens, int axis, Shape shape) {
    int count = shape.dim(axis);
    if (tokens.count() == count) {
      return;
    }
    throw new InputException(
        named
            + " has "
            + count
            + " tokens in axis "
            + axis
            + ", "
            + tokens
            + " are "
            + tokens.count()
            + TokenGrids.meant(graph, tokens, count)
                .map(better -> "; did you mean " + better)
                .orElse(""));
  }

  /** Whether a layer {@code [N,T,K]} stands in a network that looks at images or volumes. */
  static boolean holdsTokens(Graph graph, Node layer) {
    return layer.shape().rank() == 3
        && graph.inputs().stream().anyMatch(input -> input.shape().rank() > 3);
  }

  /** Whether these are the axes that are space unless something else is said. */
  boolean isUsual() {
    return usual;
  }

  /** The layer's axes that are space; {@link Space#NONE} among them where it has none. */
  List<Integer> axes() {
    return axes;
  }

  /** The sizes of a map: those of the named axes, tokens on their grid, 1 for no axis. */
  List<Integer> cells() {
    List<Integer> sizes = new ArrayList<>();
    axes.forEach(axis -> sizes.add(axis == Space.NONE ? 1 : layer.shape().dim(axis)));
    tokens.ifPresent(all -> {
      sizes.removeLast();
      sizes.addAll(all.sizes());
    });
    return sizes;
  }

  /** How many values a map has. */
  long positions() {
    return cells().stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
  }

  /** Values of the layer's shape as {@code [N,K,positions...]}. */
  Node spatial(GraphBuilder builder, Node values) {
    if (usual) {
      return usual(builder, values);
    }
    Shape shape = values.shape();
    boolean oneVolume = axes.contains(0);
    List<Integer> order = new ArrayList<>(oneVolume ? List.of() : List.of(0));
    IntStream.range(oneVolume ? 0 : 1, shape.rank())
        .filter(axis -> !axes.contains(axis))
        .forEach(order::add);
    List<Integer> sizes = new ArrayList<>(List.of(oneVolume ? 1 : shape.dim(0), -1));
    axes.stream().filter(axis -> axis != Space.NONE).forEach(order::add);
    axes.forEach(axis -> sizes.add(axis == Space.NONE ? 1 : shape.dim(axis)));
    Node placed = builder.add(new Movement.Transpose(order), values);
    Node cells = builder.add(new Movement.Reshape(sizes), placed);
    return tokens.isEmpty() ? cells : onGrid(builder, cells, tokens.get());
  }

  private static Node onGrid(GraphBuilder builder, Node cells, Space.Tokens tokens) {
    int last = cells.shape().rank() - 1;
    int end = tokens.before() + (int) tokens.positions();
    Node positions = part(builder, cells, last, tokens.before(), end);
    List<Integer> sizes = new ArrayList<>();
    for (int axis = 0; axis < last; axis++) {
      sizes.add(cells.shape().dim(axis));
    }
    sizes.addAll(tokens.sizes());
    return builder.add(new Movement.Reshape(sizes), positions);
  }

  private static Node part(GraphBuilder builder, Node values, int axis, int start, int end) {
    return start == 0 && end == values.shape().dim(axis)
        ? values
        : builder.add(new Movement.Slice(List.of(new Movement.Range(axis, start, end, 1))), values);
  }

  /** As it stands, or with a batch of slabs behind the channels: {@code [1,K,N,...]}. */
  private Node usual(GraphBuilder builder, Node values) {
    Shape shape = values.shape();
    if (samples == shape.dim(0)) {
      return values;
    }
    List<Integer> order =
        IntStream.range(0, shape.rank()).map(axis -> axis < 2 ? 1 - axis : axis).boxed().toList();
    Node channelsFirst = builder.add(new Movement.Transpose(order), values);
    return builder.add(new Movement.Unsqueeze(List.of(0)), channelsFirst);
  }

  /**
   * The sum of gradient times activation over the tokens that are no positions: a part of the score
   * that passes the map by.
   */
  Optional<Node> leftOut(GraphBuilder builder, Node activation, Node gradient) {
    if (tokens.isEmpty()) {
      return Optional.empty();
    }
    int axis = axes.getLast();
    int count = activation.shape().dim(axis);
    Optional<Node> before = passing(builder, activation, gradient, axis, 0, tokens.get().before());
    Optional<Node> after =
        passing(builder, activation, gradient, axis, count - tokens.get().after(), count);
    return before.isPresent() && after.isPresent()
        ? Optional.of(builder.add(new Binary(Binary.Kind.Add), before.get(), after.get()))
        : before.or(() -> after);
  }

  private static Optional<Node> passing(
      GraphBuilder builder, Node activation, Node gradient, int axis, int start, int end) {
    if (start == end) {
      return Optional.empty();
    }
    Node product =
        builder.add(
            new Binary(Binary.Kind.Mul),
            part(builder, activation, axis, start, end),
            part(builder, gradient, axis, start, end));
    return Optional.of(builder.add(new Reduce(Reduce.Kind.Sum, List.of(), false), product));
  }
}
