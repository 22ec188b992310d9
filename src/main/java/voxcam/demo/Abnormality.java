package voxcam.demo;

import java.util.Arrays;
import java.util.List;

/**
 * What can be found in a phantom. All are local, and each has a place: the same sight in another
 * place is no evidence. Later ones do not cover earlier ones.
 */
public enum Abnormality {
  /** Fluid behind and below the right lung. */
  RIGHT_EFFUSION(0, "right effusion"),
  /** Fluid behind and below the left lung. */
  LEFT_EFFUSION(1, "left effusion"),
  /** One to three balls of soft tissue in the right lung. */
  RIGHT_NODULE(2, "right nodule"),
  /** One to three balls of soft tissue in the left lung. */
  LEFT_NODULE(3, "left nodule"),
  /**
   * A plate of calcium on the heart's surface; ribs, spine and scars in the lungs are as bright.
   */
  HEART_CALCIFICATION(4, "heart calcification");

  private final int index;
  private final String label;

  Abnormality(int index, String label) {
    this.index = index;
    this.label = label;
  }

  /** The index of the network's logit for it. */
  public int index() {
    return index;
  }

  /** The network's name for it. */
  public String label() {
    return label;
  }

  /** The labels in the order of the network's outputs. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(Abnormality::label).toList();
  }
}
