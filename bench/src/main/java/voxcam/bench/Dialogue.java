package voxcam.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * How a script in {@code bench/peers} and the engine's side talk: arguments are {@code NAME=VALUE},
 * a command is one line of words, its answer one line of JSON, and tensors are files of
 * little-endian floats.
 */
final class Dialogue {
  /** Answers a command. */
  interface Server {
    void obey(String... command) throws IOException;
  }

  private static final int PART = 1 << 20;

  private Dialogue() {}

  static Map<String, String> arguments(String... args) {
    Map<String, String> arguments = new HashMap<>();
    for (String arg : args) {
      String[] parts = arg.split("=", 2);
      arguments.put(parts[0], parts[1]);
    }
    return arguments;
  }

  /** Serves until the input ends. */
  static void serve(Server server) throws IOException {
    var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      server.obey(line.strip().split(" ", -1));
    }
  }

  static void answer(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
    System.out.flush();
  }

  static IllegalArgumentException unknown(String... command) {
    return new IllegalArgumentException("no such command: " + command[0]);
  }

  /** Sizes written as {@code 64x3x3x3}. */
  static Shape shape(String text) {
    return Shape.of(Arrays.stream(text.split("x", -1)).mapToInt(Integer::parseInt).toArray());
  }

  /** Reads a tensor part by part: a whole file would leave its size in the JVM's memory. */
  static Tensor read(Path file, Shape shape) throws IOException {
    float[] values = new float[shape.length()];
    ByteBuffer bytes = ByteBuffer.allocateDirect(PART).order(ByteOrder.LITTLE_ENDIAN);
    int filled = 0;
    try (FileChannel channel = FileChannel.open(file)) {
      while (filled < values.length) {
        bytes.clear();
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
        FloatBuffer floats = bytes.flip().asFloatBuffer();
        int count = floats.remaining();
        if (count == 0) {
          throw new IOException(file + ": " + filled + " values, " + values.length + " are needed");
        }
        floats.get(values, filled, count);
        filled += count;
      }
    }
    return Tensor.of(shape, values);
  }

  static void write(Path file, float... values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    Files.write(file, bytes.array());
  }
}
