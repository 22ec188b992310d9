package voxcam.check;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Options.Precision;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.op.Conv;
import voxcam.op.Linear;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * The comparison of a backend with {@code reference}. Each case runs with guards (memory of its own
 * filled with NaN before), again with the same program, with several threads, and without guards in
 * planned memory: all four must give the same bits.
 */
public final class Conformance {
  /**
   * More than one, also on a machine with one processor; odd, so that work does not divide evenly.
   */
  private static final int SEVERAL = 3;

  private Conformance() {}

  /**
   * What came of one case.
   *
   * @param error the relative error {@code ||y - expected|| / ||expected||}, the largest of all
   *     forms; NaN if there was no output
   * @param message if it did not pass, one line that says in which form and where
   */
  public record Result(OpCase opCase, double error, boolean passed, String message) {}

  /** Runs every case. */
  public static List<Result> run(Backend backend, Options options) {
    Backend reference = Backends.named("reference");
    return OpCases.all().stream().map(opCase -> run(backend, options, opCase, reference)).toList();
  }

  /** Runs one case in all its forms. An exception of the backend is a result too. */
  public static Result run(Backend backend, Options options, OpCase opCase) {
    return run(backend, options, opCase, Backends.named("reference"));
  }

  private static Result run(Backend backend, Options options, OpCase opCase, Backend reference) {
    double error = 0;
    for (OpCase.Form form : opCase.forms()) {
      String where =
          backend.name()
              + ": "
              + opCase.name()
              + ", "
              + form.name().toLowerCase(Locale.ROOT)
              + ": ";
      try {
        Tensor expected = expected(reference, opCase, form);
        Tensor actual = outcome(backend, options, opCase, form);
        Difference difference = Difference.of(actual, expected);
        error = Math.max(error, difference.error());
        double tolerance = tolerance(opCase, options.precision());
        if (!(difference.error() <= tolerance)) {
          return new Result(opCase, error, false, where + difference.text(tolerance));
        }
      } catch (BitsException e) {
        return new Result(opCase, error, false, where + e.getMessage());
      } catch (RuntimeException e) {
        return new Result(opCase, Double.NaN, false, where + e);
      }
    }
    return new Result(opCase, error, true, "");
  }

  /**
   * The largest relative error that passes: about three times what rounding both factors, and in 16
   * bits the result, to the digits of a precision makes of random values.
   */
  public static double tolerance(OpCase opCase, Precision precision) {
    boolean multiplies = opCase.op() instanceof Conv || opCase.op() instanceof Linear;
    double rounding =
        switch (precision) {
          case FP32 -> 0;
          case TF32 -> 1e-3;
          case FP16 -> 2e-3;
          case BF16 -> 1.5e-2;
        };
    return multiplies ? Math.max(opCase.tolerance(), rounding) : opCase.tolerance();
  }

  private static Tensor expected(Backend reference, OpCase opCase, OpCase.Form form) {
    try (Program program = reference.compile(opCase.graph(form), Options.DEFAULT.withGuards())) {
      return program.run(opCase.given(form)).get(0);
    }
  }

  private static Tensor outcome(Backend backend, Options options, OpCase opCase, OpCase.Form form) {
    Graph graph = opCase.graph(form);
    Tensor first;
    try (Program program = backend.compile(graph, options.withThreads(1).withGuards())) {
      first = program.run(opCase.given(form)).get(0);
      requireSameBits("a second run", first, program.run(opCase.given(form)).get(0));
    }
    requireShape(graph.outputs().get(0).shape(), first);
    int threads = Math.max(SEVERAL, options.threads());
    try (Program program = backend.compile(graph, options.withThreads(threads).withGuards())) {
      requireSameBits(threads + " threads", first, program.run(opCase.given(form)).get(0));
    }
    try (Program program = backend.compile(graph, options)) {
      requireSameBits("no guards", first, program.run(opCase.given(form)).get(0));
    }
    return first;
  }

  private static void requireShape(Shape wanted, Tensor actual) {
    if (!actual.shape().equals(wanted)) {
      throw new BitsException("output has shape " + actual.shape() + ", should have " + wanted);
    }
  }

  private static void requireSameBits(String what, Tensor first, Tensor second) {
    // Arrays.mismatch takes every NaN for equal, which is what is wanted here.
    int at = Arrays.mismatch(first.doubles(), second.doubles());
    if (at >= 0) {
      throw new BitsException(
          "%s gave other bits at %s: %s, was %s"
              .formatted(
                  what,
                  Difference.position(first.shape(), at),
                  second.doubles()[at],
                  first.doubles()[at]));
    }
  }

  /** Outputs that should be one and are not. */
  private static final class BitsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BitsException(String message) {
      super(message);
    }
  }
}
