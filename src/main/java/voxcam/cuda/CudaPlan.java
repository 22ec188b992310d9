package voxcam.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import voxcam.compile.Plan;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Shape;
import voxcam.op.Source;

/**
 * A graph as steps over numbered values, and where each value lies. Reshapes are no steps: theirs
 * is the value that was reshaped. Holds no nodes: with them the weights would stay in Java's heap.
 *
 * @param values inputs and constants that are needed, and one for each step
 * @param steps in the order of the graph
 * @param outputs the numbers of the graph's outputs
 * @param shapes the shapes of the graph's outputs
 * @param pieces the bytes of each piece of memory that a run takes: one, or with guards one for
 *     each value; the last one is the steps' scratch memory, in front of which are counters
 * @param counters bytes of counters that are 0 before and after each step
 * @param weights likewise for constants
 */
record CudaPlan(
    List<Value> values,
    List<Step> steps,
    List<Integer> outputs,
    List<Shape> shapes,
    List<Long> pieces,
    long counters,
    List<Long> weights) {
  /** The driver's own alignment; wide loads and libraries need no more. */
  static final long ALIGNMENT = 256;

  /** Where a value comes from. */
  enum Origin {
    GIVEN,
    CONSTANT,
    COMPUTED
  }

  /**
   * A node's result.
   *
   * @param piece the number of the piece of memory, of the weights for constants
   * @param offset in it, in bytes
   */
  record Value(String name, String op, Shape shape, Origin origin, int piece, long offset) {
    long bytes() {
      return shape.size() * Float.BYTES;
    }

    @Override
    public String toString() {
      return name + ": " + op + " " + shape;
    }
  }

  /** What computes a value, with the numbers of the values that it reads and writes. */
  record Step(Work work, List<Integer> inputs, int output) {}

  /**
   * Lays out a graph.
   *
   * @param guard bytes behind each value; above 0 each value has a piece of its own, and nothing is
   *     used twice
   * @param works what computes a node
   */
  static CudaPlan of(Graph graph, long guard, Function<Node, Work> works) {
    return new Maker(graph, guard).plan(works);
  }

  /** The bytes of a run. */
  long bytes() {
    return pieces.stream().mapToLong(Long::longValue).sum();
  }

  /** The bytes of the constants, and of what works keep of them. */
  long weightBytes() {
    return weights.stream().mapToLong(Long::longValue).sum() + keptBytes();
  }

  /** The bytes of what works keep, each from an aligned address on. */
  long keptBytes() {
    return steps.stream().mapToLong(step -> aligned(step.work().kept())).sum();
  }

  /** The number of the piece that is the steps' scratch memory. */
  int scratch() {
    return pieces.size() - 1;
  }

  /** The first offset from {@code bytes} on at which something else may begin. */
  static long aligned(long bytes) {
    return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
  }

  private static final class Maker {
    private final Graph graph;
    private final long guard;
    private final Plan plan;
    private final Set<Node> read = new HashSet<>();
    private final Map<Node, Integer> numbers = new HashMap<>();
    private final List<Value> values = new ArrayList<>();
    private final Pieces pieces;
    private final Pieces weights;
    private final long[] slots;

    Maker(Graph graph, long guard) {
      this.graph = graph;
      this.guard = guard;
      plan = Plan.of(graph);
      pieces = new Pieces(guard);
      weights = new Pieces(guard);
      graph.nodes().stream()
          .filter(node -> !Plan.isAlias(node))
          .forEach(node -> node.inputs().forEach(input -> read.add(plan.owner(input))));
      graph.outputs().forEach(output -> read.add(plan.owner(output)));
      slots = new long[plan.lengths().size()];
      for (int i = 0; guard == 0 && i < slots.length; i++) {
        slots[i] = pieces.take(plan.lengths().get(i) * (long) Float.BYTES);
      }
    }

    CudaPlan plan(Function<Node, Work> works) {
      List<Step> steps = new ArrayList<>();
      long scratch = 0;
      long counters = 0;
      for (Node node : graph.nodes()) {
        if (Plan.isAlias(node)) {
          continue;
        }
        if (node.op() instanceof Source) {
          if (read.contains(node)) {
            number(node);
          }
          continue;
        }
        List<Integer> inputs =
            node.inputs().stream().map(input -> numbers.get(plan.owner(input))).toList();
        Work work = works.apply(node);
        steps.add(new Step(work, inputs, number(node)));
        scratch = Math.max(scratch, work.scratch());
        counters = Math.max(counters, work.counters());
      }
      pieces.addLast(counters + scratch);
      return new CudaPlan(
          List.copyOf(values),
          List.copyOf(steps),
          graph.outputs().stream().map(output -> numbers.get(plan.owner(output))).toList(),
          graph.outputs().stream().map(Node::shape).toList(),
          pieces.bytes(),
          counters,
          weights.bytes());
    }

    private int number(Node node) {
      Origin origin =
          switch (node.op()) {
            case Source.Input _ -> Origin.GIVEN;
            case Source.Constant _ -> Origin.CONSTANT;
            default -> Origin.COMPUTED;
          };
      Pieces room = origin == Origin.CONSTANT ? weights : pieces;
      long bytes = node.shape().length() * (long) Float.BYTES;
      long offset =
          origin == Origin.COMPUTED && guard == 0 ? slots[plan.slot(node)] : room.take(bytes);
      values.add(
          new Value(node.name(), node.op().name(), node.shape(), origin, room.piece(), offset));
      numbers.put(node, values.size() - 1);
      return values.size() - 1;
    }
  }

  /** Memory under planning: one growing piece, or with guards one for each value. */
  private static final class Pieces {
    private final long guard;
    private final List<Long> bytes = new ArrayList<>();

    Pieces(long guard) {
      this.guard = guard;
    }

    /** The offset of further bytes in the piece that is now the last one. */
    long take(long wanted) {
      if (guard > 0) {
        bytes.add(wanted + guard);
        return 0;
      }
      if (bytes.isEmpty()) {
        bytes.add(0L);
      }
      long offset = bytes.getFirst();
      bytes.set(0, offset + aligned(wanted));
      return offset;
    }

    /** The number of the piece that {@link #take} gave from. */
    int piece() {
      return Math.max(0, bytes.size() - 1);
    }

    void addLast(long wanted) {
      bytes.add(guard > 0 ? wanted + guard : aligned(wanted));
    }

    List<Long> bytes() {
      return List.copyOf(bytes);
    }
  }
}
