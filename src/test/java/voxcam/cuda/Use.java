package voxcam.cuda;

import java.util.HashMap;
import java.util.Map;

/** System properties for the time of a test, and an empty memory of what was timed. */
public final class Use implements AutoCloseable {
  private final Map<String, String> before = new HashMap<>();

  private Use() {}

  /** These of NVIDIA's libraries, emulated, and what decides between them and our kernels. */
  public static Use of(String libraries, String choice) {
    Emulator.loadCudnn();
    Emulator.loadCublas();
    Choices.forget();
    return new Use().with(LibraryUse.LIBRARIES, libraries).with(LibraryUse.CHOICE, choice);
  }

  /** Sets a property; null for none. */
  Use with(String property, String value) {
    String old =
        value == null ? System.clearProperty(property) : System.setProperty(property, value);
    before.putIfAbsent(property, old);
    return this;
  }

  @Override
  public void close() {
    before.forEach((property, value) -> {
      if (value == null) {
        System.clearProperty(property);
      } else {
        System.setProperty(property, value);
      }
    });
    Choices.forget();
  }
}
