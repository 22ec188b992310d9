package voxcam.cuda;

import java.util.List;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUfunction;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import voxcam.op.InputException;

/**
 * Launches on the context, the memory and the stream of someone else. The context that is current
 * when this is made gets the kernels, and memory for what they share.
 */
final class ForeignWork implements AutoCloseable {
  /** More elements than any GPU holds. */
  static final long MOST_ELEMENTS = 1L << 37;

  /** What addresses that are read or written 16 bytes at a time are multiples of. */
  static final int ALIGNMENT = 16;

  private final String what;
  private final Launches launches;
  private final CUcontext context;
  private final Closing parts = new Closing();
  private final List<CUfunction> functions;
  private final long memory;
  private boolean closed;

  /**
   * Loads the kernels and takes the memory.
   *
   * @param what the first words of what is told to users
   */
  ForeignWork(String what, Launches launches) {
    this.what = what;
    this.launches = launches;
    try {
      context = current();
      require(
          !context.equals(new CUcontext()),
          "no CUDA context is current on this thread; make or retain one and set it current");
      Installation.requireCurrent(Runtime.version());
      Modules modules = parts.add(new Modules());
      functions =
          launches.launches().stream()
              .map(launch -> modules.function(launch.family(), launch.kernel()))
              .toList();
      memory = bytes() == 0 ? 0 : takeMemory();
    } catch (CudaException e) {
      parts.closeAfter(e);
      throw Driver.thrown(e);
    } catch (RuntimeException e) {
      parts.closeAfter(e);
      throw e;
    }
  }

  private long takeMemory() {
    Address.DeviceResult pointer = new Address.DeviceResult();
    Driver.check("cuMemAlloc", JCudaDriver.cuMemAlloc(pointer, bytes()));
    parts.add(() -> Driver.check("cuMemFree", JCudaDriver.cuMemFree(pointer)));
    if (launches.counters() > 0) {
      Driver.check("cuMemsetD32", JCudaDriver.cuMemsetD32(pointer, 0, launches.counterBytes() / 4));
      // The fill may still be under way, and streams that do not wait for the default one exist.
      Driver.check("cuCtxSynchronize", JCudaDriver.cuCtxSynchronize());
    }
    return pointer.address();
  }

  /** The bytes of the memory. */
  long bytes() {
    return launches.counterBytes() + launches.scratch();
  }

  /** Where the scratch memory of the launches begins. */
  long scratch() {
    return memory + launches.counterBytes();
  }

  /** The address of memory that someone else gave, checked as far as it can be. */
  long address(String name, Pointer pointer, int alignment) {
    requireOpen();
    long address = pointer == null ? 0 : Address.of(pointer);
    require(address != 0, name + ": no device memory; give a CUdeviceptr that was allocated");
    require(
        address % alignment == 0,
        "%s: address 0x%x is no multiple of %d; copy it to memory of its own"
            .formatted(name, address, alignment));
    return address;
  }

  private void requireOpen() {
    require(!closed, "this object was closed; make a new one");
  }

  /** Puts all launches on a stream and returns. */
  void start(long[] inputs, long output, CUstream stream) {
    requireOpen();
    try {
      enqueue(inputs, output, stream);
    } catch (CudaException e) {
      throw Driver.thrown(e);
    }
  }

  private void enqueue(long[] inputs, long output, CUstream stream) {
    require(
        context.equals(current()),
        "another CUDA context is current than when this object was made; set that one current");
    Parameters parameters = new Parameters(inputs, output, scratch(), memory);
    for (int i = 0; i < functions.size(); i++) {
      Launch launch = launches.launches().get(i);
      Driver.check(
          "cuLaunchKernel " + launch.kernel(), parameters.start(functions.get(i), launch, stream));
    }
  }

  private static CUcontext current() {
    CUcontext current = new CUcontext();
    Driver.check("cuCtxGetCurrent", JCudaDriver.cuCtxGetCurrent(current));
    return current;
  }

  private void require(boolean holds, String otherwise) {
    require(what, holds, otherwise);
  }

  static void require(String what, boolean holds, String otherwise) {
    if (!holds) {
      throw new InputException(what + ": " + otherwise);
    }
  }

  /** Gives the kernels and the memory back, whichever context is current. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      giveBack();
    } catch (CudaException e) {
      throw Driver.thrown(e);
    }
  }

  private void giveBack() {
    Closing scope = new Closing();
    int first = JCudaDriver.cuCtxPushCurrent(context);
    if (first != 0) {
      // Tried twice, because what cannot be reached is not given back.
      Driver.check("cuCtxPushCurrent", JCudaDriver.cuCtxPushCurrent(context));
      scope.add(() -> Driver.check("cuCtxPushCurrent", first));
    }
    scope.add(() -> Driver.check("cuCtxPopCurrent", JCudaDriver.cuCtxPopCurrent(new CUcontext())));
    scope.add(parts::close);
    scope.close();
  }
}
