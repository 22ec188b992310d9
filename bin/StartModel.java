import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes a ResNet-18 with arbitrary weights and a volume. The cache from which `engine explain` takes
 * classes and their profiles is made while it explains these: what it has seen in the cache's run, it
 * compiles sooner afterwards.
 */
final class StartModel {
  private static final int SIZE = 96;

  /** PyTorch counts batches in a whole number of 8 bytes, which nothing reads. */
  private static final String COUNTER = ".num_batches_tracked";

  private StartModel() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Files.createDirectories(folder);
    Map<String, int[]> shapes = new LinkedHashMap<>();
    convolution(shapes, "conv1", "bn1", 64, 1, 7);
    int channels = 64;
    for (int stage = 1; stage <= 4; stage++) {
      int width = 32 << stage;
      for (int block = 0; block < 2; block++) {
        String name = "layer" + stage + "." + block + ".";
        if (channels != width) {
          convolution(shapes, name + "downsample.0", name + "downsample.1", width, channels, 1);
        }
        convolution(shapes, name + "conv1", name + "bn1", width, channels, 3);
        convolution(shapes, name + "conv2", name + "bn2", width, width, 3);
        channels = width;
      }
    }
    shapes.put("fc.weight", new int[] {3, 512});
    shapes.put("fc.bias", new int[] {3});
    write(folder.resolve("start.safetensors"), shapes);
    ByteBuffer volume = ByteBuffer.allocate(128 + 4 * SIZE * SIZE * SIZE).order(ByteOrder.LITTLE_ENDIAN);
    volume.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0);
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (96, 96, 96), }";
    volume.putShort((short) 118).put((header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; volume.hasRemaining(); i++) {
      volume.putFloat(noise(i));
    }
    Files.write(folder.resolve("start.npy"), volume.array());
  }

  private static void convolution(
      Map<String, int[]> shapes, String name, String norm, int outputs, int inputs, int kernel) {
    shapes.put(name + ".weight", new int[] {outputs, inputs, kernel, kernel, kernel});
    for (String part : new String[] {".weight", ".bias", ".running_mean", ".running_var"}) {
      shapes.put(norm + part, new int[] {outputs});
    }
    shapes.put(norm + COUNTER, new int[] {});
  }

  private static void write(Path file, Map<String, int[]> shapes) throws IOException {
    StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
    long at = 0;
    for (Map.Entry<String, int[]> tensor : shapes.entrySet()) {
      boolean counter = tensor.getKey().endsWith(COUNTER);
      long end = at + (counter ? 8 : 4 * length(tensor.getValue()));
      header.append(",\"").append(tensor.getKey());
      header.append("\":{\"dtype\":\"").append(counter ? "I64" : "F32").append("\",\"shape\":");
      header.append(java.util.Arrays.toString(tensor.getValue()));
      header.append(",\"data_offsets\":[").append(at).append(',').append(end).append("]}");
      at = end;
    }
    header.append('}').repeat(' ', -header.length() & 7);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer begin = ByteBuffer.allocate(8 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
      begin.putLong(header.length()).put(header.toString().getBytes(StandardCharsets.US_ASCII));
      out.write(begin.flip());
      for (Map.Entry<String, int[]> tensor : shapes.entrySet()) {
        out.write(values(tensor.getKey(), tensor.getValue()));
      }
    }
  }

  /** Sums of as many terms as a convolution has keep their size; norms change nothing. */
  private static ByteBuffer values(String name, int[] shape) {
    if (name.endsWith(COUNTER)) {
      return ByteBuffer.allocate(8);
    }
    int length = (int) length(shape);
    double scale = Math.sqrt(6.0 * shape[0] / length);
    ByteBuffer values = ByteBuffer.allocate(4 * length).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < length; i++) {
      boolean one = shape.length == 1 && (name.endsWith("var") || name.endsWith("weight"));
      values.putFloat(shape.length == 1 ? one ? 1 : 0 : (float) (scale * noise(i)));
    }
    return values.flip();
  }

  private static long length(int[] shape) {
    long length = 1;
    for (int size : shape) {
      length *= size;
    }
    return length;
  }

  /** Between -1 and 1, the same each time. */
  private static float noise(int i) {
    return (i * 0x9E3779B9 >> 8) * 0x1p-23f;
  }
}
