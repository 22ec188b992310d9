package voxcam.cuda;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Things of the device that are closed together: the last one first, each once, also when closing
 * one of them fails. Not thread-safe.
 */
final class Closing implements AutoCloseable {
  /** Something of the device that must be given back. */
  interface Part extends AutoCloseable {
    @Override
    void close();
  }

  private final Deque<Part> parts = new ArrayDeque<>();

  <P extends Part> P add(P part) {
    parts.push(part);
    return part;
  }

  /** Closes everything because {@code reason} is about to be thrown. */
  void closeAfter(Throwable reason) {
    try {
      close();
    } catch (RuntimeException e) {
      reason.addSuppressed(e);
    }
  }

  /** Closes everything, then throws the first failure, if any. */
  @Override
  public void close() {
    RuntimeException first = null;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
