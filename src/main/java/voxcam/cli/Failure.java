package voxcam.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import voxcam.backend.BackendException;
import voxcam.op.InputException;

/** What a command that did not succeed says, and its exit code. */
final class Failure {
  static final int DONE = 0;
  static final int ENGINE = 1;
  static final int INPUT = 2;
  static final int MACHINE = 3;

  private Failure() {}

  /** Tells the user and returns the exit code. */
  static int report(Throwable thrown, PrintStream err) {
    return switch (thrown) {
      case InputException e -> line(err, INPUT, e.getMessage());
      case BackendException e -> line(err, MACHINE, e.getMessage());
      case OutOfMemoryError _ -> line(err, MACHINE, outOfMemory());
      case UncheckedIOException e -> line(err, INPUT, unreadable(e.getCause()));
      case IOException e -> line(err, INPUT, unreadable(e));
      default -> fault(thrown, err);
    };
  }

  private static int line(PrintStream err, int code, String message) {
    err.println("engine: " + Text.line(message));
    return code;
  }

  private static String unreadable(IOException e) {
    return "a file could not be read or written: " + e;
  }

  private static String outOfMemory() {
    return "not enough memory: Java may take "
        + Text.bytes(Runtime.getRuntime().maxMemory())
        + "; allow more (VOXCAM_JVM_OPTIONS=-Xmx12g engine ..., or java -Xmx12g -jar engine.jar ...)"
        + " or give a smaller volume";
  }

  private static int fault(Throwable thrown, PrintStream err) {
    thrown.printStackTrace(err);
    err.println(
        "engine: this is a fault of the engine, not of what you gave it;"
            + " please report it with the lines above and the command");
    return ENGINE;
  }
}
