package voxcam.volume;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import voxcam.model.WholeFile;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * NPY arrays. Read: versions 1 to 3, C and Fortran order, booleans, integers and floats of 2 to 8
 * bytes in either byte order. Written: version 1, C order, little-endian float32 or int32. An array
 * has no place in the world.
 */
public final class Npy {
  private static final int ALIGNMENT = 64;

  private Npy() {}

  /**
   * Reads an array of any number of axes.
   *
   * @throws InputException if it is not NPY, damaged, truncated or not made of real numbers
   */
  public static Tensor read(Path file) {
    String name = file.toString();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      return read(in, Files.size(file), false, name);
    } catch (IOException e) {
      throw Inflow.unreadable(name, e);
    }
  }

  static Volume volume(Path file) {
    return volume(read(file), file.toString(), file.getFileName().toString());
  }

  /**
   * Reads an array from a stream that delivers {@code most} bytes, or, if inflated, possibly fewer.
   */
  static Tensor read(InputStream in, long most, boolean inflated, String name) throws IOException {
    NpyHeader header = NpyHeader.read(in, name);
    int length = header.shape().length();
    long bytes = (long) length * header.element().bytes;
    // The shortest header has 10 bytes before its text; the exact count is the stream's business.
    Inflow.checkClaim(name, "elements", bytes, most - 10);
    InputStream delivered = inflated ? Inflow.gather(in, bytes, name) : in;
    float[] values = new float[length];
    header.element().read(delivered, header.order(), values, 0, length, 1, 0, name);
    boolean reorder = header.fortran() && header.shape().rank() > 1;
    return Tensor.of(header.shape(), reorder ? rowMajor(values, header.shape().dims()) : values);
  }

  /** From first axis fastest to last axis fastest. */
  private static float[] rowMajor(float[] fortran, int[] shape) {
    int rank = shape.length;
    int[] stride = new int[rank];
    int step = 1;
    for (int axis = 0; axis < rank; axis++) {
      stride[axis] = step;
      step *= shape[axis];
    }
    float[] out = new float[fortran.length];
    int[] index = new int[rank];
    int from = 0;
    for (int to = 0; to < out.length; to++) {
      out[to] = fortran[from];
      int axis = rank - 1;
      while (axis >= 0 && ++index[axis] == shape[axis]) {
        from -= (shape[axis] - 1) * stride[axis];
        index[axis--] = 0;
      }
      if (axis >= 0) {
        from += stride[axis];
      }
    }
    return out;
  }

  /** An array as a volume without geometry; axes as {@link Volume#read(String)} says. */
  static Volume volume(Tensor array, String file, String name) {
    int[] dims = array.shape().dims();
    int rank = dims.length;
    if (rank < 2 || rank > 5 || (rank == 5 && dims[0] != 1)) {
      throw new InputException(
          file
              + ": array "
              + array.shape()
              + ", a volume is [b,c], [a,b,c], [channels,a,b,c] or [1,channels,a,b,c]");
    }
    int[] size =
        rank == 2 ? new int[] {1, dims[0], dims[1]} : Arrays.copyOfRange(dims, rank - 3, rank);
    return Volume.of(name, Grid.unlocated(size), rank < 4 ? 1 : dims[rank - 4], array.floats());
  }

  /**
   * Writes a tensor as float32.
   *
   * @throws InputException if the file cannot be written; none is left then
   */
  public static void write(Path file, Tensor tensor) {
    float[] values = tensor.floats();
    WholeFile.write(
        file,
        out -> {
          out.write(header(tensor.shape()));
          writeData(out, values);
        });
  }

  private static void writeData(OutputStream out, float[] values) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.length; i++) {
      block.putFloat(values[i]);
      if (!block.hasRemaining() || i == values.length - 1) {
        out.write(block.array(), 0, block.position());
        block.clear();
      }
    }
  }

  private static byte[] header(Shape shape) {
    String sizes = shape.toString().replaceAll("[\\[\\]]", "").replace(",", ", ");
    String tuple = "(" + sizes + (shape.rank() == 1 ? "," : "") + ")";
    String text = "{'descr': '<f4', 'fortran_order': False, 'shape': " + tuple + ", }";
    int bare = 10 + text.length() + 1;
    int padding = (ALIGNMENT - bare % ALIGNMENT) % ALIGNMENT;
    byte[] body = (text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer out = ByteBuffer.allocate(10 + body.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put("\u0093NUMPY\u0001\0".getBytes(StandardCharsets.ISO_8859_1));
    out.putShort((short) body.length).put(body);
    return out.array();
  }
}
