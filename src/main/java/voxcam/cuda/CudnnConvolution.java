package voxcam.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import jcuda.Pointer;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnHandle;
import voxcam.cuda.CudnnDescriptors.NotDone;
import voxcam.cuda.CudnnProblem.Direction;

/**
 * One convolution of cuDNN: which algorithms there are for it, and the call that computes it. The
 * descriptors are only read, so runs at the same time may share it, each with a handle of its own.
 */
final class CudnnConvolution implements Closing.Part {
  /** More than cuDNN has. */
  private static final int MOST = 16;

  private static final int DETERMINISTIC = 1;

  private final CudnnProblem problem;
  private final CudnnDescriptors descriptors;

  CudnnConvolution(CudnnProblem problem, CudnnNumbers numbers) throws NotDone {
    this.problem = problem;
    descriptors = new CudnnDescriptors(problem, numbers);
  }

  /** What cuDNN says of an algorithm, whatever the direction. */
  private record Listed(int number, int status, int determinism) {}

  /**
   * The algorithms that give the same bits every time, in the order in which cuDNN expects them to
   * be done.
   *
   * @param cap the most bytes of workspace
   * @param exact whether all must compute every product
   */
  List<CudnnAlgorithm> algorithms(cudnnHandle handle, long cap, boolean exact) throws NotDone {
    List<CudnnAlgorithm> algorithms = new ArrayList<>();
    for (Listed listed : listed(handle)) {
      boolean known = algorithms.stream().anyMatch(one -> one.number() == listed.number());
      if (listed.status() != 0 || listed.determinism() != DETERMINISTIC || known) {
        continue;
      }
      CudnnAlgorithm algorithm =
          new CudnnAlgorithm(
              problem.direction(), listed.number(), workspace(handle, listed.number()));
      if (algorithm.workspace() <= cap && (algorithm.isExact() || !exact)) {
        algorithms.add(algorithm);
      }
    }
    return algorithms;
  }

  private List<Listed> listed(cudnnHandle handle) throws NotDone {
    int[] count = new int[1];
    CudnnDescriptors d = descriptors;
    return switch (problem.direction()) {
      case FORWARD -> {
        var found = fill(new cudnnConvolutionFwdAlgoPerf[MOST], cudnnConvolutionFwdAlgoPerf::new);
        require(
            handle,
            "cudnnGetConvolutionForwardAlgorithm_v7",
            () ->
                JCudnn.cudnnGetConvolutionForwardAlgorithm_v7(
                    handle, d.x(), d.w(), d.window(), d.y(), MOST, count, found));
        yield first(
            count[0], i -> new Listed(found[i].algo, found[i].status, found[i].determinism));
      }
      case INPUT_GRADIENT -> {
        var found =
            fill(new cudnnConvolutionBwdDataAlgoPerf[MOST], cudnnConvolutionBwdDataAlgoPerf::new);
        require(
            handle,
            "cudnnGetConvolutionBackwardDataAlgorithm_v7",
            () ->
                JCudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(
                    handle, d.w(), d.y(), d.window(), d.x(), MOST, count, found));
        yield first(
            count[0], i -> new Listed(found[i].algo, found[i].status, found[i].determinism));
      }
      case WEIGHT_GRADIENT -> {
        var found =
            fill(
                new cudnnConvolutionBwdFilterAlgoPerf[MOST],
                cudnnConvolutionBwdFilterAlgoPerf::new);
        require(
            handle,
            "cudnnGetConvolutionBackwardFilterAlgorithm_v7",
            () ->
                JCudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                    handle, d.x(), d.y(), d.window(), d.w(), MOST, count, found));
        yield first(
            count[0], i -> new Listed(found[i].algo, found[i].status, found[i].determinism));
      }
    };
  }

  /**
   * Tells what cuDNN does not do from what failed. Where it lists nothing JCudnn may read a number
   * of answers that was never written and fail with that: then another question tells.
   */
  private void require(cudnnHandle handle, String call, IntSupplier question) throws NotDone {
    int status;
    try {
      status = question.getAsInt();
    } catch (ArrayIndexOutOfBoundsException e) {
      if (workspace(handle, 0) < Long.MAX_VALUE || workspace(handle, 1) < Long.MAX_VALUE) {
        throw Cudnn.failure(call, "no status that is known");
      }
      throw new NotDone(call, "no algorithm");
    }
    CudnnDescriptors.require(call, status);
  }

  private static <T> T[] fill(T[] array, Supplier<T> made) {
    Arrays.setAll(array, i -> made.get());
    return array;
  }

  private static List<Listed> first(int count, IntFunction<Listed> listed) {
    List<Listed> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(listed.apply(i));
    }
    return all;
  }

  /** The bytes that an algorithm needs; more than any cap if cuDNN does not do it after all. */
  private long workspace(cudnnHandle handle, int algorithm) {
    long[] bytes = new long[1];
    CudnnDescriptors d = descriptors;
    int status =
        switch (problem.direction()) {
          case FORWARD ->
              JCudnn.cudnnGetConvolutionForwardWorkspaceSize(
                  handle, d.x(), d.w(), d.window(), d.y(), algorithm, bytes);
          case INPUT_GRADIENT ->
              JCudnn.cudnnGetConvolutionBackwardDataWorkspaceSize(
                  handle, d.w(), d.y(), d.window(), d.x(), algorithm, bytes);
          case WEIGHT_GRADIENT ->
              JCudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize(
                  handle, d.x(), d.y(), d.window(), d.w(), algorithm, bytes);
        };
    if (Cudnn.isRefusal(status)) {
      return Long.MAX_VALUE;
    }
    Cudnn.check("cudnnGetConvolutionWorkspaceSize", status);
    return bytes[0];
  }

  /**
   * Computes the result.
   *
   * @param first the address of the node's first input, and so on, in the numbers and the format
   *     that were asked for
   * @param scale what every result is multiplied with before it is rounded
   */
  void start(
      cudnnHandle handle,
      CudnnAlgorithm algorithm,
      long first,
      long second,
      long result,
      long workspace,
      float scale) {
    CudnnDescriptors d = descriptors;
    Pointer a = Address.device(first);
    Pointer b = Address.device(second);
    Pointer to = Address.device(result);
    Pointer room = Address.device(algorithm.workspace() == 0 ? 0 : workspace);
    long bytes = algorithm.workspace();
    int number = algorithm.number();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment factors = arena.allocateFrom(ValueLayout.JAVA_FLOAT, scale, 0);
      Pointer alpha = Address.host(factors);
      Pointer beta = Address.host(factors.asSlice(Float.BYTES));
      Direction direction = problem.direction();
      String call =
          switch (direction) {
            case FORWARD -> "cudnnConvolutionForward";
            case INPUT_GRADIENT -> "cudnnConvolutionBackwardData";
            case WEIGHT_GRADIENT -> "cudnnConvolutionBackwardFilter";
          };
      int status =
          switch (direction) {
            case FORWARD ->
                JCudnn.cudnnConvolutionForward(
                    handle,
                    alpha,
                    d.x(),
                    a,
                    d.w(),
                    b,
                    d.window(),
                    number,
                    room,
                    bytes,
                    beta,
                    d.y(),
                    to);
            case INPUT_GRADIENT ->
                JCudnn.cudnnConvolutionBackwardData(
                    handle,
                    alpha,
                    d.w(),
                    b,
                    d.y(),
                    a,
                    d.window(),
                    number,
                    room,
                    bytes,
                    beta,
                    d.x(),
                    to);
            case WEIGHT_GRADIENT ->
                JCudnn.cudnnConvolutionBackwardFilter(
                    handle,
                    alpha,
                    d.x(),
                    a,
                    d.y(),
                    b,
                    d.window(),
                    number,
                    room,
                    bytes,
                    beta,
                    d.w(),
                    to);
          };
      Cudnn.check(call + " (" + algorithm.name() + ")", status);
    }
  }

  @Override
  public void close() {
    descriptors.close();
  }
}
