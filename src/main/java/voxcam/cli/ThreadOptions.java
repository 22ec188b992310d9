package voxcam.cli;

import picocli.CommandLine.Option;
import voxcam.backend.Options;

/** How many threads may compute. */
final class ThreadOptions {
  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "At most N threads; default: all processors. Results do not depend on it.")
  Integer threads;

  Options options() {
    return threads == null ? Options.DEFAULT : Options.DEFAULT.withThreads(threads);
  }
}
