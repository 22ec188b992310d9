package voxcam.volume;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import voxcam.op.InputException;

/**
 * NPZ archives: a zip of NPY arrays. Without a key the only array is taken; of several, one must be
 * named.
 */
final class Npz {
  private static final String SUFFIX = ".npy";
  private static final int MOST_LISTED = 12;

  private Npz() {}

  static Volume read(Path file, String key) {
    String name = file.toString();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry entry = choose(zip, key, name);
      String array = name + ":" + keyOf(entry);
      long packed = Math.min(entry.getCompressedSize(), Files.size(file));
      try (InputStream in = zip.getInputStream(entry)) {
        if (in == null) {
          throw new InputException(array + ": damaged zip entry");
        }
        String shortName = file.getFileName() + ":" + keyOf(entry);
        return Npy.volume(Npy.read(in, Inflow.mostInflated(packed), true, array), array, shortName);
      }
    } catch (IOException e) {
      throw Inflow.unreadable(name, e);
    } catch (IllegalArgumentException | IllegalStateException | UnsupportedOperationException e) {
      if (e instanceof InputException) {
        throw e;
      }
      // java.util.zip answers so to some damaged directories.
      throw new InputException(name + ": damaged zip archive", e);
    }
  }

  private static ZipEntry choose(ZipFile zip, String key, String name) {
    List<String> keys = new ArrayList<>();
    ZipEntry only = null;
    var entries = zip.entries();
    while (entries.hasMoreElements()) {
      ZipEntry entry = entries.nextElement();
      if (!entry.getName().endsWith(SUFFIX)) {
        continue;
      }
      if (!key.isEmpty() && (keyOf(entry).equals(key) || entry.getName().equals(key))) {
        return entry;
      }
      only = entry;
      keys.add(keyOf(entry));
    }
    if (keys.isEmpty()) {
      throw new InputException(name + ": the archive holds no .npy array");
    }
    if (key.isEmpty() && keys.size() == 1) {
      return only;
    }
    throw new InputException(
        name
            + ": "
            + (key.isEmpty() ? "holds several arrays" : "holds no array \"" + key + "\"")
            + ", name one as "
            + name
            + ":KEY with KEY of "
            + listed(keys));
  }

  private static String listed(List<String> keys) {
    String joined = String.join(", ", keys.subList(0, Math.min(keys.size(), MOST_LISTED)));
    String all = joined.replaceAll("\\p{Cntrl}", ".");
    return keys.size() > MOST_LISTED ? all + " and " + (keys.size() - MOST_LISTED) + " more" : all;
  }

  private static String keyOf(ZipEntry entry) {
    return entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
  }
}
