package voxcam.explain;

import java.util.List;
import java.util.Map;
import voxcam.op.Tensor;

/**
 * The answer to a request.
 *
 * @param maps one for each target, layer and method, in this order of nesting
 * @param logits the model's raw output
 * @param cost what it took
 */
public record Explained(List<Explanation> maps, Tensor logits, Cost cost) {
  public Explained {
    maps = List.copyOf(maps);
  }

  /** The first map; the only one where one target, layer and method were asked for. */
  public Explanation first() {
    return maps.get(0);
  }

  /**
   * What an answer took.
   *
   * @param forwardFlops the forward pass to the logits
   * @param gradientFlops all the rest: gradients behind the layers, maps and checks
   * @param bytes working memory of the run, as planned before it
   * @param weightBytes memory of the weights
   * @param compileSeconds making the program, or finding the one that an earlier request made
   * @param runSeconds running it
   * @param backend its name
   * @param algorithms of operations that can be computed in several ways, with their numbers
   */
  public record Cost(
      long forwardFlops,
      long gradientFlops,
      long bytes,
      long weightBytes,
      double compileSeconds,
      double runSeconds,
      String backend,
      Map<String, Integer> algorithms) {}
}
