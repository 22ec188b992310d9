package voxcam.demo;

import java.util.Arrays;
import java.util.List;

/**
 * What can be found in a phantom. All are local, and each has a place: the same sight in another
 * place is no evidence. Later ones do not cover earlier ones.
 */
public enum Abnormality {
  /** Fluid behind and below the right lung. */
  RIGHT_EFFUSION("right effusion"),
  /** Fluid behind and below the left lung. */
  LEFT_EFFUSION("left effusion"),
  /** One to three balls of soft tissue in the right lung. */
  RIGHT_NODULE("right nodule"),
  /** One to three balls of soft tissue in the left lung. */
  LEFT_NODULE("left nodule"),
  /**
   * A plate of calcium on the heart's surface; ribs, spine and scars in the lungs are as bright.
   */
  HEART_CALCIFICATION("heart calcification");

  private final String label;

  Abnormality(String label) {
    this.label = label;
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
