package voxcam.reference;

import java.util.Arrays;
import java.util.List;
import voxcam.op.Broadcast;
import voxcam.op.Linear;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Matrix products, row times column. */
final class ReferenceLinear {
  private ReferenceLinear() {}

  static void run(Linear linear, List<Tensor> inputs, Shape shape, double[] y) {
    switch (linear) {
      case Linear.MatMul _ -> matMul(inputs.get(0), inputs.get(1), y);
      case Linear.Gemm op -> gemm(op, inputs, shape, y);
    }
  }

  private static void matMul(Tensor a, Tensor b, double[] y) {
    Shape left = a.shape().rank() == 1 ? Shape.of(1, a.shape().dim(0)) : a.shape();
    Shape right = b.shape().rank() == 1 ? Shape.of(b.shape().dim(0), 1) : b.shape();
    int rows = left.dim(-2);
    int depth = left.dim(-1);
    int columns = right.dim(-1);
    Shape leftBatch = leading(left);
    Shape rightBatch = leading(right);
    Shape batch = Broadcast.shape("MatMul", List.of(leftBatch, rightBatch));
    Cursor atLeft = Cursor.strided(batch, Broadcast.strides(leftBatch, batch));
    Cursor atRight = Cursor.strided(batch, Broadcast.strides(rightBatch, batch));
    double[] as = a.doubles();
    double[] bs = b.doubles();
    for (int matrix = 0; matrix < batch.length(); matrix++) {
      int fromA = atLeft.next() * rows * depth;
      int fromB = atRight.next() * depth * columns;
      for (int m = 0; m < rows; m++) {
        for (int n = 0; n < columns; n++) {
          double sum = 0;
          for (int k = 0; k < depth; k++) {
            sum += as[fromA + m * depth + k] * bs[fromB + k * columns + n];
          }
          y[(matrix * rows + m) * columns + n] = sum;
        }
      }
    }
  }

  private static Shape leading(Shape shape) {
    return Shape.of(Arrays.copyOf(shape.dims(), shape.rank() - 2));
  }

  private static void gemm(Linear.Gemm op, List<Tensor> inputs, Shape shape, double[] y) {
    double[] a = inputs.get(0).doubles();
    double[] b = inputs.get(1).doubles();
    int rows = shape.dim(0);
    int columns = shape.dim(1);
    int depth = a.length / rows;
    for (int m = 0; m < rows; m++) {
      for (int n = 0; n < columns; n++) {
        double sum = 0;
        for (int k = 0; k < depth; k++) {
          sum +=
              a[op.transA() ? k * rows + m : m * depth + k]
                  * b[op.transB() ? n * depth + k : k * columns + n];
        }
        y[m * columns + n] = op.alpha() * sum;
      }
    }
    if (inputs.size() > 2) {
      double[] c = inputs.get(2).doubles();
      Cursor atC = Cursor.strided(shape, Broadcast.strides(inputs.get(2).shape(), shape));
      for (int i = 0; i < y.length; i++) {
        y[i] += op.beta() * c[atC.next()];
      }
    }
  }
}
