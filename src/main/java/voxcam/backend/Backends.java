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
    return installed().stream()
        .map(backend -> new Candidate(backend, backend.refusal()))
        .toList();
  }

  /**
   * The backend of this name, or for {@code auto} the most preferred one that can run. Others are
   * not asked whether they can run, which may cost time.
   *
   * @throws InputException if there is no such backend
   * @throws BackendException if it cannot run here
   */
  public static Backend named(String name) {
    List<Backend> installed = installed();
    for (Backend backend : installed) {
      if (name.equals("auto") && backend.preference() >= 0 && backend.refusal().isEmpty()) {
        return backend;
      }
      if (name.equals(backend.name())) {
        Optional<String> refusal = backend.refusal();
        if (refusal.isPresent()) {
          throw new BackendException("device " + name + ": " + refusal.get());
        }
        return backend;
      }
    }
    List<String> names = installed.stream().map(Backend::name).toList();
    throw new InputException(
        "device " + name + ": not known, give auto or one of " + String.join(", ", names));
  }

  private static List<Backend> installed() {
    List<Backend> backends = new ArrayList<>();
    try {
      ServiceLoader.load(Backend.class, Backends.class.getClassLoader()).forEach(backends::add);
    } catch (ServiceConfigurationError e) {
      throw new BackendException(
          "backends: the list in META-INF/services is broken: " + e.getMessage(), e);
    }
    backends.sort(Comparator.comparingInt(Backend::preference).reversed());
    return backends;
  }
}
