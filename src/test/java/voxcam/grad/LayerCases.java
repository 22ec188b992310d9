package voxcam.grad;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import voxcam.op.Cam;
import voxcam.op.Conv;
import voxcam.op.Linear;
import voxcam.op.Norm;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Regions;
import voxcam.op.Shape;
import voxcam.op.Softmax;
import voxcam.op.Tensor;
import voxcam.op.Window;

/** Case of what networks are made of: convolution, pooling, normalisation, products and maps. */
final class LayerCases {
  private LayerCases() {}

  static List<Case> all(Values v) {
    List<Case> all = new ArrayList<>();
    convolutions(all, v);
    transposed(all, v);
    pools(all, v);
    norms(all, v);
    products(all, v);
    for (int[] shape : new int[][] {{1, 2, 3}, {2, 3, 2, 3}, {2, 2, 3, 2, 2}}) {
      for (Cam cam : List.of(new Cam.HiRes(), new Cam.Gradient())) {
        all.add(Case.of(cam, v.normal(shape), v.normal(shape)).linearIn(0, 1));
      }
      for (Cam cam : List.of(new Cam.Layer(), new Cam.Elementwise())) {
        all.add(Case.of(cam, v.normal(shape), v.normal(shape)));
      }
      for (Cam cam : List.of(new Cam.PlusPlus(), new Cam.XGradient())) {
        all.add(Case.of(cam, v.positive(shape), v.normal(shape)));
      }
    }
    return all;
  }

  private static Window.Axis axis(int kernel, int stride, int begin, int end, int dilation) {
    return new Window.Axis(kernel, stride, begin, end, dilation);
  }

  private static void convolutions(List<Case> all, Values v) {
    Window line = new Window(List.of(axis(3, 2, 1, 0, 1)));
    Window plane = new Window(List.of(axis(2, 1, 0, 1, 2), axis(3, 2, 2, 1, 1)));
    Window volume =
        new Window(List.of(axis(3, 1, 1, 1, 1), axis(1, 2, 0, 0, 1), axis(2, 2, 1, 0, 2)));
    // The last input positions are not read: (6 + 1 - 3) / 3 leaves a rest.
    Window rest = new Window(List.of(axis(3, 3, 1, 0, 1)));
    convolution(all, v, line, 1, new int[] {2, 3, 7}, 2);
    convolution(all, v, rest, 1, new int[] {1, 2, 7}, 2);
    convolution(all, v, plane, 2, new int[] {1, 4, 4, 5}, 6);
    convolution(all, v, volume, 1, new int[] {2, 2, 3, 4, 5}, 3);
    convolution(all, v, Window.cube(3, 3, 1, 1, 1), 3, new int[] {1, 3, 3, 2, 3}, 3);
  }

  private static void convolution(
      List<Case> all, Values v, Window window, int groups, int[] x, int outputs) {
    int[] w = new int[x.length];
    w[0] = outputs;
    w[1] = x[1] / groups;
    for (int i = 2; i < x.length; i++) {
      w[i] = window.axis(i - 2).kernel();
    }
    Conv.Forward forward = new Conv.Forward(window, groups);
    int[] y = forward.infer(List.of(Shape.of(x), Shape.of(w))).dims();
    all.add(Case.of(forward, v.normal(x), v.normal(w)).linearIn(0, 1));
    all.add(Case.of(forward, v.normal(x), v.normal(w), v.normal(outputs)));
    List<Integer> spatial = ConvRules.spatial(Shape.of(x));
    all.add(
        Case.of(new Conv.InputGrad(window, groups, spatial), v.normal(y), v.normal(w))
            .linearIn(0, 1));
    all.add(Case.of(new Conv.WeightGrad(window, groups), v.normal(x), v.normal(y)).linearIn(0, 1));
  }

  private static void transposed(List<Case> all, Values v) {
    Window line = new Window(List.of(axis(3, 2, 1, 0, 1)));
    all.add(transposed(v, line, 1, List.of(1), new int[] {2, 2, 4}, new int[] {2, 3, 3}));
    // Output padding of the stride or more: the dilation allows it.
    Window dilated = new Window(List.of(axis(2, 1, 0, 1, 3), axis(2, 2, 1, 1, 5)));
    int[] plane = {1, 4, 3, 2};
    all.add(transposed(v, dilated, 2, List.of(2, 4), plane, new int[] {4, 1, 2, 2}));
    Window cube = Window.cube(3, 2, 2, 0, 1);
    int[] volume = {1, 2, 2, 1, 2};
    all.add(transposed(v, cube, 1, List.of(0, 1, 0), volume, new int[] {2, 2, 2, 2, 2}));
    Tensor bias = v.normal(2);
    Op op = new Conv.Transposed(cube, 1, List.of(0, 0, 0));
    all.add(Case.of(op, v.normal(volume), v.normal(2, 2, 2, 2, 2), bias));
  }

  private static Case transposed(
      Values v, Window window, int groups, List<Integer> padding, int[] x, int[] w) {
    Op op = new Conv.Transposed(window, groups, padding);
    return Case.of(op, v.normal(x), v.normal(w)).linearIn(0, 1);
  }

  private static void pools(List<Case> all, Values v) {
    Window line = new Window(List.of(axis(3, 2, 1, 1, 1)));
    Window plane = new Window(List.of(axis(2, 2, 0, 0, 1), axis(3, 2, 1, 1, 2)));
    pool(all, v, new Regions.Sliding(line, false), new int[] {2, 2, 7});
    pool(all, v, new Regions.Sliding(line, true), new int[] {1, 2, 6});
    pool(all, v, new Regions.Sliding(plane, true), new int[] {1, 2, 5, 6});
    pool(all, v, new Regions.Sliding(Window.cube(3, 2, 1, 0, 1), false), new int[] {1, 2, 3, 3, 3});
    pool(all, v, new Regions.Adaptive(List.of(2, 3, 1)), new int[] {2, 1, 3, 5, 2});
    pool(all, v, new Regions.Adaptive(List.of(4)), new int[] {1, 2, 3});
    for (int[] shape : new int[][] {{2, 3, 5}, {2, 2, 2, 3, 2}, {1, 2, 2, 1, 2, 2}}) {
      all.add(Case.linear(new Pool.GlobalAverage(), v.normal(shape)));
      all.add(Case.of(new Pool.GlobalMax(), v.distinct(shape)));
    }
  }

  private static void pool(List<Case> all, Values v, Regions regions, int[] x) {
    int[] y = new Pool.Max(regions).infer(List.of(Shape.of(x))).dims();
    all.add(Case.of(new Pool.Max(regions), v.distinct(x)));
    all.add(Case.of(new Pool.MaxPick(regions), v.distinct(x), v.normal(x)).linearIn(1));
    all.add(Case.of(new Pool.MaxScatter(regions), v.distinct(x), v.normal(y)).linearIn(1));
    for (boolean padded : new boolean[] {false, true}) {
      all.add(Case.linear(new Pool.Average(regions, padded), v.normal(x)));
      List<Integer> spatial = ConvRules.spatial(Shape.of(x));
      all.add(Case.linear(new Pool.AverageGrad(regions, padded, spatial), v.normal(y)));
    }
  }

  private static void norms(List<Case> all, Values v) {
    for (int[] x : new int[][] {{2, 4, 3}, {2, 4, 2, 3, 2}, {1, 4, 2, 2}}) {
      Tensor scale = v.normal(4);
      Tensor bias = v.normal(4);
      all.add(Case.of(new Norm.Batch(1e-3), v.normal(x), scale, bias, v.normal(4), v.positive(4)));
      for (Norm norm :
          List.of(new Norm.Instance(1e-3), new Norm.Group(2, 1e-3), new Norm.Group(1, 1e-5))) {
        all.add(Case.of(norm, v.normal(x)));
        all.add(Case.of(norm, v.normal(x), scale, bias));
      }
      for (int groups : new int[] {1, 2, 4}) {
        Norm.GroupGrad grad = new Norm.GroupGrad(groups, 1e-3);
        all.add(Case.of(grad, v.normal(x), v.normal(x)).linearIn(1));
        all.add(Case.of(grad, v.normal(x), v.normal(x), scale).linearIn(1, 2));
      }
      for (int axis : new int[] {1, -1}) {
        int[] inner = axis < 0 ? new int[] {x[x.length - 1]} : tail(x);
        all.add(Case.of(new Norm.Layer(axis, 1e-3), v.normal(x)));
        all.add(Case.of(new Norm.Layer(axis, 1e-3), v.normal(x), v.normal(inner)));
        all.add(Case.of(new Norm.Layer(axis, 1e-3), v.normal(x), v.normal(inner), v.normal(inner)));
        all.add(Case.of(new Norm.L2(axis), v.normal(x)));
        all.add(Case.of(new Softmax.Plain(axis), v.normal(x)));
        all.add(Case.of(new Softmax.Log(axis), v.normal(x)));
      }
    }
  }

  private static int[] tail(int[] dims) {
    return Arrays.copyOfRange(dims, 1, dims.length);
  }

  private static void products(List<Case> all, Values v) {
    int[][][] pairs = {
      {{2, 3}, {3, 4}},
      {{3}, {3}},
      {{3}, {3, 2}},
      {{2, 3}, {3}},
      {{2, 4, 3}, {3, 2}},
      {{4, 3}, {2, 3, 2}},
      {{2, 1, 4, 3}, {5, 3, 2}},
      {{3}, {2, 3, 4}},
      {{2, 4, 3}, {3}}
    };
    for (int[][] pair : pairs) {
      all.add(Case.of(new Linear.MatMul(), v.normal(pair[0]), v.normal(pair[1])).linearIn(0, 1));
    }
    for (boolean ta : new boolean[] {false, true}) {
      for (boolean tb : new boolean[] {false, true}) {
        Tensor a = ta ? v.normal(3, 2) : v.normal(2, 3);
        Tensor b = tb ? v.normal(4, 3) : v.normal(3, 4);
        all.add(Case.of(new Linear.Gemm(0.7, 1.3, ta, tb), a, b).linearIn(0, 1));
        for (int[] c : new int[][] {{4}, {2, 1}, {2, 4}, {}}) {
          all.add(Case.of(new Linear.Gemm(0.7, 1.3, ta, tb), a, b, v.normal(c)));
        }
      }
    }
  }
}
