package voxcam.cli;

import java.io.PrintStream;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Where a command writes: results to {@code out}, all else to {@code err}, one line each.
 *
 * @param terminal whether a person is looking at {@code err}
 */
record Streams(PrintStream out, PrintStream err, boolean terminal, Set<String> warned) {
  Streams(PrintStream out, PrintStream err, boolean terminal) {
    this(out, err, terminal, new LinkedHashSet<>());
  }

  /** Tells the user something that does not stop the command; the same thing only once. */
  void warn(String warning) {
    String line = Text.line(warning);
    if (warned.add(line)) {
      err.println("engine: warning: " + line);
    }
  }
}
