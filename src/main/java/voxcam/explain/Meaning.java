package voxcam.explain;

/** What the values of a method's map are, held to the shares of the score that HiResCAM gives. */
public enum Meaning {
  /** Each value is the share of its cell. */
  SHARES(true, true, Meaning.LOGIT, ""),

  /** Each channel's sum is that of the shares; it lies where the activation is. */
  SUMS(
      true,
      true,
      Meaning.LOGIT,
      "%s spreads a channel's evidence like its activation, so a value need not be its cell's share"
          + " of the score"),

  /** The shares as they would be if the gradient were its mean everywhere. */
  POOLED(
      false,
      true,
      Meaning.LOGIT,
      "%s averages the gradient over all positions, so a value need not be its cell's share of"
          + " the score"),

  /** Only gradients, or products, that speak for the label were let in. */
  POSITIVE(
      false,
      false,
      Meaning.LOGIT,
      "%s leaves out what speaks against the label, so values are not shares of the score"),

  /** The same, and divided by what has the score's unit, so that values are numbers only. */
  RELATIVE(
      false,
      false,
      "",
      "%s leaves out what speaks against the label, so values are not shares of the score");

  private static final String LOGIT = "logit per cell";

  private final boolean sums;
  private final boolean agrees;
  private final String unit;
  private final String caution;

  Meaning(boolean sums, boolean agrees, String unit, String caution) {
    this.sums = sums;
    this.agrees = agrees;
    this.unit = unit;
    this.caution = caution;
  }

  /**
   * Whether each value is the share of its cell.
   *
   * @param coincide whether the layer's head gives each channel the same gradient everywhere
   */
  public boolean shares(boolean coincide) {
    return this == SHARES || (coincide && agrees);
  }

  /** Whether the map has the sum that HiResCAM's map has. */
  public boolean addsUp(boolean coincide) {
    return sums || shares(coincide);
  }

  /** The unit of the raw values; empty where they have none. */
  public String unit() {
    return unit;
  }

  /** Why a value need not be its cell's share, one sentence about the method of this title. */
  String caution(String title) {
    return caution.formatted(title);
  }
}
