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
        double mean = Arrays.stream(gradient, from, from + plane).sum() / plane;
        for (int p = 0; p < plane; p++) {
          double weight =
              switch (cam) {
                case Cam.HiRes _ -> gradient[from + p];
                case Cam.Gradient _ -> mean;
              };
          y[n * plane + p] += weight * activation[from + p];
        }
      }
    }
  }
}
