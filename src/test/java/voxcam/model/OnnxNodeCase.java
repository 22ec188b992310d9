package voxcam.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * One of ONNX's own tests: a folder with {@code model.onnx} and, in {@code test_data_set_0}, what
 * goes in and what should come out.
 *
 * @param operators of all nodes, functions inlined
 */
record OnnxNodeCase(
    Path folder,
    OnnxGraph graph,
    Set<String> operators,
    List<OnnxTensor> inputs,
    List<OnnxTensor> outputs) {
  private static final double RELATIVE = 1e-3;
  private static final double ABSOLUTE = 1e-5;

  static OnnxNodeCase of(Path folder) {
    String where = folder.getFileName().toString();
    OnnxModel model =
        OnnxReader.read(where, MappedFile.open(folder.resolve("model.onnx"), "model").bytes());
    OnnxGraph graph = OnnxInlining.apply(where, model);
    Set<String> operators = new LinkedHashSet<>();
    operators(graph, operators);
    Path data = folder.resolve("test_data_set_0");
    return new OnnxNodeCase(
        folder, graph, operators, tensors(data, "input"), tensors(data, "output"));
  }

  private static void operators(OnnxGraph graph, Set<String> operators) {
    for (OnnxNode node : graph.nodes()) {
      operators.add(node.operator());
      for (OnnxAttribute value : node.attributes().values()) {
        if (value instanceof OnnxAttribute.Branch(OnnxGraph branch)) {
          operators(branch, operators);
        }
      }
    }
  }

  private static List<OnnxTensor> tensors(Path data, String kind) {
    List<OnnxTensor> tensors = new ArrayList<>();
    for (int i = 0; Files.exists(data.resolve(kind + "_" + i + ".pb")); i++) {
      Path file = data.resolve(kind + "_" + i + ".pb");
      try {
        if (Files.size(file) > 0) {
          tensors.add(
              OnnxReader.tensorFile(
                  file.getFileName().toString(), MappedFile.open(file, "tensor").bytes()));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return tensors;
  }

  boolean isSupported() {
    boolean recent = graph.nodes().stream().allMatch(node -> node.opset() >= 7);
    return recent && operators.stream().allMatch(OnnxOperators.names()::contains);
  }

  /** Whether the values are of float32; positions and truth values beside them may be whole. */
  boolean isFloat() {
    Set<Integer> plain = Set.of(OnnxType.FLOAT, OnnxType.INT32, OnnxType.INT64, OnnxType.BOOL);
    List<OnnxTensor> all = new ArrayList<>(inputs);
    all.addAll(outputs);
    return all.stream().allMatch(t -> plain.contains(t.type()))
        && all.stream().anyMatch(t -> t.type() == OnnxType.FLOAT)
        && graph.inputs().stream().allMatch(input -> input.type() > 0)
        && !inputs.isEmpty()
        && !outputs.isEmpty()
        && all.stream().noneMatch(OnnxTensor::isEmpty)
        && inputs.get(0).type() != OnnxType.INT32;
  }

  /** What the engine leaves out of an operator that it has, by design; empty if nothing. */
  Optional<String> outside() {
    for (OnnxNode node : graph.nodes()) {
      if ((node.op().equals("BatchNormalization") && node.whole("training_mode", 0) == 1)
          || (node.op().equals("Dropout") && node.has(2) && drops())) {
        return Optional.of("BatchNormalization, Dropout: in training");
      }
      if (node.op().equals("MaxPool") && node.outputs().size() > 1) {
        return Optional.of("MaxPool: positions as a second output");
      }
    }
    return Optional.empty();
  }

  /** Whether something is dropped in training: the second input is how much, or is missing. */
  private boolean drops() {
    OnnxWeights none = new OnnxWeights("test", graph, location -> null);
    return inputs.stream()
        .filter(tensor -> tensor.dims().length == 0 && tensor.type() == OnnxType.FLOAT)
        .findFirst()
        .flatMap(none::values)
        .map(ratio -> ratio.doubles()[0] != 0)
        .orElse(true);
  }

  /** Runs the case; empty if it passes, else why not. */
  Optional<String> run(String device) {
    Optional<String> first = run(device, false);
    return first.isPresent() && inputs.size() > 1 ? run(device, true) : first;
  }

  /**
   * Parameters are inputs here, which in a network are constants.
   *
   * @param allButFirst whether all inputs but the first are parameters, or whole numbers only
   */
  private Optional<String> run(String device, boolean allButFirst) {
    try {
      Map<String, Shape> shapes = new HashMap<>();
      Map<String, Tensor> given = new HashMap<>();
      List<OnnxTensor> constants = new ArrayList<>(graph.initialisers());
      OnnxWeights none = new OnnxWeights("test", graph, location -> null);
      for (int i = 0; i < inputs.size(); i++) {
        OnnxTensor tensor = inputs.get(i);
        String name = graph.inputs().get(i).name();
        boolean condition =
            tensor.type() == OnnxType.BOOL && graph.nodes().get(0).op().equals("If");
        boolean whole =
            tensor.type() == OnnxType.INT64 || tensor.type() == OnnxType.INT32 || condition;
        if (whole || (allButFirst && i > 0)) {
          constants.add(
              new OnnxTensor(name, tensor.type(), tensor.dims(), tensor.runs(), tensor.external()));
        } else {
          Tensor value = none.values(tensor).orElseThrow();
          shapes.put(name, value.shape());
          given.put(name, Tensor.of(value.shape(), value.doubles()));
        }
      }
      OnnxGraph known = new OnnxGraph(graph.nodes(), constants, graph.inputs(), graph.outputs());
      Graph made =
          new OnnxImport(
                  "test",
                  known,
                  new OnnxNames(known),
                  new OnnxWeights("test", known, location -> null))
              .graph(shapes);
      Map<String, Tensor> used = new LinkedHashMap<>();
      for (Node input : made.inputs()) {
        used.put(input.name(), given.get(input.name()));
      }
      try (Program program = Backends.named(device).compile(made, Options.DEFAULT)) {
        return compare(program.run(used), none);
      }
    } catch (InputException e) {
      return Optional.of(e.getMessage());
    }
  }

  private Optional<String> compare(List<Tensor> found, OnnxWeights files) {
    for (int i = 0; i < outputs.size(); i++) {
      Tensor wanted = files.values(outputs.get(i)).orElseThrow();
      if (!wanted.shape().equals(found.get(i).shape())) {
        return Optional.of(
            "output %d is %s, expected %s".formatted(i, found.get(i).shape(), wanted.shape()));
      }
      double[] one = found.get(i).doubles();
      double[] other = wanted.doubles();
      for (int k = 0; k < one.length; k++) {
        boolean equal =
            one[k] == other[k]
                || (Double.isNaN(one[k]) && Double.isNaN(other[k]))
                || Math.abs(one[k] - other[k]) <= ABSOLUTE + RELATIVE * Math.abs(other[k]);
        if (!equal) {
          return Optional.of(
              "output %d at %d is %s, expected %s".formatted(i, k, one[k], other[k]));
        }
      }
    }
    return Optional.empty();
  }
}
