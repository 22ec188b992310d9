package voxcam.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Cam;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Op;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;

/** Maps behind averaging and a linear layer become one product, others stay. */
class HeadProductsTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void allLabelsAreOneProductWithTheSameValues(int batch) {
    Shape shape = Shape.of(batch, 5, 2, 3, 4);
    SplittableRandom random = new SplittableRandom(batch);
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", shape);
    Node a = builder.add("a", new Unary.Relu(), x);
    List<Node> maps = new ArrayList<>();
    for (int label = 0; label < 4; label++) {
      Node row = builder.constant(values(random, Shape.of(1, 5, 1, 1, 1)));
      Node gradient = builder.add(new Movement.Expand(shape), row);
      Cam op = label % 2 == 0 ? new Cam.HiRes() : new Cam.Gradient();
      maps.add(builder.add("map" + label, op, a, gradient));
    }
    Node varying = builder.constant(values(random, shape));
    maps.add(builder.add("other", new Cam.HiRes(), a, varying));
    Graph graph = builder.build(maps);

    Graph products = HeadProducts.apply(graph);

    assertThat(count(products, Linear.MatMul.class)).isEqualTo(1);
    assertThat(count(products, Cam.class)).isEqualTo(1);
    assertThat(count(products, Movement.Expand.class)).isZero();
    Tensor input = values(random, shape);
    List<Tensor> expected = run(graph, input);
    List<Tensor> actual = run(products, input);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).shape()).isEqualTo(expected.get(i).shape());
      double[] values = actual.get(i).doubles();
      for (int j = 0; j < values.length; j++) {
        assertThat(Math.abs(values[j] - expected.get(i).doubles()[j])).isLessThan(1e-12);
      }
    }
  }

  private static long count(Graph graph, Class<? extends Op> kind) {
    return graph.nodes().stream().filter(node -> kind.isInstance(node.op())).count();
  }

  private static List<Tensor> run(Graph graph, Tensor input) {
    try (Program program = Backends.named("reference").compile(graph, Options.DEFAULT)) {
      return program.run(Map.of("x", input));
    }
  }

  private static Tensor values(SplittableRandom random, Shape shape) {
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return Tensor.of(shape, values);
  }
}
