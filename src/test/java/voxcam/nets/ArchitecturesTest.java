package voxcam.nets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.model.Dtype;
import voxcam.model.GoldenFile;
import voxcam.model.Model;
import voxcam.model.Safetensors;
import voxcam.op.Conv;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Window;

/** Plain weights become the networks that they come from. */
final class ArchitecturesTest {
  private static Map<String, Tensor> weights(String name) {
    return new LinkedHashMap<>(
        Safetensors.open(GoldenFile.path("arch/" + name + ".safetensors")).tensors());
  }

  @ParameterizedTest
  @CsvSource({
    "monai-resnet10, resnet10, layer2",
    "monai-resnet18, resnet18:conv1_stride=2, layer3",
    "monai-resnet18-shortcut-a, resnet18, layer2",
    "monai-resnet34, resnet34:max_pool=false, layer3",
    "monai-resnet50, resnet50, layer3",
    "medicalnet-resnet10, medicalnet-resnet10, layer4",
    "medicalnet-resnet18, medicalnet-resnet18, layer2",
    "medicalnet-resnet34, 'resnet34:conv1_stride=2,dilated=true', layer3",
    "medicalnet-resnet50, medicalnet-resnet50, layer3",
    "r3d_18, r3d_18, layer3",
    "densenet121, densenet121, features.denseblock2",
    "seresnet50, seresnet50, layer2",
    "resnet18-2d, resnet18-2d, layer2",
    "axialnet, axialnet, conv2d.7",
    "unet, unet, decoder.1",
    "monai-unet, monai-unet, model.0",
    "monai-unet-batchnorm, monai-unet:strides=2-1-2, model.0",
    "monai-unet-affine, monai-unet, model.0",
    "segresnet, segresnet, up_layers.0",
    "segresnet-groups, segresnet:groups=2, down_layers.0",
    "meshnet, meshnet, relu4",
  })
  void computesWhatPyTorchComputes(String file, String architecture, String layer) {
    Model model = Model.open(GoldenFile.path("arch/" + file + ".safetensors"), architecture);
    Map<String, Tensor> expected =
        Safetensors.open(GoldenFile.path("arch/" + file + ".expected.safetensors")).tensors();
    Tensor input = expected.get("input");
    Tensor logits = expected.getOrDefault("logits", expected.get("features"));

    Graph graph = model.graph().specialise(Map.of("input", input.shape()));
    assertThat(graph.outputs().get(0).shape()).isEqualTo(logits.shape());
    Tensor map = expected.get("hirescam." + layer + ".0");
    if (map != null) {
      List<Integer> withoutChannels = new ArrayList<>(sizes(graph.node(layer).shape()));
      withoutChannels.subList(1, 2).clear();
      assertThat(sizes(map.shape())).isEqualTo(withoutChannels);
    }
    Backend reference = Backends.named("reference");
    try (Program program = reference.compile(graph, Options.DEFAULT)) {
      double[] found = program.run(Map.of("input", input)).get(0).doubles();
      assertThat(distance(found, logits.doubles())).isLessThan(1e-12);
    }
  }

  private static List<Integer> sizes(Shape shape) {
    return Arrays.stream(shape.dims()).boxed().toList();
  }

  private static double distance(double[] found, double[] expected) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += (found[i] - expected[i]) * (found[i] - expected[i]);
      size += expected[i] * expected[i];
    }
    return Math.sqrt(difference / size);
  }

  @Test
  void dataParallelPutsAPrefixBeforeNames() {
    Map<String, Tensor> plain = weights("monai-resnet10");
    Map<String, Tensor> prefixed = new LinkedHashMap<>();
    plain.forEach((name, tensor) -> prefixed.put("module." + name, tensor));

    assertThat(Architectures.named("resnet10").build(prefixed).graph().nodes())
        .hasSameSizeAs(Architectures.named("resnet10").build(plain).graph().nodes());
  }

  @Test
  void weightsThatDoNotFitAreListed() {
    Map<String, Tensor> weights = weights("monai-resnet10");
    weights.remove("bn1.running_var");
    weights.remove("layer2.0.conv1.weight");
    weights.put("layer5.0.conv1.weight", Tensor.scalar(1));
    weights.put("layer3.0.bn2.bias", Tensor.filled(Shape.of(7), 1));
    assertThatThrownBy(() -> Architectures.named("resnet10").build(weights))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "the weights do not fit resnet10; 2 missing: bn1.running_var, layer2.0.conv1.weight; 1"
                + " left over: layer5.0.conv1.weight; 1 of another shape: layer3.0.bn2.bias is [7],"
                + " expected [5]; is this the right architecture, with the right options?");
  }

  @Test
  void onlyTenNamesAreListed() {
    assertThatThrownBy(() -> Architectures.named("resnet18").build(Map.of()))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(
            "the weights do not fit resnet18; 85 missing: conv1.weight, bn1.weight, bn1.bias,"
                + " bn1.running_mean, bn1.running_var, layer1.0.conv1.weight, layer1.0.bn1.weight,"
                + " layer1.0.bn1.bias, layer1.0.bn1.running_mean, layer1.0.bn1.running_var, ...;");
    assertThatThrownBy(() -> Architectures.named("resnet34").build(weights("monai-resnet18")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("100 missing: layer1.2.conv1.weight,");
    assertThatThrownBy(() -> Architectures.named("resnet10").build(weights("monai-resnet18")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("40 left over: layer1.1.bn1.bias,");
  }

  @Test
  void anEmptyFileFitsNothing() {
    for (String name : Architectures.names()) {
      assertThatThrownBy(() -> Architectures.named(name).build(Map.of()))
          .as(name)
          .isInstanceOf(InputException.class);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vgg16 | architecture vgg16: not known, known are resnet10, resnet18, resnet34, resnet50,"
            + " medicalnet-resnet10, medicalnet-resnet18, medicalnet-resnet34, medicalnet-resnet50,"
            + " r3d_18, densenet121, densenet169, densenet201, densenet264, seresnet50, resnet18-2d,"
            + " axialnet, meshnet, unet, monai-unet, segresnet",
        "resnet18:stride=2 | architecture resnet18: option stride is not known, known are"
            + " conv1_stride, max_pool, dilated, shortcut, task",
        "unet:dilations=1 | architecture unet: option dilations is not known, known are task",
        "resnet18:conv1_stride | architecture resnet18: option \"conv1_stride\" is not NAME=VALUE",
        "resnet18:dilated=a,dilated=b | architecture resnet18: option dilated is given twice",
        "resnet18:conv1_stride=0 | architecture resnet18: option conv1_stride is \"0\", expected"
            + " numbers from 1 to 1000",
        "resnet18:conv1_stride=x | architecture resnet18: option conv1_stride is \"x\", expected"
            + " whole numbers, as 2",
        "resnet18:dilated=maybe | architecture resnet18: option dilated is \"maybe\", expected true"
            + " or false",
        "resnet18:shortcut=C | architecture resnet18: option shortcut is \"C\", expected A or B",
        "meshnet:dilations=1-2- | architecture meshnet: option dilations is \"1-2-\", expected"
            + " whole numbers, as 2",
        "segresnet:groups=0 | architecture segresnet: option groups is \"0\", expected numbers from 1"
            + " to 1000",
        "unet:task=guessing | architecture unet: option task is \"guessing\", expected multiclass"
            + " or multilabel or segmentation",
      })
  void unknownNamesAndOptions(String name, String message) {
    assertThatThrownBy(() -> Architectures.named(name))
        .isInstanceOf(InputException.class)
        .hasMessage(message);
  }

  @Test
  void optionsChangeTheNetwork() {
    Map<String, Tensor> weights = weights("monai-resnet18");
    Graph plain = Architectures.named("resnet18").build(weights).graph();
    Network network =
        Architectures.named("resnet18:conv1_stride=2,max_pool=no,dilated=yes,task=multilabel")
            .build(weights);

    assertThat(plain.find("maxpool")).isPresent();
    assertThat(network.graph().find("maxpool")).isEmpty();
    assertThat(network.task()).isEqualTo("multilabel");
    assertThat(network.layer()).isEqualTo("layer4");
    assertThat(network.graph().node("conv1").op())
        .isEqualTo(new Conv.Forward(Window.cube(3, 7, 2, 3, 1), 1));
    assertThat(network.graph().node("layer4.1.conv2").op())
        .isEqualTo(new Conv.Forward(Window.cube(3, 3, 1, 4, 4), 1));
    assertThat(plain.node("layer4.0.conv1").op())
        .isEqualTo(new Conv.Forward(Window.cube(3, 3, 2, 1, 1), 1));
  }

  @Test
  void shortcutAAskedForByNameLeavesWeightsOver() {
    assertThatThrownBy(
            () -> Architectures.named("resnet18:shortcut=A").build(weights("monai-resnet18")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("15 left over: layer2.0.downsample");
    assertThatThrownBy(() ->
            Architectures.named("resnet18:shortcut=B").build(weights("monai-resnet18-shortcut-a")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("15 missing: layer2.0.downsample.0.weight");
  }

  @Test
  void meshNetNeedsItsDilations() {
    Map<String, Tensor> weights = weights("meshnet");
    assertThatThrownBy(() -> Architectures.named("meshnet:dilations=1-2-4").build(weights))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "meshnet: the weights have 10 convolutions conv0, conv1, ..., the dilations [1, 2, 4]"
                + " need 4; give the option dilations");
    Graph graph =
        Architectures.named("meshnet:dilations=1-1-2-4-8-16-1-1-1").build(weights).graph();
    assertThat(graph.node("conv5").op())
        .isEqualTo(new Conv.Forward(Window.cube(3, 3, 1, 16, 16), 1));
    assertThat(List.of(graph.node("conv9").op()))
        .containsExactly(new Conv.Forward(Window.cube(3, 1, 1, 0, 1), 1));
  }

  @Test
  void monaiUNetNeedsAStrideForEachLevel() {
    Map<String, Tensor> weights = weights("monai-unet-batchnorm");
    assertThatThrownBy(() -> Architectures.named("monai-unet:strides=2-2").build(weights))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "monai-unet: the weights have 3 levels above the bottleneck, the strides [2, 2] are 2;"
                + " give the option strides one for each");
    Graph graph = Architectures.named("monai-unet:strides=2-1-2").build(weights).graph();
    assertThat(graph.node("model.1.submodule.0.conv").op())
        .isEqualTo(new Conv.Forward(Window.cube(3, 3, 1, 1, 1), 1));
    assertThat(graph.node("model.2.conv").op())
        .isEqualTo(new Conv.Transposed(Window.cube(3, 3, 2, 1, 1), 1, List.of(1, 1, 1)));
  }

  @Test
  void monaiUNetSeesWrongStridesInItsSkips() {
    Map<String, Tensor> weights = weights("monai-unet");
    assertThatThrownBy(() -> Architectures.named("monai-unet:strides=1-2").build(weights))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "monai-unet: model.0.residual.weight has kernel 3, which belongs to a stride above 1,"
                + " not to 1; give the option strides");
    weights.put("model.0.residual.weight", Tensor.filled(Shape.of(4, 1, 1, 1, 1), 1));
    assertThatThrownBy(() -> Architectures.named("monai-unet").build(weights))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "monai-unet: model.0.residual.weight has kernel 1, which belongs to a stride of 1, not"
                + " to 2; give the option strides");
  }

  @Test
  void monaiUNetNeedsItsSlopesAndItsSkip() {
    Map<String, Tensor> weights = weights("monai-unet");
    weights.remove("model.0.conv.unit1.adn.A.weight");
    weights.remove("model.0.residual.weight");
    weights.remove("model.0.residual.bias");
    assertThatThrownBy(() -> Architectures.named("monai-unet").build(weights))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(
            "the weights do not fit monai-unet; 2 missing: model.0.conv.unit1.adn.A.weight,"
                + " model.0.residual.weight;");
  }

  @Test
  void segResNetNeedsItsGroups() {
    assertThatThrownBy(() -> Architectures.named("segresnet").build(weights("segresnet-groups")))
        .isInstanceOf(InputException.class)
        .hasMessage("segresnet: 4 channels do not divide into 8 groups; give the option groups");
  }

  @ParameterizedTest
  @CsvSource({
    "densenet121, densenet121, 0",
    "densenet169, densenet121, 240",
    "densenet201, densenet121, 400",
    "densenet264, densenet121, 720",
  })
  void deeperDenseNetsHaveMoreLayers(String architecture, String file, int missing) {
    Map<String, Tensor> weights = weights(file);
    if (missing == 0) {
      assertThat(Architectures.named(architecture).build(weights).layer())
          .isEqualTo("class_layers.relu");
      return;
    }
    assertThatThrownBy(() -> Architectures.named(architecture).build(weights))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(
            "the weights do not fit %s; %d missing: features.denseblock3.denselayer25.layers.norm1"
                .formatted(architecture, missing));
  }

  @Test
  void axialNetIsMadeForSlabsOf420(@TempDir Path folder) {
    Map<String, Tensor> weights = weights("axialnet");
    for (String conv : List.of("conv2d.0", "conv2d.2", "conv2d.4", "conv2d.6", "fc")) {
      int[] sizes = weights.get(conv + ".weight").shape().dims();
      sizes[2] = conv.equals("fc") ? 6 : 3;
      sizes[3] = sizes[2];
      weights.put(conv + ".weight", Tensor.filled(Shape.of(sizes), 0.1f));
    }
    Path file = folder.resolve("axialnet.safetensors");
    Safetensors.write(file, weights, Map.of(), Dtype.F32);
    Model model = Model.open(file, "axialnet");
    assertThat(model.labels()).containsExactly("0", "1", "2");
    Graph graph = model.graph().specialise(Map.of("input", Shape.of(27, 3, 420, 420)));
    assertThat(graph.node("conv2d.7").shape()).isEqualTo(Shape.of(27, 4, 6, 6));
    assertThat(graph.outputs().get(0).shape()).isEqualTo(Shape.of(1, 3));
    assertThatThrownBy(() -> model.graph().specialise(Map.of("input", Shape.of(27, 3, 452, 420))))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("squeeze: Squeeze: axis 2 has size 2");
  }

  @Test
  void axialNetNeedsItsConvolutions() {
    assertThatThrownBy(() -> Architectures.named("axialnet").build(weights("resnet18-2d")))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "axialnet: the weights lack conv2d.0.weight, the first convolution behind the"
                + " ResNet-18");
  }
}
