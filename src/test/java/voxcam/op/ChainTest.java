package voxcam.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChainTest {
  private static final Chain.Step FIRST = new Chain.Step(new Unary.Relu(), List.of(0));
  private static final Chain.Step AGAIN = new Chain.Step(new Unary.Relu(), List.of(Chain.VALUE));

  private static Chain.Step add(int... arguments) {
    return new Chain.Step(new Binary(Binary.Kind.Add), Arrays.stream(arguments).boxed().toList());
  }

  @Test
  void hasTheShapeOfItsValuesAndCountsEachStep() {
    Chain chain = new Chain(List.of(FIRST, add(1, Chain.VALUE)));
    List<Shape> inputs = List.of(Shape.of(2, 3, 5), Shape.of(3, 1));
    assertThat(chain.infer(inputs)).isEqualTo(Shape.of(2, 3, 5));
    assertThat(chain.flops(inputs)).isEqualTo(60);
  }

  @Test
  void refusesInputsThatItDoesNotSuit() {
    Chain chain = new Chain(List.of(FIRST, add(1, Chain.VALUE)));
    assertThatThrownBy(() -> chain.infer(List.of(Shape.of(3), Shape.of(2, 3))))
        .isInstanceOf(InputException.class)
        .hasMessage("Chain: its values differ in shape (inputs [3], [2,3])");
    assertThatThrownBy(() -> chain.infer(List.of(Shape.of(3))))
        .isInstanceOf(InputException.class)
        .hasMessage("Chain: has 1 inputs, takes 2");
    Shape axes = Shape.of(1, 1, 1, 1, 1, 1, 1, 1, 2);
    assertThatThrownBy(() -> chain.infer(List.of(axes, axes)))
        .isInstanceOf(InputException.class)
        .hasMessage("Chain: has more than 8 axes (inputs " + axes + ", " + axes + ")");
  }

  @Test
  void refusesStepsThatAreNone() {
    assertThatThrownBy(() -> new Chain(List.of())).hasMessage("chain: 0 steps of 0 inputs");
    assertThatThrownBy(() -> new Chain(Collections.nCopies(9, FIRST)))
        .hasMessage("chain: 9 steps of 1 inputs");
    assertThatThrownBy(() -> new Chain(List.of(add(0, 5))))
        .hasMessage("chain: 1 steps of 6 inputs");
    assertThatThrownBy(() -> new Chain(List.of(AGAIN)))
        .hasMessage("chain: step 0 is not of the value before it");
    assertThatThrownBy(() -> new Chain(List.of(FIRST, FIRST)))
        .hasMessage("chain: step 1 is not of the value before it");
    assertThatThrownBy(() -> new Chain(List.of(new Chain.Step(new Softmax.Plain(1), List.of(0)))))
        .hasMessage("chain: Softmax is not elementwise");
  }
}
