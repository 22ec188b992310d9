package voxcam.check;

import static voxcam.check.Fill.signed;

import java.util.List;
import voxcam.op.Linear;
import voxcam.op.Shape;

final class LinearCases {
  private LinearCases() {}

  static List<OpCase> all() {
    CaseList list = new CaseList();
    matMul(list, new int[] {17}, new int[] {17});
    matMul(list, new int[] {17}, new int[] {17, 5});
    matMul(list, new int[] {5, 17}, new int[] {17});
    matMul(list, new int[] {1, 1}, new int[] {1, 1});
    matMul(list, new int[] {16, 16}, new int[] {16, 16});
    matMul(list, new int[] {17, 33}, new int[] {33, 20});
    matMul(list, new int[] {1, 512}, new int[] {512, 3});
    matMul(list, new int[] {2, 3, 5, 7}, new int[] {2, 3, 7, 9});
    matMul(list, new int[] {2, 1, 5, 7}, new int[] {3, 7, 18});
    matMul(list, new int[] {3, 5, 7}, new int[] {7, 4});
    matMul(list, new int[] {4, 7}, new int[] {3, 7, 5});
    matMul(list, new int[] {3, 4, 7}, new int[] {7});
    for (boolean transA : new boolean[] {false, true}) {
      for (boolean transB : new boolean[] {false, true}) {
        gemm(list, new Linear.Gemm(1, 1, transA, transB), 3, 37, 18, 18);
        gemm(list, new Linear.Gemm(0.5, 2, transA, transB), 17, 5, 33, 17, 1);
      }
    }
    Linear.Gemm dense = new Linear.Gemm(1, 1, false, true);
    gemm(list, dense, 1, 512, 5);
    gemm(list, dense, 1, 512, 5, 5);
    gemm(list, dense, 2, 33, 1, 1, 1);
    gemm(list, dense, 4, 16, 16, 4, 16);
    list.add("scalar added", dense, signed(3, 5), signed(7, 5), signed());
    return list.cases();
  }

  private static void matMul(CaseList list, int[] a, int[] b) {
    list.add(Shape.of(a) + " by " + Shape.of(b), new Linear.MatMul(), signed(a), signed(b));
  }

  /** A product of m x k and k x n, plus c of the given shape if one is given. */
  private static void gemm(CaseList list, Linear.Gemm op, int m, int k, int n, int... c) {
    int[] a = op.transA() ? new int[] {k, m} : new int[] {m, k};
    int[] b = op.transB() ? new int[] {n, k} : new int[] {k, n};
    String what =
        Shape.of(a) + (op.transA() ? "' by " : " by ") + Shape.of(b) + (op.transB() ? "'" : "");
    if (c.length == 0) {
      list.add(what, op, signed(a), signed(b));
    } else {
      list.add(what + " plus " + Shape.of(c), op, signed(a), signed(b), signed(c));
    }
  }
}
