package voxcam.cuda;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import voxcam.backend.BackendException;

/** An order of work on the device, independent of other streams. The context must be current. */
final class Stream implements Closing.Part {
  private final Device device;
  private final CUstream handle = new CUstream();

  Stream(Device device) {
    this.device = device;
    device.check(
        "cuStreamCreate",
        JCudaDriver.cuStreamCreate(handle, CUstream_flags.CU_STREAM_NON_BLOCKING));
  }

  CUstream handle() {
    return handle;
  }

  /** Writes the same 32 bits over and over. */
  void fill(long address, int bits, long count) {
    CUdeviceptr target = Address.device(address);
    device.check(
        "cuMemsetD32Async", JCudaDriver.cuMemsetD32Async(target, bits, count, handle));
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
   * Likewise, before things are given back that the work uses: tries twice, and then tells the first
   * failure.
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

  /** Records what {@code work} starts on this stream, without running it. */
  Recording record(Runnable work) {
    // Calls of other threads that would disturb a capture are allowed: each has a stream of its own.
    device.check(
        "cuStreamBeginCapture",
        JCudaDriver.cuStreamBeginCapture(
            handle, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      abandon();
      throw e;
    }
    CUgraph graph = new CUgraph();
    device.check("cuStreamEndCapture", JCudaDriver.cuStreamEndCapture(handle, graph));
    Closing parts = new Closing();
    parts.add(() -> device.check("cuGraphDestroy", JCudaDriver.cuGraphDestroy(graph)));
    Recording recording;
    try {
      CUgraphExec executable = new CUgraphExec();
      device.check(
          "cuGraphInstantiate", JCudaDriver.cuGraphInstantiate(executable, graph, 0));
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

  /** Ends a capture that failed; the failure itself is what is told. */
  private void abandon() {
    CUgraph graph = new CUgraph();
    if (JCudaDriver.cuStreamEndCapture(handle, graph) == 0) {
      JCudaDriver.cuGraphDestroy(graph);
    }
  }

  @Override
  public void close() {
    device.check("cuStreamDestroy", JCudaDriver.cuStreamDestroy(handle));
  }
}
