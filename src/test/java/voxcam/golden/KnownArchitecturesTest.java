package voxcam.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.explain.Explained;
import voxcam.explain.Explainer;
import voxcam.explain.Explanation;
import voxcam.explain.GradCam;
import voxcam.explain.HiResCam;
import voxcam.explain.Request;
import voxcam.explain.Target;
import voxcam.explain.Voxels;

/** Plain weights of known architectures against PyTorch: logits, scores, raw maps at two layers. */
class KnownArchitecturesTest {
  /** File, architecture, and the layer that is explained unless another one is named. */
  static final String[] ARCHITECTURES = {
    "monai-resnet10, resnet10, layer4",
    "monai-resnet18, resnet18:conv1_stride=2, layer4",
    "monai-resnet18-shortcut-a, resnet18, layer4",
    "monai-resnet34, resnet34:max_pool=false, layer4",
    "monai-resnet50, resnet50, layer4",
    "medicalnet-resnet18, medicalnet-resnet18, layer4",
    "medicalnet-resnet34, medicalnet-resnet34, layer4",
    "medicalnet-resnet50, medicalnet-resnet50, layer4",
    "r3d_18, r3d_18, layer4",
    "densenet121, densenet121, class_layers.relu",
    "seresnet50, seresnet50, layer4",
    "resnet18-2d, resnet18-2d, layer4",
    "axialnet, axialnet, conv2d.7",
    "unet, unet, encoder.2",
    "monai-unet, monai-unet, model.1.submodule.1.submodule",
    "monai-unet-batchnorm, monai-unet:strides=2-1-2,"
        + " model.1.submodule.1.submodule.1.submodule",
    "monai-unet-affine, monai-unet, model.1.submodule",
    "segresnet, segresnet, down_layers.1",
    "segresnet-groups, segresnet:groups=2, down_layers.2",
    "meshnet, meshnet, relu8",
  };

  static Stream<Arguments> architectures() {
    return Stream.of(ARCHITECTURES).map(line -> Arguments.of((Object[]) line.split(", ")));
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void agreesWithPyTorch(String file, String architecture, String layer) {
    GoldenNetwork net = GoldenNetwork.read("arch", file, architecture);
    assertThat(net.model().layer()).hasValue(layer);
    assertThat(net.layers()).extracting(GoldenNetwork.Layer::name).contains(layer);
    check(net, "reference", 1e-9, 1e-9);
    check(net, "cpu", 1e-5, 1e-4);
  }

  static void check(GoldenNetwork net, String backend, double forLogits, double forMaps) {
    List<Target> targets = net.targets().stream().<Target>map(Target.Index::new).toList();
    List<String> layers = net.layers().stream().map(GoldenNetwork.Layer::name).toList();
    Request request =
        new Request(
            targets, layers, List.of(new HiResCam(), new GradCam()), new Voxels.Predicted());
    try (Explainer explainer =
        new Explainer(net.model(), Backends.named(backend), Options.DEFAULT)) {
      Explained explained = explainer.explain(net.tensor("input"), request);
      assertThat(Closeness.relativeNorm(explained.logits(), net.tensor("logits")))
          .as("logits, " + backend)
          .isLessThan(forLogits);
      assertThat(explained.maps()).hasSize(targets.size() * layers.size() * 2);
      for (Explanation map : explained.maps()) {
        String name = map.method().name() + "." + map.layer() + "." + map.index();
        assertThat(map.map().shape().size()).isEqualTo(net.tensor(name).shape().size());
        assertThat(Closeness.relativeNorm(map.map(), net.tensor(name)))
            .as(name + ", " + backend)
            .isLessThan(forMaps);
        double score = Closeness.sum(net.tensor("score." + map.index()));
        assertThat(map.score()).isCloseTo(score, within(forMaps * Math.abs(score)));
      }
    }
  }
}
