package voxcam.explain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import voxcam.compile.Prune;
import voxcam.grad.Gradients;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.model.Space;
import voxcam.model.Task;
import voxcam.op.Binary;
import voxcam.op.InputException;
import voxcam.op.Movement;
import voxcam.op.Shape;

/**
 * The graph that answers a request: the model's own nodes, and behind them scores, gradients, maps
 * and the terms of the completeness check, sharing whatever they can.
 */
final class MapGraph {
  /**
   * One map to be made, with the positions of its values among the graph's outputs; -1 for a value
   * that there is none of.
   */
  record Case(
      List<Integer> indices,
      int chosen,
      int score,
      int voxels,
      String layer,
      Method method,
      int map,
      int bias,
      int bypass,
      List<String> breaking,
      Head head) {}

  private final GraphBuilder builder;
  private final List<Node> outputs = new ArrayList<>();
  private final Map<Node, Integer> positions = new HashMap<>();
  private final List<Case> cases = new ArrayList<>();
  private final Graph graph;
  private final long forwardFlops;
  private final int labels;

  /**
   * Builds the graph.
   *
   * @param model specialised to the input's shape, the logits being its first output
   * @param spaces what is said of a layer's axes, by the layer's name
   */
  MapGraph(
      Graph model,
      Task task,
      Request request,
      List<String> layerNames,
      Function<String, Optional<Space>> spaces) {
    builder = GraphBuilder.extending(model);
    Node logits = labelled(model.outputs().get(0));
    labels = logits.shape().dim(1);
    Graph forward = builder.build(List.of(logits));
    forwardFlops = forward.ancestors(forward.outputs()).stream().mapToLong(Node::flops).sum();
    List<Node> layers =
        layerNames.stream().map(name -> Layers.named(forward, name, spaces.apply(name))).toList();
    List<Places> places = new ArrayList<>();
    List<Head> heads = new ArrayList<>();
    for (Node layer : layers) {
      Places at = Places.of(forward, layer, logits, spaces.apply(layer.name()));
      places.add(at);
      heads.add(Head.of(forward, layer, logits, at.axes()));
    }
    Scores scores = new Scores(builder, logits, task, request.voxels());
    Gradients gradients = new Gradients(builder);
    Completeness completeness = new Completeness(builder, gradients, forward);
    output(logits);
    for (Target target : request.targets()) {
      for (Scores.Score score : scores.of(target)) {
        Map<Node, Node> walked = gradients.walk(score.score(), builder.scalar(1), layers);
        for (int i = 0; i < layers.size(); i++) {
          Node layer = layers.get(i);
          if (!walked.containsKey(layer)) {
            throw new InputException(
                "layer " + layer.name() + ": the score does not depend on it; take another layer");
          }
          add(
              score,
              layer,
              places.get(i),
              heads.get(i),
              walked,
              completeness.terms(layer, walked),
              request.methods());
        }
      }
    }
    graph = Prune.apply(builder.build(outputs));
  }

  private void add(
      Scores.Score score,
      Node layer,
      Places places,
      Head head,
      Map<Node, Node> walked,
      Completeness.Terms terms,
      List<Method> methods) {
    List<String> breaking =
        terms.breaking().stream().map(node -> node.name() + " (" + node.op().name() + ")").toList();
    Node gradient = walked.get(layer);
    Optional<Node> leftOut = places.leftOut(builder, layer, gradient);
    Optional<Node> bypass =
        terms.bypass().isPresent() && leftOut.isPresent()
            ? Optional.of(
                builder.add(new Binary(Binary.Kind.Add), terms.bypass().get(), leftOut.get()))
            : terms.bypass().or(() -> leftOut);
    for (Method method : methods) {
      Node map =
          method.map(builder, places.spatial(builder, layer), places.spatial(builder, gradient));
      cases.add(
          new Case(
              score.indices(),
              score.chosen().map(this::output).orElse(-1),
              output(score.score()),
              score.voxels().map(this::output).orElse(-1),
              layer.name(),
              method,
              output(map),
              terms.bias().map(this::output).orElse(-1),
              bypass.map(this::output).orElse(-1),
              breaking,
              head));
    }
  }

  /** Logits as {@code [N,labels]} or, dense, {@code [N,labels,...]}. */
  private Node labelled(Node logits) {
    Shape shape = logits.shape();
    if (shape.rank() == 0) {
      throw new InputException(
          "model: its output is one number with no label axis, [N,labels] is needed");
    }
    if (shape.rank() == 1) {
      return builder.add(new Movement.Reshape(List.of(1, -1)), logits);
    }
    return shape.rank() > 2 && !Task.isDense(shape)
        ? builder.add(new Movement.Flatten(1), logits)
        : logits;
  }

  private int output(Node node) {
    return positions.computeIfAbsent(
        node,
        _ -> {
          outputs.add(node);
          return outputs.size() - 1;
        });
  }

  Graph graph() {
    return graph;
  }

  List<Case> cases() {
    return cases;
  }

  /** How many labels the logits have. */
  int labels() {
    return labels;
  }

  long forwardFlops() {
    return forwardFlops;
  }

  /** The cost of everything that is not the forward pass. */
  long gradientFlops() {
    return graph.flops() - forwardFlops;
  }
}
