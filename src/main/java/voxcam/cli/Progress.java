package voxcam.cli;

import java.io.PrintStream;

/**
 * Says on a terminal what is being done, once it has taken a second, on one line that goes again.
 * On anything but a terminal it is silent.
 */
final class Progress implements AutoCloseable {
  private static final long PATIENCE_NANOS = 1_000_000_000L;
  private static final long TICK_MILLIS = 250;

  private final PrintStream err;
  private final long start = System.nanoTime();
  private volatile String stage = "";
  private volatile boolean closed;
  private Thread ticker;
  private int shown;

  private Progress(PrintStream err) {
    this.err = err;
  }

  static Progress on(Streams streams) {
    Progress progress = new Progress(streams.err());
    if (streams.terminal()) {
      progress.ticker = Thread.ofPlatform().daemon().name("progress").start(progress::tick);
    }
    return progress;
  }

  /** What is being done from now on. */
  void stage(String name) {
    stage = name;
  }

  private void tick() {
    while (!closed) {
      try {
        Thread.sleep(TICK_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
      long taken = System.nanoTime() - start;
      if (!closed && taken > PATIENCE_NANOS) {
        show(stage + ", " + taken / 1_000_000_000L + " s");
      }
    }
  }

  private void show(String text) {
    synchronized (err) {
      err.print("\r" + text + " ".repeat(Math.max(0, shown - text.length())));
      err.flush();
      shown = text.length();
    }
  }

  /** Clears the line, so that whatever comes next stands alone. */
  @Override
  public void close() {
    closed = true;
    if (ticker == null) {
      return;
    }
    ticker.interrupt();
    try {
      ticker.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (shown > 0) {
      err.print("\r" + " ".repeat(shown) + "\r");
      err.flush();
    }
  }
}
