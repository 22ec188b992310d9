package voxcam.cli;

import picocli.CommandLine.Model.CommandSpec;
import voxcam.backend.Options;

/** How many threads may compute. */
final class ThreadOptions {
  private final Argument<Integer> threads =
      Argument.number(
          "--threads",
          "N",
          "At most N threads; default: all processors. Results do not depend on it.");

  void addTo(CommandSpec command) {
    Argument.addTo(command, threads);
  }

  Options options() {
    return threads.isGiven() ? Options.DEFAULT.withThreads(threads.get()) : Options.DEFAULT;
  }
}
