package voxcam.model;

import java.util.Map;
import voxcam.model.Operators.Reader;
import voxcam.model.Operators.Written;
import voxcam.op.Linear;
import voxcam.op.Op;

/** Matrix products. */
final class LinearOperators {
  private LinearOperators() {}

  static void fill(Map<String, Reader> readers) {
    readers.put("MatMul", Operators.plain(2, 2, call -> new Linear.MatMul()));
    readers.put("Gemm", Operators.plain(2, 3, LinearOperators::gemm));
  }

  private static Op gemm(Call call) {
    Attributes given = call.attributes();
    return new Linear.Gemm(
        given.real("alpha", 1),
        given.real("beta", 1),
        given.flag("transA", false),
        given.flag("transB", false));
  }

  static Written write(Linear op) {
    Map<String, Object> attributes = Operators.attributes();
    if (op instanceof Linear.Gemm(double alpha, double beta, boolean transA, boolean transB)) {
      Operators.unless(1.0, attributes, "alpha", alpha);
      Operators.unless(1.0, attributes, "beta", beta);
      Operators.unless(0, attributes, "transA", transA ? 1 : 0);
      Operators.unless(0, attributes, "transB", transB ? 1 : 0);
    }
    return new Written(op.name(), attributes);
  }
}
