package voxcam.cli;

import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Names of labels and layers as parts of file names. */
final class FileNames {
  private static final int LONGEST = 60;

  private FileNames() {}

  /**
   * For each name one that is safe in a file name: letters, digits, {@code -}, {@code _} and, if
   * wanted, dots. All differ, also where letters of either case are the same.
   */
  static List<String> safe(List<String> names, boolean dots) {
    Set<String> taken = new HashSet<>();
    List<String> safe = new ArrayList<>();
    for (String name : names) {
      String stem = safe(name, dots);
      String candidate = stem;
      for (int number = 2; !taken.add(candidate.toLowerCase(Locale.ROOT)); number++) {
        candidate = stem + "-" + number;
      }
      safe.add(candidate);
    }
    return List.copyOf(safe);
  }

  static String safe(String name, boolean dots) {
    CharsetEncoder encoder =
        Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8")).newEncoder();
    StringBuilder safe = new StringBuilder();
    composed(name)
        .codePoints()
        .limit(LONGEST)
        .forEach(c -> {
          boolean plain =
              c == '-' || c == '_' || (dots && c == '.') || Character.isLetterOrDigit(c);
          boolean fits = plain && encoder.canEncode(Character.toString(c));
          safe.append(fits ? Character.toString(c) : "_");
        });
    // A leading dot hides a file; two dots are a folder.
    if (safe.isEmpty() || safe.charAt(0) == '.') {
      safe.insert(0, '_');
    }
    return safe.toString();
  }

  /** Letters and their marks as one; that of others Java knows from large tables. */
  private static String composed(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) > '~') {
        return Normalizer.normalize(name, Normalizer.Form.NFC);
      }
    }
    return name;
  }

  /** A volume's file name without folder, key and ending: {@code t1} of {@code a/t1.nii.gz}. */
  static String stem(String input) {
    String name = input.replaceFirst("(?is)(\\.npz):.*$", "$1").replaceFirst("[/\\\\]+$", "");
    name = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    return safe(name.replaceFirst("(?i)\\.(nii|nii\\.gz|npy|npz)$", ""), true);
  }
}
