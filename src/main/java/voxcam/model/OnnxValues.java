package voxcam.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.InputException;
import voxcam.op.Movement;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * What is known of the values of an ONNX graph while it is read: element types, tensors of the
 * file, and what follows from them and from sizes.
 */
final class OnnxValues {
  private static final int MOST_COMPUTED = 1 << 21;

  private final OnnxWeights weights;
  private final Constants constants = new Constants(Map.of(), Set.of());
  private final Map<String, Known> known = new HashMap<>();
  private final Map<String, Integer> types = new HashMap<>();
  private int computed;

  OnnxValues(OnnxWeights weights) {
    this.weights = weights;
  }

  Constants constants() {
    return constants;
  }

  boolean has(String name) {
    return constants.has(name) || weights.has(name);
  }

  /** Makes a tensor of the file known; false if there is none of this name. */
  boolean open(String where, String name) {
    if (constants.has(name)) {
      return true;
    }
    Optional<OnnxTensor> tensor = weights.find(name);
    tensor.ifPresent(found -> define(name, found));
    return tensor.isPresent();
  }

  private void define(String name, OnnxTensor tensor) {
    setType(name, tensor.type());
    Optional<WholeNumbers> values = weights.values(tensor);
    if (values.isPresent()) {
      constants.define(name, values.get());
    } else {
      int[] sizes = tensor.sizes(name);
      known.put(
          name,
          OnnxType.isWhole(tensor.type())
              ? Known.of(tensor.type(), sizes, new long[0])
              : Known.of(tensor.type(), sizes, new double[0]));
      constants.defineEmpty(name);
    }
  }

  /** The tensors of a branch that is taken. */
  void add(OnnxGraph branch) {
    for (OnnxTensor tensor : branch.initialisers()) {
      if (!has(tensor.name())) {
        define(tensor.name(), tensor);
      }
    }
  }

  void define(String name, Known value) {
    computed += value.count();
    if (computed > MOST_COMPUTED) {
      throw new InputException("computes more than " + MOST_COMPUTED + " numbers from sizes alone");
    }
    known.put(name, value);
    setType(name, value.type());
    if (value.count() == 0) {
      constants.defineEmpty(name);
    } else {
      constants.define(name, value.tensor());
    }
  }

  /** Another name for a constant. */
  void alias(String from, String to) {
    setType(to, type(from));
    if (known.containsKey(from)) {
      known.put(to, known.get(from));
    }
    constants
        .tensor(from)
        .ifPresentOrElse(value -> constants.define(to, value), () -> constants.defineEmpty(to));
  }

  /** The element type of a value; 0 if that is not known. */
  int type(String name) {
    return types.getOrDefault(name, 0);
  }

  void setType(String name, int type) {
    types.put(name, type);
  }

  /** The element type of an output of a node that is computed in runs. */
  int typeOf(OnnxNode node, int output) {
    return switch (node.op()) {
      case "Equal",
          "Greater",
          "Less",
          "GreaterOrEqual",
          "LessOrEqual",
          "Not",
          "And",
          "Or",
          "Xor",
          "IsNaN" ->
          OnnxType.BOOL;
      case "ArgMax", "ArgMin" -> OnnxType.INT64;
      case "TopK" -> output == 1 ? OnnxType.INT64 : type(node.inputs().get(0));
      case "Where" -> type(node.inputs().get(1));
      case "OneHot" -> type(node.inputs().get(2));
      default -> node.inputs().isEmpty() ? OnnxType.FLOAT : type(node.inputs().get(0));
    };
  }

  /** The value of a name if it is known and small, else null. */
  Known known(String name) {
    Known value = known.get(name);
    if (value == null) {
      Optional<Tensor> tensor = constants.tensor(name);
      if (tensor.isPresent() && tensor.get().shape().size() <= Known.MOST) {
        value = Known.of(type(name), tensor.get());
        known.put(name, value);
      }
    }
    return value;
  }

  /** What a node makes of known values and of sizes; empty if runs must compute it. */
  Optional<List<Known>> compute(OnnxNode node, Map<String, Node> nodes) {
    if (!node.isStandard()) {
      return Optional.empty();
    }
    switch (node.op()) {
      case "Constant" -> {
        return constant(node);
      }
      case "Shape", "Size" -> {
        Node x = node.has(0) ? nodes.get(node.inputs().get(0)) : null;
        Tensor tensor = node.has(0) ? constants.tensor(node.inputs().get(0)).orElse(null) : null;
        if (x != null || tensor != null) {
          Shape shape = x != null ? x.shape() : tensor.shape();
          return Optional.of(
              List.of(
                  node.op().equals("Size")
                      ? Known.scalar(shape.size())
                      : KnownMovement.shape(node, shape.dims())));
        }
      }
      case "ConstantOfShape" -> {
        return filled(node);
      }
      case "Split" -> {
        return Optional.empty();
      }
      default -> {}
    }
    KnownArithmetic.Rule rule = OnnxOperators.rule(node);
    if (rule == null || node.inputs().isEmpty()) {
      return Optional.empty();
    }
    List<Known> inputs = new ArrayList<>();
    for (String input : node.inputs()) {
      Known value = input.isEmpty() || nodes.containsKey(input) ? null : known(input);
      if (value == null && !input.isEmpty()) {
        return Optional.empty();
      }
      inputs.add(value);
    }
    try {
      return Optional.of(rule.apply(node, inputs));
    } catch (KnownShapes.TooLarge e) {
      return Optional.empty();
    } catch (IndexOutOfBoundsException | NullPointerException | NegativeArraySizeException e) {
      throw new InputException("its inputs do not suit it", e);
    }
  }

  private Optional<List<Known>> constant(OnnxNode node) {
    if (node.attributes().size() != 1 || node.outputs().size() != 1) {
      throw new InputException("takes one attribute and makes one output");
    }
    OnnxAttribute value = node.attributes().values().iterator().next();
    return switch (value) {
      case OnnxAttribute.Real(float real) ->
          Optional.of(List.of(Known.of(OnnxType.FLOAT, new int[0], new double[] {real})));
      case OnnxAttribute.Whole(long whole) -> Optional.of(List.of(Known.scalar(whole)));
      case OnnxAttribute.Wholes(long[] wholes) -> Optional.of(List.of(Known.list(wholes)));
      case OnnxAttribute.Reals(float[] reals) -> {
        double[] values = new double[reals.length];
        for (int i = 0; i < values.length; i++) {
          values[i] = reals[i];
        }
        yield Optional.of(List.of(Known.of(OnnxType.FLOAT, new int[] {values.length}, values)));
      }
      case OnnxAttribute.Value(OnnxTensor tensor) -> {
        define(node.outputs().get(0), tensor);
        yield Optional.of(List.of());
      }
      default -> throw new InputException("its value is neither numbers nor a tensor");
    };
  }

  private Optional<List<Known>> filled(OnnxNode node) {
    Known shape = node.has(0) ? known(node.inputs().get(0)) : null;
    if (shape == null) {
      return Optional.empty();
    }
    int[] sizes = new int[shape.count()];
    for (int i = 0; i < sizes.length; i++) {
      if (shape.whole(i) < 0 || shape.whole(i) > Integer.MAX_VALUE) {
        throw new InputException("makes an axis of " + shape.whole(i));
      }
      sizes[i] = (int) shape.whole(i);
    }
    Known value = Known.of(OnnxType.FLOAT, new int[] {1}, new double[] {0});
    if (node.attributes().get("value") instanceof OnnxAttribute.Value(OnnxTensor tensor)) {
      value =
          Known.of(
              tensor.type(),
              weights.values(tensor).orElseThrow(() -> new InputException("its value is empty")));
    }
    try {
      int[] positions = new int[KnownShapes.count(sizes)];
      return Optional.of(List.of(value.picked(sizes, positions)));
    } catch (KnownShapes.TooLarge e) {
      return Optional.empty();
    }
  }

  /** Hands constants on that a node does not change, so that weights stay weights. */
  boolean pass(String where, OnnxNode node) {
    boolean passes =
        node.isStandard()
            && node.has(0)
            && constants.has(node.inputs().get(0))
            && (node.op().equals("Identity") || node.op().equals("Cast"));
    if (passes && node.op().equals("Cast")) {
      int to = (int) node.whole("to", 0);
      passes = !OnnxType.isWhole(to) && !OnnxType.isWhole(type(node.inputs().get(0)));
    }
    if (passes) {
      alias(node.inputs().get(0), node.outputs().get(0));
      if (node.op().equals("Cast")) {
        setType(node.outputs().get(0), (int) node.whole("to", 0));
      }
    }
    return passes;
  }

  /**
   * A change of type of a computed value. Graphs are floating point: between such types, and from
   * whole numbers and truth values to any, there is nothing to do.
   */
  boolean cast(OnnxNode node, Map<String, Node> nodes, GraphBuilder builder, OnnxNames names) {
    boolean like = node.op().equals("CastLike");
    if (!node.isStandard() || (!like && !node.op().equals("Cast"))) {
      return false;
    }
    String from = node.has(0) ? node.inputs().get(0) : "";
    Node x = nodes.get(from);
    if (x == null) {
      Tensor tensor =
          constants.tensor(from).orElseThrow(() -> new InputException("its input is empty"));
      x = builder.constant(names.of(node) + "%value", tensor);
    }
    int to = like ? type(node.inputs().get(1)) : (int) node.whole("to", 0);
    int own = type(from);
    String output = node.outputs().get(0);
    if (to == 8 || to == 14 || to == 15 || to == 0) {
      throw new InputException("to " + OnnxType.name(to) + " is not supported");
    }
    if (to == OnnxType.BOOL && own != OnnxType.BOOL) {
      Node zero = builder.add(new Binary(Binary.Kind.Equal), x, builder.scalar(0));
      nodes.put(
          output,
          builder.add(names.of(node), new Binary(Binary.Kind.Sub), builder.scalar(1), zero));
    } else if (OnnxType.isWhole(to) && !OnnxType.isWhole(own)) {
      throw new InputException(
          "of a computed value to " + OnnxType.name(to) + " is not supported, it would be cut off");
    } else {
      nodes.put(output, builder.add(names.of(node), new Movement.Identity(), x));
    }
    setType(output, to);
    return true;
  }

  /** A node as its reader takes it: without inputs that have no elements where that is the same. */
  OnnxNode prepared(OnnxNode node) {
    switch (node.op()) {
      case "Concat" -> {
        List<String> kept = node.inputs().stream().filter(name -> !isEmptyList(name)).toList();
        return node.with(node.op(), kept, node.attributes());
      }
      case "Div", "Pow" -> {
        if (OnnxType.isWhole(type(node.inputs().get(0)))) {
          throw new InputException("of whole numbers that are computed is not supported");
        }
      }
      case "ConstantOfShape" -> {
        Map<String, OnnxAttribute> attributes = new LinkedHashMap<>();
        if (node.attributes().get("value") instanceof OnnxAttribute.Value(OnnxTensor tensor)) {
          double value = weights.values(tensor).map(v -> v.doubles()[0]).orElse(0.0);
          attributes.put("value", new OnnxAttribute.Real((float) value));
        }
        return node.with(node.op(), node.inputs(), attributes);
      }
      default -> {}
    }
    return node;
  }

  private boolean isEmptyList(String name) {
    Known value = known.get(name);
    return value != null && value.count() == 0 && value.rank() == 1;
  }
}
