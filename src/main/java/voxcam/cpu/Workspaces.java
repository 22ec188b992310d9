package voxcam.cpu;

import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The working memory of a program's runs: an array for each slot. What a run gives back the next
 * one takes again; runs at the same time have one each. Memory that waits is given to whoever needs
 * it more: the references are soft.
 */
final class Workspaces {
  /** How many wait for later runs; more than this many at the same time are rare. */
  private static final int KEPT = 4;

  private final List<Integer> lengths;
  private final ConcurrentLinkedDeque<SoftReference<float[][]>> waiting =
      new ConcurrentLinkedDeque<>();

  /** An array that is there already, for the first workspace. */
  private final AtomicReference<SoftReference<float[]>> spare;

  /**
   * For slots of the given lengths.
   *
   * @param spare an array that nobody uses any more
   */
  Workspaces(List<Integer> lengths, float[] spare) {
    this.lengths = List.copyOf(lengths);
    this.spare = new AtomicReference<>(new SoftReference<>(spare));
  }

  /** The bytes of one workspace. */
  long bytes() {
    return lengths.stream().mapToLong(Integer::longValue).sum() * Float.BYTES;
  }

  /** The arrays of one run, at least as long as their slots. */
  float[][] take() {
    for (var reference = waiting.poll(); reference != null; reference = waiting.poll()) {
      float[][] workspace = reference.get();
      if (workspace != null) {
        return workspace;
      }
    }
    float[][] workspace = new float[lengths.size()][];
    reuse(workspace);
    for (int i = 0; i < workspace.length; i++) {
      if (workspace[i] == null) {
        workspace[i] = new float[lengths.get(i)];
      }
    }
    return workspace;
  }

  /** The spare array becomes the longest slot that it is long enough for. */
  private void reuse(float[][] workspace) {
    SoftReference<float[]> reference = spare.getAndSet(null);
    float[] array = reference == null ? null : reference.get();
    int best = -1;
    for (int i = 0; array != null && i < workspace.length; i++) {
      if (lengths.get(i) <= array.length && (best < 0 || lengths.get(i) > lengths.get(best))) {
        best = i;
      }
    }
    if (best >= 0) {
      workspace[best] = array;
    }
  }

  void giveBack(float[][] workspace) {
    waiting.removeIf(reference -> reference.get() == null);
    if (waiting.size() < KEPT) {
      waiting.push(new SoftReference<>(workspace));
    }
  }

  void clear() {
    waiting.clear();
  }

  /** The bytes of the arrays of a run; for tests. */
  static long bytes(float[][] workspace) {
    return Arrays.stream(workspace).mapToLong(array -> array.length).sum() * Float.BYTES;
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
