package voxcam.cli;

import picocli.CommandLine.Mixin;
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

  @Mixin ThreadOptions threadOptions = new ThreadOptions();

  Backend backend() {
    return new CheckedBackend(Backends.named(device));
  }

  Options options() {
    return threadOptions.options();
  }
}
