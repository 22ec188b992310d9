package voxcam.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The seconds that each stage of a command took, in order; tells {@link Progress} of each. */
final class Stages implements AutoCloseable {
  private final Progress progress;
  private final Map<String, Double> seconds = new LinkedHashMap<>();

  Stages(Streams streams) {
    progress = Progress.on(streams);
  }

  <T> T time(String stage, Supplier<T> work) {
    progress.stage(stage);
    long start = System.nanoTime();
    T result = work.get();
    add(stage, (System.nanoTime() - start) * 1e-9);
    return result;
  }

  void add(String stage, double taken) {
    seconds.merge(stage, taken, Double::sum);
  }

  /** Only shows the stage; its time is known from elsewhere. */
  void show(String stage) {
    progress.stage(stage);
  }

  Map<String, Double> seconds() {
    return seconds;
  }

  @Override
  public void close() {
    progress.close();
  }
}
