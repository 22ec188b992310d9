package voxcam.report;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes PNG files (ISO/IEC 15948): 8 bits each of red, green and blue, no time stamp, and the
 * picture's text once more as UTF-8 {@code iTXt}, where search and screen readers find it.
 */
final class Png {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
  private static final int LEVEL = 5;

  private Png() {}

  /** The file of these pixels, {@code 0xRRGGBB} row by row. */
  static byte[] encode(int width, int height, int[] pixels, String title, String description) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 18);
    out.writeBytes(SIGNATURE);
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
    header.put(new byte[] {8, 2, 0, 0, 0});
    chunk(out, "IHDR", header.array(), 13);
    text(out, "Title", title);
    text(out, "Description", description);
    data(out, width, height, pixels);
    chunk(out, "IEND", new byte[0], 0);
    return out.toByteArray();
  }

  private static void data(ByteArrayOutputStream out, int width, int height, int[] pixels) {
    int stride = 3 * width;
    byte[] above = new byte[stride];
    byte[] row = new byte[stride];
    byte[] lines = new byte[height * (stride + 1)];
    for (int y = 0, at = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int pixel = pixels[y * width + x];
        row[3 * x] = (byte) (pixel >> 16);
        row[3 * x + 1] = (byte) (pixel >> 8);
        row[3 * x + 2] = (byte) pixel;
      }
      boolean up = upIsFlatter(row, above);
      lines[at++] = (byte) (up ? 2 : 1);
      for (int i = 0; i < stride; i++) {
        int near = up ? above[i] : i < 3 ? 0 : row[i - 3];
        lines[at++] = (byte) (row[i] - near);
      }
      byte[] swap = above;
      above = row;
      row = swap;
    }
    try (Deflater deflater = new Deflater(LEVEL)) {
      deflater.setInput(lines);
      deflater.finish();
      byte[] block = new byte[1 << 16];
      while (!deflater.finished()) {
        chunk(out, "IDAT", block, deflater.deflate(block));
      }
    }
  }

  /** Whether the differences to the row above are smaller than those to the pixel on the left. */
  private static boolean upIsFlatter(byte[] row, byte[] above) {
    long up = 0;
    long left = 0;
    for (int i = 3; i < row.length; i++) {
      up += Math.abs((byte) (row[i] - above[i]));
      left += Math.abs((byte) (row[i] - row[i - 3]));
    }
    return up < left;
  }

  private static void text(ByteArrayOutputStream out, String keyword, String text) {
    // Keyword, no compression, no language, no translated keyword.
    byte[] content = (keyword + "\0\0\0\0\0" + text).getBytes(StandardCharsets.UTF_8);
    chunk(out, "iTXt", content, content.length);
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] content, int length) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(content, 0, length);
    out.writeBytes(ByteBuffer.allocate(4).putInt(length).array());
    out.writeBytes(name);
    out.write(content, 0, length);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
