package voxcam.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import voxcam.backend.Backend;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.grad.Gradients;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.InputException;
import voxcam.op.Source;
import voxcam.op.Tensor;

/**
 * A loss and its gradients, compiled to one program. Parameters are inputs of the graph like the
 * data, so the same program serves every step.
 */
public final class TrainingStep implements AutoCloseable {
  /**
   * What a step found.
   *
   * @param loss its value before the step
   * @param gradients one for each parameter, by name, of its shape
   */
  public record Result(double loss, Map<String, Tensor> gradients) {}

  private final Program program;
  private final List<Node> parameters;

  /**
   * Compiles the gradients of a loss.
   *
   * @param builder of the network and the loss; gradients are added to it
   * @param loss one number
   * @param parameters inputs of the graph
   * @throws InputException if the loss does not depend on a parameter, or an operation between them
   *     has no gradient
   */
  public TrainingStep(
      GraphBuilder builder, Node loss, List<Node> parameters, Backend backend, Options options) {
    this.parameters = List.copyOf(parameters);
    List<Node> outputs = new ArrayList<>(List.of(loss));
    List<Optional<Node>> gradients = new Gradients(builder).of(loss, parameters);
    for (int i = 0; i < parameters.size(); i++) {
      Node parameter = parameters.get(i);
      if (!(parameter.op() instanceof Source.Input)) {
        throw new InputException(
            "training: parameter "
                + parameter.name()
                + " is no input of the graph; give it as one");
      }
      outputs.add(
          gradients
              .get(i)
              .orElseThrow(() ->
                  new InputException(
                      "training: the loss does not depend on parameter " + parameter.name())));
    }
    program = backend.compile(builder.build(outputs), options);
  }

  /** Computes the loss and its gradients for values of all the graph's inputs, by name. */
  public Result run(Map<String, Tensor> parameterValues, Map<String, Tensor> data) {
    Map<String, Tensor> inputs = new LinkedHashMap<>(data);
    inputs.putAll(parameterValues);
    List<Tensor> outputs = program.run(inputs);
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    for (int i = 0; i < parameters.size(); i++) {
      gradients.put(parameters.get(i).name(), outputs.get(i + 1));
    }
    return new Result(outputs.getFirst().doubles()[0], gradients);
  }

  @Override
  public void close() {
    program.close();
  }
}
