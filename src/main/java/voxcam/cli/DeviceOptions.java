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
          "What computes: auto (the best that runs here, default), cuda (an NVIDIA GPU), cpu, or"
              + " reference (double precision, slow, the truth that the others are held to).")
  String device;

  @Option(
      names = "--exact",
      description =
          "Computes every product of every convolution. Without it some are computed by"
              + " Winograd's algorithm on the CPU, within 2e-6 of each layer's norm on noise.")
  boolean exact;

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      defaultValue = "fp32",
      description =
          "In which numbers a GPU multiplies in convolutions and matrix products: fp32 (default),"
              + " tf32, fp16 or bf16, which need cuDNN. Sums are in fp32, and so is all the rest.")
  String precision;

  @Mixin ThreadOptions threadOptions = new ThreadOptions();

  Backend backend() {
    return new CheckedBackend(Backends.named(device));
  }

  Options options() {
    // A command ends with its one run.
    Options options =
        threadOptions.options().withOnce(true).withPrecision(Options.Precision.named(precision));
    return exact ? options.withExactness() : options;
  }
}
