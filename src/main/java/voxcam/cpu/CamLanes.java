package voxcam.cpu;

/**
 * The inner loops of heat maps over {@link Layout#BLOCKED} tensors. There are two implementations,
 * with and without the incubator module.
 */
interface CamLanes {
  /** The one that runs here. */
  CamLanes PREFERRED = Machine.ELEMENTWISE ? new VectorCamLanes() : new ScalarCamLanes();

  /**
   * {@code sums[p][c] += sum_r a[p][c] b[p][c]} over {@code count} positions and over rows that
   * begin {@code step} apart.
   *
   * @param from where the first row begins in both
   * @param rows 1 to 4; their sum is in single precision
   */
  void addProducts(float[] a, float[] b, int from, int step, int rows, int count, double[] sums);

  /** The same with {@code b[r][c]} for all positions, {@code bFrom} on without gaps. */
  void addScaled(
      float[] a, int from, int step, int rows, int count, float[] b, int bFrom, double[] sums);

  /** {@code y[p] = sum_c sums[p][c]}. */
  void total(double[] sums, int count, float[] y, int at);
}
