package voxcam.demo;

/** What a point of the phantom belongs to. */
enum Organ {
  OUTSIDE(-1000),
  TABLE(-250),
  FAT(-95),
  MUSCLE(48),
  BONE(420),
  MARROW(190),
  DISC(80),
  CORD(25),
  AIRWAY(-980),
  VESSEL(45),
  HEART(42),
  LIVER(58),
  SPLEEN(47),
  STOMACH_AIR(-900),
  FINDING(0),
  RIGHT_LUNG(-865),
  LEFT_LUNG(-865);

  private final float hounsfield;

  Organ(float hounsfield) {
    this.hounsfield = hounsfield;
  }

  /** Its mean radiodensity in Hounsfield units. */
  float hounsfield() {
    return hounsfield;
  }

  boolean isLung() {
    return this == RIGHT_LUNG || this == LEFT_LUNG;
  }
}
