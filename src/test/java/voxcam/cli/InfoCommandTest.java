package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InfoCommandTest {
  @Test
  void describesAModelOfFixedSize() {
    String text = Cli.run("info", Cli.net("flatten-linear")).succeeds().out();
    assertThat(text)
        .contains("flatten-linear (multilabel, 3 labels)")
        .contains("0 nodule, 1 effusion, 2 cyst")
        .contains("clip, zscore")
        .contains("[1,1,10,8,12]")
        .containsPattern("relu2 +Relu +\\[1,6,5,4,6] +0 +[0-9.]+ +faithful \\*");
  }

  @Test
  void countsParameters() {
    // conv1 108, bn1 2x4, conv2 648, bn2 2x6, fc 3x720 + 3; running statistics are none.
    assertThat(Cli.run("info", Cli.net("flatten-linear")).succeeds().out())
        .containsPattern("parameters +2,939 ");
  }

  @Test
  void saysWhereBothMethodsAreTheSame() {
    assertThat(Cli.run("info", Cli.net("resnet")).succeeds().out())
        .containsPattern("layer2.0.relu2 .* same \\*")
        .contains("HiResCAM and Grad-CAM are the same map");
  }

  @Test
  void showsWhatItCanWhileSizesAreFree() {
    Cli free = Cli.run("info", Cli.net("plain-unet")).succeeds();
    assertThat(free.out())
        .contains("encoder.2.relu2", "give --input")
        .doesNotContain("GFLOPs forward");
    assertThat(Cli.run("info", Cli.net("plain-unet"), "--input", "1x1x8x8x12").succeeds().out())
        .contains("[1,8,2,2,3]", "GFLOPs forward", "GFLOPs gradient")
        .doesNotContain("give --input");
  }

  @Test
  void refusesShapesThatDoNotSuit() {
    Cli.run("info", Cli.net("resnet"), "--input", "1x2x9x16")
        .refuses("[1,2,9,16]", "[N,2,9,16,14]");
    Cli.run("info", Cli.net("resnet"), "--input", "1x2xhuge").refuses("give sizes as 1x1x96x96x96");
    Cli.run("info", Cli.net("plain-unet"), "--input", "1x1x999999999x999999999x999999999")
        .refuses("is too large");
  }
}
