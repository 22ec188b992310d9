package voxcam.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ModulePathTest {
  private static final List<String> OLDER =
      List.of(
          "/conv1/Conv",
          "/layer3/layer3.0/relu/Relu",
          "/layer3/layer3.0/Add",
          "/layer3/layer3.0/relu_1/Relu",
          "/layer4/layer4.1/conv2/Conv",
          "/layer4/layer4.1/Add",
          "/layer4/layer4.1/relu/Relu",
          "/skip/bottleneck/conv/Conv",
          "/Flatten");

  @ParameterizedTest
  @CsvSource({
    "/layer4/layer4.1/relu/Relu, layer4.1.relu",
    "/features/features.denseblock1/denselayer1/conv/Conv, features.denseblock1.denselayer1.conv",
    "/model/model.1/submodule/submodule.0/act/Relu, model.1.submodule.0.act",
    "layer4.1.relu, layer4.1.relu",
    "layer4.1/Add, layer4.1",
    "/Flatten, ''",
  })
  void ofBothExporters(String layer, String path) {
    assertThat(ModulePath.of(layer)).isEqualTo(path);
  }

  @ParameterizedTest
  @CsvSource({
    "layer4, /layer4/layer4.1/relu/Relu",
    "layer3.0, /layer3/layer3.0/relu_1/Relu",
    "layer3.0.relu, /layer3/layer3.0/relu/Relu",
    "bottleneck, /skip/bottleneck/conv/Conv",
    "Flatten, /Flatten",
    "conv1, /conv1/Conv",
  })
  void meansTheLastLayerOfAModule(String given, String layer) {
    assertThat(ModulePath.find(given, OLDER)).contains(layer);
  }

  @Test
  void meansNothingWhereTwoWouldDo() {
    assertThat(ModulePath.find("Add", OLDER)).isEmpty();
    assertThat(ModulePath.find("layer", OLDER)).isEmpty();
    assertThat(ModulePath.find("", OLDER)).isEmpty();
  }
}
