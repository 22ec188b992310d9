package voxcam.cuda;

import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;

/** Addresses as the objects that JCuda takes and gives. */
final class Address {
  private Address() {}

  /** Memory outside the heap. Never an array: copies that are under way would move with it. */
  static Pointer host(MemorySegment segment) {
    return new Host(segment.address());
  }

  /** Memory of the device. */
  static CUdeviceptr device(long address) {
    return new Device(address);
  }

  /** Where a pointer of someone else points; 0 for one to the heap. */
  static long of(Pointer pointer) {
    return new Other(pointer).address();
  }

  /** A copy, since only a pointer's own class may ask it. */
  private static final class Other extends Pointer {
    Other(Pointer pointer) {
      super(pointer);
    }

    long address() {
      return getNativePointer() == 0 ? 0 : getNativePointer() + getByteOffset();
    }
  }

  private static final class Host extends Pointer {
    Host(long address) {
      super(address);
    }
  }

  private static final class Device extends CUdeviceptr {
    Device(long address) {
      super(new CUdeviceptr(), address);
    }
  }

  /** Receives the address of page-locked memory. */
  static final class HostResult extends Pointer {
    long address() {
      return getNativePointer();
    }
  }

  /** Receives a stream. */
  static final class StreamResult extends CUstream {
    long address() {
      return getNativePointer();
    }
  }

  /** Receives the address of device memory. */
  static final class DeviceResult extends CUdeviceptr {
    long address() {
      return getNativePointer();
    }
  }
}
