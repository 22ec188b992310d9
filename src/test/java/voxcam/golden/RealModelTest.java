package voxcam.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import voxcam.SharedData;
import voxcam.backend.Backend;
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
import voxcam.model.Model;
import voxcam.model.Safetensors;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.volume.Prepared;
import voxcam.volume.Recipe;
import voxcam.volume.Volume;

/** A real trained network on a real MRI, against PyTorch. */
class RealModelTest {
  @Test
  void mapsOfTwoTissuesAtTwoLayersAgree() {
    Map<String, Tensor> expected =
        Safetensors.open(SharedData.require("t1-crop96-expected.safetensors")).tensors();
    Model model = meshNet();
    Prepared prepared = prepare(model, "t1-crop96.nii.gz");
    Request request =
        new Request(
            List.of(new Target.Index(1), new Target.Index(2)),
            List.of("relu4", "relu8"),
            List.of(new HiResCam(), new GradCam()),
            new Voxels.Predicted());
    try (Explainer explainer = Explainer.of(model)) {
      Explained explained = explainer.explain(prepared.input(), request);
      assertThat(explained.maps()).hasSize(8);
      for (Explanation map : explained.maps()) {
        String name = "class" + map.index() + "." + map.layer() + "." + map.method().name();
        Tensor block = block(map.map(), 24, 48);
        assertThat(Closeness.relativeToLargest(block, expected.get(name)))
            .as(name)
            .isLessThan(1e-3);
        double sum = expected.get(name + ".sum").doubles()[0];
        assertThat(map.trust().mapSum()).as(name).isCloseTo(sum, within(1e-4 * Math.abs(sum)));
        double score = expected.get("class" + map.index() + ".score").doubles()[0];
        assertThat(map.score()).isCloseTo(score, within(1e-5 * Math.abs(score)));
      }
    }
  }

  @Test
  void labelsOfAWholeHeadAgree() {
    Model model = meshNet();
    Prepared prepared = prepare(model, "t1.nii.gz");
    Volume expected = Volume.read(SharedData.require("t1-labels.nii.gz"));
    Backend backend = Backends.named("cpu");
    Shape shape = prepared.input().shape();
    try (var program =
        backend.compile(model.graph().specialise(Map.of("input", shape)), Options.DEFAULT)) {
      float[] logits = program.run(Map.of("input", prepared.input())).get(0).floats();
      int voxels = (int) shape.size(2, 5);
      int different = 0;
      for (int p = 0; p < voxels; p++) {
        float zero = logits[p];
        float one = logits[voxels + p];
        float two = logits[2 * voxels + p];
        int label = zero >= one && zero >= two ? 0 : one >= two ? 1 : 2;
        different += label == expected.voxels()[p] ? 0 : 1;
      }
      assertThat(different).isLessThanOrEqualTo(200);
    }
  }

  private static Model meshNet() {
    return Model.open(SharedData.require("meshnet-gwm.safetensors"), "meshnet");
  }

  private static Prepared prepare(Model model, String volume) {
    return Recipe.parse(model.recipe().orElseThrow())
        .apply(Volume.read(SharedData.require(volume)));
  }

  private static Tensor block(Tensor map, int from, int size) {
    float[] all = map.floats();
    float[] values = new float[size * size * size];
    int side = map.shape().dim(0);
    for (int i = 0; i < values.length; i++) {
      int x = from + i / (size * size);
      int y = from + i / size % size;
      int z = from + i % size;
      values[i] = all[(x * side + y) * side + z];
    }
    return Tensor.of(Shape.of(size, size, size), values);
  }
}
