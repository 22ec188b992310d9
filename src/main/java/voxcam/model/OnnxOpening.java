package voxcam.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.InputException;

/**
 * Makes a model of an ONNX file. What ONNX lacks, labels, task, layer, its axes and recipe, is read
 * from the strings beside its graph ({@code metadata_props}) under the names that model files have.
 */
final class OnnxOpening {
  private OnnxOpening() {}

  static Model read(OnnxFile file, String architecture) {
    String where = file.where();
    if (!architecture.isEmpty()) {
      throw new InputException(
          where
              + ": holds its own graph, open it without the architecture "
              + Texts.line(architecture));
    }
    Map<String, String> metadata = file.metadata();
    Graph graph = file.graph();
    ModelChecks.checkOutput(where, graph);
    List<String> labels =
        ModelFile.labels(where, metadata).orElseGet(() -> ModelFile.numbered(where, graph));
    Task task =
        metadata.containsKey(ModelFile.TASK)
            ? Task.parse(where, metadata.get(ModelFile.TASK))
            : usual(graph);
    try {
      return new Model(
          ModelFile.stem(file.path()),
          graph,
          task,
          labels,
          Optional.ofNullable(metadata.get(ModelFile.LAYER)),
          ModelFile.space(metadata),
          Optional.ofNullable(metadata.get(ModelFile.RECIPE)),
          Optional.of(new Model.Origin(file.path(), file::sha256)));
    } catch (InputException e) {
      throw new InputException(where + ": " + e.getMessage(), e);
    }
  }

  /** One label for each voxel where the logits have positions, else one for the whole. */
  private static Task usual(Graph graph) {
    Node logits = graph.outputs().get(0);
    boolean dense =
        logits.isShaped()
            ? Task.isDense(logits.shape())
            : ModelChecks.logits(graph).filter(Task::isDense).isPresent();
    return dense ? Task.SEGMENTATION : Task.MULTICLASS;
  }
}
