package voxcam.explain;

import voxcam.op.Tensor;

/**
 * For models with one logit per voxel: over which voxels a label's logits are summed to a score.
 * Masks count as constants when the score is differentiated.
 */
public sealed interface Voxels {
  /** The voxels predicted as the label: by arg-max, or logit above 0 where labels may overlap. */
  record Predicted() implements Voxels {}

  /**
   * The voxels of a region, each weighted by its value, 0 or 1.
   *
   * @param mask of the logits' spatial size, {@code [D,H,W]}
   */
  record Region(Tensor mask) implements Voxels {}
}
