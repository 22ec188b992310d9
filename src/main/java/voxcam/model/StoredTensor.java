package voxcam.model;

import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import voxcam.op.InputException;
import voxcam.op.Shape;

/**
 * A tensor that stays in its file until someone asks for its values. What was decoded is shared as
 * long as someone holds it and can be collected after that: a program packs weights into its own
 * form, and the heap should not keep them twice.
 */
final class StoredTensor implements WholeNumbers {
  private final String name;
  private final Dtype dtype;
  private final Shape shape;
  private final MemorySegment data;
  private final MemorySegment around;
  private volatile WeakReference<float[]> decoded = new WeakReference<>(null);

  StoredTensor(String name, Dtype dtype, Shape shape, MemorySegment data) {
    this(name, dtype, shape, data, data);
  }

  /**
   * A tensor in a file.
   *
   * @param around the values and what comes to memory with them
   */
  StoredTensor(String name, Dtype dtype, Shape shape, MemorySegment data, MemorySegment around) {
    this.name = name;
    this.dtype = dtype;
    this.shape = shape;
    this.data = data;
    this.around = around;
  }

  Dtype dtype() {
    return dtype;
  }

  @Override
  public boolean isWhole() {
    return dtype.isWhole();
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public float[] floats() {
    float[] floats = decoded.get();
    if (floats == null) {
      floats = present(() -> unloaded(dtype.floats(data, shape.length())));
      decoded = new WeakReference<>(floats);
    }
    return floats;
  }

  @Override
  public void copyTo(int from, int count, float[] target, int at) {
    long bytes = dtype.bytes();
    MemorySegment part = data.asSlice(from * bytes, count * bytes);
    present(() -> {
      dtype.floats(part, count, target, at);
      return unloaded(target);
    });
  }

  @Override
  public double[] doubles() {
    return present(() -> unloaded(dtype.doubles(data, shape.length())));
  }

  @Override
  public long[] wholes() {
    return present(() -> {
      long[] values = new long[shape.length()];
      Arrays.setAll(values, i -> dtype.whole(data, i));
      return values;
    });
  }

  /** What was decoded need not stay in memory a second time. */
  private <T> T unloaded(T values) {
    if (around.isMapped()) {
      around.unload();
    }
    return values;
  }

  private interface Decoding<T> {
    T run();
  }

  /** A mapped file that someone cuts short is the one way in which memory can go away. */
  private <T> T present(Decoding<T> decoding) {
    try {
      return decoding.run();
    } catch (InternalError e) {
      throw new InputException(
          "tensor "
              + Texts.quoted(name)
              + ": its file was cut short while it was open; open it again",
          e);
    }
  }
}
