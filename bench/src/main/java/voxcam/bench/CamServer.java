package voxcam.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import voxcam.backend.Backends;
import voxcam.explain.Display;
import voxcam.op.Cam;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * The engine's side of {@code bench/peers/torch_cam.py}: reads one activation and one gradient, or
 * a raw map, then answers one command per line with one line of JSON.
 *
 * <ul>
 *   <li>{@code map hirescam|gradcam FILE}: writes the map as little-endian floats
 *   <li>{@code run hirescam|gradcam TIMES}: so many maps, timed, on pairs of inputs that take turns
 *   <li>{@code run read TIMES}: the same inputs read and nothing more, timed
 *   <li>the same with {@code display}: the raw map for the eye
 * </ul>
 *
 * <p>Arguments are {@code NAME=VALUE}: {@code a, g, shape, threads} or {@code map, shape, grid,
 * threads}.
 */
public final class CamServer {
  private final Map<String, CamRun> runs = new LinkedHashMap<>();
  private final Map<String, Supplier<Tensor>> maps = new LinkedHashMap<>();
  private final MemoryRead memory;

  private CamServer(Map<String, String> arguments) throws IOException {
    int threads = Integer.parseInt(arguments.get("threads"));
    Shape shape = Dialogue.shape(arguments.get("shape"));
    memory = new MemoryRead(threads);
    int pairs = 1;
    if (arguments.containsKey("map")) {
      Tensor raw = Dialogue.read(Path.of(arguments.get("map")), shape);
      Shape grid = Dialogue.shape(arguments.get("grid"));
      maps.put("display", () -> Display.of(raw, grid, threads).map());
    } else {
      Tensor activation = Dialogue.read(Path.of(arguments.get("a")), shape);
      Tensor gradient = Dialogue.read(Path.of(arguments.get("g")), shape);
      runs.put("hirescam", new CamRun(new Cam.HiRes(), activation, gradient, threads));
      runs.put("gradcam", new CamRun(new Cam.Gradient(), activation, gradient, threads));
      runs.forEach((name, run) -> maps.put(name, run::run));
      pairs = CamRun.pairs(shape);
    }
    Dialogue.answer(
        "{\"java\":\"%s\",\"backend\":\"%s\",\"pairs\":%d}",
        Runtime.version(), Backends.named("auto").description(OneOp.options(threads)), pairs);
  }

  /** Serves until the input ends. */
  public static void main(String[] args) throws IOException {
    CamServer server = new CamServer(Dialogue.arguments(args));
    Dialogue.serve(server::obey);
    server.memory.close();
  }

  private void obey(String... command) throws IOException {
    switch (command[0]) {
      case "map" -> {
        float[] map = maps.get(command[1]).get().floats();
        Dialogue.write(Path.of(command[2]), map);
        Dialogue.answer("{\"values\":%d}", map.length);
      }
      case "run" -> {
        int times = Integer.parseInt(command[2]);
        float sum = 0;
        long start = System.nanoTime();
        if (command[1].equals("read")) {
          CamRun run = runs.get("hirescam");
          for (int i = 0; i < times; i++) {
            sum += memory.read(run.arrays());
            run.pass();
          }
        } else {
          Supplier<Tensor> map = maps.get(command[1]);
          for (int i = 0; i < times; i++) {
            sum += map.get().floats()[0];
          }
        }
        double ns = (double) (System.nanoTime() - start) / times;
        Dialogue.answer("{\"ns\":%.1f,\"sum\":\"%s\"}", ns, String.format(Locale.ROOT, "%g", sum));
      }
      default -> throw Dialogue.unknown(command);
    }
  }
}
