package voxcam.cuda;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was found to take the least time on one GPU, by problem: in memory, so that all programs of
 * this process choose alike, and in a file for later ones. Thread-safe.
 */
final class Choices {
  private static final Map<Machine, Choices> KNOWN = new ConcurrentHashMap<>();

  /**
   * What choices depend on beside the problem.
   *
   * @param kernels a checksum of ours
   */
  record Machine(String gpu, int driver, long cudnn, long kernels) {
    Path file() {
      String name = gpu.replaceAll("[^A-Za-z0-9]+", "-");
      return CacheFolder.of("algorithms").resolve(name + "-cudnn-" + cudnn + ".json");
    }
  }

  private final Machine machine;
  private final Map<String, String> chosen;
  private final Map<String, String> fresh = new TreeMap<>();

  private Choices(Machine machine) {
    this.machine = machine;
    chosen = new TreeMap<>(ChoiceFile.read(machine.file(), machine));
  }

  static Choices of(Machine machine) {
    return KNOWN.computeIfAbsent(machine, Choices::new);
  }

  /** As in a process that has just begun. */
  static void forget() {
    KNOWN.clear();
  }

  synchronized Optional<String> find(String problem) {
    return Optional.ofNullable(chosen.get(problem));
  }

  synchronized void put(String problem, String choice) {
    chosen.put(problem, choice);
    fresh.put(problem, choice);
  }

  /** Adds what is new to the file; without one that can be written, later processes try again. */
  synchronized void save() {
    if (!fresh.isEmpty()) {
      ChoiceFile.add(machine.file(), machine, fresh);
      fresh.clear();
    }
  }
}
