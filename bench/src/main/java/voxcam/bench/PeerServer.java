package voxcam.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.explain.Display;
import voxcam.explain.Explained;
import voxcam.explain.Explainer;
import voxcam.explain.Explanation;
import voxcam.explain.GradCam;
import voxcam.explain.HiResCam;
import voxcam.explain.Request;
import voxcam.explain.Target;
import voxcam.model.Model;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * The engine's side of {@code bench/peers/torch_explain.py}: opens one model, then answers one
 * command per line with one line of JSON.
 *
 * <ul>
 *   <li>{@code map hirescam|gradcam FILE}: explains, writes the raw map as little-endian floats
 *   <li>{@code run best}: a warm explanation and its display map on the input's grid, timed
 *   <li>{@code run fwd}: the forward pass alone, timed
 * </ul>
 *
 * <p>Arguments are {@code NAME=VALUE}: {@code model, arch, input, shape, grid, layer, target,
 * threads, device, precision}.
 */
public final class PeerServer {
  private final Model model;
  private final Tensor input;
  private final Shape grid;
  private final Request request;
  private final Backend backend;
  private final Options options;
  private final Explainer explainer;
  private Program forward;

  private PeerServer(Map<String, String> arguments) throws IOException {
    model = Model.open(Path.of(arguments.get("model")), arguments.get("arch"));
    input = Dialogue.read(Path.of(arguments.get("input")), Dialogue.shape(arguments.get("shape")));
    grid = Dialogue.shape(arguments.get("grid"));
    request =
        Request.of(new Target.Index(Integer.parseInt(arguments.get("target"))))
            .atLayers(arguments.get("layer"));
    backend = Backends.named(arguments.getOrDefault("device", "auto"));
    options =
        Options.DEFAULT
            .withThreads(Integer.parseInt(arguments.get("threads")))
            .withPrecision(Options.Precision.named(arguments.getOrDefault("precision", "fp32")));
    explainer = new Explainer(model, backend, options);
  }

  /** Serves until the input ends. */
  public static void main(String[] args) throws IOException {
    long start = System.nanoTime();
    PeerServer server = new PeerServer(Dialogue.arguments(args));
    Dialogue.answer(
        "{\"open_ns\":%d,\"java\":\"%s\",\"backend\":\"%s, %s\"}",
        System.nanoTime() - start,
        Runtime.version(),
        server.backend.name(),
        server.backend.description(server.options));
    Dialogue.serve(server::obey);
  }

  private void obey(String... command) throws IOException {
    switch (command[0]) {
      case "map" -> map(command[1], Path.of(command[2]));
      case "run" -> {
        long start = System.nanoTime();
        if (command[1].equals("fwd")) {
          forward();
        } else {
          explain();
        }
        Dialogue.answer("{\"ns\":%d}", System.nanoTime() - start);
      }
      default -> throw Dialogue.unknown(command);
    }
  }

  private Display explain() {
    Explained explained = explainer.explain(input, request);
    return Display.of(explained.first().map(), grid);
  }

  private Tensor forward() {
    String name = model.graph().inputs().get(0).name();
    if (forward == null) {
      forward = backend.compile(model.graph().specialise(Map.of(name, input.shape())), options);
    }
    return forward.run(Map.of(name, input)).get(0);
  }

  private void map(String method, Path file) throws IOException {
    Request wanted = request.by(method.equals("gradcam") ? new GradCam() : new HiResCam());
    long start = System.nanoTime();
    Explained explained = explainer.explain(input, wanted);
    long ns = System.nanoTime() - start;
    Explanation map = explained.first();
    Dialogue.write(file, map.map().floats());
    Explained.Cost cost = explained.cost();
    Dialogue.answer(
        "{\"score\":%.9g,\"shape\":%s,\"ns\":%d,\"compile_ns\":%.0f,\"planned_bytes\":%d,"
            + "\"weight_bytes\":%d,\"forward_flops\":%d,\"gradient_flops\":%d}",
        map.score(),
        Arrays.toString(map.map().shape().dims()),
        ns,
        cost.compileSeconds() * 1e9,
        cost.bytes(),
        cost.weightBytes(),
        cost.forwardFlops(),
        cost.gradientFlops());
  }
}
