package voxcam.reference;

import java.util.Arrays;
import java.util.List;
import voxcam.op.Cam;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Heat maps of an activation and a gradient, by their definitions. */
final class ReferenceCam {
  private ReferenceCam() {}

  static void run(Cam cam, List<Tensor> inputs, double[] y) {
    Shape shape = inputs.get(0).shape();
    double[] activation = inputs.get(0).doubles();
    double[] gradient = inputs.get(1).doubles();
    int channels = shape.dim(1);
    int plane = (int) shape.size(2, shape.rank());
    Arrays.fill(y, 0);
    for (int n = 0; n < shape.dim(0); n++) {
      for (int k = 0; k < channels; k++) {
        int from = (n * channels + k) * plane;
        double[] a = Arrays.copyOfRange(activation, from, from + plane);
        double[] g = Arrays.copyOfRange(gradient, from, from + plane);
        double weight = cam instanceof Cam.Pooled pooled ? weight(pooled, a, g) : 0;
        for (int p = 0; p < plane; p++) {
          y[n * plane + p] +=
              switch (cam) {
                case Cam.HiRes _ -> g[p] * a[p];
                case Cam.Layer _ -> Math.max(g[p], 0) * a[p];
                case Cam.Elementwise _ -> Math.max(g[p] * a[p], 0);
                case Cam.Pooled _ -> weight * a[p];
              };
        }
      }
    }
  }

  private static double weight(Cam.Pooled cam, double[] a, double[] g) {
    double total = Arrays.stream(a).sum();
    double weight = 0;
    for (int q = 0; q < a.length; q++) {
      double positive = Math.max(g[q], 0);
      weight +=
          switch (cam) {
            case Cam.Gradient _ -> g[q] / a.length;
            case Cam.PlusPlus _ -> orZero(positive, positive == 0 ? 0 : 2 + positive * total);
            case Cam.XGradient _ -> orZero(g[q] * a[q], total);
          };
    }
    return weight;
  }

  private static double orZero(double value, double divisor) {
    return divisor == 0 ? 0 : value / divisor;
  }
}
