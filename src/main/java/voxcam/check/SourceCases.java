package voxcam.check;

import static voxcam.check.Fill.signed;

import java.util.List;
import java.util.Random;
import voxcam.op.FreeShape;
import voxcam.op.Shape;
import voxcam.op.Source;

final class SourceCases {
  private SourceCases() {}

  static List<OpCase> all() {
    CaseList list = new CaseList();
    list.exact(
        "as output, volume",
        new Source.Input(FreeShape.of(Shape.of(2, 3, 4, 5, 17))),
        signed(2, 3, 4, 5, 17));
    list.exact("as output, scalar", new Source.Input(FreeShape.of(Shape.SCALAR)), signed());
    list.exact("as output, matrix", new Source.Input(FreeShape.of(Shape.of(7, 33))), signed(7, 33));
    Random random = new Random(1);
    list.exact("as output, volume", new Source.Constant(signed(1, 2, 3, 4, 19).draw(random)));
    list.exact("as output, scalar", new Source.Constant(signed().draw(random)));
    list.exact("as output, vector", new Source.Constant(signed(35).draw(random)));
    return list.cases();
  }
}
