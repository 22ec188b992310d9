package voxcam.backend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import voxcam.op.InputException;

/** The look-up of backends, which says why each one was or was not taken. */
public final class Backends {
  /** A backend and why it cannot run, if it cannot. */
  public record Candidate(Backend backend, Optional<String> refusal) {}

  private Backends() {}

  /** Every backend of this installation, the most preferred first. */
  public static List<Candidate> all() {
    List<Candidate> candidates = new ArrayList<>();
    try {
      for (Backend backend : ServiceLoader.load(Backend.class, Backends.class.getClassLoader())) {
        candidates.add(new Candidate(backend, backend.refusal()));
      }
    } catch (ServiceConfigurationError e) {
      throw new BackendException(
          "backends: the list in META-INF/services is broken: " + e.getMessage(), e);
    }
    candidates.sort(Comparator.comparingInt((Candidate c) -> c.backend().preference()).reversed());
    return candidates;
  }

  /**
   * The backend of this name, or for {@code auto} the most preferred one that can run.
   *
   * @throws InputException if there is no such backend
   * @throws BackendException if it cannot run here
   */
  public static Backend named(String name) {
    List<Candidate> candidates = all();
    for (Candidate candidate : candidates) {
      boolean wanted =
          name.equals("auto")
              ? candidate.backend().preference() >= 0 && candidate.refusal().isEmpty()
              : name.equals(candidate.backend().name());
      if (wanted && candidate.refusal().isPresent()) {
        throw new BackendException("device " + name + ": " + candidate.refusal().get());
      }
      if (wanted) {
        return candidate.backend();
      }
    }
    List<String> names = candidates.stream().map(c -> c.backend().name()).toList();
    throw new InputException(
        "device " + name + ": not known, give auto or one of " + String.join(", ", names));
  }
}
