package voxcam.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.check.Conformance;

/** Says what this machine is and whether the engine computes rightly on it. */
final class DoctorCommand implements Callable<Integer> {
  /** Failures told in full; more of them would hide the rest. */
  private static final int SHOWN = 10;

  private final ThreadOptions threadOptions = new ThreadOptions();

  private final Streams streams;

  DoctorCommand(Streams streams) {
    this.streams = streams;
  }

  CommandSpec spec() {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("doctor");
    spec.usageMessage()
        .description(
            "Shows the machine, the Java and what computes here, and checks on small cases of every"
                + " operation that it computes rightly. Exit code 3 if something fails.",
            "")
        .footer("", "Example:", "  engine doctor");
    threadOptions.addTo(spec);
    return spec;
  }

  @Override
  public Integer call() {
    Options options = threadOptions.options();
    Relaunch.noteMissingModule(streams);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("engine", Main.version()));
    rows.add(List.of("machine", Environment.processor() + ", " + Environment.system()));
    rows.add(List.of("processors", String.valueOf(Runtime.getRuntime().availableProcessors())));
    rows.add(List.of("memory", memory()));
    rows.add(List.of("java", Environment.java()));
    List<Backends.Candidate> candidates = Backends.all();
    for (Backends.Candidate candidate : candidates) {
      Backend backend = candidate.backend();
      String state =
          candidate
              .refusal()
              .map(why -> "refused: " + why)
              .orElseGet(() -> taken(backend, options));
      rows.add(List.of("backend " + backend.name(), state));
      backend
          .findings()
          .forEach(finding -> rows.add(List.of("  " + finding.what(), finding.found())));
    }
    streams.out().print(Text.table(rows));
    boolean passed = true;
    for (Backends.Candidate candidate : candidates) {
      passed &= candidate.refusal().isPresent() || check(candidate.backend(), options);
    }
    return passed ? Failure.DONE : Failure.MACHINE;
  }

  private static String memory() {
    OptionalLong physical = Environment.physicalMemory();
    return (physical.isPresent() ? Text.bytes(physical.getAsLong()) + ", " : "")
        + "Java may take "
        + Text.bytes(Runtime.getRuntime().maxMemory());
  }

  private static String taken(Backend backend, Options options) {
    boolean auto = backend.name().equals(Backends.named("auto").name());
    return backend.description(options) + (auto ? " (what auto takes)" : "");
  }

  /** Prints one line, and one for each failed case. */
  private boolean check(Backend backend, Options options) {
    long start = System.nanoTime();
    List<Conformance.Result> results;
    try (Stages stages = new Stages(streams)) {
      results = stages.time("checking " + backend.name(), () -> Conformance.run(backend, options));
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    List<Conformance.Result> failed = results.stream().filter(result -> !result.passed()).toList();
    streams
        .out()
        .println(
            (failed.isEmpty() ? "PASS " : "FAIL ")
                + backend.name()
                + ": "
                + (results.size() - failed.size())
                + " of "
                + results.size()
                + " cases passed in "
                + Text.seconds(seconds));
    failed.stream().limit(SHOWN).forEach(result -> streams.out().println("  " + result.message()));
    if (failed.size() > SHOWN) {
      streams.out().println("  and " + (failed.size() - SHOWN) + " more");
    }
    return failed.isEmpty() && !results.isEmpty();
  }
}
