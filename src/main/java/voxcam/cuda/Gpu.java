package voxcam.cuda;

import java.nio.charset.StandardCharsets;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.JCudaDriver;

/**
 * What the driver says of a GPU.
 *
 * @param number in the driver's order, which CUDA_VISIBLE_DEVICES may change; -1 if not known
 * @param bytes of its memory
 * @param major and {@code minor}: its compute capability
 * @param driver the newest CUDA that the driver supports, 1000 times the major and 10 times the
 *     minor version
 */
record Gpu(int number, String name, long bytes, int major, int minor, int driver) {
  private static final int LONGEST_NAME = 256;
  private static final int UNNUMBERED = -1;

  /** Asks the driver, which must be initialised. */
  static Gpu of(int number, int driver) {
    CUdevice device = new CUdevice();
    Driver.check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, number));
    return of(device, number, driver);
  }

  /** That of the context that is current; the driver does not tell its number. */
  static Gpu current(int driver) {
    CUdevice device = new CUdevice();
    Driver.check("cuCtxGetDevice", JCudaDriver.cuCtxGetDevice(device));
    return of(device, UNNUMBERED, driver);
  }

  private static Gpu of(CUdevice device, int number, int driver) {
    byte[] name = new byte[LONGEST_NAME];
    Driver.check("cuDeviceGetName", JCudaDriver.cuDeviceGetName(name, name.length, device));
    long[] bytes = new long[1];
    Driver.check("cuDeviceTotalMem", JCudaDriver.cuDeviceTotalMem(bytes, device));
    int major = attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device);
    int minor = attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device);
    return new Gpu(number, text(name), bytes[0], major, minor, driver);
  }

  private static int attribute(int attribute, CUdevice device) {
    int[] value = new int[1];
    Driver.check(
        "cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, attribute, device));
    return value[0];
  }

  private static String text(byte[] bytes) {
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8).strip();
  }

  /** Whether the kernels, which are compiled for 7.5, can run on it. */
  boolean isCapable() {
    return major > 7 || (major == 7 && minor >= 5);
  }

  /** {@code 9.0}. */
  String capability() {
    return major + "." + minor;
  }

  /** {@code 13.0}. */
  static String cuda(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  @Override
  public String toString() {
    return name
        + ", "
        + Math.round(bytes / (double) (1L << 30))
        + " GiB, compute capability "
        + capability();
  }
}
