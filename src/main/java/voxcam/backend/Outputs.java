package voxcam.backend;

import java.util.List;
import voxcam.op.InputException;
import voxcam.op.Shape;

/** Checks of the arrays that a caller gives for results. */
public final class Outputs {
  private Outputs() {}

  /**
   * The arrays, if there is one of the right length for each output.
   *
   * @throws InputException if not
   */
  public static List<float[]> checked(List<Shape> shapes, List<float[]> outputs) {
    if (outputs.size() != shapes.size()) {
      throw new InputException(
          "run: %d arrays for %d outputs, give one for each"
              .formatted(outputs.size(), shapes.size()));
    }
    for (int i = 0; i < outputs.size(); i++) {
      if (outputs.get(i).length != shapes.get(i).size()) {
        throw new InputException(
            "run: output %d has %d elements, the array for it %d (output %s)"
                .formatted(i, shapes.get(i).size(), outputs.get(i).length, shapes.get(i)));
      }
    }
    return outputs;
  }
}
