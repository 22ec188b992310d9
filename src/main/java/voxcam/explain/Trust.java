package voxcam.explain;

import java.util.List;
import java.util.Optional;

/**
 * How far a map can be trusted, in numbers that belong to this one case.
 *
 * @param guaranteed whether the map is a faithful split of the score by construction: HiResCAM at a
 *     layer that feeds one linear layer directly or through averaging
 * @param coincide whether HiResCAM and Grad-CAM must be the same map at this layer
 * @param reason why, in one sentence
 * @param breaking the operations behind the layer that are not locally affine, {@code se.gate
 *     (Sigmoid)}, the first one first; where there is one, sums need not add up to the score
 * @param score what was explained: the raw logit, or a sum of logits
 * @param mapSum the sum of the raw map
 * @param biasTerm what the biases behind the layer give to the score
 * @param bypassTerm what reaches the score on ways around the layer, such as skip connections
 * @param empty why the display map is empty, if it is
 */
public record Trust(
    boolean guaranteed,
    boolean coincide,
    String reason,
    List<String> breaking,
    double score,
    double mapSum,
    double biasTerm,
    double bypassTerm,
    Optional<String> empty) {
  public Trust {
    breaking = List.copyOf(breaking);
  }

  /**
   * What of the score the map and the two terms leave unexplained. At rounding level where nothing
   * breaks it.
   */
  public double residual() {
    return score - mapSum - biasTerm - bypassTerm;
  }

  /** The residual's size relative to the score's; for a score of 0 the residual's size itself. */
  public double relativeResidual() {
    return Math.abs(residual()) / (score == 0 ? 1 : Math.abs(score));
  }
}
