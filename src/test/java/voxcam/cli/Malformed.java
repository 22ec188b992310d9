package voxcam.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Model files with one thing wrong. */
record Malformed(String header, byte[] data) {
  static Malformed of(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return new Malformed(
        new String(bytes, 8, length, StandardCharsets.UTF_8),
        Arrays.copyOfRange(bytes, 8 + length, bytes.length));
  }

  Malformed with(String old, String replacement) {
    if (!header.contains(old)) {
      throw new IllegalArgumentException("not in the header: " + old);
    }
    return new Malformed(header.replace(old, replacement), data);
  }

  /** With text inside the graph, which is JSON inside JSON. */
  Malformed graphWith(String old, String replacement) {
    return with(old.replace("\"", "\\\""), replacement.replace("\"", "\\\""));
  }

  Malformed truncated() {
    return new Malformed(header, Arrays.copyOf(data, data.length - 100));
  }

  Path write(Path file) throws IOException {
    return write(file, header.getBytes(StandardCharsets.UTF_8).length);
  }

  Path write(Path file, long claimed) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer all = ByteBuffer.allocate(8 + text.length + data.length);
    all.order(ByteOrder.LITTLE_ENDIAN).putLong(claimed).put(text).put(data);
    return Files.write(file, all.array());
  }
}
