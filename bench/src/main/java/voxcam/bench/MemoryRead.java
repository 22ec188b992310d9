package voxcam.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reads arrays on several threads at once and does hardly anything with what it reads: the time
 * that no program which reads them can be below.
 */
final class MemoryRead implements AutoCloseable {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int STEP = SPECIES.length();

  private final int threads;
  private final ExecutorService pool;

  /** Reads on so many threads, 0 for all processors. */
  MemoryRead(int threads) {
    this.threads = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    pool = Executors.newFixedThreadPool(this.threads);
  }

  /** Reads all arrays; the result is there so that reading is not left out. */
  float read(List<float[]> arrays) {
    List<Future<Float>> parts = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int part = i;
      parts.add(pool.submit(() -> part(arrays, part)));
    }
    float sum = 0;
    for (Future<Float> part : parts) {
      try {
        sum += part.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    return sum;
  }

  private float part(List<float[]> arrays, int part) {
    float sum = 0;
    for (float[] array : arrays) {
      int from = (int) ((long) array.length * part / threads);
      int to = (int) ((long) array.length * (part + 1) / threads);
      sum += sum(array, from, to);
    }
    return sum;
  }

  private static float sum(float[] array, int from, int to) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    int i = from;
    for (; i <= to - 4 * STEP; i += 4 * STEP) {
      a0 = a0.add(FloatVector.fromArray(SPECIES, array, i));
      a1 = a1.add(FloatVector.fromArray(SPECIES, array, i + STEP));
      a2 = a2.add(FloatVector.fromArray(SPECIES, array, i + 2 * STEP));
      a3 = a3.add(FloatVector.fromArray(SPECIES, array, i + 3 * STEP));
    }
    float sum = a0.add(a1).add(a2.add(a3)).lane(0);
    for (; i < to; i++) {
      sum += array[i];
    }
    return sum;
  }

  @Override
  public void close() {
    pool.close();
  }
}
