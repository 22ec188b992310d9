package voxcam.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a person is looking at standard error. */
final class Terminal {
  /** Set by {@code bin/engine}, whose shell knows. */
  static final String PROPERTY = "voxcam.terminal";

  private Terminal() {}

  static boolean isErrorOne() {
    String told = System.getProperty(PROPERTY);
    if (told != null) {
      return Boolean.parseBoolean(told);
    }
    Path link = Path.of("/proc/self/fd/2");
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      // Not Linux. Java knows of input and output only; where both are a terminal, errors mostly
      // are.
      return isConsole(System.console());
    }
  }

  private static boolean isConsole(Console console) {
    return console != null && console.isTerminal();
  }
}
