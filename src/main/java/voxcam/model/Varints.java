package voxcam.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Whole numbers of protobuf's variable length, many behind each other. */
final class Varints {
  private static final int LONGEST = 10;

  private Varints() {}

  /** How many there are, or -1 if the last one has no end or one is too long. */
  static long count(MemorySegment bytes) {
    long count = 0;
    int length = 0;
    for (long i = 0; i < bytes.byteSize(); i++) {
      if (++length > LONGEST) {
        return -1;
      }
      if (bytes.get(ValueLayout.JAVA_BYTE, i) >= 0) {
        count++;
        length = 0;
      }
    }
    return length == 0 ? count : -1;
  }

  /** Decodes all of them into an array from a position on. */
  static void decode(MemorySegment bytes, long[] target, int from) {
    int at = from;
    long value = 0;
    int shift = 0;
    for (long i = 0; i < bytes.byteSize(); i++) {
      byte next = bytes.get(ValueLayout.JAVA_BYTE, i);
      value |= shift < 64 ? (long) (next & 0x7f) << shift : 0;
      shift += 7;
      if (next >= 0) {
        target[at++] = value;
        value = 0;
        shift = 0;
      }
    }
  }
}
