package voxcam.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.compile.Plan;
import voxcam.compile.Prune;
import voxcam.explain.Explainer;
import voxcam.explain.Head;
import voxcam.explain.Layers;
import voxcam.explain.Request;
import voxcam.explain.Target;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.model.Model;
import voxcam.model.Space;
import voxcam.op.InputException;
import voxcam.op.Shape;

/**
 * What a prediction and an explanation of one label take, counted before anything runs. Bytes are
 * those of single-precision values in planned memory, without a backend's own scratch.
 *
 * @param space what is said of the layer's axes
 * @param layer the layer that is explained unless another one is asked for; empty if none suits
 */
record Costs(String layer, Optional<Space> space, List<List<String>> rows) {
  private static final int BYTES = 4;

  static Costs of(Model model, Graph graph, Shape input, Optional<Space> space) {
    Graph forward = Prune.apply(graph);
    List<List<String>> rows = new ArrayList<>();
    long parameters = LayerTable.parameters(graph);
    rows.add(List.of("counted for", input + " of float32"));
    rows.add(
        List.of(
            "parameters", Text.count(parameters) + " (" + Text.bytes(BYTES * parameters) + ")"));
    rows.add(List.of("predict", text(forward, forward.flops(), "forward")));
    String layer;
    try {
      layer = model.layer().orElseGet(() -> Layers.suggested(graph, space).name());
      Request request = Request.of(new Target.Index(0)).atLayers(layer);
      rows.addAll(
          explanation(model, graph, forward, input, space.map(request::along).orElse(request)));
    } catch (InputException e) {
      rows.add(List.of("explain", "no map: " + e.getMessage()));
      return new Costs("", space, rows);
    }
    Optional<Space> itsSpace =
        space.isPresent() || !model.layer().equals(Optional.of(layer)) ? space : model.space();
    return new Costs(layer, itsSpace, rows);
  }

  private static List<List<String>> explanation(
      Model model, Graph graph, Graph forward, Shape input, Request request) {
    String layer = request.layers().get(0);
    Optional<Space> space = request.spaceOf(model, layer);
    Node at = Layers.named(graph, layer, space);
    Node logits = graph.outputs().get(0);
    // Nothing runs: the reference backend stands in for whichever will.
    try (Explainer explainer = new Explainer(model, Backends.named("reference"), Options.DEFAULT)) {
      Graph maps = explainer.graph(request, Map.of(Subject.input(graph).name(), input));
      long gradient = maps.flops() - forward.flops();
      return List.of(
          List.of(
              "explain",
              text(maps, forward.flops(), "forward")
                  + ", "
                  + Text.gflops(gradient)
                  + " GFLOPs gradient and map at "
                  + layer
                  + " "
                  + at.shape()
                  + space.map(axes -> ", " + axes).orElse("")),
          List.of("head", Head.of(graph, at, logits, space).reason()));
    }
  }

  private static String text(Graph graph, long flops, String what) {
    return Text.bytes(Plan.of(graph).bytes(BYTES))
        + " of values, "
        + Text.gflops(flops)
        + " GFLOPs "
        + what;
  }
}
