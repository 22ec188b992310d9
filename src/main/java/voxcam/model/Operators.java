package voxcam.model;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Cam;
import voxcam.op.Chain;
import voxcam.op.Conv;
import voxcam.op.Index;
import voxcam.op.InputException;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Resize;
import voxcam.op.Softmax;
import voxcam.op.Source;
import voxcam.op.Unary;
import voxcam.op.Where;

/**
 * The table between the operations of files (ONNX, opset 17, and a few of our own) and those of the
 * engine, in both directions. Each family fills its part in a class of its own.
 */
final class Operators {
  /** Makes nodes of a file's node: one for each output that the file names. */
  @FunctionalInterface
  interface Reader {
    List<Node> read(Call call);
  }

  /** How an operation is written; attributes that have their default are left out. */
  record Written(String op, Map<String, Object> attributes, int output) {
    Written(String op, Map<String, Object> attributes) {
      this(op, attributes, 0);
    }

    Written(String op) {
      this(op, Map.of());
    }
  }

  private static final Map<String, Reader> READERS = readers();

  private Operators() {}

  /** The names of all operations that files may hold; {@code Constant} beside them. */
  static Set<String> names() {
    return READERS.keySet();
  }

  /** The reader of an operation. */
  static Reader reader(String op) {
    return READERS.get(op);
  }

  static List<Node> read(Call call) {
    List<Node> nodes = READERS.get(call.op()).read(call);
    call.attributes().checkAllKnown();
    return nodes;
  }

  /**
   * How a file says this operation.
   *
   * @throws InputException if files cannot hold it: gradients and what the compiler makes
   */
  static Written write(Op op) {
    return switch (op) {
      case Source source -> throw refused(source);
      case Unary unary -> ElementOperators.write(unary);
      case Binary binary -> new Written(binary.kind().name());
      case Where ignored -> new Written("Where");
      case Chain chain -> throw refused(chain);
      case Conv conv -> ConvOperators.write(conv);
      case Pool pool -> PoolOperators.write(pool);
      case Norm norm -> NormOperators.write(norm);
      case Softmax softmax -> new Written(softmax.name(), Map.of("axis", softmax.axis()));
      case Linear linear -> LinearOperators.write(linear);
      case Reduce reduce -> ReduceOperators.write(reduce);
      case Index index -> IndexOperators.write(index);
      case Movement movement -> MovementOperators.write(movement);
      case Resize resize -> ResizeOperators.write(resize);
      case Cam cam -> new Written(cam.name());
    };
  }

  static InputException refused(Op op) {
    return new InputException(
        op.name() + " has no place in a model file, which holds networks only");
  }

  private static Map<String, Reader> readers() {
    Map<String, Reader> readers = new HashMap<>();
    ElementOperators.fill(readers);
    ConvOperators.fill(readers);
    PoolOperators.fill(readers);
    NormOperators.fill(readers);
    LinearOperators.fill(readers);
    ReduceOperators.fill(readers);
    IndexOperators.fill(readers);
    MovementOperators.fill(readers);
    ResizeOperators.fill(readers);
    for (Cam cam : Cam.all()) {
      readers.put(cam.name(), plain(2, 2, call -> cam));
    }
    return Map.copyOf(readers);
  }

  /** An operation whose inputs are all tensors and which has one output. */
  static Reader plain(int least, int most, Function<Call, Op> op) {
    return call -> {
      List<Node> inputs = call.inputs(least, most);
      return call.result(op.apply(call), inputs);
    };
  }

  /** Attributes in order; what equals its default is left out. */
  static Map<String, Object> attributes() {
    return new LinkedHashMap<>();
  }

  static void unless(Object standard, Map<String, Object> attributes, String name, Object value) {
    if (!value.equals(standard)) {
      attributes.put(name, value);
    }
  }
}
