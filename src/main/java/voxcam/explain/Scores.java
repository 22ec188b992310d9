package voxcam.explain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.model.Task;
import voxcam.op.Binary;
import voxcam.op.Index;
import voxcam.op.InputException;
import voxcam.op.Movement;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * Adds scores to a model's graph. For a classifier a score is the raw logit, before any sigmoid or
 * softmax. For a model with one logit per voxel it is the sum of a label's logits over a set of
 * voxels Q: those predicted as the label, or a region (Seg-Grad-CAM's and Seg-HiRes-Grad-CAM's
 * definition, arXiv 2409.20287, with Q made from arg-max or logit above 0).
 */
final class Scores {
  /** The graph input that holds a region. */
  static final String REGION = "%region";

  /**
   * One score.
   *
   * @param indices which label, where that is known beforehand; one for each sample, or one for all
   * @param chosen the label's index as a value of the graph, where it depends on the scores
   * @param score a single number, summed over the batch
   * @param voxels how many voxels were summed, for dense outputs
   */
  record Score(List<Integer> indices, Optional<Node> chosen, Node score, Optional<Node> voxels) {}

  private final GraphBuilder builder;
  private final Node logits;
  private final Task task;
  private final Voxels voxels;
  private Optional<Node> region = Optional.empty();
  private Optional<Node> winners = Optional.empty();

  /** For logits {@code [N,labels]} or {@code [N,labels,...]}. */
  Scores(GraphBuilder builder, Node logits, Task task, Voxels voxels) {
    this.builder = builder;
    this.logits = logits;
    this.task = task;
    this.voxels = voxels;
  }

  List<Score> of(Target target) {
    if (voxels instanceof Voxels.Region && !Task.isDense(logits.shape())) {
      throw new InputException(
          "region: the model's logits "
              + logits.shape()
              + " have no positions; a region is for segmentation");
    }
    int labels = logits.shape().dim(1);
    return switch (target) {
      case Target.Index(int index) -> List.of(fixed(checked(index, labels)));
      case Target.All _ -> IntStream.range(0, labels).mapToObj(this::fixed).toList();
      case Target.PerSample(var indices) -> List.of(perSample(indices, labels));
      case Target.Top(int count) -> top(Math.min(count, labels));
    };
  }

  private static int checked(int index, int labels) {
    if (index < 0 || index >= labels) {
      throw new InputException(
          "target " + index + ": the model has " + labels + " labels, give 0 to " + (labels - 1));
    }
    return index;
  }

  private Score fixed(int index) {
    Node own =
        builder.add(
            new Movement.Slice(List.of(new Movement.Range(1, index, index + 1, 1))), logits);
    return score(List.of(index), Optional.empty(), own, builder.scalar(index));
  }

  private Score perSample(List<Integer> indices, int labels) {
    int batch = logits.shape().dim(0);
    if (indices.size() != batch || Task.isDense(logits.shape())) {
      throw new InputException(
          "target: "
              + indices.size()
              + " labels for a batch of "
              + batch
              + " with logits "
              + logits.shape()
              + ", give one label for each sample of a classifier");
    }
    float[] values = new float[batch];
    for (int n = 0; n < batch; n++) {
      values[n] = checked(indices.get(n), labels);
    }
    int[] dims = new int[logits.shape().rank()];
    Arrays.fill(dims, 1);
    dims[0] = batch;
    Node chosen = builder.constant(Tensor.of(Shape.of(dims), values));
    Node own = builder.add(new Index.GatherElements(1), logits, chosen);
    return new Score(indices, Optional.empty(), total(own), Optional.empty());
  }

  private List<Score> top(int count) {
    Node strength =
        Task.isDense(logits.shape()) ? predictedVoxels() : total(logits, spaceAndBatch());
    Node order = builder.add(new Index.TopK(count, 0, true, Index.Part.INDICES), strength);
    List<Score> scores = new ArrayList<>();
    for (int rank = 0; rank < count; rank++) {
      Node chosen =
          builder.add(new Movement.Slice(List.of(new Movement.Range(0, rank, rank + 1, 1))), order);
      Node own = builder.add(new Index.Gather(1), logits, chosen);
      scores.add(score(List.of(), Optional.of(chosen), own, chosen));
    }
    return scores;
  }

  private Score score(List<Integer> indices, Optional<Node> chosen, Node own, Node label) {
    if (!Task.isDense(logits.shape())) {
      return new Score(indices, chosen, total(own), Optional.empty());
    }
    Node mask = mask(own, label);
    Node score = total(builder.add(new Binary(Binary.Kind.Mul), own, mask));
    return new Score(indices, chosen, score, Optional.of(total(mask)));
  }

  private Node mask(Node own, Node label) {
    return switch (voxels) {
      case Voxels.Region(Tensor mask) -> region(mask);
      case Voxels.Predicted _ when task.overlaps(logits.shape().dim(1)) ->
          builder.add(new Binary(Binary.Kind.Greater), own, builder.scalar(0));
      case Voxels.Predicted _ -> builder.add(new Binary(Binary.Kind.Equal), winner(), label);
    };
  }

  private Node winner() {
    if (winners.isEmpty()) {
      winners = Optional.of(builder.add(new Index.ArgMax(1, true), logits));
    }
    return winners.get();
  }

  /** A mask of the logits' positions, the same for every sample or one for each (slabs). */
  private Node region(Tensor mask) {
    if (region.isEmpty()) {
      Shape all = logits.shape().with(1, 1);
      Shape one = all.with(0, 1);
      boolean same = sizes(mask.shape()).equals(sizes(one));
      if (!same && !sizes(mask.shape()).equals(sizes(all))) {
        throw new InputException(
            "region: shape is "
                + mask.shape()
                + ", the model's output has the positions "
                + sizes(all)
                + "; give a mask of that size");
      }
      region = Optional.of(builder.input(REGION, same ? one : all));
    }
    return region.get();
  }

  /** The sizes of a shape other than 1: what a mask and the positions must share. */
  private static List<Integer> sizes(Shape shape) {
    return Arrays.stream(shape.dims()).filter(size -> size > 1).boxed().toList();
  }

  /** For each label how many voxels are predicted as it, {@code [labels]}. */
  private Node predictedVoxels() {
    Node mask;
    if (task.overlaps(logits.shape().dim(1))) {
      mask = builder.add(new Binary(Binary.Kind.Greater), logits, builder.scalar(0));
    } else {
      int[] dims = new int[logits.shape().rank()];
      Arrays.fill(dims, 1);
      dims[1] = logits.shape().dim(1);
      float[] labels = new float[dims[1]];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = i;
      }
      Node each = builder.constant(Tensor.of(Shape.of(dims), labels));
      mask = builder.add(new Binary(Binary.Kind.Equal), winner(), each);
    }
    return total(mask, spaceAndBatch());
  }

  private List<Integer> spaceAndBatch() {
    return IntStream.range(0, logits.shape().rank()).filter(axis -> axis != 1).boxed().toList();
  }

  private Node total(Node values) {
    return total(values, List.of());
  }

  private Node total(Node values, List<Integer> axes) {
    return builder.add(new Reduce(Reduce.Kind.Sum, axes, false), values);
  }
}
