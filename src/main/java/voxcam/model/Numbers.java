package voxcam.model;

import java.util.ArrayList;
import java.util.List;
import voxcam.op.InputException;

/** Whole numbers from a file on their way to sizes, axes and positions. */
final class Numbers {
  /** The longest list that an operation's parameter can sensibly be. */
  private static final int MOST = 10_000;

  private Numbers() {}

  static void checkCount(String where, long count) {
    if (count > MOST) {
      throw new InputException(where + " has " + count + " values, at most " + MOST);
    }
  }

  /** As an int, refused where it does not fit. */
  static int exact(String where, long value) {
    if (value != (int) value) {
      throw new InputException(where + " is " + value + ", beyond 32 bits");
    }
    return (int) value;
  }

  static List<Integer> exact(String where, long[] values) {
    List<Integer> list = new ArrayList<>();
    for (long value : values) {
      list.add(exact(where, value));
    }
    return list;
  }

  /** As an int, the nearest one: positions beyond every axis mean its end. */
  static int clamped(long value) {
    return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, value));
  }
}
