package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;
import voxcam.op.Shape;
import voxcam.op.Tensor;

final class LoansTest {
  private static final Shape SHAPE = Shape.of(1 << 18);

  private final Loans loans = new Loans();

  @Test
  void whatNobodyLookedAtIsTakenAgain() {
    float[] array = loans.take(SHAPE.length());
    collected(new WeakReference<>(loans.lend(SHAPE, array)));
    assertThat(loans.take(SHAPE.length())).isSameAs(array);
    assertThat(loans.take(SHAPE.length())).isNotSameAs(array);
  }

  @Test
  void whatSomebodySawIsHis() {
    float[] array = loans.take(SHAPE.length());
    Tensor tensor = loans.lend(SHAPE, array);
    assertThat(tensor.floats()).isSameAs(array);
    collected(new WeakReference<>(tensor));
    assertThat(loans.take(SHAPE.length())).isNotSameAs(array);
  }

  @Test
  void whatSomebodyHoldsIsHis() {
    float[] array = loans.take(SHAPE.length());
    array[3] = 5;
    Tensor tensor = loans.lend(SHAPE, array);
    System.gc();
    assertThat(loans.take(SHAPE.length())).isNotSameAs(array);
    assertThat(tensor.floats()[3]).isEqualTo(5);
    assertThat(tensor.doubles()[3]).isEqualTo(5);
  }

  @Test
  void anotherLengthNeedsAnotherArray() {
    float[] array = loans.take(SHAPE.length());
    collected(new WeakReference<>(loans.lend(SHAPE, array)));
    assertThat(loans.take(7)).hasSize(7);
  }

  /** Waits for the collector, which need not come at the first call. */
  private static void collected(WeakReference<Tensor> tensor) {
    for (int i = 0; i < 50 && !tensor.refersTo(null); i++) {
      System.gc();
    }
  }
}
