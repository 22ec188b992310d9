package voxcam.explain;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The names that a mistyped one may have meant. */
public final class Nearest {
  private static final int SHOWN = 3;

  private Nearest() {}

  /** A phrase for an error text: {@code did you mean layer4 or layer3}. */
  public static String suggestion(String given, Collection<String> known) {
    if (known.isEmpty()) {
      return "there are none";
    }
    List<String> nearest =
        known.stream()
            .sorted(
                Comparator.comparingInt((String name) -> distance(given, name))
                    .thenComparing(name -> name))
            .limit(SHOWN)
            .toList();
    return known.size() <= SHOWN
        ? "known are " + String.join(", ", nearest)
        : "did you mean " + String.join(", ", nearest);
  }

  /**
   * Edits from one name to the other, letters of either case being the same; a name inside the
   * other is nearer.
   */
  private static int distance(String a, String b) {
    String given = a.toLowerCase(Locale.ROOT);
    String name = b.toLowerCase(Locale.ROOT);
    int[] row = new int[name.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= given.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (given.charAt(i - 1) == name.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    boolean contained = !given.isEmpty() && (name.contains(given) || given.contains(name));
    return contained ? row[name.length()] / 4 : row[name.length()];
  }
}
