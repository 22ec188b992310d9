package voxcam.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.explain.Display;
import voxcam.explain.Explainer;
import voxcam.explain.Explanation;
import voxcam.explain.Request;
import voxcam.explain.Target;
import voxcam.model.Model;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * HiResCAM of one target on whole networks, warm, and its stages apart. The top label is explained.
 * Before {@link #explain} is timed, the map of a smaller input is compared with the reference's.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ExplainBench {
  private static final double TOLERANCE = 1e-4;

  @Param public Net net;

  /** 0: all processors. */
  @Param("0")
  public int threads;

  private Path file;
  private Backend backend;
  private Options options;
  private Explainer explainer;
  private Request request;
  private Tensor input;
  private Map<String, Tensor> inputs;
  private Map<String, Shape> shapes;
  private Program program;
  private Program forward;
  private Tensor map;

  @Setup
  public void prepare(BenchmarkParams params) throws IOException {
    Model model = net.model();
    file = Files.createTempFile("voxcam-bench", ".safetensors");
    model.save(file);
    backend = Backends.named("auto");
    options = OneOp.options(threads);
    explainer = new Explainer(model, backend, options);
    if (params.getBenchmark().endsWith("explain")) {
      check(model);
    }
    input = OneOp.drawn(net.input(), new Random(2), false);
    Explanation top = explainer.explain(input, Request.of(new Target.Top(1))).first();
    request = Request.of(new Target.Index(top.index()));
    map = top.map();
    String name = model.graph().inputs().get(0).name();
    inputs = Map.of(name, input);
    shapes = Map.of(name, input.shape());
    program = backend.compile(explainer.graph(request, shapes), options);
    forward = backend.compile(model.graph().specialise(shapes), options);
  }

  private void check(Model model) {
    Request top = Request.of(new Target.Top(1));
    Tensor small = OneOp.drawn(net.smallInput(), new Random(3), false);
    Explanation mine = explainer.explain(small, top).first();
    try (var truth = new Explainer(model, Backends.named("reference"), Options.DEFAULT)) {
      Explanation right = truth.explain(small, top).first();
      double error = OneOp.distance(mine.map(), right.map());
      if (mine.index() != right.index() || !(error <= TOLERANCE)) {
        throw new IllegalStateException(
            "%s: relative error of the map %.3g, at most %.3g is allowed (labels %d and %d)"
                .formatted(net, error, TOLERANCE, mine.index(), right.index()));
      }
    }
  }

  @TearDown
  public void close() throws IOException {
    explainer.close();
    program.close();
    forward.close();
    Files.delete(file);
  }

  /** Everything that a warm explanation takes. */
  @Benchmark
  public Display explain() {
    return Display.of(explainer.explain(input, request).first().map(), net.grid());
  }

  /** The file read, the graph built. */
  @Benchmark
  public Model open() {
    return Model.open(file);
  }

  /** The program made, weights packed. */
  @Benchmark
  public long compile() {
    try (Program made = backend.compile(explainer.graph(request, shapes), options)) {
      return made.bytes();
    }
  }

  /** The program of forward, gradient, map and checks. */
  @Benchmark
  public List<Tensor> run() {
    return program.run(inputs);
  }

  /** The forward pass alone. */
  @Benchmark
  public List<Tensor> forward() {
    return forward.run(inputs);
  }

  /** The map made for the eye. */
  @Benchmark
  public Display display() {
    return Display.of(map, net.grid());
  }
}
