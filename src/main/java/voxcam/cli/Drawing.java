package voxcam.cli;

import java.nio.file.Path;
import voxcam.explain.Display;
import voxcam.explain.Explanation;
import voxcam.op.InputException;
import voxcam.volume.Prepared;
import voxcam.volume.Volume;

/** Pictures of maps. */
final class Drawing {
  private Drawing() {}

  static void png(Path file, Explanation map, Display display, Volume back, Prepared prepared) {
    throw new InputException(file + ": pictures wait for the report package " + map + display + back + prepared);
  }
}
