package voxcam.cpu;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/**
 * A loop over independent tasks, shared out to a fixed pool. Each task computes outputs of its own
 * in an order of its own, so that results have the same bits for any number of threads. Programs
 * that run at the same time share the pool.
 */
final class Threads {
  private static final ExecutorService POOL =
      Executors.newFixedThreadPool(
          Runtime.getRuntime().availableProcessors(),
          task -> {
            Thread thread = new Thread(task, "voxcam-cpu");
            thread.setDaemon(true);
            return thread;
          });

  private final int count;

  /** At most {@code count} threads at once, the caller being one of them. */
  Threads(int count) {
    this.count = count;
  }

  int count() {
    return count;
  }

  /**
   * Runs {@code body} for 0 to {@code tasks - 1}, and returns when all are done. Tasks must not
   * start loops of their own.
   */
  void forEach(int tasks, IntConsumer body) {
    int helpers = Math.min(count, tasks) - 1;
    if (helpers <= 0) {
      for (int task = 0; task < tasks; task++) {
        body.accept(task);
      }
      return;
    }
    Loop loop = new Loop(tasks, body);
    for (int i = 0; i < helpers; i++) {
      POOL.execute(loop::work);
    }
    loop.work();
    loop.await();
  }

  /**
   * One loop that several threads work on. The caller waits for tasks, not for helpers: a helper
   * that the pool starts too late finds nothing to do, so a busy pool delays nobody.
   */
  private static final class Loop {
    private final int tasks;
    private final IntConsumer body;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch done;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Loop(int tasks, IntConsumer body) {
      this.tasks = tasks;
      this.body = body;
      this.done = new CountDownLatch(tasks);
    }

    void work() {
      for (int task = next.getAndIncrement(); task < tasks; task = next.getAndIncrement()) {
        try {
          if (failure.get() == null) {
            body.accept(task);
          }
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        } finally {
          done.countDown();
        }
      }
    }

    void await() {
      boolean interrupted = false;
      while (true) {
        try {
          done.await();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      switch (failure.get()) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalStateException(e);
      }
    }
  }
}
