package voxcam.cuda;

import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import jcuda.jcudnn.cudnnHandle;
import voxcam.backend.BackendException;

/** An order of work on the device, independent of other streams. The context must be current. */
final class Stream implements Closing.Part {
  private final Device device;
  private final Address.StreamResult handle = new Address.StreamResult();
  private final Closing parts = new Closing();
  private HandlePool<cudnnHandle>.Lease cudnn;
  private HandlePool<CublasHandle>.Lease cublas;

  Stream(Device device) {
    this.device = device;
    device.check(
        "cuStreamCreate",
        JCudaDriver.cuStreamCreate(handle, CUstream_flags.CU_STREAM_NON_BLOCKING));
    parts.add(() -> device.check("cuStreamDestroy", JCudaDriver.cuStreamDestroy(handle)));
  }

  CUstream handle() {
    return handle;
  }

  /** The handle as a number, for calls that JCuda does not make. */
  long address() {
    return handle.address();
  }

  /** The handle of cuDNN whose calls go to this stream; the first time it is taken. */
  cudnnHandle cudnn() {
    if (cudnn == null) {
      cudnn = parts.add(device.cudnn().take(this));
    }
    return cudnn.handle();
  }

  /** Likewise of cuBLAS. */
  CublasHandle cublas() {
    if (cublas == null) {
      cublas = parts.add(device.cublas().take(this));
    }
    return cublas.handle();
  }

  /** Writes the same 32 bits over and over. */
  void fill(long address, int bits, long count) {
    CUdeviceptr target = Address.device(address);
    device.check("cuMemsetD32Async", JCudaDriver.cuMemsetD32Async(target, bits, count, handle));
  }

  /** Copies within the device. */
  void copy(long from, long to, long bytes) {
    device.check(
        "cuMemcpyDtoDAsync",
        JCudaDriver.cuMemcpyDtoDAsync(Address.device(to), Address.device(from), bytes, handle));
  }

  /** Waits until everything is done. */
  void await() {
    device.check("cuStreamSynchronize", JCudaDriver.cuStreamSynchronize(handle));
  }

  /**
   * Likewise, before things are given back that the work uses: tries twice, and then tells the
   * first failure.
   */
  void awaitToClose() {
    try {
      await();
    } catch (BackendException e) {
      await();
      throw e;
    }
  }

  /** Work that was recorded once and starts with one call. */
  final class Recording implements Closing.Part {
    private final CUgraphExec executable;

    private Recording(CUgraphExec executable) {
      this.executable = executable;
    }

    void start() {
      device.check("cuGraphLaunch", JCudaDriver.cuGraphLaunch(executable, handle));
    }

    @Override
    public void close() {
      device.check("cuGraphExecDestroy", JCudaDriver.cuGraphExecDestroy(executable));
    }
  }

  /** The work did something that cannot be recorded. */
  static final class NotRecordable extends Exception {
    private static final long serialVersionUID = 1L;

    private NotRecordable(int code) {
      super(Driver.name(code));
    }
  }

  /** Records what {@code work} starts on this stream, without running it. */
  Recording record(Runnable work) throws NotRecordable {
    // Calls of other threads that would disturb a capture are allowed: each has a stream of its
    // own.
    device.check(
        "cuStreamBeginCapture",
        JCudaDriver.cuStreamBeginCapture(
            handle, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      requireCapture(abandon());
      throw e;
    }
    CUgraph graph = new CUgraph();
    int ended = JCudaDriver.cuStreamEndCapture(handle, graph);
    requireCapture(ended);
    device.check("cuStreamEndCapture", ended);
    Closing parts = new Closing();
    parts.add(() -> device.check("cuGraphDestroy", JCudaDriver.cuGraphDestroy(graph)));
    Recording recording;
    try {
      CUgraphExec executable = new CUgraphExec();
      device.check("cuGraphInstantiate", JCudaDriver.cuGraphInstantiate(executable, graph, 0));
      recording = new Recording(executable);
    } catch (RuntimeException e) {
      parts.closeAfter(e);
      throw e;
    }
    try {
      parts.close();
    } catch (RuntimeException e) {
      parts.add(recording);
      parts.closeAfter(e);
      throw e;
    }
    return recording;
  }

  /** Ends a capture that failed; the code tells whether it was spoilt. */
  private int abandon() {
    CUgraph graph = new CUgraph();
    int code = JCudaDriver.cuStreamEndCapture(handle, graph);
    if (code == CUresult.CUDA_SUCCESS) {
      JCudaDriver.cuGraphDestroy(graph);
    }
    return code;
  }

  private static void requireCapture(int code) throws NotRecordable {
    if (code >= CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED
        && code <= CUresult.CUDA_ERROR_CAPTURED_EVENT) {
      throw new NotRecordable(code);
    }
  }

  @Override
  public void close() {
    parts.close();
  }
}
