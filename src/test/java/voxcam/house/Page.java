package voxcam.house;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A page with tables that a program writes, each between {@code <!-- NAME: begin -->} and {@code
 * <!-- NAME: end -->}.
 */
public final class Page {
  private Page() {}

  /** Puts a table into a page. */
  public static void write(Path page, String name, String table) throws IOException {
    Files.writeString(page, filled(page, Files.readString(page), name, table));
  }

  static String filled(Path page, String text, String name, String table) {
    String beginMark = "<!-- " + name + ": begin -->";
    String endMark = "<!-- " + name + ": end -->";
    int begin = text.indexOf(beginMark);
    int end = text.indexOf(endMark);
    if (begin < 0 || end < begin) {
      throw new IllegalStateException(page + " lacks " + beginMark + " and " + endMark);
    }
    return text.substring(0, begin + beginMark.length()) + "\n" + table + text.substring(end);
  }
}
