package voxcam.check;

import static voxcam.check.Fill.coarse;
import static voxcam.check.Fill.positive;
import static voxcam.check.Fill.signed;

import java.util.List;
import voxcam.op.Cam;
import voxcam.op.Shape;

final class CamCases {
  private CamCases() {}

  static List<OpCase> all() {
    CaseList list = new CaseList();
    for (Cam op : Cam.all()) {
      // These two divide by what sums of the activation decide.
      boolean divides = op instanceof Cam.PlusPlus || op instanceof Cam.XGradient;
      for (int[] dims :
          new int[][] {
            {1, 5, 3, 4, 17},
            {2, 17, 2, 3, 5},
            {2, 32, 1, 1, 1},
            {1, 1, 4, 5, 16},
            {2, 20, 5, 7},
            {1, 3, 37}
          }) {
        list.add("of " + Shape.of(dims), op, divides ? positive(dims) : signed(dims), signed(dims));
      }
      // Of these sums and denominators some are 0, and all are exact.
      int[] dims = {2, 34, 1, 3, 4};
      list.add("of quarters", op, coarse(dims), coarse(dims));
    }
    return list.cases();
  }
}
