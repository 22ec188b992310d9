package voxcam.cpu;

/** Plain loops: what runs without the incubator module. */
final class ScalarCamLanes implements CamLanes {
  private static final int BLOCK = Layout.BLOCK;

  @Override
  public void addProducts(
      Counted counted,
      float[] a,
      float[] b,
      int from,
      int step,
      int rows,
      int length,
      double[] sums) {
    for (int r = 0; r < rows; r++) {
      int row = from + r * step;
      for (int i = 0; i < length; i++) {
        sums[i] += counted.product(a[row + i], b[row + i]);
      }
    }
  }

  @Override
  public void addRows(
      float[] a, int from, int step, int rows, int length, float[] b, int bFrom, double[] sums) {
    for (int r = 0; r < rows; r++) {
      Rows.addScaled(b[bFrom + r], a, from + r * step, sums, length);
    }
  }

  @Override
  public void writeProducts(
      Counted counted,
      float[] a,
      float[] b,
      int from,
      int step,
      int rows,
      int length,
      float[] y,
      int at) {
    double[] sums = new double[length];
    addProducts(counted, a, b, from, step, rows, length, sums);
    Rows.write(sums, y, at, length);
  }

  @Override
  public void writeRows(
      float[] a,
      int from,
      int step,
      int rows,
      int length,
      float[] b,
      int bFrom,
      float[] y,
      int at) {
    double[] sums = new double[length];
    addRows(a, from, step, rows, length, b, bFrom, sums);
    Rows.write(sums, y, at, length);
  }

  @Override
  public void addScaled(
      float[] a, int from, int step, int rows, int count, float[] b, int bFrom, double[] sums) {
    for (int r = 0; r < rows; r++) {
      int row = from + r * step;
      for (int i = 0; i < count * BLOCK; i++) {
        sums[i] += (double) a[row + i] * b[bFrom + r * BLOCK + i % BLOCK];
      }
    }
  }

  @Override
  public void addShares(
      float[] g, int from, int count, float[] totals, int totalsAt, double[] sums, int at) {
    for (int i = 0; i < count * BLOCK; i++) {
      int c = i % BLOCK;
      sums[at + c] += CamLanes.share(g[from + i], totals[totalsAt + c]);
    }
  }

  @Override
  public void total(double[] sums, int count, float[] y, int at) {
    for (int p = 0; p < count; p++) {
      double sum = 0;
      for (int c = 0; c < BLOCK; c++) {
        sum += sums[p * BLOCK + c];
      }
      y[at + p] = (float) sum;
    }
  }
}
