package voxcam.cuda;

import jcuda.Pointer;
import jcuda.driver.CUstream;
import voxcam.op.InputException;
import voxcam.op.Shape;

/**
 * Raw maps made for the eye, on device memory that belongs to someone else: what {@code
 * voxcam.explain.Display} does, for programs that have maps on the GPU, from {@link CamReduction}
 * or their own.
 *
 * <p>Negative values become 0, the rest is divided by its map's largest value, and a trilinear
 * interpolation (half-pixel, the outermost values going on to the edges) brings it to a finer grid,
 * or any other one. A first launch looks through the coarse maps; a second one does all else and
 * writes each result once. A map without values above 0 becomes 0 everywhere. A map that holds what
 * is no number has no largest value: it is not scaled, and what lies beside such values is none,
 * too. The same input gives the same bits on the same GPU.
 *
 * <p>As with {@link CamReduction}, an object belongs to the context that was current when it was
 * made; {@link #start} puts work on the caller's stream and returns, and can be recorded into a
 * graph; starts of one object must not run at the same time.
 */
public final class CamDisplay implements AutoCloseable {
  /** The number format of display maps. */
  public enum Format {
    /** IEEE single precision, from 0 to 1. */
    FLOAT32("F32", 4),
    /** IEEE half precision, from 0 to 1. */
    FLOAT16("F16", 2),
    /** Whole numbers from 0 to 255, rounded to the nearest; what is no number is 0. */
    UINT8("U8", 1);

    private final String suffix;
    private final int bytes;

    Format(String suffix, int bytes) {
      this.suffix = suffix;
      this.bytes = bytes;
    }

    /** The end of its kernel's name. */
    String suffix() {
      return suffix;
    }

    /** The bytes of an element. */
    int bytes() {
      return bytes;
    }
  }

  private static final String WHAT = "cam display";

  private final ForeignWork work;

  /**
   * Loads the kernels into the context that is current on this thread.
   *
   * @param coarse the sizes {@code [D,H,W]} of a raw map, each at most 2^15
   * @param grid the sizes of a display map, likewise
   * @param batch the number of maps, at least 1; each is scaled by its own largest value
   * @throws InputException if a shape has not three axes or a size is too large, the batch is below
   *     1 or too large, or no context is current
   * @throws voxcam.backend.BackendException if the driver refuses the kernels or the memory
   */
  public CamDisplay(Shape coarse, Shape grid, long batch, Format format) {
    check("map", coarse, batch);
    check("grid", grid, batch);
    work = new ForeignWork(WHAT, CudaDisplay.launches(coarse, grid, batch, format));
  }

  private static void check(String what, Shape shape, long batch) {
    ForeignWork.require(
        WHAT, shape.rank() == 3, what + " " + shape + ", three axes [D,H,W] are needed");
    for (int size : shape.dims()) {
      ForeignWork.require(
          WHAT,
          size <= CudaDisplay.MOST_SIZE,
          what + " " + shape + ", a size may be at most " + CudaDisplay.MOST_SIZE);
    }
    ForeignWork.require(WHAT, batch >= 1, "batch " + batch + ", must be 1 or more");
    ForeignWork.require(
        WHAT,
        batch <= ForeignWork.MOST_ELEMENTS / shape.size(),
        what + " " + shape + ", " + batch + " have more than 2^37 elements; give fewer at once");
  }

  /** The bytes of device memory that this object holds for itself, a few for each map. */
  public long bytes() {
    return work.bytes();
  }

  /**
   * Puts the kernels on a stream and returns, while the device computes. The context that was
   * current when this object was made must be current.
   *
   * @param maps the raw maps {@code [batch,D,H,W]} in the device's memory, single precision; its
   *     address a multiple of 4
   * @param ranges room for the least and the largest raw value of each map, {@code [batch,2]},
   *     single precision, or null where nobody wants them; no numbers for a map that holds what is
   *     none. Its address a multiple of 4
   * @param displays the display maps, of this object's format; its address a multiple of 16. It
   *     must not overlap the others
   * @param stream of the same context; null for the default stream
   * @throws InputException if an address is none of the device's or not aligned, another context is
   *     current, or this object was closed
   * @throws voxcam.backend.BackendException if the driver refuses to start a kernel
   */
  public void start(Pointer maps, Pointer ranges, Pointer displays, CUstream stream) {
    long[] inputs = {
      work.address("maps", maps, Float.BYTES),
      ranges == null ? work.scratch() : work.address("ranges", ranges, Float.BYTES)
    };
    work.start(inputs, work.address("displays", displays, ForeignWork.ALIGNMENT), stream);
  }

  /**
   * Gives the kernels and the memory back; the context must still exist, current or not. What was
   * started must have ended.
   *
   * @throws voxcam.backend.BackendException if the driver refuses
   */
  @Override
  public void close() {
    work.close();
  }
}
