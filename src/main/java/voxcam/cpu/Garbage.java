package voxcam.cpu;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks the JVM to collect results that nobody holds any more. Large arrays lie where the serial
 * collector looks only when the heap is at its limit, so that a warm process would grow with each
 * run. Only where {@code -Dvoxcam.collect=true} says that the heap is this program's alone: within
 * an application that is for the application to decide.
 */
final class Garbage {
  private static final boolean OURS = Boolean.getBoolean("voxcam.collect");

  /** So much more than after the last time is worth collecting: 24 MiB and an eighth. */
  private static final long LEAST = 24L << 20;

  private static final int SHARE = 8;

  /** The bytes of the heap that were taken after the last collection, or least since. */
  private static final AtomicLong BEFORE = new AtomicLong(Long.MAX_VALUE);

  private Garbage() {}

  /** To be called where much that was needed is not any more: between runs. */
  static void collect() {
    if (!OURS) {
      return;
    }
    long before = BEFORE.get();
    long used = used();
    if (used < before) {
      BEFORE.set(used);
    } else if (used - before > LEAST + before / SHARE) {
      System.gc();
      BEFORE.set(used());
    }
  }

  /** What was made to stay is no garbage. */
  static void keep(long bytes) {
    BEFORE.updateAndGet(before -> before == Long.MAX_VALUE ? before : before + bytes);
  }

  private static long used() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
