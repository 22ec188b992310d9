package voxcam.op;

import java.util.Arrays;
import java.util.List;

/**
 * Heat maps: reductions over the channels of an activation A and the gradient g of a score at it.
 * Inputs: A, g, both {@code [N,K,...]}; output {@code [N,...]}, raw and signed. They can be
 * composed of other operations; backends that have the kernel read A and g once or twice and store
 * nothing of their size.
 */
public sealed interface Cam extends Op {
  @Override
  default Shape infer(List<Shape> inputs) {
    Arguments.count(this, inputs, 2, 2);
    Shape a = inputs.get(0);
    Arguments.require(
        a.equals(inputs.get(1)), this, "activation and gradient need one shape", inputs);
    Arguments.require(a.rank() >= 3, this, "the activation has no spatial axes", inputs);
    int[] dims = Arrays.copyOfRange(a.dims(), 1, a.rank());
    dims[0] = a.dim(0);
    return Shape.of(dims);
  }

  @Override
  default long flops(List<Shape> inputs) {
    int each =
        switch (this) {
          case HiRes _ -> 2;
          case Layer _, Elementwise _, Gradient _ -> 3;
          case XGradient _ -> 5;
          case PlusPlus _ -> 8;
        };
    return inputs.get(0).size() * each;
  }

  /** Every map. */
  static List<Cam> all() {
    return List.of(
        new HiRes(),
        new Layer(),
        new Elementwise(),
        new Gradient(),
        new PlusPlus(),
        new XGradient());
  }

  /** Maps to which each element of A and g gives a term of its own. */
  sealed interface Local extends Cam {}

  /** Maps in which each channel has one weight: {@code sum_k w[n,k] A[n,k,p]}. */
  sealed interface Pooled extends Cam {}

  /** {@code H[n,p] = sum_k g[n,k,p] A[n,k,p]} (Draelos and Carin, arXiv 2011.08891). */
  record HiRes() implements Local {
    @Override
    public String name() {
      return "HiResCam";
    }
  }

  /** {@code L[n,p] = sum_k relu(g[n,k,p]) A[n,k,p]} (Jiang et al., IEEE TIP 30, 2021). */
  record Layer() implements Local {
    @Override
    public String name() {
      return "LayerCam";
    }
  }

  /** {@code L[n,p] = sum_k relu(g[n,k,p] A[n,k,p])}, the GradCAMElementWise of pytorch-grad-cam. */
  record Elementwise() implements Local {
    @Override
    public String name() {
      return "ElementwiseGradCam";
    }
  }

  /** {@code w[n,k] = mean_q g[n,k,q]} (Selvaraju et al., ICCV 2017), with no ReLU. */
  record Gradient() implements Pooled {
    @Override
    public String name() {
      return "GradCam";
    }
  }

  /**
   * {@code w[n,k] = sum_q r / (2 + r sum_p A[n,k,p])} with {@code r = relu(g[n,k,q])}
   * (Chattopadhyay et al., WACV 2018). Where r or the denominator is 0 the quotient counts as 0.
   */
  record PlusPlus() implements Pooled {
    @Override
    public String name() {
      return "GradCamPlusPlus";
    }
  }

  /**
   * {@code w[n,k] = sum_q g[n,k,q] A[n,k,q] / sum_q A[n,k,q]} (Fu et al., BMVC 2020), 0 where the
   * sum of A is 0.
   */
  record XGradient() implements Pooled {
    @Override
    public String name() {
      return "XGradCam";
    }
  }
}
