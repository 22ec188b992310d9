package voxcam.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import voxcam.op.InputException;

/**
 * The fields of one protobuf message in a part of a file, one after the other (protobuf.dev,
 * "Encoding"). Nothing is copied but texts; every length is checked against the message that holds
 * it, and what all messages of a file may hold together is counted.
 */
final class Wire {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;
  private static final int DEEPEST = 64;
  private static final int LONGEST_TEXT = 1 << 16;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** How many messages, texts and numbers a file may still hold outside of tensors. */
  private static final class Budget {
    private static final int MOST = 600_000;
    private int left = MOST;

    void take(String where, long items) {
      left -= (int) Math.min(items, Integer.MAX_VALUE / 2);
      if (left < 0) {
        throw new InputException(
            where + ": holds more than " + MOST + " nodes, names and numbers outside of tensors");
      }
    }
  }

  private final String where;
  private final MemorySegment file;
  private final Budget budget;
  private final int depth;
  private long at;
  private int field;
  private int type;
  private long number;
  private MemorySegment bytes;
  private MemorySegment run;

  private Wire(String where, MemorySegment file, Budget budget, int depth) {
    this.where = where;
    this.file = file;
    this.budget = budget;
    this.depth = depth;
  }

  /** The fields of a whole file. */
  static Wire of(String where, MemorySegment file) {
    return new Wire(where, file, new Budget(), 0);
  }

  String where() {
    return where;
  }

  /** Goes to the next field; false at the end. */
  boolean next() {
    if (at >= file.byteSize()) {
      return false;
    }
    long tag = varint();
    field = (int) Math.min(tag >>> 3, Integer.MAX_VALUE);
    type = (int) (tag & 7);
    if (field == 0) {
      throw damaged("a field with the number 0");
    }
    long from = at;
    switch (type) {
      case VARINT -> number = varint();
      case FIXED64 -> number = fixed(8);
      case FIXED32 -> number = fixed(4);
      case BYTES -> {
        long length = varint();
        if (length < 0 || length > file.byteSize() - at) {
          throw damaged("a field that is longer than what is left");
        }
        bytes = file.asSlice(at, length);
        at += length;
      }
      default -> throw damaged("a field of the unknown kind " + type);
    }
    run = type == BYTES ? bytes : file.asSlice(from, at - from);
    return true;
  }

  int field() {
    return field;
  }

  /** The whole number that the field is. */
  long whole() {
    need(type == VARINT, "a number");
    return number;
  }

  float real() {
    need(type == FIXED32, "a number of 32 bits");
    return Float.intBitsToFloat((int) number);
  }

  /** The bytes that the field is, still in the file. */
  MemorySegment bytes() {
    need(type == BYTES, "bytes");
    return bytes;
  }

  /** The bytes of a list of numbers or of one of its numbers, still in the file. */
  MemorySegment run() {
    if (type != BYTES) {
      budget.take(where, 1);
    }
    return run;
  }

  String text() {
    need(type == BYTES, "a text");
    if (bytes.byteSize() > LONGEST_TEXT) {
      throw damaged("a text of " + bytes.byteSize() + " bytes");
    }
    budget.take(where, 1 + bytes.byteSize() / 32);
    return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  /** The message that the field is. */
  Wire message() {
    need(type == BYTES, "a message");
    if (depth == DEEPEST) {
      throw damaged("messages nested deeper than " + DEEPEST);
    }
    budget.take(where, 1);
    return new Wire(where, bytes, budget, depth + 1);
  }

  /** The whole numbers before this field, and those that it is: one, or many that are packed. */
  long[] wholes(long[] before) {
    if (type == VARINT) {
      return appended(before, number);
    }
    need(type == BYTES, "whole numbers");
    long count = Varints.count(bytes);
    if (count < 0) {
      throw damaged("a number without an end");
    }
    budget.take(where, count);
    long[] all = Arrays.copyOf(before, Math.toIntExact(before.length + count));
    Varints.decode(bytes, all, before.length);
    return all;
  }

  /** Floating-point numbers likewise. */
  float[] reals(float[] before) {
    if (type == FIXED32) {
      float[] all = Arrays.copyOf(before, before.length + 1);
      all[before.length] = real();
      budget.take(where, 1 + before.length / 64);
      return all;
    }
    need(type == BYTES && bytes.byteSize() % 4 == 0, "numbers of 32 bits");
    int count = (int) Math.min(bytes.byteSize() / 4, Integer.MAX_VALUE / 2);
    budget.take(where, count);
    float[] all = Arrays.copyOf(before, before.length + count);
    for (int i = 0; i < count; i++) {
      all[before.length + i] = Float.intBitsToFloat(bytes.get(INT, i * 4L));
    }
    return all;
  }

  private long[] appended(long[] before, long value) {
    // A list in single fields is copied for each: its length counts, too.
    budget.take(where, 1 + before.length / 64);
    long[] all = Arrays.copyOf(before, before.length + 1);
    all[before.length] = value;
    return all;
  }

  private long fixed(int size) {
    if (size > file.byteSize() - at) {
      throw damaged("a number that is cut off");
    }
    long value = size == 8 ? file.get(LONG, at) : file.get(INT, at) & 0xffffffffL;
    at += size;
    return value;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at >= file.byteSize()) {
        throw damaged("a number that is cut off");
      }
      byte next = file.get(ValueLayout.JAVA_BYTE, at++);
      value |= shift < 64 ? (long) (next & 0x7f) << shift : 0;
      if (next >= 0) {
        return value;
      }
    }
    throw damaged("a number without an end");
  }

  private void need(boolean holds, String expected) {
    if (!holds) {
      throw damaged("field " + field + " of another kind than " + expected);
    }
  }

  private InputException damaged(String what) {
    return new InputException(where + ": is no sound ONNX file, it has " + what);
  }
}
