package voxcam.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.grad.Gradients;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Op;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * Holds gradients to numbers, those of the reference backend in double precision: the derivative of
 * a score along a random direction against its central difference, and for linear operations the
 * adjoint identity {@code <A x, r> = <x, A' r>}. A score's derivative along a fixed direction is a
 * score again, so that second order needs no other check.
 *
 * <p>Errors are relative to the derivative, or to the root of the sum of its squared terms where
 * those cancel.
 */
public final class GradCheck {
  /** A number computed from named inputs. */
  @FunctionalInterface
  public interface Score {
    Node of(GraphBuilder builder, Map<String, Node> inputs);
  }

  /**
   * A score at a point.
   *
   * @param score what is differentiated
   * @param at the value of each input, away from kinks
   * @param fixed the inputs that are not varied, as indices are not
   */
  public record Problem(Score score, Map<String, Tensor> at, Set<String> fixed) {
    public Problem {
      at = Map.copyOf(at);
      fixed = Set.copyOf(fixed);
    }

    private List<String> varied() {
      return at.keySet().stream().filter(name -> !fixed.contains(name)).sorted().toList();
    }
  }

  /**
   * What a check found.
   *
   * @param error the relative error of the derivative along the direction
   * @param dependent the inputs that have a gradient; the others were varied too and their
   *     derivative taken as 0
   */
  public record Result(double error, Set<String> dependent) {}

  /** The name of the input that holds the output's weights in {@link #weighted}. */
  public static final String WEIGHTS = "weights";

  // Small, so that few activations of a network cross their kink; rounding stays near 1e-10.
  private static final double STEP = 2e-5;

  private final long seed;
  private final Backend backend;

  /** A check whose directions come from this seed. */
  public GradCheck(long seed) {
    this(seed, Backends.named("reference"));
  }

  /**
   * A check of the gradients that a backend computes; differences are the reference's in any case.
   */
  public GradCheck(long seed, Backend backend) {
    this.seed = seed;
    this.backend = backend;
  }

  /**
   * The score {@code sum(weights * op(inputs))} with random weights, at these inputs, which are
   * named by their position.
   */
  public Problem weighted(Op op, List<Tensor> inputs, Set<Integer> fixed) {
    Map<String, Tensor> at = new HashMap<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < inputs.size(); i++) {
      at.put(String.valueOf(i), inputs.get(i));
      if (fixed.contains(i)) {
        names.add(String.valueOf(i));
      }
    }
    Shape output = op.infer(inputs.stream().map(Tensor::shape).toList());
    at.put(WEIGHTS, random(output, new Random(seed)));
    Score score =
        (builder, nodes) -> {
          List<Node> arguments = new ArrayList<>();
          for (int i = 0; i < inputs.size(); i++) {
            arguments.add(nodes.get(String.valueOf(i)));
          }
          return dot(builder, builder.add(op, arguments), nodes.get(WEIGHTS));
        };
    return new Problem(score, at, names);
  }

  /** Compares the derivative along a random direction with its central difference. */
  public Result first(Problem problem) {
    Random random = new Random(seed + 1);
    Map<String, Tensor> direction = new HashMap<>();
    for (String name : problem.varied()) {
      direction.put(name, random(problem.at().get(name).shape(), random));
    }
    Map<String, Tensor> gradients = gradients(problem);
    double derivative = 0;
    double squares = 0;
    for (var entry : gradients.entrySet()) {
      double[] g = entry.getValue().doubles();
      double[] v = direction.get(entry.getKey()).doubles();
      for (int i = 0; i < g.length; i++) {
        derivative += g[i] * v[i];
        squares += g[i] * v[i] * g[i] * v[i];
      }
    }
    double numeric = difference(problem, direction);
    double scale = Math.max(Math.max(Math.abs(derivative), Math.abs(numeric)), Math.sqrt(squares));
    double error = derivative == numeric ? 0 : Math.abs(derivative - numeric) / scale;
    return new Result(error, gradients.keySet());
  }

  /**
   * The same for the score's derivative along another random direction. Nothing depends on anything
   * if there is no first order.
   */
  public Result second(Problem problem) {
    return first(new Problem(derivative(problem), problem.at(), problem.fixed()));
  }

  /**
   * The relative error of {@code <A x, r> = <x, A' r>} for an operation that is linear in one of
   * its inputs.
   */
  public double adjoint(Op op, List<Tensor> inputs, int linear) {
    Problem problem = weighted(op, inputs, Set.of());
    double forward = value(problem.score(), problem.at());
    double[] gradient = gradients(problem).get(String.valueOf(linear)).doubles();
    double[] x = inputs.get(linear).doubles();
    double backward = 0;
    double squares = 0;
    for (int i = 0; i < x.length; i++) {
      backward += gradient[i] * x[i];
      squares += gradient[i] * x[i] * gradient[i] * x[i];
    }
    return Math.abs(forward - backward) / Math.max(Math.abs(forward), Math.sqrt(squares));
  }

  /** The sum of {@code a * b}. */
  private static Node dot(GraphBuilder builder, Node a, Node b) {
    Node product = builder.add(new Binary(Binary.Kind.Mul), a, b);
    return builder.add(new Reduce(Reduce.Kind.Sum, List.of(), false), product);
  }

  /** {@code <gradient, direction>} as a score. */
  private Score derivative(Problem problem) {
    return (builder, inputs) -> {
      Random random = new Random(seed + 2);
      Node score = problem.score().of(builder, inputs);
      List<Node> varied = problem.varied().stream().map(inputs::get).toList();
      List<Optional<Node>> gradients = new Gradients(builder).of(score, varied);
      Node sum = builder.scalar(0);
      for (int i = 0; i < varied.size(); i++) {
        Tensor direction = random(varied.get(i).shape(), random);
        if (gradients.get(i).isPresent()) {
          Node constant = builder.constant("direction" + i, direction);
          Node part = dot(builder, gradients.get(i).get(), constant);
          sum = builder.add(new Binary(Binary.Kind.Add), sum, part);
        }
      }
      return sum;
    };
  }

  /** The gradients of the varied inputs that the score depends on. */
  private Map<String, Tensor> gradients(Problem problem) {
    GraphBuilder builder = new GraphBuilder();
    Map<String, Node> inputs = inputs(builder, problem.at());
    List<String> names = problem.varied();
    List<Node> sources = names.stream().map(inputs::get).toList();
    List<Optional<Node>> nodes =
        new Gradients(builder).of(problem.score().of(builder, inputs), sources);
    List<String> present = new ArrayList<>();
    List<Node> outputs = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).isPresent()) {
        Node gradient = nodes.get(i).get();
        if (!gradient.shape().equals(sources.get(i).shape())) {
          throw new IllegalStateException(
              "gradient of %s has shape %s".formatted(sources.get(i), gradient.shape()));
        }
        present.add(names.get(i));
        outputs.add(gradient);
      }
    }
    List<Tensor> values = run(backend, builder, outputs, problem.at());
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    for (int i = 0; i < values.size(); i++) {
      gradients.put(present.get(i), values.get(i));
    }
    return gradients;
  }

  /** The central difference of fourth order, from two step widths. */
  private static double difference(Problem problem, Map<String, Tensor> direction) {
    double wide = slope(problem, direction, STEP);
    double narrow = slope(problem, direction, STEP / 2);
    return (4 * narrow - wide) / 3;
  }

  private static double slope(Problem problem, Map<String, Tensor> direction, double step) {
    double after = value(problem.score(), moved(problem.at(), direction, step));
    double before = value(problem.score(), moved(problem.at(), direction, -step));
    return (after - before) / (2 * step);
  }

  private static Map<String, Tensor> moved(
      Map<String, Tensor> at, Map<String, Tensor> direction, double step) {
    Map<String, Tensor> moved = new HashMap<>(at);
    direction.forEach((name, tensor) -> {
      double[] x = at.get(name).doubles().clone();
      double[] v = tensor.doubles();
      for (int i = 0; i < x.length; i++) {
        x[i] += step * v[i];
      }
      moved.put(name, Tensor.of(tensor.shape(), x));
    });
    return moved;
  }

  private static double value(Score score, Map<String, Tensor> at) {
    GraphBuilder builder = new GraphBuilder();
    Node node = score.of(builder, inputs(builder, at));
    Backend reference = Backends.named("reference");
    return run(reference, builder, List.of(node), at).get(0).doubles()[0];
  }

  private static Map<String, Node> inputs(GraphBuilder builder, Map<String, Tensor> at) {
    Map<String, Node> inputs = new HashMap<>();
    at.keySet().stream()
        .sorted()
        .forEach(name -> inputs.put(name, builder.input(name, at.get(name).shape())));
    return inputs;
  }

  private static List<Tensor> run(
      Backend backend, GraphBuilder builder, List<Node> outputs, Map<String, Tensor> at) {
    if (outputs.isEmpty()) {
      return List.of();
    }
    try (Program program = backend.compile(builder.build(outputs), Options.DEFAULT)) {
      return program.run(at);
    }
  }

  private static Tensor random(Shape shape, Random random) {
    double[] values = new double[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    return Tensor.of(shape, values);
  }
}
