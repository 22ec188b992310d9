package voxcam.cpu;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/**
 * A loop over independent tasks, shared out to a fixed pool. Each task computes outputs of its own
 * in an order of its own, so that results have the same bits for any number of threads. Programs
 * that run at the same time share the pool.
 *
 * <p>Not final, so that tests can count tasks without running them.
 */
class Threads {
  /**
   * How long a thread looks for work before it sleeps: waking it again takes longer, and loops
   * follow each other closely.
   */
  private static final long AWAKE_NS = 20_000;

  private static final ExecutorService POOL =
      new ThreadPoolExecutor(
          Runtime.getRuntime().availableProcessors(),
          Runtime.getRuntime().availableProcessors(),
          0,
          TimeUnit.SECONDS,
          new Waiting(),
          task -> {
            Thread thread = new Thread(task, "voxcam-cpu");
            thread.setDaemon(true);
            // Else the pool would hold the loader of whichever application ran first.
            thread.setContextClassLoader(null);
            return thread;
          });

  /** Work that is looked for some time before its taker sleeps. */
  private static final class Waiting extends LinkedBlockingQueue<Runnable> {
    private static final long serialVersionUID = 1;

    @Override
    public Runnable take() throws InterruptedException {
      long start = System.nanoTime();
      do {
        // Without a lock while there is nothing.
        Runnable work = isEmpty() ? null : poll();
        if (work != null) {
          return work;
        }
        Thread.onSpinWait();
      } while (System.nanoTime() - start < AWAKE_NS);
      return super.take();
    }
  }

  /** One task. */
  interface Body {
    /**
     * Computes.
     *
     * @param worker below {@link #count()}
     */
    void run(int task, int worker);
  }

  private final int count;

  /** At most {@code count} threads at once, the caller being one of them. */
  Threads(int count) {
    this.count = count;
  }

  int count() {
    return count;
  }

  /** These, or fewer if so many cannot be used. */
  Threads limited(int most) {
    return count <= most ? this : new Threads(most);
  }

  /**
   * Runs {@code body} for 0 to {@code tasks - 1}, and returns when all are done. Tasks must not
   * start loops of their own.
   */
  void forEach(int tasks, IntConsumer body) {
    forEach(tasks, (task, _) -> body.accept(task));
  }

  /**
   * Runs {@code body} as {@link #forEach(int, IntConsumer)} does. Tasks of the same worker follow
   * each other, so that each worker may have scratch memory of its own.
   */
  void forEach(int tasks, Body body) {
    int helpers = Math.min(count, tasks) - 1;
    if (helpers <= 0) {
      for (int task = 0; task < tasks; task++) {
        body.run(task, 0);
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
    private final Body body;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger workers = new AtomicInteger();
    private final CountDownLatch done;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Loop(int tasks, Body body) {
      this.tasks = tasks;
      this.body = body;
      this.done = new CountDownLatch(tasks);
    }

    void work() {
      int worker = workers.getAndIncrement();
      for (int task = next.getAndIncrement(); task < tasks; task = next.getAndIncrement()) {
        try {
          if (failure.get() == null) {
            body.run(task, worker);
          }
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        } finally {
          done.countDown();
        }
      }
    }

    void await() {
      long start = System.nanoTime();
      while (done.getCount() > 0 && System.nanoTime() - start < AWAKE_NS) {
        Thread.onSpinWait();
      }
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
