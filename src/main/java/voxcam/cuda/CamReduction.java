package voxcam.cuda;

import jcuda.Pointer;
import jcuda.driver.CUstream;
import voxcam.op.Cam;
import voxcam.op.InputException;

/**
 * A heat map of one shape, on device memory that belongs to someone else: for programs that have an
 * activation and a gradient on the GPU already, and use nothing else of this engine.
 *
 * <pre>
 * HiResCAM               y[n,p] = sum_k g[n,k,p] A[n,k,p]
 * LayerCAM               y[n,p] = sum_k relu(g[n,k,p]) A[n,k,p]
 * element-wise Grad-CAM  y[n,p] = sum_k relu(g[n,k,p] A[n,k,p])
 * the others             y[n,p] = sum_k w[n,k] A[n,k,p]
 *   Grad-CAM             w[n,k] = mean_q g[n,k,q]
 *   Grad-CAM++           w[n,k] = sum_q r / (2 + r sum_p A[n,k,p]), r = relu(g[n,k,q])
 *   XGrad-CAM            w[n,k] = sum_q g[n,k,q] A[n,k,q] / sum_q A[n,k,q]
 * </pre>
 *
 * <p>Raw and signed, without a ReLU; n counts the batch, k the channels, p the positions of all
 * axes of space together. Sums are single precision whatever A and g are, and those of single
 * precision inputs are compensated; a quotient whose divisor is 0 counts as 0. The same input gives
 * the same bits on the same GPU. A and g are read once, but A twice for larger maps of the last
 * two.
 *
 * <p>An object belongs to the context that was current when it was made, into which it loads
 * kernels and where it takes {@link #bytes()} of memory. {@link #start} puts work on the caller's
 * stream and returns; it can be recorded into a graph. Starts of one object must not run at the
 * same time, as they do not on one stream: they share that memory, and each launch of a graph in
 * which a start was recorded counts as a start. After {@link #close} or an error that ended the
 * context nothing can be started.
 *
 * <p>JCuda's {@code setExceptionsEnabled} must stay off, as it is at first.
 *
 * <p>HiResCAM is of Draelos and Carin (arXiv 2011.08891), Grad-CAM of Selvaraju et al. (ICCV 2017);
 * {@link Cam} names the papers of the others.
 */
public final class CamReduction implements AutoCloseable {
  /** Which map. */
  public enum Method {
    HIRESCAM,
    GRADCAM,
    GRADCAM_PLUS_PLUS,
    XGRADCAM,
    LAYERCAM,
    GRADCAM_ELEMENTWISE;

    /** The operation of graphs. */
    Cam op() {
      return switch (this) {
        case HIRESCAM -> new Cam.HiRes();
        case GRADCAM -> new Cam.Gradient();
        case GRADCAM_PLUS_PLUS -> new Cam.PlusPlus();
        case XGRADCAM -> new Cam.XGradient();
        case LAYERCAM -> new Cam.Layer();
        case GRADCAM_ELEMENTWISE -> new Cam.Elementwise();
      };
    }
  }

  /** The number format of activation and gradient; maps are single precision. */
  public enum Precision {
    /** IEEE single precision. */
    FP32("F32", 4),
    /** IEEE half precision. */
    FP16("F16", 2),
    /** The upper half of single precision. */
    BF16("B16", 2);

    private final String suffix;
    private final int bytes;

    Precision(String suffix, int bytes) {
      this.suffix = suffix;
      this.bytes = bytes;
    }

    /** The end of its kernels' names. */
    String suffix() {
      return suffix;
    }

    /** The bytes of an element. */
    int bytes() {
      return bytes;
    }
  }

  /** The order of axes in memory, the last one's elements being neighbours. */
  public enum Layout {
    /** {@code [N,K,P]}, of which {@code [N,C,D,H,W]} is a case. */
    CHANNELS_FIRST,
    /** {@code [N,P,K]}, of which {@code [N,D,H,W,C]} is a case. */
    CHANNELS_LAST
  }

  private static final String WHAT = "cam reduction";

  private final ForeignWork work;

  /**
   * Loads the kernels of a map into the context that is current on this thread. This takes memory
   * and may wait for all work of the context, so it must not be done while this thread captures a
   * stream, or any thread does in global mode.
   *
   * @param batch N, at least 1
   * @param channels K, at least 1
   * @param positions P, at least 1: the product of all axes of space
   * @throws InputException if a size is below 1, their product is too large, or no context is
   *     current
   * @throws voxcam.backend.BackendException if this Java, the driver or the GPU is too old, or the
   *     driver refuses the kernels or the memory
   */
  public CamReduction(
      Method method,
      long batch,
      long channels,
      long positions,
      Precision precision,
      Layout layout) {
    String sizes = "[N,K,P] = [" + batch + "," + channels + "," + positions + "]";
    ForeignWork.require(
        WHAT, batch >= 1 && channels >= 1 && positions >= 1, sizes + ", each must be 1 or more");
    ForeignWork.require(
        WHAT,
        batch <= ForeignWork.MOST_ELEMENTS
            && channels <= ForeignWork.MOST_ELEMENTS / batch
            && positions <= ForeignWork.MOST_ELEMENTS / batch / channels,
        sizes + " has more than 2^37 elements; give fewer samples at once");
    CamShape shape = new CamShape(batch, channels, positions, precision, layout);
    work = new ForeignWork(WHAT, CudaCam.launches(method.op(), shape));
  }

  /** The bytes of device memory that this object holds for itself, a few for each position. */
  public long bytes() {
    return work.bytes();
  }

  /**
   * Puts the map's kernels on a stream and returns, while the device computes. The context that was
   * current when this object was made must be current.
   *
   * @param activation A in the device's memory, N K P elements; its address a multiple of 16
   * @param gradient g likewise
   * @param map y, N P numbers of single precision; its address a multiple of 4. It must not overlap
   *     the others
   * @param stream of the same context; null for the default stream
   * @throws InputException if an address is null, on Java's heap or not aligned, another context is
   *     current, or this object was closed
   * @throws voxcam.backend.BackendException if the driver refuses to start a kernel
   */
  public void start(Pointer activation, Pointer gradient, Pointer map, CUstream stream) {
    long[] inputs = {
      work.address("activation", activation, ForeignWork.ALIGNMENT),
      work.address("gradient", gradient, ForeignWork.ALIGNMENT)
    };
    work.start(inputs, work.address("map", map, Float.BYTES), stream);
  }

  /**
   * Gives the kernels and the memory back; the context must still exist, current or not. What was
   * started must have ended, and graphs in which a start was recorded must have been destroyed.
   *
   * @throws voxcam.backend.BackendException if the driver refuses
   */
  @Override
  public void close() {
    work.close();
  }
}
