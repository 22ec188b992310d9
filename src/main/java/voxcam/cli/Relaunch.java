package voxcam.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import voxcam.backend.Processor;
import voxcam.graph.Graph;
import voxcam.op.InputException;
import voxcam.op.Linear;

/**
 * A second JVM with the Vector API module, for {@code java -jar engine.jar bench ...} where the
 * first was started without, and for a single explanation or prediction that is too large for plain
 * loops, in which it begins; and without {@code LD_BIND_NOW}, with which JCuda's libraries would
 * need every function of every CUDA there is. It gets the same options, input and output, its exit
 * code is this one's, and of its errors the warning about the incubating module is left out. With
 * {@code -Dvoxcam.relaunch=false} there is none, and the kernels run without vectors; with a number
 * of GFLOP what is too large for plain loops is what has more of them.
 */
final class Relaunch {
  static final String PROPERTY = "voxcam.relaunch";

  /** Above so many GFLOP in a single run, vectors are worth the second JVM: measured. */
  private static final double MOST_GFLOP = 150;

  /** Matrix products take so many times as long in plain loops as convolutions do. */
  private static final long PRODUCT = 20;

  private static final String MODULE = "jdk.incubator.vector";
  private static final String BIND = "LD_BIND_NOW";
  private static final String WARNING = "WARNING: Using incubator modules";

  /** Which arithmetic runs; the processor's backend reads it. */
  static final String VECTORS = "voxcam.vectors";

  private static final String LOOPS = "loops";

  /** What suits the first JVM alone. */
  private static final String FIRST_ONLY =
      "-XX:(AOT|Tier[34]|FreqInlineSize).*|-XX:CompileCommand=.*|-D" + VECTORS + "=.*";

  /** What the JVM says of itself before anything else; the first JVM has said it already. */
  private static final String OPTIONS_NOTE = "Picked up ";

  /** A command began in plain loops and has too much to do for them. */
  static final class Wanted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Wanted() {
      super("vectors are wanted", null, false, false);
    }
  }

  private Relaunch() {}

  static boolean isNeeded(String... args) {
    // In this order, since to look for the module takes 10 ms where it is missing.
    return computes(args)
        && isAllowed()
        && (bindsAtOnce(System.getenv(BIND)) || (!beginsInLoops(args) && !hasModule()));
  }

  private static boolean isAllowed() {
    return !"false".equalsIgnoreCase(System.getProperty(PROPERTY, "true"));
  }

  /** Whether a command computes something that is worth preparing for, and that only once. */
  static boolean runsOnce(String... args) {
    return computes(args) && List.of("explain", "predict").contains(args[0]);
  }

  /**
   * What of the arithmetic a command that runs once does with vectors: products, or without the
   * module nothing, since plain loops are ready sooner.
   */
  static String arithmetic(String... args) {
    return hasModule() || !isAllowed() || !beginsInLoops(args) ? "products" : LOOPS;
  }

  private static boolean beginsInLoops(String... args) {
    return runsOnce(args) && Processor.isFused();
  }

  /**
   * Ends a command that runs in plain loops where a second JVM with vectors would be done sooner.
   *
   * @param graph all that it is going to run, at least
   * @throws Wanted if so
   */
  static void checkWork(Graph graph) {
    boolean inLoops = LOOPS.equals(System.getProperty(VECTORS));
    if (inLoops && isAllowed() && work(graph) > 1e9 * mostGflop()) {
      throw new Wanted();
    }
  }

  private static double mostGflop() {
    String most = System.getProperty(PROPERTY, "true");
    try {
      return "true".equalsIgnoreCase(most) ? MOST_GFLOP : Double.parseDouble(most);
    } catch (NumberFormatException e) {
      throw new InputException(
          PROPERTY + ": " + Text.line(most) + " is neither true nor false nor a number of GFLOP",
          e);
    }
  }

  static long work(Graph graph) {
    return graph.nodes().stream()
        .mapToLong(node -> node.op() instanceof Linear ? PRODUCT * node.flops() : node.flops())
        .sum();
  }

  /**
   * Whether a command computes so much that vectors help, by the same rule as {@code bin/engine}.
   * The demo does not: it is done in plain loops before the JVM has compiled its vector code.
   */
  static boolean computes(String... args) {
    if (args.length == 0 || args[0].isEmpty() || args[0].startsWith("-")) {
      return false;
    }
    return !List.of("help", "info", "convert", "completion").contains(args[0])
        && Arrays.stream(args).noneMatch(List.of("-h", "--help", "--demo")::contains);
  }

  /** Whether the dynamic linker looks for all functions of a library when it loads it. */
  static boolean bindsAtOnce(String value) {
    return value != null && !value.isEmpty();
  }

  private static boolean hasModule() {
    return ModuleLayer.boot().findModule(MODULE).isPresent();
  }

  /** Says that there will be no vectors, if so. */
  static void noteMissingModule(Streams streams) {
    if (!hasModule() && !LOOPS.equals(System.getProperty(VECTORS))) {
      streams.warn(
          "the module "
              + MODULE
              + " is missing, so kernels run without vectors and are slow;"
              + " start Java with --add-modules "
              + MODULE);
    }
  }

  /** Runs the same command in a second JVM and returns its exit code. */
  static int run(String... args) {
    Process child;
    ProcessBuilder builder =
        new ProcessBuilder(command(options(), args))
            .redirectInput(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT);
    builder.environment().remove(BIND);
    try {
      child = builder.start();
    } catch (IOException e) {
      System.err.println(
          "engine: cannot start Java again with --add-modules "
              + MODULE
              + ", "
              + Text.line(String.valueOf(e.getMessage()))
              + "; start it so yourself");
      return Failure.MACHINE;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(child::destroy, "relaunched"));
    try (BufferedReader errors =
        new BufferedReader(
            new InputStreamReader(
                child.getErrorStream(),
                Charset.forName(System.getProperty("stderr.encoding", "UTF-8"))))) {
      pass(errors, System.err);
      return child.waitFor();
    } catch (IOException e) {
      return Failure.report(e, System.err);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Failure.ENGINE;
    }
  }

  /** What the first JVM was started with. */
  private static List<String> options() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments();
  }

  static List<String> command(List<String> options, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (options.stream().noneMatch(option -> option.matches("-Xmx.*|-XX:Max(RAM|Heap).*"))) {
      command.add("-XX:MaxRAMPercentage=75");
    }
    // As bin/engine does: the heap follows a few large arrays closely.
    if (options.stream().noneMatch(option -> option.matches("-XX:\\+Use.*GC"))) {
      command.addAll(
          List.of(
              "-XX:+UseSerialGC",
              "-Xmn6m",
              "-XX:MinHeapFreeRatio=1",
              "-XX:MaxHeapFreeRatio=5",
              "-Dvoxcam.collect=true"));
    }
    command.add("-Djdk.nio.maxCachedBufferSize=262144");
    // Vector code is to be compiled as soon as it runs.
    command.add("-XX:CompileCommand=quiet");
    command.add("-XX:CompileCommand=CompileThresholdScaling,voxcam.cpu.Vector*::*,0.01");
    String classes = System.getProperty("java.class.path");
    boolean jar = classes.endsWith(".jar") && !classes.contains(File.pathSeparator);
    if (jar) {
      command.addAll(archive(Path.of(classes.replaceAll("\\.jar$", "-vectors.jsa"))));
    }
    options.stream().filter(option -> !option.matches(FIRST_ONLY)).forEach(command::add);
    command.add("--add-modules");
    command.add(MODULE);
    // Once only, whatever the second one finds.
    command.add("-D" + PROPERTY + "=false");
    command.add("-D" + Terminal.PROPERTY + "=" + Terminal.isErrorOne());
    if (jar) {
      command.addAll(List.of("-jar", classes));
    } else {
      command.addAll(List.of("-cp", classes, Main.class.getName()));
    }
    command.addAll(Arrays.asList(args));
    return command;
  }

  /** The options that take classes from an archive, if there is one. */
  static List<String> archive(Path archive) {
    return Files.isRegularFile(archive)
        ? List.of("-XX:SharedArchiveFile=" + archive, "-Xshare:auto", "-Xlog:disable")
        : List.of();
  }

  /** Passes errors on as they come, without the warning that stands first. */
  static void pass(BufferedReader errors, PrintStream err) throws IOException {
    String first = errors.readLine();
    while (first != null && first.startsWith(OPTIONS_NOTE)) {
      first = errors.readLine();
    }
    if (first != null && !first.startsWith(WARNING)) {
      err.println(first);
    }
    char[] buffer = new char[1 << 12];
    for (int count = errors.read(buffer); count >= 0; count = errors.read(buffer)) {
      err.print(new String(buffer, 0, count));
      err.flush();
    }
  }
}
