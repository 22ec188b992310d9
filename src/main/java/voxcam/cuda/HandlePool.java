package voxcam.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import voxcam.backend.BackendException;

/**
 * A library's handles in a context. A handle belongs to one stream at a time; making one takes a
 * while, so those that were given back are used again. Thread-safe; the context must be current.
 */
final class HandlePool<H> implements Closing.Part {
  private final Supplier<H> maker;
  private final BiConsumer<H, Optional<Stream>> attacher;
  private final Consumer<H> destroyer;
  private final Deque<H> idle = new ArrayDeque<>();

  /**
   * @param attacher sends a handle's work to a stream, or to none
   */
  HandlePool(Supplier<H> maker, BiConsumer<H, Optional<Stream>> attacher, Consumer<H> destroyer) {
    this.maker = maker;
    this.attacher = attacher;
    this.destroyer = destroyer;
  }

  /** One that somebody has. */
  final class Lease implements Closing.Part {
    private final H handle;

    private Lease(H handle) {
      this.handle = handle;
    }

    H handle() {
      return handle;
    }

    /** Back to the others; the stream may be gone soon. */
    @Override
    public void close() {
      attach(handle, Optional.empty());
      synchronized (HandlePool.this) {
        idle.push(handle);
      }
    }
  }

  /** A handle whose calls go to this stream, until it is closed. */
  Lease take(Stream stream) {
    H handle = Optional.ofNullable(idleOne()).orElseGet(maker);
    attach(handle, Optional.of(stream));
    return new Lease(handle);
  }

  private synchronized H idleOne() {
    return idle.poll();
  }

  /** One that cannot be attached is of no more use. */
  private void attach(H handle, Optional<Stream> stream) {
    try {
      attacher.accept(handle, stream);
    } catch (BackendException e) {
      Closing parts = new Closing();
      parts.add(() -> destroyer.accept(handle));
      parts.closeAfter(e);
      throw e;
    }
  }

  @Override
  public synchronized void close() {
    Closing parts = new Closing();
    for (H handle = idle.poll(); handle != null; handle = idle.poll()) {
      H last = handle;
      parts.add(() -> destroyer.accept(last));
    }
    parts.close();
  }
}
