package voxcam.cli;

import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import voxcam.model.Space;

/** Options that say which axes of a layer are space. */
final class SpaceOptions {
  final Argument<String> space =
      Argument.option(
          "--space",
          "AXES",
          "The layer's axes that run along D,H,W of the input, counted from 0, where they are not"
              + " those behind the channels: 1,3,4 where slabs lie in axis 1 of [1,slabs,K,H,W];"
              + " - for one that the layer does not have, as -,3,4. The map is summed over all"
              + " other axes.");

  final Argument<String> tokens =
      Argument.option(
          "--tokens",
          "GRID",
          "How the tokens of a transformer's layer [N,T,K] lie in D,H,W, as 8x8x8; with a class"
              + " token before them 1+8x8x8, behind them 8x8x8+1. They are axis 1, or the last"
              + " axis of --space.");

  void addTo(CommandSpec command) {
    Argument.addTo(command, space, tokens);
  }

  Optional<Space> space() {
    return Space.parse(Optional.ofNullable(space.get()), Optional.ofNullable(tokens.get()));
  }
}
