package voxcam.op;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is refused, and in which words. */
class ShapeRulesTest {
  private static final Window THREE = Window.cube(3, 3, 1, 1, 1);
  private static final Shape VOLUME = Shape.of(1, 4, 8, 8, 8);
  private static final Shape WEIGHT = Shape.of(6, 4, 3, 3, 3);

  private static Arguments refused(String message, Op op, Shape... inputs) {
    return Arguments.of(message, op, Arrays.asList(inputs));
  }

  private static Shape of(int... dims) {
    return Shape.of(dims);
  }

  static Stream<Arguments> convolutions() {
    Conv plain = new Conv.Forward(THREE, 1);
    return Stream.of(
        refused("Conv: has 1 inputs, takes 2 to 3", plain, VOLUME),
        refused(
            "conv: input has 3 channels, weight expects 2 (input [1,3,8,8,8], weight [4,2,3,3,3])",
            plain,
            of(1, 3, 8, 8, 8),
            of(4, 2, 3, 3, 3)),
        refused(
            "Conv: expected rank 5 for input and weight (inputs [4,8,8], [6,4,3,3,3])",
            plain,
            of(4, 8, 8),
            WEIGHT),
        refused(
            "Conv: weight does not have the kernel [3, 3, 3] (inputs [1,4,8,8,8], [6,4,3,3,5])",
            plain,
            VOLUME,
            of(6, 4, 3, 3, 5)),
        refused(
            "Conv: bias is [5], expected [6] (inputs [1,4,8,8,8], [6,4,3,3,3], [5])",
            plain,
            VOLUME,
            WEIGHT,
            of(5)),
        refused(
            "Conv: the window spans 9 on an axis of 8 (inputs [1,4,8,8,8], [6,4,5,5,5])",
            new Conv.Forward(Window.cube(3, 5, 1, 0, 2), 1),
            VOLUME,
            of(6, 4, 5, 5, 5)),
        refused(
            "Conv: 6 outputs do not divide into 4 groups (inputs [1,4,8,8,8], [6,1,3,3,3])",
            new Conv.Forward(THREE, 4),
            VOLUME,
            of(6, 1, 3, 3, 3)),
        refused(
            "Conv: groups is 0, must be at least 1 (inputs [1,4,8,8,8], [6,4,3,3,3])",
            new Conv.Forward(THREE, 0),
            VOLUME,
            WEIGHT),
        refused(
            "Fused: the added tensor must be [1,6,8,8,8] (inputs [1,4,8,8,8], [6,4,3,3,3], [6], [1,4,8,8,8])",
            new Conv.Fused(THREE, 1, Optional.empty(), true),
            VOLUME,
            WEIGHT,
            of(6),
            VOLUME),
        refused(
            "ConvTranspose: input has 4 channels, weight expects 6 (inputs [1,4,8,8,8], [6,4,3,3,3])",
            new Conv.Transposed(THREE, 1, List.of(0, 0, 0)),
            VOLUME,
            WEIGHT),
        refused(
            "ConvTranspose: output padding 1 must be below the stride or the dilation (inputs [1,4,8,8,8], [4,6,3,3,3])",
            new Conv.Transposed(THREE, 1, List.of(0, 1, 0)),
            VOLUME,
            of(4, 6, 3, 3, 3)),
        refused(
            "ConvTranspose: output would have size -3 (inputs [1,4,3,3,3], [4,6,3,3,3])",
            new Conv.Transposed(Window.cube(3, 3, 1, 4, 1), 1, List.of(0, 0, 0)),
            of(1, 4, 3, 3, 3),
            of(4, 6, 3, 3, 3)),
        refused(
            "ConvInputGrad: the output's gradient should be [1,6,8,8,9] (inputs [1,6,8,8,8], [6,4,3,3,3])",
            new Conv.InputGrad(THREE, 1, List.of(8, 8, 9)),
            of(1, 6, 8, 8, 8),
            WEIGHT),
        refused(
            "ConvWeightGrad: 4 channels do not divide into 3 groups (inputs [1,4,8,8,8], [1,6,8,8,8])",
            new Conv.WeightGrad(THREE, 3),
            VOLUME,
            of(1, 6, 8, 8, 8)));
  }

  static Stream<Arguments> poolsAndNorms() {
    Regions three = new Regions.Sliding(THREE, false);
    return Stream.of(
        refused(
            "MaxPool: expected rank 5, [N,C,...] (inputs [1,4,8,8])",
            new Pool.Max(three),
            of(1, 4, 8, 8)),
        refused(
            "MaxPool: the window does not fit an axis of 8 (inputs [1,4,8,8,8])",
            new Pool.Max(new Regions.Sliding(Window.cube(3, 9, 1, 0, 1), false)),
            VOLUME),
        refused(
            "MaxPool: padding must be below the window's extent 2 (ceil mode) (inputs [1,4,8,8,8])",
            new Pool.Max(new Regions.Sliding(Window.cube(3, 2, 1, 2, 1), true)),
            VOLUME),
        refused(
            "AveragePool: dilation 5 with padding is too wide for an axis of 3 (inputs [1,1,3])",
            new Pool.Average(new Regions.Sliding(Window.cube(1, 2, 1, 2, 5), false), true),
            of(1, 1, 3)),
        refused(
            "MaxPoolScatter: the second input should be [1,4,8,8,8] (inputs [1,4,8,8,8], [1,4,7,8,8])",
            new Pool.MaxScatter(three),
            VOLUME,
            of(1, 4, 7, 8, 8)),
        refused(
            "AveragePoolGrad: the output's gradient should be [1,4,9,8,8] (inputs [1,4,8,8,8])",
            new Pool.AverageGrad(three, true, List.of(9, 8, 8)),
            VOLUME),
        refused(
            "GlobalMaxPool: needs spatial axes, [N,C,...] (inputs [1,4])",
            new Pool.GlobalMax(),
            of(1, 4)),
        refused(
            "BatchNormalization: variance is [3], expected [4] (inputs [1,4,8,8,8], [4], [4], [4], [3])",
            new Norm.Batch(1e-5),
            VOLUME,
            of(4),
            of(4),
            of(4),
            of(3)),
        refused(
            "InstanceNormalization: takes scale and bias, or neither of them (inputs [1,4,8,8,8], [4])",
            new Norm.Instance(1e-5),
            VOLUME,
            of(4)),
        refused(
            "GroupNormalization: 4 channels do not divide into 3 groups (inputs [1,4,8,8,8])",
            new Norm.Group(3, 1e-5),
            VOLUME),
        refused(
            "GroupNormalizationGrad: x and the output's gradient need one shape (inputs [1,4,8,8,8], [4])",
            new Norm.GroupGrad(2, 1e-5),
            VOLUME,
            of(4)),
        refused(
            "LayerNormalization: scale and bias must have the sizes [7] (inputs [2,5,7], [5])",
            new Norm.Layer(-1, 1e-5),
            of(2, 5, 7),
            of(5)),
        refused("shape: axis 5 does not exist in [1,4,8,8,8]", new Norm.L2(5), VOLUME));
  }

  static Stream<Arguments> others() {
    Resize.Sampling linear = Resize.Sampling.TRILINEAR;
    return Stream.of(
        refused(
            "Add: sizes 3 and 4 do not broadcast (inputs [2,3], [2,4])",
            new Binary(Binary.Kind.Add),
            of(2, 3),
            of(2, 4)),
        refused(
            "PRelu: the slope does not broadcast to the input (inputs [3], [2,3])",
            new Binary(Binary.Kind.PRelu),
            of(3),
            of(2, 3)),
        refused("Mul: has 1 inputs, takes 2", new Binary(Binary.Kind.Mul), of(3)),
        refused(
            "Where: sizes 3 and 2 do not broadcast (inputs [3], [3], [2])",
            new Where(),
            of(3),
            of(3),
            of(2)),
        refused(
            "MatMul: inner sizes 3 and 4 differ (inputs [2,3], [4,5])",
            new Linear.MatMul(),
            of(2, 3),
            of(4, 5)),
        refused(
            "MatMul: a scalar has no product (inputs [2,3], [])",
            new Linear.MatMul(),
            of(2, 3),
            of()),
        refused(
            "Gemm: inner sizes 512 and 3 differ (inputs [2,512], [512,3])",
            new Linear.Gemm(1, 1, false, true),
            of(2, 512),
            of(512, 3)),
        refused(
            "Gemm: sizes 3 and 2 do not broadcast (inputs [2,3], [2])",
            new Linear.Gemm(1, 1, false, false),
            of(2, 5),
            of(5, 3),
            of(2)),
        refused(
            "Gemm: needs matrices (inputs [1,4,8,8,8], [5,3])",
            new Linear.Gemm(1, 1, false, false),
            VOLUME,
            of(5, 3)),
        refused(
            "ReduceMean: axis 1 is named twice in [1, -4]",
            new Reduce(Reduce.Kind.Mean, List.of(1, -4), false),
            VOLUME),
        refused(
            "shape: axis 7 does not exist in [1,4,8,8,8]",
            new Reduce(Reduce.Kind.Max, List.of(7), true),
            VOLUME),
        refused("shape: axis 2 does not exist in [2,3]", new Softmax.Plain(2), of(2, 3)),
        refused(
            "TopK: k is 5 on an axis of 4 (inputs [1,4,8,8,8])",
            new Index.TopK(5, 1, true, Index.Part.VALUES),
            VOLUME),
        refused(
            "GatherElements: the indices do not lie inside [2,3] (inputs [2,3], [3,3])",
            new Index.GatherElements(1),
            of(2, 3),
            of(3, 3)),
        refused(
            "GatherGrad: the first input should be [2,3] (inputs [2,4], [2])",
            new Index.GatherGrad(0, of(5, 3)),
            of(2, 4),
            of(2)),
        refused(
            "Reshape: 6 elements do not fit [-1, 7] (inputs [2,3])",
            new Movement.Reshape(List.of(-1, 7)),
            of(2, 3)),
        refused(
            "Reshape: more than one -1 in [-1, -1] (inputs [2,3])",
            new Movement.Reshape(List.of(-1, -1)),
            of(2, 3)),
        refused(
            "Reshape: 0 at axis 2 has no size to keep (inputs [2,3])",
            new Movement.Reshape(List.of(2, 3, 0)),
            of(2, 3)),
        refused(
            "Flatten: axis 6 does not exist (inputs [1,4,8,8,8])", new Movement.Flatten(6), VOLUME),
        refused(
            "Transpose: [0, 0] is no order of its axes (inputs [2,3])",
            new Movement.Transpose(List.of(0, 0)),
            of(2, 3)),
        refused(
            "Concat: inputs differ on another axis than 1 (inputs [2,3], [3,3])",
            new Movement.Concat(1),
            of(2, 3),
            of(3, 3)),
        refused(
            "Slice: nothing is left of axis 1 with size 9 (inputs [2,9])",
            new Movement.Slice(List.of(new Movement.Range(1, 3, 2, 1))),
            of(2, 9)),
        refused(
            "SliceGrad: the input should be [2,2] (inputs [2,3])",
            new Movement.Embed(List.of(new Movement.Range(1, 0, 2, 1)), of(2, 9)),
            of(2, 3)),
        refused(
            "Pad: cannot reflect 3 on an axis of 3 (inputs [2,3])",
            new Movement.Pad(Movement.PadMode.REFLECT, List.of(0, 3), List.of(0, 0), 0),
            of(2, 3)),
        refused(
            "Pad: nothing is left of axis 1 (inputs [2,3])",
            new Movement.Pad(Movement.PadMode.CONSTANT, List.of(0, -1), List.of(0, -2), 0),
            of(2, 3)),
        refused(
            "Pad: needs one amount per axis and side (inputs [2,3])",
            new Movement.Pad(Movement.PadMode.EDGE, List.of(1), List.of(1), 0),
            of(2, 3)),
        refused(
            "Squeeze: axis 1 has size 3 (inputs [2,3])",
            new Movement.Squeeze(List.of(1)),
            of(2, 3)),
        refused(
            "Unsqueeze: axes [0, 0] do not fit (inputs [2,3])",
            new Movement.Unsqueeze(List.of(0, 0)),
            of(2, 3)),
        refused(
            "Expand: sizes 3 and 4 do not broadcast (inputs [2,3], [4])",
            new Movement.Expand(of(4)),
            of(2, 3)),
        refused(
            "Resize: has 2 sizes for the spatial axes (inputs [1,4,8,8,8])",
            new Resize.Forward(linear, List.of(4, 4), List.of()),
            VOLUME),
        refused(
            "Resize: output would have size 0.0 (inputs [1,4,8,8,8])",
            new Resize.Forward(linear, List.of(), List.of(1.0, 1.0, 0.1)),
            VOLUME),
        refused(
            "ResizeGrad: the output's gradient should be [1,1,4] (inputs [1,1,5])",
            new Resize.Grad(new Resize.Forward(linear, List.of(4), List.of()), List.of(3)),
            of(1, 1, 5)),
        refused(
            "HiResCam: activation and gradient need one shape (inputs [1,4,8,8,8], [1,5,8,8,8])",
            new Cam.HiRes(),
            VOLUME,
            of(1, 5, 8, 8, 8)),
        refused(
            "GradCam: the activation has no spatial axes (inputs [1,5], [1,5])",
            new Cam.Gradient(),
            of(1, 5),
            of(1, 5)),
        refused(
            "input: shape [1,D] has free sizes; give the input's shape",
            new Source.Input(FreeShape.of(1, "D")),
            new Shape[0]));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"convolutions", "poolsAndNorms", "others"})
  void says(String message, Op op, List<Shape> inputs) {
    assertThatThrownBy(() -> op.infer(inputs))
        .isInstanceOf(InputException.class)
        .hasMessage(message);
  }
}
