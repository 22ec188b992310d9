package voxcam.train;

import java.util.LinkedHashMap;
import java.util.Map;
import voxcam.op.Tensor;

/**
 * Parameters on their way: each step moves them by {@link Adam} against the gradient of a {@link
 * TrainingStep}.
 */
public final class Trainer {
  private final TrainingStep step;
  private final Adam adam;
  private Map<String, Tensor> parameters;

  /**
   * Starts from these parameters.
   *
   * @param step stays the caller's to close
   * @param adam which remembers the steps, so that each trainer needs its own
   */
  public Trainer(TrainingStep step, Adam adam, Map<String, Tensor> parameters) {
    this.step = step;
    this.adam = adam;
    this.parameters = new LinkedHashMap<>(parameters);
  }

  /**
   * Makes one step.
   *
   * @param rate the learning rate
   * @param data values of the graph's other inputs, by name
   * @return the loss before the step
   */
  public double step(double rate, Map<String, Tensor> data) {
    TrainingStep.Result result = step.run(parameters, data);
    parameters = adam.step(rate, parameters, result.gradients());
    return result.loss();
  }

  /** The parameters after the steps so far. */
  public Map<String, Tensor> parameters() {
    return Map.copyOf(parameters);
  }
}
