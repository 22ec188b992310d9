package voxcam.cli;

import picocli.CommandLine.Model.CommandSpec;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;

/** Options of every command that computes. */
final class DeviceOptions {
  private final Argument<String> device =
      Argument.option(
              "--device",
              "NAME",
              "What computes: auto (the best that runs here, default), cuda (an NVIDIA GPU), cpu,"
                  + " or reference (double precision, slow, the truth that the others are held"
                  + " to).")
          .or("auto");

  private final Argument<Boolean> exact =
      Argument.flag(
          "--exact",
          "Computes every product of every convolution. Without it some are computed by"
              + " Winograd's algorithm on the CPU, within 2e-6 of each layer's norm on noise.");

  private final Argument<String> precision =
      Argument.option(
              "--precision",
              "NAME",
              "In which numbers a GPU multiplies in convolutions and matrix products: fp32"
                  + " (default), tf32, fp16 or bf16, which need cuDNN. Sums are in fp32, and so is"
                  + " all the rest.")
          .or("fp32");

  private final ThreadOptions threadOptions = new ThreadOptions();

  void addTo(CommandSpec command) {
    Argument.addTo(command, device, exact, precision);
    threadOptions.addTo(command);
  }

  Backend backend() {
    return new CheckedBackend(Backends.named(device.get()));
  }

  Options options() {
    // A command ends with its one run.
    Options options =
        threadOptions
            .options()
            .withOnce(true)
            .withPrecision(Options.Precision.named(precision.get()));
    return exact.get() ? options.withExactness() : options;
  }
}
