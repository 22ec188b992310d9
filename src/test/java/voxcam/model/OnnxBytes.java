package voxcam.model;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes ONNX messages for tests. */
final class OnnxBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  static OnnxBytes message() {
    return new OnnxBytes();
  }

  OnnxBytes number(int field, long value) {
    varint((long) field << 3);
    varint(value);
    return this;
  }

  OnnxBytes real(int field, float value) {
    varint((long) field << 3 | 5);
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
    return this;
  }

  OnnxBytes bytes(int field, byte[] value) {
    varint((long) field << 3 | 2);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  OnnxBytes text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  OnnxBytes with(int field, OnnxBytes message) {
    return bytes(field, message.toBytes());
  }

  byte[] toBytes() {
    return out.toByteArray();
  }

  private void varint(long value) {
    long left = value;
    while ((left & ~0x7fL) != 0) {
      out.write((int) ((left & 0x7f) | 0x80));
      left >>>= 7;
    }
    out.write((int) left);
  }

  /** An input or output of float32; a size of 0 is free. */
  static OnnxBytes value(String name, long... dims) {
    OnnxBytes shape = message();
    for (long dim : dims) {
      shape.with(1, dim == 0 ? message().text(2, "free") : message().number(1, dim));
    }
    return message()
        .text(1, name)
        .with(2, message().with(1, message().number(1, 1).with(2, shape)));
  }

  static OnnxBytes node(String name, String op, List<String> inputs, List<String> outputs) {
    OnnxBytes node = message();
    inputs.forEach(input -> node.text(1, input));
    outputs.forEach(output -> node.text(2, output));
    return node.text(3, name).text(4, op);
  }

  /** A tensor without values. */
  static OnnxBytes tensor(String name, int type, long... dims) {
    OnnxBytes tensor = message().text(8, name).number(2, type);
    for (long dim : dims) {
      tensor.number(1, dim);
    }
    return tensor;
  }

  static OnnxBytes wholes(String name, long... values) {
    OnnxBytes tensor = tensor(name, 7, values.length);
    for (long value : values) {
      tensor.number(7, value);
    }
    return tensor;
  }

  static OnnxBytes floats(String name, long[] dims, float... values) {
    OnnxBytes tensor = tensor(name, 1, dims);
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      raw.putFloat(value);
    }
    return tensor.bytes(9, raw.array());
  }

  static byte[] model(long opset, OnnxBytes graph) {
    return message()
        .number(1, 8)
        .with(7, graph)
        .with(8, message().text(1, "").number(2, opset))
        .toBytes();
  }
}
