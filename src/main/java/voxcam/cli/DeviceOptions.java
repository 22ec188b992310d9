package voxcam.cli;

import picocli.CommandLine.Option;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;

/** Options of every command that computes. */
final class DeviceOptions {
  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "auto",
      description =
          "What computes: auto (the best that runs here, default), cpu, or reference (double"
              + " precision, slow, the truth that the others are held to).")
  String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "At most N threads; default: all processors. Results do not depend on it.")
  Integer threads;

  Backend backend() {
    return Backends.named(device);
  }

  Options options() {
    return threads == null ? Options.DEFAULT : Options.DEFAULT.withThreads(threads);
  }
}
