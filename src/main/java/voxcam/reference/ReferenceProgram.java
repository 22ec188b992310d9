package voxcam.reference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import voxcam.backend.Inputs;
import voxcam.backend.Program;
import voxcam.compile.Plan;
import voxcam.compile.Prune;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Cam;
import voxcam.op.Chain;
import voxcam.op.Conv;
import voxcam.op.Index;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Resize;
import voxcam.op.Shape;
import voxcam.op.Softmax;
import voxcam.op.Source;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Where;

/**
 * A graph run node by node. A value is let go after its last reader; reshapes share the values of
 * their input.
 */
final class ReferenceProgram implements Program {
  private final Graph given;
  private final Graph graph;
  private final boolean guarded;
  private final Plan plan;
  private final Map<Node, double[]> constants = new HashMap<>();

  /** For each step the owners of values that nobody reads afterwards. */
  private final List<List<Node>> lastRead = new ArrayList<>();

  ReferenceProgram(Graph graph, boolean guarded) {
    this.given = graph;
    this.graph = Prune.apply(graph);
    this.guarded = guarded;
    this.plan = Plan.of(this.graph);
    for (Node node : this.graph.nodes()) {
      if (node.op() instanceof Source.Constant(Tensor value)) {
        constants.put(node, value.doubles());
      }
    }
    findLastReads();
  }

  private void findLastReads() {
    Set<Node> read = new HashSet<>();
    graph.outputs().forEach(output -> read.add(plan.owner(output)));
    for (Node node : graph.nodes().reversed()) {
      List<Node> last = new ArrayList<>();
      for (Node input : node.inputs()) {
        if (read.add(plan.owner(input))) {
          last.add(plan.owner(input));
        }
      }
      lastRead.add(0, last);
    }
  }

  @Override
  public long bytes() {
    long inputs = graph.inputs().stream().mapToLong(input -> input.shape().size()).sum();
    return plan.bytes(Double.BYTES) + inputs * Double.BYTES;
  }

  @Override
  public long weightBytes() {
    return constants.values().stream()
        .mapToLong(values -> (long) values.length * Double.BYTES)
        .sum();
  }

  @Override
  public List<Tensor> run(Map<String, Tensor> inputs) {
    Inputs.check(given, graph, inputs);
    Map<Node, double[]> values = new HashMap<>(constants);
    for (int step = 0; step < graph.nodes().size(); step++) {
      Node node = graph.nodes().get(step);
      if (node.op() instanceof Source.Input) {
        values.put(node, inputs.get(node.name()).doubles());
      } else if (plan.hasSlot(node)) {
        values.put(node, value(node, values));
      }
      lastRead.get(step).forEach(values::remove);
    }
    return outputs(values);
  }

  private double[] value(Node node, Map<Node, double[]> values) {
    List<Tensor> inputs = new ArrayList<>();
    for (Node input : node.inputs()) {
      inputs.add(Tensor.of(input.shape(), values.get(plan.owner(input))));
    }
    double[] value = new double[node.shape().length()];
    if (guarded) {
      Arrays.fill(value, Double.NaN);
    }
    compute(node, inputs, node.shape(), value);
    return value;
  }

  private static void compute(Node node, List<Tensor> inputs, Shape shape, double[] y) {
    switch (node.op()) {
      case Source _ -> throw new IllegalStateException(node + ": has no memory to compute into");
      case Unary op -> ReferenceElementwise.unary(op, inputs, y);
      case Binary op -> ReferenceElementwise.binary(op, inputs, shape, y);
      case Where _ -> ReferenceElementwise.where(inputs, shape, y);
      case Chain op -> ReferenceElementwise.chain(op, inputs, shape, y);
      case Conv op -> ReferenceConv.run(op, inputs, shape, y);
      case Pool op -> ReferencePool.run(op, inputs, shape, y);
      case Norm op -> ReferenceNorm.run(op, inputs, shape, y);
      case Softmax op -> ReferenceReduce.softmax(op, inputs, y);
      case Linear op -> ReferenceLinear.run(op, inputs, shape, y);
      case Reduce op -> ReferenceReduce.reduce(op, inputs, y);
      case Index op -> ReferenceIndex.run(op, inputs, shape, y);
      case Movement op -> ReferenceMovement.run(op, inputs, shape, y);
      case Resize op -> ReferenceResize.run(op, inputs, shape, y);
      case Cam op -> ReferenceCam.run(op, inputs, y);
    }
  }

  /**
   * Outputs belong to the caller, so what is an input's, a constant's or an earlier output's is
   * copied.
   */
  private List<Tensor> outputs(Map<Node, double[]> values) {
    List<Tensor> outputs = new ArrayList<>();
    Set<Node> handedOut = new HashSet<>();
    for (Node output : graph.outputs()) {
      Node owner = plan.owner(output);
      double[] value = values.get(owner);
      boolean own = plan.hasSlot(owner) && handedOut.add(owner);
      outputs.add(Tensor.of(output.shape(), own ? value : value.clone()));
    }
    return outputs;
  }

  @Override
  public void close() {
    // Nothing is held but memory that the collector knows.
  }
}
