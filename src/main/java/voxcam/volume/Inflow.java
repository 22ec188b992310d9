package voxcam.volume;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import voxcam.model.WholeFile;
import voxcam.op.InputException;

/**
 * Bytes that a file must deliver before anything is allocated for them. A header may claim what it
 * likes: first the claim is held against what the file can hold at most, then the bytes of a
 * compressed file are gathered in pieces that only grow as they arrive.
 */
final class Inflow {
  /** Deflate cannot pack more than this many bytes into one (zlib's documented limit is 1032). */
  private static final long DEFLATE_LIMIT = 1040;

  private static final int FIRST_PIECE = 1 << 16;
  private static final int LARGEST_PIECE = 1 << 22;

  private Inflow() {}

  /** The most bytes that come out of a deflated file of this size. */
  static long mostInflated(long packed) {
    return packed > Long.MAX_VALUE / DEFLATE_LIMIT - 1
        ? Long.MAX_VALUE
        : (packed + 1) * DEFLATE_LIMIT;
  }

  /** Refuses a claim that the file cannot keep. */
  static void checkClaim(String name, String what, long claimed, long most) {
    if (claimed > most) {
      throw new InputException(
          name
              + ": truncated or damaged: the header claims "
              + bytes(claimed)
              + " of "
              + what
              + ", the file holds "
              + (most < 0 ? "none" : "at most " + bytes(most)));
    }
  }

  /**
   * Takes exactly this many bytes from a stream and gives them again, dropping each piece as it is
   * used up.
   */
  static InputStream gather(InputStream in, long need, String name) throws IOException {
    Deque<byte[]> pieces = new ArrayDeque<>();
    long got = 0;
    int size = FIRST_PIECE;
    while (got < need) {
      byte[] piece = in.readNBytes((int) Math.min(size, need - got));
      if (piece.length == 0) {
        throw truncated(name, need, got);
      }
      pieces.add(piece);
      got += piece.length;
      size = Math.min(2 * size, LARGEST_PIECE);
    }
    return new Pieces(pieces);
  }

  /** Fills the array or says that the file is truncated. */
  static void fill(InputStream in, byte[] to, int length, String name) throws IOException {
    int got = in.readNBytes(to, 0, length);
    if (got < length) {
      throw truncated(name, length, got);
    }
  }

  private static InputException truncated(String name, long need, long got) {
    return new InputException(
        name
            + ": truncated: it ends after "
            + got
            + " of "
            + need
            + " bytes of this part; copy the file again");
  }

  /** The one line for a file that could not be read. */
  static InputException unreadable(String name, IOException e) {
    String why = e instanceof EOFException ? "it ends too early" : WholeFile.reason(e);
    return new InputException(name + ": truncated or damaged: " + why, e);
  }

  /** A number of bytes as a reader likes it: {@code 512 bytes}, {@code 1.5 MB}. */
  static String bytes(long count) {
    if (count < 10_000) {
      return count + " bytes";
    }
    double value = count;
    String[] units = {"kB", "MB", "GB", "TB", "PB", "EB"};
    int unit = -1;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }

  private static final class Pieces extends InputStream {
    private final Deque<byte[]> pieces;
    private int at;

    Pieces(Deque<byte[]> pieces) {
      this.pieces = pieces;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      byte[] piece = pieces.peek();
      if (piece == null) {
        return -1;
      }
      int count = Math.min(length, piece.length - at);
      System.arraycopy(piece, at, to, offset, count);
      at += count;
      if (at == piece.length) {
        pieces.remove();
        at = 0;
      }
      return count;
    }
  }
}
