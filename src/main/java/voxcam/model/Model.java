package voxcam.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * A network and what its numbers mean: the graph, whose first output are the raw logits {@code
 * [N,classes]} or {@code [N,classes,...]}, one label per class, the task, and optionally the layer
 * to explain and the recipe of the input.
 *
 * <p>Immutable, thread-safe, and nothing to close: weights of an opened file stay in the mapped
 * file, which is let go when the model and all that was made of it can no longer be reached.
 */
public final class Model {
  private final String name;
  private final Graph graph;
  private final Task task;
  private final List<String> labels;
  private final Optional<String> layer;
  private final Optional<Space> space;
  private final Optional<String> recipe;
  private final Optional<Origin> origin;

  Model(
      String name,
      Graph graph,
      Task task,
      List<String> labels,
      Optional<String> layer,
      Optional<Space> space,
      Optional<String> recipe,
      Optional<Origin> origin) {
    this.name = name;
    this.graph = graph;
    this.task = task;
    this.labels = List.copyOf(labels);
    this.layer = layer;
    this.space = space;
    this.recipe = recipe;
    this.origin = origin;
    ModelChecks.check(this);
  }

  /**
   * A model made in Java.
   *
   * @param graph its first output are the logits
   * @throws InputException if the labels are not as many as the logits, or not distinct
   */
  public static Model of(String name, Graph graph, Task task, List<String> labels) {
    return new Model(
        name,
        graph,
        task,
        labels,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The file that a model comes from. */
  record Origin(Path path, Supplier<String> sha256) {
    static Origin of(Safetensors file) {
      return new Origin(file.path(), file::sha256);
    }
  }

  /**
   * Opens a model file, or an ONNX file, whose name ends in {@code .onnx}.
   *
   * @throws InputException if it is missing, damaged, holds weights but no graph, or an operation
   *     that the engine does not have
   */
  public static Model open(Path path) {
    return open(path, "");
  }

  /**
   * Opens a file of plain weights, a model file, or an ONNX file.
   *
   * @param architecture the network that the weights belong to, {@code resnet18:conv1_stride=2}, as
   *     {@link voxcam.nets.Architectures} knows them; empty for a model file, which holds its own
   *     graph
   * @throws InputException as {@link #open(Path)}, or if weights are missing, left over or of other
   *     shapes
   */
  public static Model open(Path path, String architecture) {
    return OnnxFile.isOne(path)
        ? OnnxOpening.read(OnnxFile.open(path), architecture)
        : ModelFile.read(Safetensors.open(path), architecture);
  }

  /**
   * A model from the bytes of a model file, for models that travel inside a jar.
   *
   * @param name stands for the path in messages
   */
  public static Model read(String name, byte[] bytes) {
    return ModelFile.read(Safetensors.read(name, bytes), "");
  }

  /**
   * This model with a layer that is explained unless another one is asked for. What was said of the
   * axes of another layer is forgotten.
   */
  public Model withLayer(String node) {
    Optional<Space> kept = layer.filter(node::equals).flatMap(same -> space);
    return new Model(name, graph, task, labels, Optional.of(node), kept, recipe, Optional.empty());
  }

  /**
   * This model with the axes of its layer that are space.
   *
   * @throws InputException if it names no layer
   */
  public Model withSpace(Space axes) {
    return new Model(name, graph, task, labels, layer, Optional.of(axes), recipe, Optional.empty());
  }

  /** This model with a recipe for its input: the JSON text of a list of steps. */
  public Model withRecipe(String json) {
    return new Model(name, graph, task, labels, layer, space, Optional.of(json), Optional.empty());
  }

  /** This model with other labels; {@link #path} and {@link #sha256} stay those of its file. */
  public Model withLabels(List<String> others) {
    return new Model(name, graph, task, others, layer, space, recipe, origin);
  }

  /** This model with another meaning of its logits. */
  public Model withTask(Task other) {
    return new Model(name, graph, other, labels, layer, space, recipe, origin);
  }

  /**
   * This model for inputs of given shapes alone.
   *
   * @throws InputException as {@link Graph#specialise}
   */
  public Model withInput(Map<String, Shape> shapes) {
    return new Model(
        name, graph.specialise(shapes), task, labels, layer, space, recipe, Optional.empty());
  }

  /** A short name: the file's, without its ending. */
  public String name() {
    return name;
  }

  /** The network; sizes of its input may be free, see {@link Graph#specialise}. */
  public Graph graph() {
    return graph;
  }

  /** The node of the raw logits. */
  public Node logits() {
    return graph.outputs().get(0);
  }

  public Task task() {
    return task;
  }

  /** One name per class, in the order of the logits. */
  public List<String> labels() {
    return labels;
  }

  /** The node to explain unless another one is asked for. */
  public Optional<String> layer() {
    return layer;
  }

  /** Which axes of that layer are space, where they are not the ones behind the channels. */
  public Optional<Space> space() {
    return space;
  }

  /** How a volume becomes the input: the JSON text of a list of steps. */
  public Optional<String> recipe() {
    return recipe;
  }

  /** The file that this model is, unchanged but for the labels. */
  public Optional<Path> path() {
    return origin.map(Origin::path);
  }

  /** The SHA-256 of that file, in hexadecimal; reads all of it. */
  public Optional<String> sha256() {
    return origin.map(from -> from.sha256().get());
  }

  /**
   * Writes a model file with single-precision weights, whole or not at all; equal models give equal
   * bytes.
   */
  public void save(Path path) {
    save(path, Dtype.F32);
  }

  /**
   * Writes a model file, whole or not at all.
   *
   * @param dtype of the weights
   * @throws InputException if the graph holds gradients or depends on sizes that are free, a value
   *     is beyond {@code dtype}, or the file cannot be written
   */
  public void save(Path path, Dtype dtype) {
    if (graph.dependsOnSizes()) {
      throw new InputException(
          name
              + ": the network computes with sizes of its input that are free, and a model file"
              + " holds none such; give the input's shape");
    }
    GraphWriter.Result written = GraphWriter.write(graph);
    Map<String, Tensor> tensors = written.tensors();
    SafetensorsWriter.write(
        path,
        tensors,
        ModelFile.metadata(this, written.description()),
        tensor -> written.indices().contains(tensor) ? Dtype.I64 : dtype);
  }

  @Override
  public String toString() {
    return name + " (" + task.word() + ", " + labels.size() + " labels)";
  }
}
