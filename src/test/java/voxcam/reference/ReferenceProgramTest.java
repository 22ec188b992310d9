package voxcam.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.FreeShape;
import voxcam.op.Index;
import voxcam.op.InputException;
import voxcam.op.Movement;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;

class ReferenceProgramTest {
  private static final Tensor PAIR = Tensor.of(Shape.of(2), new double[] {1, -2});

  private final Backend backend = Backends.named("reference");

  @Test
  void isFoundButNeverTakenUnasked() {
    assertThat(backend.preference()).isNegative();
    assertThat(backend.refusal()).isEmpty();
    assertThat(backend.description(Options.DEFAULT)).isEqualTo("double precision, 1 thread");
  }

  @Test
  void computesInDouble() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", Shape.of(1));
    Node y = builder.add(new Binary(Binary.Kind.Add), x, builder.scalar(1e-12));
    Program program = backend.compile(builder.build(List.of(y)), Options.DEFAULT);
    Tensor one = Tensor.of(Shape.of(1), new double[] {1});
    assertThat(program.run(Map.of("x", one)).get(0).doubles()).containsExactly(1 + 1e-12);
  }

  @Test
  void outputsBelongToTheCaller() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", Shape.of(2));
    Node constant = builder.constant("c", PAIR);
    Node reshaped = builder.add(new Movement.Reshape(List.of(2, 1)), x);
    Node negated = builder.add(new Unary.Neg(), x);
    Node flat = builder.add(new Movement.Identity(), negated);
    Program program =
        backend.compile(
            builder.build(List.of(x, reshaped, constant, negated, flat)), Options.DEFAULT);
    List<Tensor> outputs = program.run(Map.of("x", PAIR));
    for (Tensor output : outputs) {
      output.doubles()[0] = 99;
    }
    assertThat(PAIR.doubles()).containsExactly(1, -2);
    assertThat(outputs.get(1).shape()).isEqualTo(Shape.of(2, 1));
    List<Tensor> again = program.run(Map.of("x", PAIR));
    assertThat(again.get(2).doubles()).containsExactly(1, -2);
    assertThat(again.get(3).doubles()).containsExactly(-1, 2);
    assertThat(again.get(3).doubles()).isNotSameAs(again.get(4).doubles());
  }

  @Test
  void aReshapedValueOutlivesItsLastDirectReader() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", Shape.of(2));
    Node negated = builder.add(new Unary.Neg(), x);
    Node column = builder.add(new Movement.Reshape(List.of(2, 1)), negated);
    Node other = builder.add(new Unary.Abs(), negated);
    Node product = builder.add(new Binary(Binary.Kind.Mul), column, other);
    Program program = backend.compile(builder.build(List.of(product)), Options.DEFAULT);
    assertThat(program.run(Map.of("x", PAIR)).get(0).doubles()).containsExactly(-1, -2, 2, 4);
  }

  @Test
  void bytesAreKnownBefore() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", Shape.of(100));
    Node y = x;
    for (int i = 0; i < 10; i++) {
      y = builder.add(new Unary.Neg(), y);
    }
    y =
        builder.add(
            new Binary(Binary.Kind.Add), y, builder.constant("c", Tensor.filled(Shape.of(100), 1)));
    Program program = backend.compile(builder.build(List.of(y)), Options.DEFAULT);
    assertThat(program.bytes()).as("the input and two values at a time").isEqualTo(3 * 800);
    assertThat(program.weightBytes()).isEqualTo(800);
  }

  @Test
  void saysWhatIsWrongWithInputs() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", Shape.of(2));
    builder.input("unused", Shape.of(3));
    Graph graph = builder.build(List.of(builder.add(new Unary.Neg(), x)));
    Program program = backend.compile(graph, Options.DEFAULT);
    assertThat(program.run(Map.of("x", PAIR))).hasSize(1);
    assertThat(program.run(Map.of("x", PAIR, "unused", Tensor.filled(Shape.of(3), 1)))).hasSize(1);
    assertThatThrownBy(() -> program.run(Map.of("unused", Tensor.filled(Shape.of(3), 1))))
        .isInstanceOf(InputException.class)
        .hasMessage("run: input x [2] is missing, got unused");
    assertThatThrownBy(() -> program.run(Map.of("x", Tensor.scalar(1))))
        .isInstanceOf(InputException.class)
        .hasMessage("run: input x is [], the program was compiled for [2]");
    assertThatThrownBy(() -> program.run(Map.of("x", PAIR, "z", PAIR)))
        .isInstanceOf(InputException.class)
        .hasMessage("run: there is no input z, give x, unused");
  }

  @Test
  void refusesFreeSizes() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", FreeShape.of(1, "W"));
    Graph graph = builder.build(List.of(builder.add("y", new Unary.Neg(), x)));
    assertThatThrownBy(() -> backend.compile(graph, Options.DEFAULT))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("depends on free sizes");
  }

  @Test
  void refusesIndicesThatLieOutside() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", Shape.of(2));
    Node at = builder.input("at", Shape.of(1));
    Graph graph = builder.build(List.of(builder.add(new Index.Gather(0), x, at)));
    Program program = backend.compile(graph, Options.DEFAULT);
    for (double index : new double[] {2, -3, 0.5, Double.NaN}) {
      assertThatThrownBy(
              () -> program.run(Map.of("x", PAIR, "at", Tensor.filled(Shape.of(1), index))))
          .isInstanceOf(InputException.class)
          .hasMessage(
              "Gather: index " + index + " on an axis of 2, give whole numbers from -2 to 1");
    }
  }

  @Test
  void notANumberIsTheLargestValue() {
    Tensor x = Tensor.of(Shape.of(3), new double[] {1, Double.NaN, 2});
    GraphBuilder builder = new GraphBuilder();
    Node node = builder.input("x", Shape.of(3));
    Node argMax = builder.add(new Index.ArgMax(0, false), node);
    Node top = builder.add(new Index.TopK(2, 0, true, Index.Part.INDICES), node);
    List<Tensor> outputs =
        backend.compile(builder.build(List.of(argMax, top)), Options.DEFAULT).run(Map.of("x", x));
    assertThat(outputs.get(0).doubles()).containsExactly(1);
    assertThat(outputs.get(1).doubles()).containsExactly(1, 2);
  }
}
