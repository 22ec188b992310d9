package voxcam.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/**
 * Copies between Java's heap and the device through two page-locked buffers, one of which is filled
 * or emptied while the other one travels. Arrays of the heap are never given to the driver: the
 * collector may move them while a copy is under way. The context must be current.
 */
final class Transfers implements Closing.Part {
  /** More gains nothing: copies of this size run at the full speed of the bus. */
  private static final int LONGEST = 1 << 20;

  private static final int BUFFERS = 2;

  private final Device device;
  private final Stream stream;
  private final Closing parts = new Closing();
  private final Buffer[] buffers = new Buffer[BUFFERS];
  private final int length;

  /**
   * @param longest the most floats that are copied at once
   */
  Transfers(Device device, Stream stream, long longest) {
    this.device = device;
    this.stream = stream;
    this.length = Math.clamp(longest, 1, LONGEST);
    try {
      for (int i = 0; i < BUFFERS; i++) {
        buffers[i] = new Buffer();
      }
    } catch (RuntimeException e) {
      parts.closeAfter(e);
      throw e;
    }
  }

  private final class Buffer {
    final MemorySegment memory;
    final Pointer pointer;

    /** When the last copy from or to this buffer is done. */
    final CUevent done = new CUevent();

    @SuppressWarnings("restricted")
    Buffer() {
      Address.HostResult result = new Address.HostResult();
      long bytes = (long) length * Float.BYTES;
      device.check("cuMemAllocHost", JCudaDriver.cuMemAllocHost(result, bytes));
      parts.add(() -> device.check("cuMemFreeHost", JCudaDriver.cuMemFreeHost(result)));
      memory = MemorySegment.ofAddress(result.address()).reinterpret(bytes);
      pointer = Address.host(memory);
      device.check(
          "cuEventCreate",
          JCudaDriver.cuEventCreate(done, CUevent_flags.CU_EVENT_DISABLE_TIMING));
      parts.add(() -> device.check("cuEventDestroy", JCudaDriver.cuEventDestroy(done)));
    }

    void await() {
      device.check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(done));
    }

    void mark() {
      device.check("cuEventRecord", JCudaDriver.cuEventRecord(done, stream.handle()));
    }
  }

  /**
   * Copies {@code count} values to the device. Returns once the array may be written again; the
   * last copies may still be under way.
   */
  void upload(float[] values, int from, int count, long address) {
    for (long at = 0; at < count; at += length) {
      int part = (int) Math.min(length, count - at);
      Buffer buffer = buffer(at);
      buffer.await();
      MemorySegment.copy(
          values, (int) (from + at), buffer.memory, ValueLayout.JAVA_FLOAT, 0, part);
      device.check(
          "cuMemcpyHtoDAsync",
          JCudaDriver.cuMemcpyHtoDAsync(
              Address.device(address + at * Float.BYTES),
              buffer.pointer,
              (long) part * Float.BYTES,
              stream.handle()));
      buffer.mark();
    }
  }

  /** Copies {@code count} values from the device, after the work that the stream has so far. */
  void download(long address, float[] values, int from, int count) {
    long asked = 0;
    for (long at = 0; at < count; at += length) {
      // One part is asked for ahead, so that it travels while this one is copied.
      for (; asked < count && asked < at + (long) length * BUFFERS; asked += length) {
        ask(buffer(asked), address + asked * Float.BYTES, Math.min(length, count - asked));
      }
      Buffer buffer = buffer(at);
      int part = (int) Math.min(length, count - at);
      buffer.await();
      MemorySegment.copy(
          buffer.memory, ValueLayout.JAVA_FLOAT, 0, values, (int) (from + at), part);
    }
  }

  private Buffer buffer(long at) {
    return buffers[(int) (at / length % BUFFERS)];
  }

  private void ask(Buffer buffer, long address, long count) {
    device.check(
        "cuMemcpyDtoHAsync",
        JCudaDriver.cuMemcpyDtoHAsync(
            buffer.pointer, Address.device(address), count * Float.BYTES, stream.handle()));
    buffer.mark();
  }

  @Override
  public void close() {
    parts.close();
  }
}
