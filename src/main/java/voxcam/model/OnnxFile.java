package voxcam.model;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.FreeShape;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Source;

/**
 * An ONNX file: a graph of ONNX's operators with its weights (onnx/onnx, docs/IR.md), IR versions 3
 * to 11 and opsets 7 to 25. Opening maps it and reads its messages; weights stay in the file.
 *
 * <p>Where all sizes of the inputs are fixed, the graph is made at once. Where some are free, what
 * exporters compute from sizes depends on them: the graph is made anew for each shape of the input
 * ({@link Graph#specialise}), and what is shown before that is the one for some size that fits.
 */
final class OnnxFile {
  static final int OLDEST_IR = 3;
  static final int NEWEST_IR = 14;
  static final int OLDEST_OPSET = 7;
  static final int NEWEST_OPSET = 25;

  private final MappedFile file;
  private final OnnxExternal external;
  private final Map<String, String> metadata;
  private final OnnxGraph graph;
  private final OnnxNames names;
  private final OnnxWeights weights;
  private final Map<String, FreeShape> inputs;

  private OnnxFile(MappedFile file) {
    this.file = file;
    this.external = new OnnxExternal(file.path());
    String where = where();
    try {
      OnnxModel model = OnnxReader.read(where, file.bytes());
      checkVersions(where, model);
      this.metadata = model.metadata();
      this.graph = OnnxInlining.apply(where, model);
      this.names = new OnnxNames(graph);
      this.weights = new OnnxWeights(where, graph, external);
      this.inputs = OnnxInputs.shapes(where, graph);
    } catch (InternalError e) {
      throw new InputException(where + ": was cut short while it was open; open it again", e);
    }
  }

  /** Whether a file's name says that it is one. */
  static boolean isOne(Path path) {
    Path name = path.getFileName();
    return name != null && name.toString().toLowerCase(Locale.ROOT).endsWith(".onnx");
  }

  static OnnxFile open(Path path) {
    return new OnnxFile(MappedFile.open(path, ".onnx file"));
  }

  static OnnxFile read(String name, byte[] bytes) {
    return new OnnxFile(MappedFile.of(name, bytes));
  }

  private static void checkVersions(String where, OnnxModel model) {
    if (model.irVersion() < OLDEST_IR || model.irVersion() > NEWEST_IR) {
      throw new InputException(
          "%s: has the IR version %d, this engine reads %d to %d"
              .formatted(where, model.irVersion(), OLDEST_IR, NEWEST_IR));
    }
    long opset = model.opsets().getOrDefault("", 1L);
    if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
      throw new InputException(
          "%s: has the opset %d, this engine reads %d to %d; export it with opset_version=17"
              .formatted(where, opset, OLDEST_OPSET, NEWEST_OPSET));
    }
  }

  String where() {
    return file.path().toString();
  }

  Path path() {
    return file.path();
  }

  /** The strings that the file carries beside the graph. */
  Map<String, String> metadata() {
    return metadata;
  }

  /** The SHA-256 of the file, and of the files of its tensors behind it. */
  String sha256() {
    List<MappedFile> files = new ArrayList<>(List.of(file));
    files.addAll(external.opened());
    return Digests.sha256(files);
  }

  /** The bytes of another file of tensors. */
  MemorySegment external(String location) {
    return external.apply(location);
  }

  /**
   * The graph; where sizes are free it must be specialised.
   *
   * @throws InputException if it holds what the engine does not have, or no size of the input that
   *     is tried suits it
   */
  Graph graph() {
    Map<String, Shape> fixed = new HashMap<>();
    inputs.forEach((name, shape) -> shape.fixed().ifPresent(all -> fixed.put(name, all)));
    return fixed.size() == inputs.size() ? graph(fixed) : free();
  }

  private Graph graph(Map<String, Shape> shapes) {
    try {
      return new OnnxImport(where(), graph, names, weights).graph(shapes);
    } catch (InternalError e) {
      throw new InputException(where() + ": was cut short while it was open; open it again", e);
    }
  }

  /** The nodes for some size that fits, under inputs whose sizes are free. */
  private Graph free() {
    Optional<InputException> first = Optional.empty();
    for (int size : ModelChecks.SIZES) {
      try {
        return freed(graph(ModelChecks.shapes(inputs, size)));
      } catch (InputException e) {
        first = Optional.of(first.orElse(e));
      }
    }
    throw first.orElseThrow();
  }

  private Graph freed(Graph fitting) {
    GraphBuilder builder = new GraphBuilder();
    Map<Node, Node> copies = new HashMap<>();
    for (Node node : fitting.nodes()) {
      Node copy =
          node.op() instanceof Source.Input
              ? builder.input(node.name(), inputs.get(node.name()))
              : node.op() instanceof Source.Constant(var value)
                  ? builder.constant(node.name(), value)
                  : builder.add(
                      node.name(), node.op(), node.inputs().stream().map(copies::get).toList());
      copies.put(node, copy);
    }
    return builder.build(fitting.outputs().stream().map(copies::get).toList(), this::specialised);
  }

  private Graph specialised(Map<String, Shape> shapes) {
    Map<String, Shape> all = new LinkedHashMap<>();
    inputs.forEach((name, free) ->
        all.put(
            name,
            Optional.ofNullable(shapes.get(name))
                .or(free::fixed)
                .orElseThrow(() ->
                    new InputException(
                        "input " + name + ": no shape given, the network takes " + free))));
    all.forEach((name, shape) -> inputs.get(name).check(name, shape));
    return graph(all);
  }
}
