package voxcam.cuda;

import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnTensorDescriptor;
import voxcam.backend.BackendException;

/** A convolution as cuDNN's objects: the three tensors and how the window slides. */
final class CudnnDescriptors implements Closing.Part {
  private static final int CROSS_CORRELATION = 1;

  private final Closing parts = new Closing();
  private final cudnnTensorDescriptor x = new cudnnTensorDescriptor();
  private final cudnnFilterDescriptor w = new cudnnFilterDescriptor();
  private final cudnnTensorDescriptor y = new cudnnTensorDescriptor();
  private final cudnnConvolutionDescriptor window = new cudnnConvolutionDescriptor();

  /** cuDNN has no convolution like this one. */
  static final class NotDone extends Exception {
    private static final long serialVersionUID = 1L;

    NotDone(String call, String answer) {
      super(call + ": " + answer);
    }
  }

  CudnnDescriptors(CudnnProblem problem, CudnnNumbers numbers) throws NotDone {
    try {
      tensor(x, problem.x(), numbers);
      tensor(y, problem.y(), numbers);
      require("cudnnCreateFilterDescriptor", JCudnn.cudnnCreateFilterDescriptor(w));
      parts.add(() ->
          Cudnn.check("cudnnDestroyFilterDescriptor", JCudnn.cudnnDestroyFilterDescriptor(w)));
      require(
          "cudnnSetFilterNdDescriptor",
          JCudnn.cudnnSetFilterNdDescriptor(
              w, numbers.type(), numbers.format(), problem.w().length, problem.w()));
      window(problem, numbers);
    } catch (BackendException | NotDone e) {
      parts.closeAfter(e);
      throw e;
    }
  }

  private void tensor(cudnnTensorDescriptor tensor, int[] sizes, CudnnNumbers numbers)
      throws NotDone {
    require("cudnnCreateTensorDescriptor", JCudnn.cudnnCreateTensorDescriptor(tensor));
    parts.add(() ->
        Cudnn.check("cudnnDestroyTensorDescriptor", JCudnn.cudnnDestroyTensorDescriptor(tensor)));
    require(
        "cudnnSetTensorNdDescriptorEx",
        JCudnn.cudnnSetTensorNdDescriptorEx(
            tensor, numbers.format(), numbers.type(), sizes.length, sizes));
  }

  private void window(CudnnProblem problem, CudnnNumbers numbers) throws NotDone {
    require("cudnnCreateConvolutionDescriptor", JCudnn.cudnnCreateConvolutionDescriptor(window));
    parts.add(() ->
        Cudnn.check(
            "cudnnDestroyConvolutionDescriptor", JCudnn.cudnnDestroyConvolutionDescriptor(window)));
    require(
        "cudnnSetConvolutionNdDescriptor",
        JCudnn.cudnnSetConvolutionNdDescriptor(
            window,
            problem.padding().length,
            problem.padding(),
            problem.stride(),
            problem.dilation(),
            CROSS_CORRELATION,
            CudnnNumbers.FLOAT));
    require(
        "cudnnSetConvolutionGroupCount",
        JCudnn.cudnnSetConvolutionGroupCount(window, problem.groups()));
    require(
        "cudnnSetConvolutionMathType", JCudnn.cudnnSetConvolutionMathType(window, numbers.math()));
  }

  /** Tells what cuDNN does not do from what failed. */
  static void require(String call, int status) throws NotDone {
    if (Cudnn.isRefusal(status)) {
      throw new NotDone(call, Cudnn.name(status));
    }
    Cudnn.check(call, status);
  }

  cudnnTensorDescriptor x() {
    return x;
  }

  cudnnFilterDescriptor w() {
    return w;
  }

  cudnnTensorDescriptor y() {
    return y;
  }

  cudnnConvolutionDescriptor window() {
    return window;
  }

  @Override
  public void close() {
    parts.close();
  }
}
