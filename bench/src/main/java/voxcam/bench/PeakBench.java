package voxcam.bench;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What this machine can do, on all processors at once: multiply-adds on registers, and reading and
 * copying memory that no cache holds. Each thread has its own work; the rows of the other
 * benchmarks are set in relation to the sum over the threads.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Threads(Threads.MAX)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 7, time = 1)
public class PeakBench {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int ROUNDS = 1 << 20;
  private static final int CHAINS = 12;

  /** Floats that each thread reads, 256 MiB: more than its share of any cache. */
  private static final int LENGTH = 1 << 26;

  private float[] source;
  private float[] target;

  /** Operations of one call of {@link #multiplyAdd} in one thread. */
  static long flops() {
    return 2L * ROUNDS * CHAINS * SPECIES.length();
  }

  /** Bytes that one call of {@link #read} moves in one thread. */
  static long readBytes() {
    return (long) LENGTH * Float.BYTES;
  }

  /** Bytes that one call of {@link #copy} moves in one thread: half as many floats, twice. */
  static long copyBytes() {
    return (long) LENGTH * Float.BYTES;
  }

  @Setup
  public void allocate() {
    source = new float[LENGTH];
    target = new float[LENGTH / 2];
    Arrays.fill(source, 1);
    Arrays.fill(target, 1);
  }

  /** Twelve independent chains keep two units with a latency of four to five busy. */
  @Benchmark
  public float multiplyAdd() {
    FloatVector m = FloatVector.broadcast(SPECIES, 0.999f);
    FloatVector a0 = FloatVector.broadcast(SPECIES, 0.5f);
    FloatVector a1 = m.mul(1);
    FloatVector a2 = m.mul(2);
    FloatVector a3 = m.mul(3);
    FloatVector a4 = m.mul(4);
    FloatVector a5 = m.mul(5);
    FloatVector a6 = m.mul(6);
    FloatVector a7 = m.mul(7);
    FloatVector a8 = m.mul(8);
    FloatVector a9 = m.mul(9);
    FloatVector a10 = m.mul(10);
    FloatVector a11 = m.mul(11);
    for (int i = 0; i < ROUNDS; i++) {
      a0 = a0.fma(m, m);
      a1 = a1.fma(m, m);
      a2 = a2.fma(m, m);
      a3 = a3.fma(m, m);
      a4 = a4.fma(m, m);
      a5 = a5.fma(m, m);
      a6 = a6.fma(m, m);
      a7 = a7.fma(m, m);
      a8 = a8.fma(m, m);
      a9 = a9.fma(m, m);
      a10 = a10.fma(m, m);
      a11 = a11.fma(m, m);
    }
    FloatVector low = a0.add(a1).add(a2).add(a3).add(a4).add(a5);
    FloatVector high = a6.add(a7).add(a8).add(a9).add(a10).add(a11);
    return low.lane(0) + high.lane(0);
  }

  @Benchmark
  public float read() {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    int step = SPECIES.length();
    for (int i = 0; i < LENGTH; i += 4 * step) {
      a0 = a0.add(FloatVector.fromArray(SPECIES, source, i));
      a1 = a1.add(FloatVector.fromArray(SPECIES, source, i + step));
      a2 = a2.add(FloatVector.fromArray(SPECIES, source, i + 2 * step));
      a3 = a3.add(FloatVector.fromArray(SPECIES, source, i + 3 * step));
    }
    return a0.add(a1).add(a2).add(a3).lane(0);
  }

  @Benchmark
  public float copy() {
    System.arraycopy(source, 0, target, 0, target.length);
    return target[target.length - 1];
  }
}
