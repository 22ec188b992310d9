package voxcam.explain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.model.Model;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * Explains one model's outputs. Thread-safe: many explanations may run at once. Programs are made
 * on first use and kept for requests of the same kind on inputs of the same shape, the latest few
 * of them.
 *
 * <p>Close it to let go of its programs; the model stays as it is.
 */
public final class Explainer implements AutoCloseable {
  private final Model model;
  private final Backend backend;
  private final Options options;
  private final Programs programs = new Programs();

  /** An explainer on a backend of choice. */
  public Explainer(Model model, Backend backend, Options options) {
    this.model = model;
    this.backend = backend;
    this.options = options;
  }

  /** An explainer on the best backend of this machine. */
  public static Explainer of(Model model) {
    return new Explainer(model, Backends.named("auto"), Options.DEFAULT);
  }

  /**
   * Explains a model of one input.
   *
   * @param input {@code [N,C,D,H,W]}, as the model's recipe makes it
   * @throws InputException if the input, a target or a layer does not suit the model
   */
  public Explained explain(Tensor input, Request request) {
    List<Node> inputs = model.graph().inputs();
    if (inputs.size() != 1) {
      List<String> names = inputs.stream().map(Node::name).toList();
      throw new InputException(
          "model: takes the inputs " + String.join(", ", names) + "; give each by its name");
    }
    return explain(Map.of(inputs.get(0).name(), input), request);
  }

  /** Explains a model of several inputs, each given by its name. */
  public Explained explain(Map<String, Tensor> inputs, Request request) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    inputs.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    long start = System.nanoTime();
    try (Programs.Lease prepared = prepare(request, shapes)) {
      return explain(inputs, request, prepared, start);
    }
  }

  private Explained explain(
      Map<String, Tensor> inputs, Request request, Programs.Lease prepared, long start) {
    long compiled = System.nanoTime();
    Map<String, Tensor> given = new LinkedHashMap<>(inputs);
    if (request.voxels() instanceof Voxels.Region(Tensor mask)) {
      prepared
          .maps()
          .graph()
          .find(Scores.REGION)
          .ifPresent(node -> given.put(Scores.REGION, Tensor.of(node.shape(), mask.floats())));
    }
    List<Tensor> values = prepared.program().run(given);
    long ran = System.nanoTime();
    List<Explanation> maps = new ArrayList<>();
    for (MapGraph.Case wanted : prepared.maps().cases()) {
      maps.add(explanation(wanted, values));
    }
    Explained.Cost cost =
        new Explained.Cost(
            prepared.maps().forwardFlops(),
            prepared.maps().gradientFlops(),
            prepared.program().bytes(),
            prepared.program().weightBytes(),
            (compiled - start) * 1e-9,
            (ran - compiled) * 1e-9,
            backend.name(),
            prepared.program().algorithms());
    return new Explained(maps, values.get(0), cost);
  }

  /**
   * The graph that answers a request for inputs of the given shapes, as it is before a backend's
   * own passes.
   */
  public Graph graph(Request request, Map<String, Shape> shapes) {
    return maps(request, shapes).graph();
  }

  private MapGraph maps(Request request, Map<String, Shape> shapes) {
    Graph graph = model.graph().specialise(shapes);
    MapGraph maps =
        new MapGraph(
            graph,
            model.task(),
            request,
            Layers.asked(model, graph, request),
            layer -> request.spaceOf(model, layer));
    int labels = model.labels().size();
    if (maps.labels() != labels) {
      throw new InputException(
          "model: has %d labels, its logits %s have %d; correct the model file"
              .formatted(labels, graph.outputs().get(0).shape(), maps.labels()));
    }
    return maps;
  }

  private Programs.Lease prepare(Request request, Map<String, Shape> shapes) {
    Request kind =
        request.voxels() instanceof Voxels.Region(Tensor mask)
            ? request.over(new Voxels.Region(new Outline(mask.shape())))
            : request;
    return programs.lease(
        new Programs.Key(kind, Map.copyOf(shapes)),
        () -> {
          MapGraph maps = maps(request, shapes);
          return programs.new Lease(maps, backend.compile(maps.graph(), options));
        });
  }

  private Explanation explanation(MapGraph.Case wanted, List<Tensor> values) {
    List<Integer> indices =
        wanted.indices().isEmpty()
            ? List.of((int) number(values, wanted.chosen()))
            : wanted.indices();
    String target = String.join(", ", indices.stream().map(model.labels()::get).toList());
    OptionalLong voxels =
        wanted.voxels() < 0
            ? OptionalLong.empty()
            : OptionalLong.of(Math.round(number(values, wanted.voxels())));
    Tensor map = withoutBatch(values.get(wanted.map()));
    MapSummary summary = MapSummary.of(map);
    summary.checkFinite(target + ", " + wanted.method().name() + " at " + wanted.layer());
    Method method = wanted.method();
    boolean shares = method.meaning().shares(wanted.head().coincide());
    Trust trust =
        new Trust(
            shares && wanted.head().guaranteed(),
            wanted.head().coincide(),
            shares ? wanted.head().reason() : method.meaning().caution(method.title()),
            wanted.breaking(),
            number(values, wanted.score()),
            summary.sum(),
            number(values, wanted.bias()),
            number(values, wanted.bypass()),
            summary.whyEmpty(voxels, method, shares));
    return new Explanation(target, indices.get(0), wanted.layer(), method, map, voxels, trust);
  }

  private static Tensor withoutBatch(Tensor map) {
    Shape shape = map.shape();
    if (shape.dim(0) != 1) {
      return map;
    }
    int[] dims = new int[shape.rank() - 1];
    System.arraycopy(shape.dims(), 1, dims, 0, dims.length);
    return map instanceof Tensor.Doubles
        ? Tensor.of(Shape.of(dims), map.doubles())
        : Tensor.of(Shape.of(dims), map.floats());
  }

  private static double number(List<Tensor> values, int position) {
    return position < 0 ? 0 : values.get(position).doubles()[0];
  }

  /** Ends the explainer. Explanations that are under way finish; later ones are refused. */
  @Override
  public void close() {
    programs.close();
  }

  /** Stands for any mask of a shape when requests are compared. */
  private record Outline(Shape shape) implements Tensor {
    @Override
    public float[] floats() {
      throw new UnsupportedOperationException("an outline has no values");
    }

    @Override
    public double[] doubles() {
      throw new UnsupportedOperationException("an outline has no values");
    }
  }
}
