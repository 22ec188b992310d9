package voxcam.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.SharedData;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.cuda.Emulator;
import voxcam.cuda.Use;
import voxcam.explain.Explainer;
import voxcam.explain.Explanation;
import voxcam.explain.GradCam;
import voxcam.explain.HiResCam;
import voxcam.explain.Method;
import voxcam.explain.Request;
import voxcam.explain.Target;
import voxcam.explain.Voxels;
import voxcam.model.Model;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.volume.Prepared;
import voxcam.volume.Recipe;
import voxcam.volume.Volume;

/** Whole networks on the emulated GPU against PyTorch, with two orders of threads. */
@Tag("emulator")
final class CudaNetworksTest {
  @BeforeAll
  static void load() {
    Emulator.load();
  }

  static Stream<Arguments> nets() {
    return LongStream.of(1, 2)
        .boxed()
        .flatMap(seed -> GoldenNetwork.nets().map(net -> Arguments.of(seed, net)));
  }

  static Stream<Arguments> architectures() {
    return LongStream.of(1, 2)
        .boxed()
        .flatMap(seed ->
            KnownArchitecturesTest.architectures()
                .map(known -> Arguments.of(seed, known.get()[0], known.get()[1])));
  }

  @ParameterizedTest
  @MethodSource("nets")
  void agreesWithPyTorch(long order, GoldenNetwork net) {
    Emulator.seed(order);
    NetworksTest.check(net, "cuda", 1e-4);
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void knownArchitecturesAgree(long order, String file, String architecture) {
    Emulator.seed(order);
    KnownArchitecturesTest.check(
        GoldenNetwork.read("arch", file, architecture), "cuda", 1e-5, 1e-4);
  }

  /** With convolutions and products of the emulated libraries wherever they do them. */
  @ParameterizedTest
  @MethodSource("voxcam.golden.GoldenNetwork#nets")
  void agreesWithPyTorchByLibraries(GoldenNetwork net) {
    Emulator.seed(1);
    try (Use _ = Use.of("cudnn,cublas", "library")) {
      NetworksTest.check(net, "cuda", 1e-4);
    }
  }

  private static final List<Method> TWO = List.of(new HiResCam(), new GradCam());

  /** By our kernels, and by the emulated cuDNN and cuBLAS. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "cudnn,cublas"})
  void hiResCamAndGradCamOfResNet18EqualThoseOfTheCpu(String libraries) {
    GoldenNetwork net = GoldenNetwork.read("arch", "monai-resnet18", "resnet18:conv1_stride=2");
    Random random = new Random(3);
    float[] values = new float[2 * 40 * 64 * 36];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Tensor input = Tensor.of(Shape.of(1, 2, 40, 64, 36), values);
    List<String> layers = List.of("layer2", "layer4");
    assertEqualMaps(
        libraries,
        net.model(),
        input,
        new Request(List.of(new Target.Index(1)), layers, TWO, new Voxels.Predicted()));
  }

  /** A real trained network on a part of a real MRI, with all methods by our kernels. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "cudnn,cublas"})
  void theCropOfARealScanAgreesWithTheCpu(String libraries) {
    Model model = Model.open(SharedData.require("meshnet-gwm.safetensors"), "meshnet");
    Prepared prepared =
        Recipe.parse(model.recipe().orElseThrow())
            .apply(Volume.read(SharedData.require("t1-crop96.nii.gz")));
    List<Method> methods = libraries.equals("none") ? Method.all() : TWO;
    assertEqualMaps(
        libraries,
        model,
        prepared.input(),
        new Request(
            List.of(new Target.Index(1)), List.of("relu8"), methods, new Voxels.Predicted()));
  }

  private static void assertEqualMaps(
      String libraries, Model model, Tensor input, Request request) {
    Emulator.seed(1);
    List<Tensor> cuda;
    try (Use _ = Use.of(libraries, "library")) {
      cuda = maps(model, "cuda", input, request);
    }
    List<Tensor> cpu = maps(model, "cpu", input, request);
    assertThat(cuda).hasSameSizeAs(cpu).hasSize(request.methods().size() * request.layers().size());
    for (int i = 0; i < cuda.size(); i++) {
      assertThat(Closeness.relativeNorm(cuda.get(i), cpu.get(i))).isLessThan(1e-4);
    }
  }

  private static List<Tensor> maps(Model model, String backend, Tensor input, Request request) {
    try (Explainer explainer = new Explainer(model, Backends.named(backend), Options.DEFAULT)) {
      return explainer.explain(input, request).maps().stream().map(Explanation::map).toList();
    }
  }

  @AfterEach
  void noFaultOfAKernel() {
    assertThat(Emulator.report()).isEmpty();
  }
}
