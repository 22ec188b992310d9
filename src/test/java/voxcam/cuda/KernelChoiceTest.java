package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.check.OpCase;
import voxcam.graph.Graph;
import voxcam.op.Cam;
import voxcam.op.Conv;
import voxcam.op.Linear;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Regions;
import voxcam.op.Resize;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

/** Sizes that call for each of the kernels that the cases of all backends are too small for. */
@Tag("emulator")
class KernelChoiceTest {
  private static LaunchHarness harness;

  @BeforeAll
  static void start() {
    harness = new LaunchHarness();
  }

  /** An operation, its inputs' shapes, and the kernels that should compute it. */
  record Choice(Op op, List<Shape> inputs, double constant, List<String> kernels) {
    @Override
    public String toString() {
      return op.name() + " of " + inputs + " by " + kernels;
    }
  }

  static Stream<Choice> choices() {
    Window three = Window.cube(3, 3, 1, 1, 1);
    Window half = Window.cube(3, 3, 2, 1, 1);
    Window one = Window.cube(3, 1, 1, 0, 1);
    Conv gelu = new Conv.Fused(three, 1, Optional.of(new Unary.Gelu(false)), true);
    Conv relu = new Conv.Fused(one, 2, Optional.of(new Unary.Relu()), true);
    Pool all = new Pool.Average(new Regions.Adaptive(List.of(1, 1, 1)), false);
    Resize.Forward enlarged =
        new Resize.Forward(Resize.Sampling.TRILINEAR, List.of(2, 3, 300), List.of());
    return Stream.of(
        of(new Conv.Forward(three, 1), "128,8,3,3,3", "convTile128x64", "1,8,5,5,5"),
        of(gelu, "128,40,3,3,3; 128; 1,128,3,3,3", "convTile128x32,convSum", "1,40,3,3,3"),
        of(relu, "128,300,1,1,1; 128; 4,128,2,3,4", "convTile64x128,convSum", "4,600,2,3,4"),
        of(new Conv.Forward(one, 1), "32,2000,1,1,1", "convTile32x128,convSum", "1,2000,4,4,8"),
        of(new Conv.Forward(one, 1), "16,2000,1,1,1; 16", "convTile16x256,convSum", "1,2000,4,8,8"),
        of(new Conv.Forward(half, 1), "40,2,3,3,3; 40", "convDirect16", "2,2,19,8,9"),
        of(new Conv.Forward(three, 1), "3,6,3,3,3", "convDirect4", "1,6,28,29,27"),
        of(
            new Conv.InputGrad(half, 1, List.of(7, 8, 9)),
            "16,128,3,3,3",
            "convTile128x32",
            "1,16,4,4,5"),
        of(
            new Conv.InputGrad(half, 1, List.of(9, 9, 9)),
            "80,120,3,3,3",
            "convTile128x64,convSum",
            "1,80,5,5,5"),
        of(new Conv.InputGrad(three, 2, List.of(3, 4, 5)), "4,1,3,3,3", "convDirect1", "1,4,3,4,5"),
        of(
            new Conv.WeightGrad(three, 1),
            "1,70,17,16,17",
            "convWeightGrad,convSum",
            "1,3,17,16,17"),
        of(
            new Conv.WeightGrad(three, 2),
            "1,4,16,16,20",
            "convWeightGradDirect,convSum",
            "1,2,16,16,20"),
        constant(
            new Conv.WeightGrad(one, 1), "1,3,32,32,32", "convWeightGrad,convSum", "1,3,32,32,32"),
        constant(
            new Conv.Forward(three, 1), "5,512,3,3,3", "convTile128x32,convSum", "1,512,3,3,3"),
        constant(
            new Conv.Forward(Window.cube(3, 7, 1, 3, 1), 1),
            "5,4,7,7,7",
            "convDirect16",
            "1,4,7,7,7"),
        of(new Linear.MatMul(), "300,70", "linearTile128,linearSum", "130,300"),
        of(new Linear.MatMul(), "2,1,60,50", "linearTile64", "3,40,60"),
        of(new Linear.Gemm(0.5, 2, true, true), "70,300; 70", "linearTile64,linearSum", "300,40"),
        of(
            new Linear.Gemm(2, 3, true, false),
            "300,200; 129,1",
            "linearTile128,linearSum",
            "300,129"),
        of(new Linear.Gemm(2, 3, false, false), "3000,40; 40", "linearColumns,linearSum", "6,3000"),
        of(new Linear.Gemm(2, 3, false, true), "3,5000; 1,3", "linearDotBlock", "2,5000"),
        constant(new Linear.Gemm(1, 1, false, true), "3,100000", "linearDotBlock", "1,100000"),
        constant(new Linear.MatMul(), "20000,16", "linearColumns,linearSum", "1,20000"),
        constant(new Linear.MatMul(), "20000,16", "linearTile64,linearSum", "16,20000"),
        of(all, "", "poolGlobal", "2,3,20,20,21"),
        of(new Pool.GlobalAverage(), "", "poolGlobal,poolGlobalEnd", "1,3,41,30,31"),
        constant(new Pool.GlobalAverage(), "", "poolGlobal,poolGlobalEnd", "1,3,50,40,40"),
        of(new Pool.GlobalMax(), "", "poolGlobal,poolGlobalEnd", "1,3,41,30,31"),
        of(new Cam.HiRes(), "1,3,64,64,32", "camColumnsF32", "1,3,64,64,32"),
        of(new Cam.Gradient(), "1,3,64,64,32", "camRowsF32,camColumnsF32", "1,3,64,64,32"),
        of(new Cam.Gradient(), "2,130,3,3,3", "camOnceF32", "2,130,3,3,3"),
        of(new Cam.Layer(), "1,3,64,64,32", "camColumnsF32", "1,3,64,64,32"),
        of(new Cam.Elementwise(), "1,3,64,64,32", "camColumnsF32", "1,3,64,64,32"),
        constant(
            new Cam.PlusPlus(),
            "1,3,64,64,32",
            "camRowsF32,camRowsF32,camColumnsF32",
            "1,3,64,64,32"),
        constant(
            new Cam.XGradient(),
            "1,3,64,64,32",
            "camRowsBalancedF32,camColumnsF32",
            "1,3,64,64,32"),
        constant(new Cam.XGradient(), "2,130,3,3,3", "camOnceF32", "2,130,3,3,3"),
        of(new Cam.HiRes(), "2,3,1,2,32749", "camColumnsF32", "2,3,1,2,32749"),
        constant(new Cam.HiRes(), "1,4000,2,2,2", "camColumnsF32", "1,4000,2,2,2"),
        constant(new Cam.Gradient(), "1,4000,2,2,2", "camOnceF32", "1,4000,2,2,2"),
        of(
            new Resize.Grad(enlarged, List.of(2, 2, 2)),
            "",
            "resizeTaps,resizeRanges,resizeGrad,resizeRanges,resizeGrad",
            "1,2,2,3,300"));
  }

  private static Choice of(Op op, String others, String kernels, String first) {
    return choice(op, others, kernels, first, 0);
  }

  /** All values are this, whose sums round in one direction if they are long. */
  private static Choice constant(Op op, String others, String kernels, String first) {
    return choice(op, others, kernels, first, 0.1);
  }

  private static Choice choice(
      Op op, String others, String kernels, String first, double constant) {
    List<Shape> shapes = new ArrayList<>();
    for (String dims : (others.isEmpty() ? first : first + ";" + others).split(";")) {
      shapes.add(
          Shape.of(
              Arrays.stream(dims.split(",")).mapToInt(d -> Integer.parseInt(d.trim())).toArray()));
    }
    return new Choice(op, shapes, constant, List.of(kernels.split(",")));
  }

  @ParameterizedTest
  @MethodSource("choices")
  void agreesWithReference(Choice choice) {
    Random random = new Random(choice.toString().hashCode());
    List<Tensor> inputs = new ArrayList<>();
    for (Shape shape : choice.inputs()) {
      float[] values = new float[shape.length()];
      for (int i = 0; i < values.length; i++) {
        values[i] = choice.constant() > 0 ? (float) choice.constant() : random.nextFloat() * 2 - 1;
      }
      inputs.add(Tensor.of(shape, values));
    }
    OpCase opCase = new OpCase("", choice.op(), inputs, OpCase.ROUNDED);
    Graph graph = opCase.graph(OpCase.Form.INPUTS);
    Launches launches = CudaKernels.of(graph.outputs().get(0));
    assertThat(launches.launches().stream().map(Launch::kernel)).isEqualTo(choice.kernels());
    Tensor expected;
    try (Program program = Backends.named("reference").compile(graph, Options.DEFAULT)) {
      expected = program.run(opCase.given(OpCase.Form.INPUTS)).get(0);
    }
    Tensor actual = harness.run(launches, inputs, expected.shape());
    assertThat(KernelCasesTest.error(actual, expected)).isLessThanOrEqualTo(3e-6);
  }
}
