package voxcam.volume;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Makes NIfTI files byte by byte, right ones and wrong ones. */
final class NiftiBytes {
  final boolean second;
  final ByteOrder order;
  final ByteBuffer header;
  byte[] data = new byte[0];

  NiftiBytes(boolean second, ByteOrder order) {
    this.second = second;
    this.order = order;
    header = ByteBuffer.allocate(second ? 544 : 352).order(order);
    header.putInt(0, second ? 540 : 348);
    magic(second ? "n+2\0\r\n\u001a\n" : "n+1\0");
    offset(second ? 544 : 352);
    affine(Affine.IDENTITY);
  }

  /** A good file of int16 voxels 0, 1, 2 and so on in the file's order. */
  static NiftiBytes counting(int... size) {
    NiftiBytes bytes = new NiftiBytes(false, ByteOrder.LITTLE_ENDIAN).dims(size).datatype(4);
    int length = 1;
    for (int n : size) {
      length *= n;
    }
    ByteBuffer data = ByteBuffer.allocate(2 * length).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < length; i++) {
      data.putShort((short) i);
    }
    bytes.data = data.array();
    return bytes;
  }

  NiftiBytes magic(String magic) {
    header.put(second ? 4 : 344, magic.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  NiftiBytes dims(int... size) {
    dim(0, size.length);
    for (int i = 0; i < size.length; i++) {
      dim(i + 1, size[i]);
    }
    return this;
  }

  NiftiBytes dim(int index, long value) {
    if (second) {
      header.putLong(16 + 8 * index, value);
    } else {
      header.putShort(40 + 2 * index, (short) value);
    }
    return this;
  }

  NiftiBytes datatype(int code) {
    header.putShort(second ? 12 : 70, (short) code);
    return this;
  }

  NiftiBytes offset(long offset) {
    if (second) {
      header.putLong(168, offset);
    } else {
      header.putFloat(108, (float) offset);
    }
    return this;
  }

  NiftiBytes scaling(double slope, double intercept) {
    if (second) {
      header.putDouble(176, slope).putDouble(184, intercept);
    } else {
      header.putFloat(112, (float) slope).putFloat(116, (float) intercept);
    }
    return this;
  }

  NiftiBytes codes(int qform, int sform) {
    if (second) {
      header.putInt(344, qform).putInt(348, sform);
    } else {
      header.putShort(252, (short) qform).putShort(254, (short) sform);
    }
    return this;
  }

  NiftiBytes pixdim(int index, double value) {
    if (second) {
      header.putDouble(104 + 8 * index, value);
    } else {
      header.putFloat(76 + 4 * index, (float) value);
    }
    return this;
  }

  NiftiBytes units(int units) {
    if (second) {
      header.putInt(500, units);
    } else {
      header.put(123, (byte) units);
    }
    return this;
  }

  NiftiBytes affine(Affine affine) {
    NiftiForms.write(header, second, Grid.of(new int[] {1, 1, 1}, affine));
    return this;
  }

  byte[] bytes() {
    byte[] all = new byte[header.capacity() + data.length];
    System.arraycopy(header.array(), 0, all, 0, header.capacity());
    System.arraycopy(data, 0, all, header.capacity(), data.length);
    return all;
  }

  Path save(Path folder, String name) {
    byte[] bytes = bytes();
    return save(folder, name, name.endsWith(".gz") ? gzip(bytes) : bytes);
  }

  static Path save(Path folder, String name, byte[] bytes) {
    try {
      return Files.write(folder.resolve(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }
}
