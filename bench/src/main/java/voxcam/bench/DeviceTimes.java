package voxcam.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.explain.Explained;
import voxcam.explain.Explainer;
import voxcam.explain.Explanation;
import voxcam.explain.Request;
import voxcam.explain.Target;
import voxcam.model.Model;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Times of one network's explanation on a device, and how far its map is from the processor's. */
final class DeviceTimes {
  /** Which networks, as a regular expression; all if it is not set. */
  private static final String NETS = "voxcam.bench.nets";

  /** Whether inputs are the small ones on which maps are compared: to try the way, not to time. */
  private static final String SMALL = "voxcam.bench.small";

  private static final int RUNS = 7;

  private final Net net;
  private final Backend backend;
  private final Model model;

  /** What the processor makes of the smaller input. */
  private final Explanation expected;

  DeviceTimes(Net net, Backend backend) {
    this.net = net;
    this.backend = backend;
    model = net.model();
    try (Explainer explainer = new Explainer(model, Backends.named("cpu"), Options.DEFAULT)) {
      Request request = Request.of(new Target.Top(1));
      expected = explainer.explain(drawn(net.smallInput()), request).first();
    }
  }

  /** The networks to time. */
  static List<Net> nets() {
    Pattern wanted = Pattern.compile(System.getProperty(NETS, ".*"));
    return Arrays.stream(Net.values()).filter(net -> wanted.matcher(net.name()).matches()).toList();
  }

  /** The input that is timed. */
  Shape shape() {
    return Boolean.getBoolean(SMALL) ? net.smallInput() : net.input();
  }

  /**
   * Measures one way to compute, which must have begun.
   *
   * @param row gets the results
   * @return the same as a line
   */
  String measure(DeviceSetup setup, Map<String, Object> row) {
    row.put("network", net.weights());
    row.put("input", shape().toString());
    double error = error(setup);
    Tensor input = drawn(shape());
    double[] times = new double[RUNS];
    double first;
    Map<String, Integer> algorithms;
    try (Explainer explainer = new Explainer(model, backend, setup.options())) {
      long start = System.nanoTime();
      Explanation top = explainer.explain(input, Request.of(new Target.Top(1))).first();
      Request request = Request.of(new Target.Index(top.index()));
      algorithms = explainer.explain(input, request).cost().algorithms();
      first = (System.nanoTime() - start) * 1e-6;
      for (int i = 0; i < RUNS; i++) {
        long began = System.nanoTime();
        Explained explained = explainer.explain(input, request);
        times[i] = (System.nanoTime() - began) * 1e-6;
        if (explained.maps().isEmpty()) {
          throw new IllegalStateException("no map");
        }
      }
    }
    Arrays.sort(times);
    row.put("mapError", error);
    row.put("tolerance", setup.tolerance());
    row.put("passed", error <= setup.tolerance());
    row.put("firstMs", first);
    row.put("medianMs", times[RUNS / 2]);
    row.put("bestMs", times[0]);
    row.put("algorithms", algorithms);
    return String.format(
        Locale.ROOT,
        "%.1f ms (best %.1f, first %.0f), map within %.1e of cpu, %.0e is allowed%s",
        times[RUNS / 2],
        times[0],
        first,
        error,
        setup.tolerance(),
        error <= setup.tolerance() ? "" : ": FAILED");
  }

  /** How far the map of the smaller input is from the processor's. */
  private double error(DeviceSetup setup) {
    try (Explainer explainer = new Explainer(model, backend, setup.options())) {
      Request request = Request.of(new Target.Index(expected.index()));
      double[] a = explainer.explain(drawn(net.smallInput()), request).first().map().doubles();
      double[] b = expected.map().doubles();
      double squares = 0;
      double norm = 0;
      for (int i = 0; i < b.length; i++) {
        squares += (a[i] - b[i]) * (a[i] - b[i]);
        norm += b[i] * b[i];
      }
      return norm == 0 ? Math.sqrt(squares) : Math.sqrt(squares / norm);
    }
  }

  private static Tensor drawn(Shape shape) {
    Random random = new Random(2);
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(shape, values);
  }
}
