package voxcam.cpu;

import java.lang.ref.SoftReference;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedDeque;
import voxcam.backend.BackendException;

/**
 * The working memory of a program's runs. What a run gives back the next one takes again; runs at
 * the same time have one each. Memory that waits is given to whoever needs it more: the references
 * are soft.
 */
final class Workspaces {
  /** How many wait for later runs; more than this many at the same time are rare. */
  private static final int KEPT = 4;

  /** The largest array that every JVM makes. */
  /** The floats of the longest array. */
  static final long LONGEST = Integer.MAX_VALUE - 64;

  /** The memory of one run. */
  static final class Workspace {
    final float[][] slots;
    final float[] scratch;

    private Workspace(float[][] slots, float[] scratch) {
      this.slots = slots;
      this.scratch = scratch;
    }

    long bytes() {
      long floats = scratch.length;
      for (float[] slot : slots) {
        floats += slot.length;
      }
      return floats * Float.BYTES;
    }
  }

  private final List<Integer> lengths;
  private final long scratch;
  private final ConcurrentLinkedDeque<SoftReference<Workspace>> waiting =
      new ConcurrentLinkedDeque<>();

  Workspaces(List<Integer> lengths, long scratch) {
    if (scratch > LONGEST) {
      throw new BackendException(
          "cpu: an operation needs "
              + size(scratch * Float.BYTES)
              + " of scratch memory in one array; give a smaller input");
    }
    this.lengths = List.copyOf(lengths);
    this.scratch = scratch;
  }

  /** The bytes of one workspace. */
  long bytes() {
    return (lengths.stream().mapToLong(Integer::longValue).sum() + scratch) * Float.BYTES;
  }

  Workspace take() {
    for (var reference = waiting.poll(); reference != null; reference = waiting.poll()) {
      Workspace workspace = reference.get();
      if (workspace != null) {
        return workspace;
      }
    }
    float[][] slots = new float[lengths.size()][];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new float[lengths.get(i)];
    }
    return new Workspace(slots, new float[(int) scratch]);
  }

  void giveBack(Workspace workspace) {
    waiting.removeIf(reference -> reference.get() == null);
    if (waiting.size() < KEPT) {
      waiting.push(new SoftReference<>(workspace));
    }
  }

  void clear() {
    waiting.clear();
  }

  /** How much memory there is, and how to have more, for messages. */
  static String heap() {
    Runtime runtime = Runtime.getRuntime();
    long used = runtime.totalMemory() - runtime.freeMemory();
    return "java may use %s, of which %s are taken; start java with a larger -Xmx or give a smaller input"
        .formatted(size(runtime.maxMemory()), size(used));
  }

  static String size(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
  }
}
