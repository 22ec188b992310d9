package voxcam.cuda;

/**
 * An activation and a gradient of one shape, as the kernels of heat maps see them.
 *
 * @param positions of a channel, all axes of space together
 */
record CamShape(
    long batch,
    long channels,
    long positions,
    CamReduction.Precision precision,
    CamReduction.Layout layout) {
  private static final int LOAD = 16;

  /** The elements of a load of 16 bytes. */
  int each() {
    return LOAD / precision.bytes();
  }

  /** The bytes of a sum under way: single precision sums keep what rounding takes. */
  int sumBytes() {
    return precision == CamReduction.Precision.FP32 ? 2 * Float.BYTES : Float.BYTES;
  }

  boolean isChannelsFirst() {
    return layout == CamReduction.Layout.CHANNELS_FIRST;
  }
}
