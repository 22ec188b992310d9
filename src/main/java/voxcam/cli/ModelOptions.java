package voxcam.cli;

import picocli.CommandLine.Option;

/** Options of every command that opens a model. */
final class ModelOptions {
  @Option(
      names = "--arch",
      paramLabel = "NAME",
      description =
          "For plain PyTorch weights (a state dict as safetensors), which hold no graph: the"
              + " network that they belong to, such as resnet18 or meshnet.")
  String arch;
}
