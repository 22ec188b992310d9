package voxcam.cpu;

/**
 * The inner loops of statistics over {@link Layout#BLOCKED} tensors, and of what follows from them:
 * each channel for itself. There are two implementations, with and without the incubator module.
 */
interface MomentLanes {
  /** The one that runs here. */
  MomentLanes PREFERRED = Machine.ELEMENTWISE ? new VectorMomentLanes() : new ScalarMomentLanes();

  /** {@code sums[c] += sum_p x[p][c]} over {@code count} positions, in double precision. */
  void add(float[] x, int from, int count, double[] sums, int at);

  /** {@code sums[c] += sum_p (x[p][c] - centres[c])^2}, in double precision. */
  void addSquares(
      float[] x, int from, int count, double[] centres, int centresAt, double[] sums, int at);

  /** {@code sums[c] += sum_p (x[p][c] - centres[c]) g[p][c]}, in double precision. */
  void addCovariances(
      float[] x,
      float[] g,
      int from,
      int count,
      double[] centres,
      int centresAt,
      double[] sums,
      int at);

  /**
   * {@code y[p][c] = g[p][c] slopes[c] + (x[p][c] - centres[c]) factors[c] + shifts[c]} as {@link
   * #normalise} goes.
   */
  void normaliseGrad(float[] x, float[] g, float[] y, int from, int count, Numbers numbers, int at);

  /** Four numbers for each channel. */
  record Numbers(float[] slopes, float[] centres, float[] factors, float[] shifts) {
    Numbers(int count) {
      this(new float[count], new float[count], new float[count], new float[count]);
    }
  }

  /**
   * {@code y[p][c] = (x[p][c] - centres[c]) factors[c] + shifts[c]} over {@code count} positions
   * that lie at the same place in both.
   *
   * @param at where the numbers of the sixteen channels begin
   */
  void normalise(
      float[] x,
      float[] y,
      int from,
      int count,
      float[] centres,
      float[] factors,
      float[] shifts,
      int at);

  /** {@code largest[c] = max(largest[c], max_p x[p][c])}. */
  void raise(float[] x, int from, int count, float[] largest);
}
