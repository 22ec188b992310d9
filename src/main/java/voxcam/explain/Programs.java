package voxcam.explain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import voxcam.backend.Program;
import voxcam.op.Shape;

/**
 * The programs of an explainer, the latest few of them. A program is made once, outside any lock,
 * while others wait for it alone; it is closed when it has left the cache and its last run has
 * ended.
 */
final class Programs implements AutoCloseable {
  private static final int KEPT = 4;

  /** What a program was made for. A region's values are an input, so they are no part of it. */
  record Key(Request request, Map<String, Shape> shapes) {}

  /** A program with the graph that it runs, held until closed. */
  final class Lease implements AutoCloseable {
    private final MapGraph maps;
    private final Program program;
    private int users = 1;

    Lease(MapGraph maps, Program program) {
      this.maps = maps;
      this.program = program;
    }

    MapGraph maps() {
      return maps;
    }

    Program program() {
      return program;
    }

    @Override
    public void close() {
      boolean last;
      synchronized (Programs.this) {
        users--;
        last = users == 0;
      }
      if (last) {
        program.close();
      }
    }
  }

  private final SequencedMap<Key, CompletableFuture<Lease>> kept =
      new LinkedHashMap<>(8, 0.75f, true);
  private boolean closed;

  /**
   * The program for this key, made if there is none.
   *
   * @throws IllegalStateException if the explainer was closed
   */
  Lease lease(Key key, Supplier<Lease> maker) {
    while (true) {
      CompletableFuture<Lease> own = new CompletableFuture<>();
      CompletableFuture<Lease> future;
      synchronized (this) {
        if (closed) {
          throw new IllegalStateException("explainer: it was closed");
        }
        future = kept.putIfAbsent(key, own);
      }
      if (future == null) {
        make(key, own, maker);
        future = own;
      }
      Lease lease = joined(future);
      synchronized (this) {
        // With no user left it was closed between the look-up and now: look again.
        if (lease.users > 0) {
          lease.users++;
          return lease;
        }
      }
    }
  }

  private void make(Key key, CompletableFuture<Lease> future, Supplier<Lease> maker) {
    try {
      future.complete(maker.get());
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        kept.remove(key, future);
      }
      future.completeExceptionally(e);
      return;
    }
    synchronized (this) {
      dropOldest();
    }
  }

  /** Lets go of the program that was not asked for longest, of those that are made. */
  private void dropOldest() {
    if (kept.size() <= KEPT) {
      return;
    }
    for (Map.Entry<Key, CompletableFuture<Lease>> entry : List.copyOf(kept.entrySet())) {
      if (entry.getValue().isDone()) {
        kept.remove(entry.getKey());
        var _ = entry.getValue().thenAccept(Lease::close);
        return;
      }
    }
  }

  private static Lease joined(CompletableFuture<Lease> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }

  /** Closes every program, then throws what the first of them threw, if any did. */
  @Override
  public void close() {
    SequencedMap<Key, CompletableFuture<Lease>> all;
    synchronized (this) {
      closed = true;
      all = new LinkedHashMap<>(kept);
      kept.clear();
    }
    RuntimeException first = null;
    for (CompletableFuture<Lease> future : all.values()) {
      try {
        // One that is still being made is closed by its maker's thread.
        future.thenAccept(Lease::close).getNow(null);
      } catch (CompletionException | CancellationException e) {
        if (!future.isCompletedExceptionally() && e.getCause() instanceof RuntimeException cause) {
          first = first == null ? cause : first;
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
