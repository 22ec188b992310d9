package voxcam.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import voxcam.backend.Options;
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
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Where;

/** The kernels of each operation. */
final class Kernels {
  private Kernels() {}

  /**
   * The ways to compute a node.
   *
   * @param options for the number of threads, and whether all products are to be computed
   * @param buffer for the weights of convolutions on their way into a kernel
   */
  static List<Form> forms(Node node, Options options, WeightBuffer buffer) {
    if (node.op() instanceof Conv op) {
      return ConvForms.of(node, op, options, buffer);
    }
    List<Form> forms = new ArrayList<>();
    // First of all the plain one: where both cost the same nothing is blocked.
    forms.add(Form.plain(node, () -> of(node)));
    BlockedForms.of(node).ifPresent(forms::add);
    return List.copyOf(forms);
  }

  private static Kernel of(Node node) {
    List<Shape> inputs = node.inputShapes();
    Shape output = node.shape();
    return switch (node.op()) {
      case Source _ -> throw new IllegalStateException(node + " has nothing to compute");
      case Conv _ -> throw new IllegalStateException(node + " has forms of its own");
      case Unary op -> new ElementByElement(CpuUnary.kernel(op, output), 1);
      case Binary op -> new ElementByElement(CpuBinary.kernel(op, inputs, output), 2);
      case Where _ -> new ElementByElement(CpuWhere.kernel(inputs, output), 3);
      case Chain op -> CpuChain.kernel(op, inputs, output);
      case Pool op -> CpuPool.kernel(op, inputs, output);
      case Norm op ->
          new ElementByElement(CpuNorm.kernel(op, inputs), op instanceof Norm.GroupGrad ? 2 : 1);
      case Softmax op -> CpuSoftmax.kernel(op, inputs);
      case Linear op -> CpuLinear.kernel(op, inputs, output, constants(node));
      case Reduce op -> CpuReduce.kernel(op, inputs.get(0));
      case Index op -> CpuIndex.kernel(op, inputs);
      case Movement op -> CpuMovement.kernel(op, inputs, output);
      case Resize op -> CpuResize.kernel(op, inputs, output);
      case Cam op -> CpuCam.kernel(op, inputs);
    };
  }

  /** For each input its value, if it is known beforehand. */
  private static List<Optional<Tensor>> constants(Node node) {
    List<Optional<Tensor>> constants = new ArrayList<>();
    for (Node input : node.inputs()) {
      constants.add(
          input.op() instanceof Source.Constant(Tensor value)
              ? Optional.of(value)
              : Optional.empty());
    }
    return List.copyOf(constants);
  }
}
