package voxcam.backend;

import java.util.Locale;
import voxcam.op.InputException;

/**
 * How a program is to run.
 *
 * @param precision of the arithmetic; a matter of GPUs, others take {@link Precision#FP32} alone
 * @param threads at most this many at once; results do not depend on it
 * @param guarded test equipment: each value gets memory of its own, filled with NaN before and
 *     surrounded by guard values that are checked after each operation; slow
 * @param exact whether every product of the definition is computed, so that no algorithm which
 *     trades accuracy for fewer multiplications, such as Winograd's, is used
 * @param once whether a program is going to run but once, so that a backend does best with what is
 *     ready soonest
 */
public record Options(
    Precision precision, int threads, boolean guarded, boolean exact, boolean once) {
  /** The number formats in which a GPU may multiply; sums are always single precision. */
  public enum Precision {
    FP32,
    TF32,
    FP16,
    BF16;

    /** {@code fp32}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The precision of this name, in small or capital letters. */
    public static Precision named(String word) {
      for (Precision precision : values()) {
        if (precision.name().equalsIgnoreCase(word)) {
          return precision;
        }
      }
      throw new InputException("precision " + word + ": not known, give fp32, tf32, fp16 or bf16");
    }
  }

  /** All processors, single precision. */
  public static final Options DEFAULT =
      new Options(Precision.FP32, Runtime.getRuntime().availableProcessors(), false, false, false);

  public Options {
    if (threads < 1) {
      throw new InputException("threads: " + threads + ", give at least 1");
    }
  }

  public Options withThreads(int count) {
    return new Options(precision, count, guarded, exact, once);
  }

  public Options withGuards() {
    return new Options(precision, threads, true, exact, once);
  }

  public Options withExactness() {
    return new Options(precision, threads, guarded, true, once);
  }

  public Options withPrecision(Precision wanted) {
    return new Options(wanted, threads, guarded, exact, once);
  }

  /** The same for a program that runs once, or for one that runs many times. */
  public Options withOnce(boolean only) {
    return new Options(precision, threads, guarded, exact, only);
  }
}
