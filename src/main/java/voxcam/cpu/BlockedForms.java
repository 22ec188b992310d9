package voxcam.cpu;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Cam;
import voxcam.op.Chain;
import voxcam.op.Conv;
import voxcam.op.Index;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Resize;
import voxcam.op.Shape;
import voxcam.op.Softmax;
import voxcam.op.Source;
import voxcam.op.Unary;
import voxcam.op.Where;

/**
 * Which operations work on {@link Layout#BLOCKED} tensors, convolutions aside. Only {@code
 * [N,C,...]} with spatial axes has that layout.
 */
final class BlockedForms {
  private BlockedForms() {}

  /** The form of a node's operation, if there is one for these shapes. */
  static Optional<Form> of(Node node) {
    return of(node.op(), node.inputShapes(), node.shape());
  }

  static Optional<Form> of(Op op, List<Shape> inputs, Shape output) {
    if (!fits(output) || !inputs.stream().allMatch(BlockedForms::fits)) {
      return Optional.empty();
    }
    return switch (op) {
      case Unary _, Binary _, Where _ -> BlockedElementwise.form(op, inputs, output);
      case Norm norm -> BlockedNorm.form(norm, inputs);
      case Pool pool -> BlockedPool.form(pool, inputs, output);
      case Resize resize -> BlockedPool.form(resize, inputs, output);
      case Reduce reduce -> BlockedReduce.form(reduce, inputs.get(0));
      case Movement movement -> BlockedMovement.form(movement, inputs, output);
      case Cam cam -> BlockedCam.form(cam, inputs.get(0));
      case Source _, Chain _, Conv _, Linear _, Index _, Softmax _ -> Optional.empty();
    };
  }

  private static boolean fits(Shape shape) {
    return !isSpatial(shape) || Layout.BLOCKED.fits(shape);
  }

  static boolean isSpatial(Shape shape) {
    return shape.rank() >= 3;
  }

  /** A form whose first {@code blocked} inputs are blocked and the others plain. */
  static Optional<Form> form(int blocked, List<Shape> inputs, Layout output, Kernel kernel) {
    List<Layout> layouts = new ArrayList<>(Collections.nCopies(inputs.size(), Layout.PLAIN));
    Collections.fill(layouts.subList(0, blocked), Layout.BLOCKED);
    return Optional.of(new Form(layouts, output, 0, () -> kernel));
  }
}
