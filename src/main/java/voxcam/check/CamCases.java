package voxcam.check;

import static voxcam.check.Fill.signed;

import java.util.List;
import voxcam.op.Cam;
import voxcam.op.Shape;

final class CamCases {
  private CamCases() {}

  static List<OpCase> all() {
    CaseList list = new CaseList();
    for (Cam op : List.of(new Cam.HiRes(), new Cam.Gradient())) {
      for (int[] dims :
          new int[][] {
            {1, 5, 3, 4, 17},
            {2, 17, 2, 3, 5},
            {2, 32, 1, 1, 1},
            {1, 1, 4, 5, 16},
            {2, 20, 5, 7},
            {1, 3, 37}
          }) {
        list.add("of " + Shape.of(dims), op, signed(dims), signed(dims));
      }
    }
    return list.cases();
  }
}
