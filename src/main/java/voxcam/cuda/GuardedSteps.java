package voxcam.cuda;

import java.util.Arrays;
import voxcam.cuda.CudaPlan.Step;
import voxcam.cuda.CudaPlan.Value;

/**
 * Test equipment: runs a program step by step and finds kernels that write behind their output or
 * scratch memory, leave part of the output unwritten, or change an input.
 */
final class GuardedSteps {
  /** The bytes behind each guarded value. */
  static final long GUARD = 256;

  private static final int GUARD_LENGTH = (int) (GUARD / Float.BYTES);

  /**
   * NaNs that no computation makes. Unlike a processor's, a GPU's arithmetic loses their payload,
   * so what was computed from them shows only as NaN.
   */
  private static final int UNWRITTEN = 0x7fe5a5a5;

  private static final int BEHIND = 0x7feb1b1b;

  private final CudaPlan plan;
  private final Workspace workspace;

  GuardedSteps(CudaPlan plan, Workspace workspace) {
    this.plan = plan;
    this.workspace = workspace;
  }

  void run() {
    plan.steps().forEach(this::run);
  }

  private void run(Step step) {
    Value value = plan.values().get(step.output());
    int length = value.shape().length();
    int scratch = Math.toIntExact(step.work().scratch() / Float.BYTES);
    prepare(workspace.address(step.output()), length);
    prepare(workspace.scratch(), scratch);
    float[][] before = inputs(step);
    workspace.start(step);
    workspace.stream().await();
    checkOutput(value, download(workspace.address(step.output()), length + GUARD_LENGTH), length);
    checkBehind(
        value,
        "scratch memory",
        download(workspace.scratch() + (long) scratch * Float.BYTES, GUARD_LENGTH),
        0);
    checkInputs(value, before, inputs(step));
    if (plan.counters() > 0) {
      int counters = Math.toIntExact(plan.counters() / Integer.BYTES);
      checkCounters(value, download(workspace.scratch() - plan.counters(), counters));
    }
  }

  private void prepare(long address, int length) {
    if (length > 0) {
      workspace.stream().fill(address, UNWRITTEN, length);
    }
    workspace.stream().fill(address + (long) length * Float.BYTES, BEHIND, GUARD_LENGTH);
  }

  private float[] download(long address, int length) {
    float[] values = new float[length];
    workspace.transfers().download(address, values, 0, length);
    return values;
  }

  private float[][] inputs(Step step) {
    return step.inputs().stream()
        .map(input -> download(workspace.address(input), plan.values().get(input).shape().length()))
        .toArray(float[][]::new);
  }

  /** Checks what a kernel wrote, and the guard behind. */
  static void checkOutput(Value value, float[] array, int length) {
    checkBehind(value, "output", array, length);
    for (int i = 0; i < length; i++) {
      if (Float.floatToRawIntBits(array[i]) == UNWRITTEN) {
        throw new IllegalStateException(
            "cuda: " + value + " left element " + i + " of " + length + " unwritten");
      }
    }
  }

  /** Checks that nothing was written behind {@code length} values. */
  static void checkBehind(Value value, String what, float[] array, int length) {
    for (int i = length; i < array.length; i++) {
      if (Float.floatToRawIntBits(array[i]) != BEHIND) {
        throw new IllegalStateException(
            "cuda: " + value + " wrote behind its " + what + ", at " + i + " of " + length);
      }
    }
  }

  /** Checks that inputs are as they were, bit for bit. */
  static void checkInputs(Value value, float[][] before, float[][] after) {
    for (int i = 0; i < before.length; i++) {
      if (!Arrays.equals(bits(before[i]), bits(after[i]))) {
        throw new IllegalStateException("cuda: " + value + " changed input " + i);
      }
    }
  }

  /** Checks that the counters are 0 again. */
  static void checkCounters(Value value, float[] counters) {
    for (int i = 0; i < counters.length; i++) {
      if (Float.floatToRawIntBits(counters[i]) != 0) {
        throw new IllegalStateException("cuda: " + value + " left counter " + i + " above 0");
      }
    }
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
