package voxcam.cpu;

/**
 * The inner loops of heat maps, over plain rows (one channel each) and over the rows of {@link
 * Layout#BLOCKED} tensors. There are two implementations, with and without the incubator module.
 */
interface CamLanes {
  /** The one that runs here. */
  CamLanes PREFERRED = Machine.ELEMENTWISE ? new VectorCamLanes() : new ScalarCamLanes();

  /** The most rows of blocks at once. */
  int ROWS = 4;

  /** The most rows whose sums are written without sums in double precision. */
  int FEW = 8;

  /** Which products count; the others are 0. */
  enum Counted {
    ALL,
    /** Those whose second factor is above 0. */
    OF_POSITIVE,
    /** Those above 0. */
    POSITIVE;

    /** A product that counts, or 0. */
    double product(float a, float b) {
      return switch (this) {
        case ALL -> (double) a * b;
        case OF_POSITIVE -> (double) a * Math.max(b, 0);
        case POSITIVE -> Math.max((double) a * b, 0);
      };
    }
  }

  /**
   * {@code sums[i] += sum_r a[r][i] b[r][i]} for {@code i < length}, over rows that begin {@code
   * step} apart. A few rows are summed in single precision before they join the sums.
   *
   * @param from where the first row begins in both
   * @param rows any number
   */
  void addProducts(
      Counted counted,
      float[] a,
      float[] b,
      int from,
      int step,
      int rows,
      int length,
      double[] sums);

  /**
   * {@code y[at + i] = sum_r a[r][i] b[r][i]}, with vectors in single precision.
   *
   * @param rows 1 to {@link #FEW}
   */
  void writeProducts(
      Counted counted,
      float[] a,
      float[] b,
      int from,
      int step,
      int rows,
      int length,
      float[] y,
      int at);

  /** As {@link #addProducts} with one factor {@code b[bFrom + r]} for all of row r. */
  void addRows(
      float[] a, int from, int step, int rows, int length, float[] b, int bFrom, double[] sums);

  /** As {@link #writeProducts} with one factor {@code b[bFrom + r]} for all of row r. */
  void writeRows(
      float[] a, int from, int step, int rows, int length, float[] b, int bFrom, float[] y, int at);

  /**
   * As {@link #addRows} over {@code count} positions of blocks, with a factor for each channel:
   * {@link Layout#BLOCK} for each row, {@code bFrom} on without gaps.
   *
   * @param rows 1 to {@link #ROWS}
   */
  void addScaled(
      float[] a, int from, int step, int rows, int count, float[] b, int bFrom, double[] sums);

  /** {@code y[p] = sum_c sums[p][c]} over the channels of a block. */
  void total(double[] sums, int count, float[] y, int at);

  /**
   * {@code sums[c] += sum_p share(g[p][c], totals[c])} over {@code count} positions of a block, in
   * double precision.
   */
  void addShares(
      float[] g, int from, int count, float[] totals, int totalsAt, double[] sums, int at);

  /**
   * What a position adds to its channel's weight in Grad-CAM++; the formula is at {@link
   * voxcam.op.Cam.PlusPlus}.
   */
  static float share(float g, float total) {
    float positive = Math.max(g, 0);
    float below = Math.fma(positive, total, 2f);
    return positive == 0 || below == 0 ? 0 : positive / below;
  }
}
