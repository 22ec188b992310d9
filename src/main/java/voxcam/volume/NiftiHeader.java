package voxcam.volume;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import voxcam.op.InputException;
import voxcam.op.Shape;

/**
 * What a NIfTI-1 or NIfTI-2 header says, checked: nothing here is larger than one array can be, but
 * whether the file delivers it is for the reader to see. Layouts: nifti1.h and nifti2.h of the
 * NIfTI data format working group.
 */
record NiftiHeader(
    ByteOrder order,
    Shape size,
    int channels,
    Element element,
    double slope,
    double intercept,
    long offset,
    Affine affine,
    boolean located,
    List<String> notes) {

  static final int LENGTH_1 = 348;
  static final int LENGTH_2 = 540;

  /** Whether these first bytes can be a NIfTI header of either version and byte order. */
  static boolean looksLike(byte[] head) {
    return head.length >= 4 && length(head) > 0;
  }

  /** The header's length by its first four bytes; 0 if they are not those of NIfTI. */
  static int length(byte[] head) {
    int first = ByteBuffer.wrap(head).getInt(0);
    for (int length : new int[] {LENGTH_1, LENGTH_2}) {
      if (first == length || Integer.reverseBytes(first) == length) {
        return length;
      }
    }
    return 0;
  }

  /** Reads a header of {@link #length} bytes. */
  static NiftiHeader parse(byte[] bytes, String name) {
    boolean second = bytes.length == LENGTH_2;
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (in.getInt(0) != bytes.length) {
      in.order(ByteOrder.LITTLE_ENDIAN);
    }
    checkMagic(bytes, second, name);
    long[] dim = new long[8];
    for (int i = 0; i < 8; i++) {
      dim[i] = second ? in.getLong(16 + 8 * i) : in.getShort(40 + 2 * i);
    }
    Element element = element(in.getShort(second ? 12 : 70), name);
    int[] size = new int[3];
    int channels = sizes(dim, size, name);
    List<String> notes = new ArrayList<>();
    double[] scaling = scaling(in, second, name);
    Affine affine = NiftiForms.affine(in, second, name, notes);
    return new NiftiHeader(
        in.order(),
        Shape.of(size),
        channels,
        element,
        scaling[0],
        scaling[1],
        offset(in, second, name),
        affine,
        NiftiForms.located(in, second),
        notes);
  }

  /** How many bytes the voxels take. */
  long bytes() {
    return channels * size.size() * element.bytes;
  }

  private static void checkMagic(byte[] bytes, boolean second, String name) {
    String magic = new String(bytes, second ? 4 : 344, second ? 8 : 4, StandardCharsets.ISO_8859_1);
    if (magic.startsWith("ni1\0") || magic.startsWith("ni2\0")) {
      throw new InputException(
          name
              + ": is one half of a .hdr/.img pair, which cannot be read; convert the pair to one .nii file");
    }
    if (!magic.equals(second ? "n+2\0\r\n\u001a\n" : "n+1\0")) {
      throw new InputException(
          name
              + ": wrong NIfTI magic \""
              + magic.replaceAll("[^ -~]", ".")
              + "\" (an ANALYZE file, or damaged); "
              + "convert it to NIfTI first");
    }
  }

  /** Puts the first three sizes into {@code size} and returns the number of channels. */
  private static int sizes(long[] dim, int[] size, String name) {
    if (dim[0] < 1 || dim[0] > 7) {
      throw new InputException(
          name + ": the header claims " + dim[0] + " axes, NIfTI has 1 to 7; the file is damaged");
    }
    int rank = (int) dim[0];
    long channels = 1;
    for (int axis = 1; axis <= rank; axis++) {
      if (dim[axis] < 1 || dim[axis] > Integer.MAX_VALUE) {
        throw new InputException(
            name
                + ": axis "
                + axis
                + " has size "
                + dim[axis]
                + ", sizes are 1 to "
                + Integer.MAX_VALUE
                + "; the file is damaged");
      }
      if (axis <= 3) {
        size[axis - 1] = (int) dim[axis];
      } else if (dim[axis] > 1 && channels > 1) {
        throw new InputException(
            name
                + ": has more than one axis beyond x, y and z ("
                + channels
                + " and "
                + dim[axis]
                + "); split it into 3D or 4D files");
      } else {
        channels *= dim[axis];
      }
    }
    for (int axis = rank; axis < 3; axis++) {
      size[axis] = 1;
    }
    Grid.length(name, channels, size);
    return (int) channels;
  }

  private static Element element(int code, String name) {
    return switch (code) {
      case 2 -> Element.UINT8;
      case 4 -> Element.INT16;
      case 8 -> Element.INT32;
      case 16 -> Element.FLOAT32;
      case 64 -> Element.FLOAT64;
      case 256 -> Element.INT8;
      case 512 -> Element.UINT16;
      case 768 -> Element.UINT32;
      case 1024 -> Element.INT64;
      case 1280 -> Element.UINT64;
      case 1 -> throw unsupported(name, "1-bit binary");
      case 32 -> throw unsupported(name, "complex64");
      case 128 -> throw unsupported(name, "RGB24");
      case 1536 -> throw unsupported(name, "float128");
      case 1792 -> throw unsupported(name, "complex128");
      case 2048 -> throw unsupported(name, "complex256");
      case 2304 -> throw unsupported(name, "RGBA32");
      default -> throw unsupported(name, "unknown datatype " + code);
    };
  }

  private static InputException unsupported(String name, String type) {
    return new InputException(
        name
            + ": voxels are "
            + type
            + ", only real integers and float32 or float64 can be read; convert it first");
  }

  /**
   * Slope and intercept; a slope of zero or one that is not finite means that there is none, as in
   * nibabel.
   */
  private static double[] scaling(ByteBuffer in, boolean second, String name) {
    double slope = second ? in.getDouble(176) : in.getFloat(112);
    double intercept = second ? in.getDouble(184) : in.getFloat(116);
    if (slope == 0 || !Double.isFinite(slope)) {
      return new double[] {1, 0};
    }
    if (!Double.isFinite(intercept)) {
      throw new InputException(
          name
              + ": the intercept is "
              + intercept
              + " beside a slope of "
              + slope
              + "; the header is damaged");
    }
    return new double[] {slope, intercept};
  }

  /** Where the voxels begin; 0 stands for the first place that a single file allows. */
  private static long offset(ByteBuffer in, boolean second, String name) {
    double offset = second ? in.getLong(168) : in.getFloat(108);
    int least = second ? LENGTH_2 : LENGTH_1;
    if (offset == 0) {
      return least + 4L;
    }
    if (!(offset >= least && offset < Long.MAX_VALUE) || offset != Math.rint(offset)) {
      throw new InputException(
          name
              + ": the voxels are said to begin at byte "
              + offset
              + ", it must be a whole number from "
              + least
              + " on; the file is damaged");
    }
    return (long) offset;
  }
}
