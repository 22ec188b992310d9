package voxcam.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;
import voxcam.backend.Backends;
import voxcam.model.Json;

/**
 * The program {@code engine}. Exit codes: 0 done; 2 what was given is wrong, one line on standard
 * error says what; 3 the machine cannot, as for lack of memory; 1 a fault of the engine.
 */
public final class Main implements Callable<Integer> {
  /** Names the version that the jar's manifest holds. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"VoxCAM engine " + version()};
    }
  }

  /** No exit code: the command is to run in a second JVM. */
  private static final int AGAIN = -1;

  /** All commands, in the order in which the help shows them. */
  private static final List<String> COMMANDS =
      List.of("explain", "predict", "info", "convert", "doctor", "completion");

  /** Those that need not know of any other. */
  private static final List<String> RUN = COMMANDS.subList(0, 5);

  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
  private final PrintStream out;

  private Main(PrintStream out) {
    this.out = out;
  }

  /** Runs the program, in a second JVM where this one lacks the Vector API module. */
  public static void main(String... args) {
    Locale.setDefault(Locale.ROOT);
    // No argument is of java.time or java.sql: picocli need not look for their methods.
    System.setProperty("picocli.converters.excludes", "java[.].*");
    if (Relaunch.isNeeded(args)) {
      exit(Relaunch.run(args));
    }
    if (System.getProperty(Relaunch.VECTORS) == null) {
      arithmetic(args).ifPresent(choice -> System.setProperty(Relaunch.VECTORS, choice));
    }
    if (Relaunch.runsOnce(args)) {
      aside("voxcam-prepare", Main::prepare);
      // The parser's first use computes tables for 30 ms; meanwhile this thread reads arguments.
      aside("voxcam-json", () -> Json.parse("nothing", "[]"));
    }
    int code = run(args, System.out, System.err);
    exit(code == AGAIN ? Relaunch.run(args) : code);
  }

  /**
   * Does what will be needed on a thread of its own. What fails there fails again, and is told of
   * then.
   */
  private static void aside(String name, Runnable task) {
    Thread.ofPlatform().daemon().name(name).uncaughtExceptionHandler((_, _) -> {}).start(task);
  }

  private static void exit(int code) {
    System.out.flush();
    System.exit(code);
  }

  /** What of the arithmetic is done with vectors, if not all. */
  private static Optional<String> arithmetic(String... args) {
    if (isDemo(args)) {
      // So small that plain loops are done before the JVM has compiled its vector code.
      return Optional.of("off");
    }
    return Relaunch.runsOnce(args) ? Optional.of(Relaunch.arithmetic(args)) : Optional.empty();
  }

  /** Lets the backend that is likely to be taken get ready while the command line is read. */
  private static void prepare() {
    Backends.named("auto").prepare();
  }

  /** Whether this is {@code explain --demo}. */
  static boolean isDemo(String... args) {
    return args.length > 0 && args[0].equals("explain") && List.of(args).contains("--demo");
  }

  /**
   * Runs one command in this JVM.
   *
   * @return the exit code
   */
  public static int run(String[] args, PrintStream out, PrintStream err) {
    Streams streams = new Streams(out, err, err.equals(System.err) && Terminal.isErrorOne());
    try {
      int code = commandLine(streams, args).execute(args);
      if (out.checkError() && code == Failure.DONE) {
        err.println("engine: standard output cannot be written; free space or read it to its end");
        return Failure.INPUT;
      }
      return code;
    } catch (Error e) {
      // Exceptions have been told of by the handlers below.
      return Failure.report(e, err);
    }
  }

  /** The commands that {@code args} may mean: one alone is sooner described to picocli than all. */
  static CommandLine commandLine(Streams streams, String... args) {
    CommandLine line = new CommandLine(new Main(streams.out()).spec());
    boolean one = args.length > 0 && RUN.contains(args[0]);
    for (String name : one ? List.of(args[0]) : COMMANDS) {
      line.addSubcommand(name, command(name, streams));
    }
    line.setOut(new PrintWriter(streams.out(), true, StandardCharsets.UTF_8));
    line.setUsageHelpWidth(100);
    line.setUsageHelpLongOptionsMaxWidth(32);
    line.setParameterExceptionHandler((e, _) -> misused(e, streams.err()));
    line.setExecutionExceptionHandler(
        (e, _, _) -> e instanceof Relaunch.Wanted ? AGAIN : Failure.report(e, streams.err()));
    return line;
  }

  private static CommandSpec command(String name, Streams streams) {
    return switch (name) {
      case "explain" -> new ExplainCommand(streams).spec();
      case "predict" -> new PredictCommand(streams).spec();
      case "info" -> new InfoCommand(streams).spec();
      case "convert" -> new ConvertCommand(streams).spec();
      case "doctor" -> new DoctorCommand(streams).spec();
      case "completion" -> new CompletionCommand(streams).spec();
      default -> throw new IllegalArgumentException(name);
    };
  }

  private CommandSpec spec() {
    spec.name("engine").versionProvider(new Version());
    spec.usageMessage()
        .description(
            "Explains 3D medical image networks: shows where in a volume the evidence for a label"
                + " lies.",
            "")
        .footer(
            "",
            "Examples:",
            "  engine explain --demo --out demo          a synthetic chest CT, nothing else needed",
            "  engine info model.onnx                    labels, layers, which layer to explain",
            "  engine convert model.onnx model.safetensors --labels nodule,effusion",
            "  engine explain model.safetensors ct.nii.gz --target nodule --out maps",
            "  engine predict model.safetensors t1.nii.gz --out labels.nii.gz",
            "",
            "'engine COMMAND --help' tells more of a command.",
            "Exit codes: 0 done, 2 wrong input (one line says what), 3 the machine cannot, 1 a fault of the engine.")
        .synopsisSubcommandLabel("COMMAND")
        .commandListHeading("%nCommands:%n")
        .optionListHeading("Options:%n");
    spec.add(
        OptionSpec.builder("-h", "--help")
            .type(boolean.class)
            .paramLabel("<help>")
            .usageHelp(true)
            .scopeType(ScopeType.INHERIT)
            .description("Shows this help.")
            .build());
    spec.add(
        OptionSpec.builder("-V", "--version")
            .type(boolean.class)
            .paramLabel("<version>")
            .versionHelp(true)
            .description("Shows the version.")
            .build());
    return spec;
  }

  private static int misused(ParameterException e, PrintStream err) {
    List<String> known =
        e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
    err.println(
        "engine: "
            + Text.line(e.getMessage())
            + (known.isEmpty() ? "" : ", did you mean " + String.join(" or ", known) + "?")
            + "; see '"
            + e.getCommandLine().getCommandSpec().qualifiedName()
            + " --help'");
    return Failure.INPUT;
  }

  /** The version that the jar's manifest holds. */
  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "unreleased" : version;
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(out);
    return Failure.DONE;
  }
}
