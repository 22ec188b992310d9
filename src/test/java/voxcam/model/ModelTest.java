package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.SharedData;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.FreeShape;
import voxcam.op.Index;
import voxcam.op.InputException;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Shape;
import voxcam.op.Tensor;

final class ModelTest {
  @TempDir Path folder;

  /** Two classes from a volume of any size: the mean, and twice the mean. */
  private static Graph graph() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("image", FreeShape.of("N", 1, "D", "H", "W"));
    Node pooled = builder.add("pool", new voxcam.op.Pool.GlobalAverage(), x);
    Node flat = builder.add("flat", new Movement.Flatten(1), pooled);
    Node weight = builder.constant("fc.weight", Tensor.of(Shape.of(2, 1), 1, 2));
    return builder.build(
        List.of(builder.add("fc", new Linear.Gemm(1, 1, false, true), flat, weight)));
  }

  private static Model model() {
    return Model.of("means", graph(), Task.MULTILABEL, List.of("one", "two"));
  }

  @Test
  void isSavedAndOpenedAgain() {
    Model saved = model().withLayer("pool").withRecipe("[{\"step\":\"zscore\"}]");
    Path path = folder.resolve("means.safetensors");
    saved.save(path);
    Model opened = Model.open(path);

    assertThat(Graphs.told(opened.graph())).isEqualTo(Graphs.told(saved.graph()));
    assertThat(opened.name()).isEqualTo("means");
    assertThat(opened.task()).isEqualTo(Task.MULTILABEL);
    assertThat(opened.labels()).containsExactly("one", "two");
    assertThat(opened.layer()).contains("pool");
    assertThat(opened.recipe()).contains("[{\"step\":\"zscore\"}]");
    assertThat(opened.path()).contains(path);
    Model renamed = opened.withLabels(opened.labels().stream().map(name -> name + "'").toList());
    assertThat(renamed.path()).contains(path);
    assertThat(renamed.sha256()).isEqualTo(opened.sha256());
    assertThat(opened.sha256().orElseThrow()).hasSize(64);
    assertThat(saved.sha256()).isEmpty();
    assertThat(opened.logits().name()).isEqualTo("fc");
  }

  @ParameterizedTest
  @ValueSource(strings = {"flatten-linear", "vit", "multilabel-resize", "monai-unet"})
  void savingAgainGivesTheSameModel(String name) throws IOException {
    Model golden = Model.open(GoldenFile.path("nets/" + name + ".safetensors"));
    Path first = folder.resolve("first.safetensors");
    Path second = folder.resolve("second.safetensors");
    golden.save(first);
    Model opened = Model.open(first);
    opened.save(second);

    assertThat(Graphs.told(opened.graph())).isEqualTo(Graphs.told(golden.graph()));
    assertThat(opened.labels()).isEqualTo(golden.labels());
    assertThat(opened.task()).isEqualTo(golden.task());
    assertThat(opened.layer()).isEqualTo(golden.layer());
    assertThat(opened.recipe()).isEqualTo(golden.recipe());
    assertThat(Files.readAllBytes(second)).isEqualTo(Files.readAllBytes(first));
    assertThat(Model.read("inside", Files.readAllBytes(first)).sha256()).isEqualTo(opened.sha256());
  }

  @Test
  void halfPrecisionLeavesPositionsAlone() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", Shape.of(1, 5000));
    Node at = builder.constant("at", Tensor.of(Shape.of(2), 4097, 1));
    Node half = builder.constant("half", Tensor.scalar(1 / 3.0));
    Node taken = builder.add("taken", new Index.Gather(1), x, at);
    Node y = builder.add("y", new voxcam.op.Binary(voxcam.op.Binary.Kind.Mul), taken, half);
    Path path = folder.resolve("half.safetensors");
    Model.of("half", builder.build(List.of(y)), Task.MULTICLASS, List.of("a", "b"))
        .save(path, Dtype.F16);

    Map<String, Tensor> tensors = Safetensors.open(path).tensors();
    assertThat(tensors.get("at").doubles()).containsExactly(4097, 1);
    assertThat(tensors.get("half").doubles()).containsExactly(0.333251953125);
  }

  @Test
  void labelsMustFit() {
    Graph graph = graph();
    refused(
        () -> Model.of("m", graph, Task.MULTICLASS, List.of("a")),
        "m: 1 labels for 2 classes (logits [1,2])");
    refused(
        () -> Model.of("m", graph, Task.MULTICLASS, List.of("a", "a")),
        "m: two labels are the same: a, a");
    refused(
        () -> Model.of("m", graph, Task.MULTICLASS, List.of("a", " ")),
        "m: the label \" \" is no name");
    refused(
        () -> model().withLayer("pol"), "means: the default layer \"pol\" is no node of the graph");
    refused(
        () -> model().withRecipe("{}"),
        "means: recipe: is an object of 0, expected a list of steps");
  }

  private static void refused(Runnable action, String message) {
    assertThatThrownBy(action::run).isInstanceOf(InputException.class).hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "voxcam.version|2|voxcam.version is 2, this engine reads version 1",
        "voxcam.version||voxcam.version is missing, this engine reads version 1",
        "voxcam.task||voxcam.task is missing",
        "voxcam.task|sorting|the task \"sorting\" is not known, known are multilabel, multiclass,"
            + " segmentation",
        "voxcam.labels|{}|voxcam.labels: is no list of texts",
        "voxcam.labels|[1,2]|voxcam.labels: holds the number 1, expected texts",
        "voxcam.labels|[\"a\",\"b\",\"c\"]|means: 3 labels for 2 classes (logits [1,2])",
        "voxcam.lables|[]|metadata voxcam.lables is not known",
        "voxcam.layer|conv9|means: the default layer \"conv9\" is no node of the graph",
        "voxcam.recipe|[1|means: recipe: is not valid JSON at character 2: Unexpected end-of-input:"
            + " expected close marker for Array",
        "voxcam.graph|[]|voxcam.graph: is a list of 0, expected an object",
        "voxcam.graph||holds weights but no graph; say which network they belong to with --arch,"
            + " one of resnet10, resnet18, resnet34, resnet50, medicalnet-resnet10,"
            + " medicalnet-resnet18, medicalnet-resnet34, medicalnet-resnet50, r3d_18, densenet121,"
            + " densenet169, densenet201, densenet264, seresnet50, resnet18-2d, axialnet, meshnet,"
            + " unet, monai-unet, segresnet",
      })
  void metadataThatDoesNotFit(String key, String value, String message) {
    Path path = folder.resolve("means.safetensors");
    model().save(path);
    Safetensors file = Safetensors.open(path);
    Map<String, String> metadata = new HashMap<>(file.metadata());
    metadata.remove(key);
    if (value != null) {
      metadata.put(key, value);
    }
    Safetensors.write(path, new LinkedHashMap<>(file.tensors()), metadata, Dtype.F32);
    refused(() -> Model.open(path), path + ": " + message);
  }

  @Test
  void labelsThatAreMissingAreNumbers() {
    Path path = folder.resolve("means.safetensors");
    model().save(path);
    Safetensors file = Safetensors.open(path);
    Map<String, String> metadata = new HashMap<>(file.metadata());
    metadata.remove("voxcam.labels");
    Safetensors.write(path, file.tensors(), metadata, Dtype.F32);
    assertThat(Model.open(path).labels()).containsExactly("0", "1");
  }

  @Test
  void classesThatCannotBeCountedNeedLabels() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", FreeShape.of("N", "C"));
    // No size of C that is tried divides by 11.
    Node y = builder.add("y", new Movement.Reshape(List.of(0, 11, -1)), x);
    Path path = folder.resolve("m.safetensors");
    Model.of("m", builder.build(List.of(y)), Task.MULTICLASS, List.of("a")).save(path);
    Safetensors file = Safetensors.open(path);
    Map<String, String> metadata = new HashMap<>(file.metadata());
    assertThat(Model.open(path).labels()).containsExactly("a");
    metadata.remove("voxcam.labels");
    Safetensors.write(path, file.tensors(), metadata, Dtype.F32);
    refused(
        () -> Model.open(path),
        path
            + ": the number of classes does not follow from the graph, the file needs"
            + " voxcam.labels");
  }

  @Test
  void aModelFileNeedsNoArchitecture() {
    Path path = folder.resolve("means.safetensors");
    model().save(path);
    refused(
        () -> Model.open(path, "resnet18"),
        path + ": holds its own graph, open it without the architecture resnet18");
  }

  @Test
  void gradientsCannotBeSaved() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", Shape.of(1, 2));
    Node y = builder.add("embedded", new Movement.Embed(List.of(), Shape.of(1, 2)), x);
    Model model = Model.of("m", builder.build(List.of(y)), Task.MULTICLASS, List.of("a", "b"));
    refused(
        () -> model.save(folder.resolve("m.safetensors")),
        "node embedded: SliceGrad has no place in a model file, which holds networks only");
    assertThat(folder.toFile().list()).isEmpty();
  }

  @Test
  void theRealMeshNetOpens() {
    Model model = Model.open(SharedData.require("meshnet-gwm.safetensors"), "meshnet");

    assertThat(model.labels()).hasSize(3);
    assertThat(model.task()).isEqualTo(Task.SEGMENTATION);
    Graph graph = model.graph().specialise(Map.of("input", Shape.of(1, 1, 96, 96, 96)));
    assertThat(graph.node("relu4").shape()).isEqualTo(Shape.of(1, 5, 96, 96, 96));
    assertThat(graph.outputs().get(0).shape()).isEqualTo(Shape.of(1, 3, 96, 96, 96));
  }
}
