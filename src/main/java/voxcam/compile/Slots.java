package voxcam.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Pieces of memory that a run takes and releases, in an order that is known beforehand. */
public final class Slots {
  private final List<Integer> lengths = new ArrayList<>();
  private final SortedSet<Integer> free = new TreeSet<>();

  /**
   * The smallest free slot that is large enough, else the largest free one made larger, else a new
   * one.
   *
   * @param length in elements
   * @return its number
   */
  public int take(int length) {
    Integer best = null;
    for (Integer slot : free) {
      int size = lengths.get(slot);
      int bestSize = best == null ? -1 : lengths.get(best);
      boolean better = bestSize < length ? size > bestSize : size >= length && size < bestSize;
      if (best == null || better) {
        best = slot;
      }
    }
    if (best == null) {
      lengths.add(length);
      return lengths.size() - 1;
    }
    free.remove(best);
    lengths.set(best, Math.max(lengths.get(best), length));
    return best;
  }

  /** Lets others take a slot. */
  public void release(int slot) {
    free.add(slot);
  }

  /** The number of elements of each slot. */
  public List<Integer> lengths() {
    return List.copyOf(lengths);
  }
}
