package voxcam.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FiniteTest {
  /** More than one part, and a rest that is no multiple of anything. */
  private static final int COUNT = 9_999;

  private static float[] values() {
    float[] values = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      values[i] = (i % 7 - 3) * 1e30f;
    }
    return values;
  }

  @Test
  void finiteValuesAreFinite() {
    assertThat(Finite.all(values())).isTrue();
    assertThat(Finite.all(new float[] {-0f, Float.MIN_VALUE})).isTrue();
  }

  @Test
  void oneThatIsNotIsFoundWhereverItIs() {
    for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (int at : new int[] {0, 1, 6, 7, 8, 4095, 4096, COUNT - 1}) {
        float[] values = values();
        values[at] = odd;
        assertThat(Finite.all(values)).as("%s at %d", odd, at).isFalse();
        assertThat(Finite.clean(values, 0, COUNT)).isEqualTo(1);
        assertThat(values[at]).isZero();
      }
    }
  }

  @Test
  void infinitiesThatWouldCancelAreFound() {
    assertThat(Finite.all(new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}))
        .isFalse();
  }

  @Test
  void largeValuesAreNotCleaned() {
    float[] values = new float[20];
    Arrays.fill(values, Float.MAX_VALUE);
    assertThat(Finite.clean(values, 0, values.length)).isZero();
    assertThat(values).containsOnly(Float.MAX_VALUE);
  }
}
