package voxcam.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnHandle;
import jcuda.runtime.cudaStream_t;
import voxcam.backend.BackendException;

/**
 * cuDNN's handles in a context. A handle belongs to one stream at a time; making one takes a while,
 * so those that were given back are used again. Thread-safe; the context must be current.
 */
final class CudnnHandles implements Closing.Part {
  private final Deque<Handle> idle = new ArrayDeque<>();

  /** One that somebody has. */
  final class Lease implements Closing.Part {
    private final Handle handle;

    private Lease(Handle handle) {
      this.handle = handle;
    }

    cudnnHandle handle() {
      return handle.cudnn();
    }

    /** Back to the others; the stream may be gone soon. */
    @Override
    public void close() {
      try {
        // The default stream, which is never used: no work is under way with this handle.
        Cudnn.check("cudnnSetStream", JCudnn.cudnnSetStream(handle.cudnn(), new cudaStream_t()));
      } catch (BackendException e) {
        Closing parts = new Closing();
        parts.add(handle);
        parts.closeAfter(e);
        throw e;
      }
      synchronized (CudnnHandles.this) {
        idle.push(handle);
      }
    }
  }

  private record Handle(cudnnHandle cudnn) implements Closing.Part {
    @Override
    public void close() {
      Cudnn.check("cudnnDestroy", JCudnn.cudnnDestroy(cudnn));
    }
  }

  /** A handle whose calls go to this stream, until it is closed. */
  Lease take(Stream stream) {
    Handle handle = idleOne();
    try {
      Cudnn.check(
          "cudnnSetStream",
          JCudnn.cudnnSetStream(handle.cudnn(), new cudaStream_t(stream.handle())));
    } catch (BackendException e) {
      Closing parts = new Closing();
      parts.add(handle);
      parts.closeAfter(e);
      throw e;
    }
    return new Lease(handle);
  }

  private Handle idleOne() {
    synchronized (this) {
      if (!idle.isEmpty()) {
        return idle.pop();
      }
    }
    cudnnHandle cudnn = new cudnnHandle();
    Cudnn.check("cudnnCreate", JCudnn.cudnnCreate(cudnn));
    return new Handle(cudnn);
  }

  @Override
  public synchronized void close() {
    Closing parts = new Closing();
    idle.forEach(parts::add);
    idle.clear();
    parts.close();
  }
}
