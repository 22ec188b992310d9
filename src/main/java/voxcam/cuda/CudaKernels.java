package voxcam.cuda;

import java.util.List;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Cam;
import voxcam.op.Chain;
import voxcam.op.Conv;
import voxcam.op.Index;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Resize;
import voxcam.op.Shape;
import voxcam.op.Softmax;
import voxcam.op.Source;
import voxcam.op.Unary;
import voxcam.op.Where;

/** Our own kernels for each operation. */
final class CudaKernels {
  private CudaKernels() {}

  /** What computes a node, from shapes and attributes alone. */
  static Launches of(Node node) {
    List<Shape> inputs = node.inputShapes();
    Shape output = node.shape();
    return switch (node.op()) {
      case Source _ -> throw new IllegalStateException(node + " has nothing to compute");
      case Conv op -> CudaConv.launches(op, inputs, output);
      case Unary op -> CudaUnary.launches(op, output);
      case Binary op -> CudaBinary.launches(op, inputs, output);
      case Where _ -> CudaWhere.launches(inputs, output);
      case Chain op -> CudaChain.launches(op, inputs, output);
      case Pool op -> CudaPool.launches(op, inputs, output);
      case Norm op -> CudaNorm.launches(op, inputs, output);
      case Softmax op -> CudaSoftmax.launches(op, inputs.get(0));
      case Linear op -> CudaLinear.launches(op, inputs, output);
      case Reduce op -> CudaReduce.launches(op, inputs.get(0), output);
      case Index op -> CudaIndex.launches(op, inputs, output);
      case Movement op -> CudaMovement.launches(op, inputs, output);
      case Resize op -> CudaResize.launches(op, inputs, output);
      case Cam op -> CudaCam.launches(op, inputs);
    };
  }
}
