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
    /** Empty where there is no folder for such files. */
    Optional<Path> file() {
      String name = gpu.replaceAll("[^A-Za-z0-9]+", "-");
      String versions = "-cudnn-" + cudnn + "-kernels-" + Long.toHexString(kernels);
      return CacheFolder.find("algorithms")
          .map(folder -> folder.resolve(name + versions + ".json"));
    }
  }

  private final Machine machine;
  private final Optional<Path> file;
  private final Map<String, String> chosen;
  private final Map<String, String> fresh = new TreeMap<>();

  private Choices(Machine machine) {
    this.machine = machine;
    file = machine.file();
    chosen = new TreeMap<>(file.map(path -> ChoiceFile.read(path, machine)).orElseGet(Map::of));
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

  /**
   * Makes a choice, unless somebody else has made one in the meantime.
   *
   * @param found what {@link #find} gave when this choice was begun
   * @param lasting whether later processes should choose so
   * @return the choice that holds
   */
  synchronized String put(String problem, Optional<String> found, String choice, boolean lasting) {
    Optional<String> now = find(problem);
    if (now.isPresent() && !now.equals(found)) {
      return now.get();
    }
    chosen.put(problem, choice);
    if (lasting) {
      fresh.put(problem, choice);
    }
    return choice;
  }

  /** Adds what is new to the file; without one that can be written, later processes try again. */
  synchronized void save() {
    if (!fresh.isEmpty()) {
      file.ifPresent(path -> ChoiceFile.add(path, machine, fresh));
      fresh.clear();
    }
  }
}
