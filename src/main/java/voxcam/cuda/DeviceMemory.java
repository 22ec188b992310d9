package voxcam.cuda;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import voxcam.backend.BackendException;
import voxcam.op.InputException;

/**
 * The memory of a device as far as this process takes it: few large pieces, one for each workspace
 * and one for each program's weights. {@code -Dvoxcam.cuda.memory=8g} sets a cap, for machines
 * whose GPU is shared. What programs keep for later runs is freed before anything is refused.
 * Thread-safe; the context must be current.
 */
final class DeviceMemory {
  static final String CAP = "voxcam.cuda.memory";

  private final Device device;
  private final long cap;
  private final AtomicLong used = new AtomicLong();
  private final Set<Runnable> idle = ConcurrentHashMap.newKeySet();

  DeviceMemory(Device device) {
    this.device = device;
    this.cap = cap(System.getProperty(CAP), device.gpu().bytes());
  }

  /** The most bytes to take, of a device that has {@code total}. */
  static long cap(String wanted, long total) {
    if (wanted == null || wanted.isBlank()) {
      return total;
    }
    long bytes =
        Bytes.parse(wanted)
            .orElseThrow(() ->
                new InputException(CAP + ": " + wanted + " is no size, give one as 8g or 512m"));
    return Math.min(bytes, total);
  }

  /** A piece of memory. */
  final class Piece implements Closing.Part {
    private final Address.DeviceResult pointer;
    private final long bytes;

    private Piece(Address.DeviceResult pointer, long bytes) {
      this.pointer = pointer;
      this.bytes = bytes;
    }

    /** Aligned to 256 bytes at least. */
    long address() {
      return pointer.address();
    }

    long bytes() {
      return bytes;
    }

    @Override
    public void close() {
      used.addAndGet(-bytes);
      device.check("cuMemFree", JCudaDriver.cuMemFree(pointer));
    }
  }

  /**
   * Takes memory; its contents are undefined.
   *
   * @param what it is for, {@code weights}
   * @throws BackendException if there is not enough, which says how much was asked for, is used and
   *     is free
   */
  Piece take(long bytes, String what) {
    return takeIfFree(bytes)
        .orElseGet(() -> {
          long before = used.get();
          idle.forEach(Runnable::run);
          return (used.get() < before ? takeIfFree(bytes) : Optional.<Piece>empty())
              .orElseThrow(() -> new BackendException(refusal(bytes, what)));
        });
  }

  /** Takes memory, or nothing if there is not enough. */
  Optional<Piece> takeIfFree(long bytes) {
    Address.DeviceResult pointer = new Address.DeviceResult();
    int code = allocate(pointer, bytes);
    if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      return Optional.empty();
    }
    device.check("cuMemAlloc", code);
    return Optional.of(new Piece(pointer, bytes));
  }

  private int allocate(Address.DeviceResult pointer, long bytes) {
    if (used.addAndGet(bytes) > cap) {
      used.addAndGet(-bytes);
      return CUresult.CUDA_ERROR_OUT_OF_MEMORY;
    }
    boolean taken = false;
    try {
      int code = JCudaDriver.cuMemAlloc(pointer, bytes);
      taken = code == CUresult.CUDA_SUCCESS;
      return code;
    } finally {
      if (!taken) {
        used.addAndGet(-bytes);
      }
    }
  }

  private String refusal(long bytes, String what) {
    long[] free = new long[1];
    long[] total = new long[1];
    boolean known = JCudaDriver.cuMemGetInfo(free, total) == CUresult.CUDA_SUCCESS;
    return "cuda: not enough GPU memory: asked for "
        + Bytes.text(bytes)
        + " for "
        + what
        + ", used "
        + Bytes.text(used.get())
        + (cap < device.gpu().bytes()
            ? " of the " + Bytes.text(cap) + " that " + CAP + " allows"
            : "")
        + (known ? ", free " + Bytes.text(free[0]) + " of " + Bytes.text(total[0]) : "")
        + "; give a smaller input, close other programs that use the GPU, or use --device cpu";
  }

  /** Registers what frees a program's memory that waits for later runs. */
  void addIdle(Runnable free) {
    idle.add(free);
  }

  void removeIdle(Runnable free) {
    idle.remove(free);
  }

  /** The most bytes that are ever taken. */
  long most() {
    return cap;
  }

  /** The bytes that are taken. */
  long used() {
    return used.get();
  }
}
