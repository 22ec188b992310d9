package voxcam.cuda;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;
import jcuda.jcudnn.cudnnHandle;
import voxcam.backend.BackendException;

/**
 * The GPU as this process uses it: its primary context, kernels and memory, shared by all programs.
 * The context is taken for the first program and given back some seconds after the last one was
 * closed, since making one takes a good part of a second.
 */
final class Device {
  private static final long LINGERING_SECONDS = 10;

  private static Device shared;

  /** How often the last program was closed; guarded by the class. */
  private static long pauses;

  /** Why the context could not be given back while nobody waited for that; null if it could. */
  private static String unreleased;

  /** A time in which the context is current on the calling thread. */
  interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  private final Gpu gpu;
  private final CUdevice handle;
  private final CUcontext context;
  private final Modules modules = new Modules();
  private final HandlePool<cudnnHandle> cudnn = Cudnn.handles();
  private final HandlePool<CublasHandle> cublas = Cublas.handles();
  private final DeviceMemory memory;

  /** Programs that are open; guarded by the class. */
  private int users;

  private volatile boolean broken;

  private Device(Gpu gpu) {
    this.gpu = gpu;
    // First, because a cap that is no size is refused while there is nothing to give back.
    memory = new DeviceMemory(this);
    handle = new CUdevice();
    Driver.check("cuDeviceGet", JCudaDriver.cuDeviceGet(handle, gpu.number()));
    context = new CUcontext();
    Driver.check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, handle));
  }

  /**
   * The device for one more program, which must give it back.
   *
   * @throws BackendException if there is none, or an error ended the context while other programs
   *     have it
   */
  static Device take() {
    Installation installation = Installation.get();
    Gpu gpu =
        installation
            .gpu()
            .orElseThrow(
                () -> new BackendException("device cuda: " + installation.refusal().orElseThrow()));
    synchronized (Device.class) {
      if (shared != null && shared.broken) {
        if (shared.users > 0) {
          throw new BackendException(
              "cuda: the GPU failed before and programs of that time are open; close them first");
        }
        releaseIdle();
      }
      if (shared == null) {
        shared = new Device(gpu);
        unreleased = null;
      }
      shared.users++;
      return shared;
    }
  }

  /** Ends what {@link #take} began. */
  void giveBack() {
    synchronized (Device.class) {
      users--;
      if (users == 0 && broken) {
        releaseIdle();
      } else if (users == 0) {
        long pause = ++pauses;
        CompletableFuture.delayedExecutor(LINGERING_SECONDS, TimeUnit.SECONDS)
            .execute(() -> releaseAfter(pause));
      }
    }
  }

  /** The number of the latest pause. */
  static long pause() {
    synchronized (Device.class) {
      return pauses;
    }
  }

  /**
   * Gives the context back if there was no program since this pause began. Nobody waits for it: a
   * failure is kept for who asks.
   */
  static void releaseAfter(long pause) {
    synchronized (Device.class) {
      if (pause == pauses) {
        try {
          releaseIdle();
        } catch (RuntimeException e) {
          unreleased = e.getMessage();
        }
      }
    }
  }

  /**
   * What went wrong when the latest context was given back and nobody waited for that, if it did.
   */
  static Optional<String> unreleased() {
    synchronized (Device.class) {
      return Optional.ofNullable(unreleased);
    }
  }

  /** Gives the context back if no program is open. */
  static void releaseIdle() {
    synchronized (Device.class) {
      if (shared != null && shared.users == 0) {
        Device idle = shared;
        shared = null;
        idle.release();
      }
    }
  }

  private void release() {
    Closing parts = new Closing();
    parts.add(() ->
        Driver.check("cuDevicePrimaryCtxRelease", JCudaDriver.cuDevicePrimaryCtxRelease(handle)));
    parts.add(() -> {
      Closing contents = new Closing();
      contents.add(modules);
      contents.add(cudnn);
      contents.add(cublas);
      try (Scope _ = enterToClose()) {
        contents.close();
      }
    });
    parts.close();
  }

  /** Makes the context current until the scope is closed. */
  Scope enter() {
    check("cuCtxPushCurrent", JCudaDriver.cuCtxPushCurrent(context));
    return () -> check("cuCtxPopCurrent", JCudaDriver.cuCtxPopCurrent(new CUcontext()));
  }

  /**
   * Likewise, to give things back: tries twice, because what cannot be reached is not given back.
   * The first failure is told when the scope is closed.
   */
  Scope enterToClose() {
    try {
      return enter();
    } catch (BackendException first) {
      Scope second = enter();
      return () -> {
        second.close();
        throw first;
      };
    }
  }

  /** As {@link Driver#check}, and remembers errors that end the context. */
  void check(String call, int code) {
    if (Driver.endsContext(code)) {
      broken = true;
    }
    Driver.check(call, code);
  }

  /** Whether an error ended the context. */
  boolean isBroken() {
    return broken;
  }

  Gpu gpu() {
    return gpu;
  }

  Modules modules() {
    return modules;
  }

  HandlePool<cudnnHandle> cudnn() {
    return cudnn;
  }

  HandlePool<CublasHandle> cublas() {
    return cublas;
  }

  DeviceMemory memory() {
    return memory;
  }
}
