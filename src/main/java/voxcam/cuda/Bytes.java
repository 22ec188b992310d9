package voxcam.cuda;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory as people write them. */
final class Bytes {
  private static final Pattern AMOUNT = Pattern.compile("(\\d{1,15})([kmg]?)");

  private Bytes() {}

  /** {@code 512.0 MiB}, {@code 3.2 GiB}. */
  static String text(long bytes) {
    return bytes < 1L << 30
        ? String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1L << 20))
        : String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
  }

  /** The bytes of {@code 8g}, {@code 512m} or a plain number, as for java -Xmx. */
  static OptionalLong parse(String text) {
    Matcher matcher = AMOUNT.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    String unit = matcher.group(2);
    int shift = unit.isEmpty() ? 0 : 10 * " kmg".indexOf(unit);
    long number = Long.parseLong(matcher.group(1));
    return number > Long.MAX_VALUE >> shift
        ? OptionalLong.empty()
        : OptionalLong.of(number << shift);
  }
}
