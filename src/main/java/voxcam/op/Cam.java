package voxcam.op;

import java.util.Arrays;
import java.util.List;

/**
 * Heat maps: reductions over the channels of an activation A and the gradient g of a score at it.
 * Inputs: A, g, both {@code [N,K,...]}; output {@code [N,...]}, raw and signed. They can be
 * composed of other operations; backends that have the kernel read each input once.
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
    return inputs.get(0).size() * (this instanceof Gradient ? 3 : 2);
  }

  /** {@code H[n,p] = sum_k g[n,k,p] A[n,k,p]} (Draelos and Carin, arXiv 2011.08891). */
  record HiRes() implements Cam {
    @Override
    public String name() {
      return "HiResCam";
    }
  }

  /**
   * {@code L[n,p] = sum_k mean_q(g[n,k,q]) A[n,k,p]} (Selvaraju et al., ICCV 2017), with no ReLU.
   */
  record Gradient() implements Cam {
    @Override
    public String name() {
      return "GradCam";
    }
  }
}
