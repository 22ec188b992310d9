package voxcam.grad;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import voxcam.check.GradCheck;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Cam;
import voxcam.op.Conv;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Regions;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

/**
 * A loss on a heat map can be trained through: its gradient at all weights, against central
 * differences.
 */
class HiResCamLossTest {
  private static final double TOLERANCE = 1e-8;

  /** What follows the convolutions. */
  enum Head {
    /** Flatten and one linear layer. */
    LINEAR,
    /** Flatten, linear, Tanh, linear: the map depends on the slope inside the head. */
    SMOOTH_MLP,
    /** As the smooth one with ReLU, whose slope the hidden bias does not change. */
    RELU_MLP;

    /** The weights that the loss depends on; the last bias changes the score, not its gradient. */
    Set<String> dependent() {
      return switch (this) {
        case LINEAR -> Set.of("w1", "b1", "w2", "b2", "wo");
        case SMOOTH_MLP -> Set.of("w1", "b1", "w2", "b2", "wh", "bh", "wo");
        case RELU_MLP -> Set.of("w1", "b1", "w2", "b2", "wh", "wo");
      };
    }
  }

  private final Values values = new Values(11);

  /** As networks are initialised: Tanh is not saturated. */
  private Tensor weight(int... dims) {
    double[] w = values.normal(dims).doubles();
    double scale = Math.sqrt((double) dims[0] / w.length);
    return Tensor.of(Shape.of(dims), Arrays.stream(w).map(value -> value * scale).toArray());
  }

  private Map<String, Tensor> point(Head head) {
    Map<String, Tensor> at = new HashMap<>();
    at.put("x", values.normal(2, 1, 5, 4, 6));
    at.put("w1", weight(3, 1, 3, 3, 3));
    at.put("b1", values.normal(3));
    at.put("w2", weight(4, 3, 3, 2, 1));
    at.put("b2", values.normal(4));
    int features = 4 * 3 * 2 * 3;
    if (head == Head.LINEAR) {
      at.put("wo", weight(3, features));
    } else {
      at.put("wh", weight(6, features));
      at.put("bh", values.normal(6));
      at.put("wo", weight(3, 6));
    }
    at.put("bo", values.normal(3));
    return at;
  }

  /**
   * The sum of softplus over the map of the second label at the second convolution's activation.
   */
  private static Node loss(GraphBuilder g, Map<String, Node> in, Head head, Cam cam) {
    Conv first = new Conv.Forward(Window.cube(3, 3, 1, 1, 1), 1);
    Node x = g.add(new Unary.Relu(), g.add(first, in.get("x"), in.get("w1"), in.get("b1")));
    x = g.add(new Pool.Max(new Regions.Sliding(Window.cube(3, 3, 2, 1, 1), false)), x);
    Window uneven =
        new Window(
            List.of(
                new Window.Axis(3, 1, 1, 1, 1), new Window.Axis(2, 1, 0, 1, 1), Window.Axis.UNIT));
    Node conv = g.add(new Conv.Forward(uneven, 1), x, in.get("w2"), in.get("b2"));
    Node activation = g.add(new Unary.Relu(), conv);
    Linear.Gemm linear = new Linear.Gemm(1, 1, false, true);
    Node features = g.add(new Movement.Flatten(1), activation);
    if (head != Head.LINEAR) {
      features = g.add(linear, features, in.get("wh"), in.get("bh"));
      features = g.add(head == Head.RELU_MLP ? new Unary.Relu() : new Unary.Tanh(), features);
    }
    Node logits = g.add(linear, features, in.get("wo"), in.get("bo"));
    Node label = g.add(new Movement.Slice(List.of(new Movement.Range(1, 1, 2, 1))), logits);
    Reduce sum = new Reduce(Reduce.Kind.Sum, List.of(), false);
    Node score = g.add(sum, label);
    Node gradient = new Gradients(g).of(score, List.of(activation)).get(0).orElseThrow();
    Node map = g.add(cam, activation, gradient);
    return g.add(sum, g.add(new Unary.Softplus(), map));
  }

  @ParameterizedTest
  @EnumSource(Head.class)
  void trainsThroughTheMap(Head head) {
    for (Cam cam : List.of(new Cam.HiRes(), new Cam.Gradient())) {
      var problem =
          new GradCheck.Problem(
              (builder, inputs) -> loss(builder, inputs, head, cam), point(head), Set.of("x"));
      GradCheck.Result result = new GradCheck(3).first(problem);
      assertThat(result.dependent()).as(cam.name()).isEqualTo(head.dependent());
      assertThat(result.error()).as(cam.name()).isLessThan(TOLERANCE);
    }
  }
}
