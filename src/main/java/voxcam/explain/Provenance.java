package voxcam.explain;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Shape;

/**
 * Which axes of the input each axis of a layer runs along, followed through operations that move
 * axes. An axis of features runs along none, one of tokens along several.
 */
final class Provenance {
  /** An axis of the input, and how many positions were left of it when axes were joined. */
  private record Part(int axis, int size) {}

  private static final List<Part> NONE = List.of();

  private final Map<Node, List<List<Part>>> axes = new HashMap<>();

  Provenance(Graph graph) {
    for (Node input : graph.inputs()) {
      axes.put(input, own(input.shape()));
    }
    for (Node node : graph.nodes()) {
      List<Node> known = new ArrayList<>();
      for (Node input : node.inputs()) {
        if (axes.containsKey(input)) {
          known.add(input);
        }
      }
      if (!known.isEmpty()) {
        axes.put(node, follow(node, known));
      }
    }
  }

  private static List<List<Part>> own(Shape shape) {
    return IntStream.range(0, shape.rank())
        .mapToObj(axis -> List.of(new Part(axis, shape.dim(axis))))
        .toList();
  }

  /** Whether these axes of a layer are axes of the input, one each, in their order. */
  boolean inOrder(Node layer, List<Integer> of) {
    int last = -1;
    for (int axis : of) {
      List<Part> parts = wide(axes.getOrDefault(layer, List.of()).get(axis));
      if (parts.size() != 1 || parts.get(0).axis() <= last) {
        return false;
      }
      last = parts.get(0).axis();
    }
    return true;
  }

  private List<List<Part>> follow(Node node, List<Node> known) {
    Node x = known.get(0);
    List<List<Part>> from = axes.get(x);
    Shape shape = node.shape();
    return switch (node.op()) {
      case Movement.Transpose(var order) -> order.stream().map(from::get).toList();
      case Movement.Reshape _, Movement.Flatten _, Movement.Squeeze _, Movement.Unsqueeze _ ->
          reshaped(x.shape(), shape, from);
      case Conv _ -> with(from, 1, shape.rank());
      case Linear _ -> with(from, shape.rank() - 1, shape.rank());
      default -> known.size() == 1 ? same(from, shape.rank()) : joined(known, shape);
    };
  }

  private static List<List<Part>> same(List<List<Part>> from, int rank) {
    return from.size() == rank ? from : Collections.nCopies(rank, NONE);
  }

  /** The same but for one axis, which now holds features. */
  private static List<List<Part>> with(List<List<Part>> from, int features, int rank) {
    List<List<Part>> result = new ArrayList<>(same(from, rank));
    if (features >= 0 && features < rank) {
      result.set(features, NONE);
    }
    return result;
  }

  /** Of several inputs the first that tells of an axis and is not spread along it. */
  private List<List<Part>> joined(List<Node> inputs, Shape shape) {
    List<List<Part>> result = new ArrayList<>(Collections.nCopies(shape.rank(), NONE));
    for (Node input : inputs) {
      int shift = shape.rank() - input.shape().rank();
      for (int axis = Math.max(0, shift); axis < shape.rank(); axis++) {
        boolean spread = input.shape().dim(axis - shift) == 1 && shape.dim(axis) > 1;
        if (result.get(axis).isEmpty() && !spread) {
          result.set(axis, axes.get(input).get(axis - shift));
        }
      }
    }
    return result;
  }

  /** Axes that hold the same values under other sizes, group by group. */
  private static List<List<Part>> reshaped(Shape x, Shape y, List<List<Part>> from) {
    List<List<Part>> result = new ArrayList<>(Collections.nCopies(y.rank(), NONE));
    int i = 0;
    int j = 0;
    while (i < x.rank() && j < y.rank()) {
      int firstIn = i;
      int firstOut = j;
      long in = x.dim(i++);
      long out = y.dim(j++);
      while (in != out && (in < out ? i < x.rank() : j < y.rank())) {
        if (in < out) {
          in *= x.dim(i++);
        } else {
          out *= y.dim(j++);
        }
      }
      List<Part> parts = new ArrayList<>();
      for (int axis = firstIn; axis < i; axis++) {
        parts.addAll(sized(from.get(axis), x.dim(axis)));
      }
      split(parts, y, firstOut, j, result);
    }
    return result;
  }

  /** Where an axis was shortened since, its own size counts. */
  private static List<Part> sized(List<Part> parts, int size) {
    return parts.size() == 1 ? List.of(new Part(parts.get(0).axis(), size)) : parts;
  }

  /** Those with more than one position, if there are any. */
  private static List<Part> wide(List<Part> parts) {
    List<Part> wide = parts.stream().filter(part -> part.size() > 1).toList();
    return wide.isEmpty() ? parts : wide;
  }

  /**
   * Parts of as many axes of the same sizes go to these, single positions, too. Otherwise a part
   * goes to the outermost of the axes that it is split into: the others are within.
   */
  private static void split(
      List<Part> parts, Shape y, int start, int end, List<List<Part>> result) {
    if (end == start + 1) {
      result.set(start, List.copyOf(parts));
      return;
    }
    List<Integer> all = IntStream.range(start, end).boxed().toList();
    if (give(parts, y, all, result)) {
      return;
    }
    List<Integer> wide = all.stream().filter(axis -> y.dim(axis) > 1).toList();
    List<Part> left = wide(parts);
    if (left.size() == 1 && !wide.isEmpty()) {
      result.set(wide.get(0), left);
    } else {
      give(left, y, wide, result);
    }
  }

  /** Gives each axis a part of its size, if there is one for each, in order. */
  private static boolean give(
      List<Part> parts, Shape y, List<Integer> to, List<List<Part>> result) {
    boolean fits =
        parts.size() == to.size()
            && IntStream.range(0, to.size())
                .allMatch(at -> parts.get(at).size() == y.dim(to.get(at)));
    for (int at = 0; fits && at < to.size(); at++) {
      result.set(to.get(at), List.of(parts.get(at)));
    }
    return fits;
  }
}
