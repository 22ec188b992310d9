package voxcam.cpu;

import java.util.Arrays;

/**
 * Test equipment: finds kernels that write behind their output, leave part of it unwritten, or
 * change an input.
 */
final class Guard {
  /** How many floats lie behind each guarded value. */
  static final int LENGTH = 64;

  /**
   * NaNs that no computation makes; arithmetic keeps their payload, so that values read before they
   * were written are found too.
   */
  private static final int UNWRITTEN = 0x7fe5a5a5;

  private static final int BEHIND = 0x7feb1b1b;

  private Guard() {}

  /** Prepares memory for {@code length} values that a kernel is about to write. */
  static void prepare(float[] array, int length) {
    Arrays.fill(array, 0, length, Float.intBitsToFloat(UNWRITTEN));
    Arrays.fill(array, length, array.length, Float.intBitsToFloat(BEHIND));
  }

  /** A copy with a guard behind it. */
  static float[] copy(float[] values) {
    float[] copy = Arrays.copyOf(values, values.length + LENGTH);
    Arrays.fill(copy, values.length, copy.length, Float.intBitsToFloat(BEHIND));
    return copy;
  }

  /** Checks what a kernel wrote; the missing channels of a last block may hold anything. */
  static void checkOutput(Schedule.Value value, float[] array) {
    int length = value.floats();
    checkBehind(value, "output", array, length);
    for (int i = 0; i < length; i++) {
      boolean unwritten = Float.floatToRawIntBits(array[i]) == UNWRITTEN;
      if (unwritten && value.holds(i)) {
        throw new IllegalStateException(
            "cpu: "
                + value
                + " left element "
                + i
                + " of "
                + length
                + " unwritten, or made it from such");
      }
    }
  }

  /** Checks that nothing was written behind {@code length} values. */
  static void checkBehind(Schedule.Value value, String what, float[] array, int length) {
    for (int i = length; i < array.length; i++) {
      if (Float.floatToRawIntBits(array[i]) != BEHIND) {
        throw new IllegalStateException(
            "cpu: " + value + " wrote behind its " + what + ", at " + i + " of " + length);
      }
    }
  }

  /** Checks that inputs are as they were. */
  static void checkInputs(Schedule.Value value, int before, float[][] inputs) {
    if (before != hash(inputs)) {
      throw new IllegalStateException("cpu: " + value + " changed an input");
    }
  }

  static int hash(float[][] inputs) {
    return Arrays.deepHashCode(inputs);
  }
}
