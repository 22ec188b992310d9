package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import voxcam.model.GoldenFile;
import voxcam.model.Model;
import voxcam.model.Task;

final class ConvertCommandTest {
  @TempDir Path folder;

  private static Path onnx(String name) {
    return GoldenFile.path("onnx/" + name + ".onnx");
  }

  @Test
  void fillsInWhatOnnxLacks() {
    Path out = folder.resolve("net.safetensors");
    Cli.run(
            "convert",
            onnx("resnet18"),
            out,
            "--labels",
            "nodule,mass,effusion",
            "--task",
            "multilabel",
            "--layer",
            "layer3",
            "--recipe",
            "[{\"step\":\"minmax\"}]")
        .succeeds();
    Model model = Model.open(out);
    assertThat(model.labels()).containsExactly("nodule", "mass", "effusion");
    assertThat(model.task()).isEqualTo(Task.MULTILABEL);
    assertThat(model.layer()).contains("/layer3/layer3.1/act_1/Relu");
    assertThat(model.recipe()).contains("[{\"step\":\"minmax\"}]");
  }

  @Test
  void plainWeightsBecomeAModelFile() {
    Path out = folder.resolve("net.safetensors");
    Path weights = GoldenFile.path("arch/monai-resnet10.safetensors");
    Cli.run("convert", weights, out, "--arch", "resnet10").succeeds();
    assertThat(Model.open(out).layer()).contains("layer4");
  }

  @Test
  void freeSizesNeedAShape() {
    Path out = folder.resolve("net.safetensors");
    Cli.run("convert", onnx("unet"), out)
        .refuses("has free sizes that the network computes with; give --input");
    Cli.run("convert", onnx("unet"), out, "--input", "1x1x16x16x16").succeeds();
    assertThat(Model.open(out).task()).isEqualTo(Task.SEGMENTATION);
  }

  @Test
  void refusals() {
    Path out = folder.resolve("net.safetensors");
    Cli.run("convert", onnx("resnet18"), folder.resolve("net.onnx"))
        .refuses("give a name that ends in .safetensors");
    Cli.run("convert", onnx("resnet18"), out, "--task", "guess")
        .refuses("--task guess: not known, known are multilabel, multiclass, segmentation");
    Cli.run("convert", onnx("resnet18"), out, "--layer", "layer9")
        .refuses("layer layer9: the network has none of this name");
    Cli.run("convert", onnx("resnet18"), out, "--arch", "resnet18")
        .refuses("holds its own graph, open it without the architecture resnet18");
    assertThat(Cli.files(folder)).isEmpty();
  }

  @Test
  void infoSuggestsLayersAndSaysWhy() {
    String out = Cli.run("info", onnx("resnet18")).succeeds().out();
    assertThat(out).contains("Layers to look at first:");
    assertThat(List.of(out.split("\n")))
        .anyMatch(line -> line.contains("--layer /layer3/layer3.1/act_1/Relu  2x2x2 cells"));
  }
}
