package voxcam.cpu;

/** Plain loops: what runs without the incubator module. */
final class ScalarMomentLanes implements MomentLanes {
  private static final int BLOCK = Layout.BLOCK;

  @Override
  public void normalise(
      float[] x,
      float[] y,
      int from,
      int count,
      float[] centres,
      float[] factors,
      float[] shifts,
      int at) {
    for (int p = 0; p < count; p++) {
      int position = from + p * BLOCK;
      for (int c = 0; c < BLOCK; c++) {
        float distance = x[position + c] - centres[at + c];
        y[position + c] = distance * factors[at + c] + shifts[at + c];
      }
    }
  }

  @Override
  public void add(float[] x, int from, int count, double[] sums, int at) {
    for (int p = 0; p < count; p++) {
      int position = from + p * BLOCK;
      for (int c = 0; c < BLOCK; c++) {
        sums[at + c] += x[position + c];
      }
    }
  }

  @Override
  public void addSquares(
      float[] x, int from, int count, double[] centres, int centresAt, double[] sums, int at) {
    for (int p = 0; p < count; p++) {
      int position = from + p * BLOCK;
      for (int c = 0; c < BLOCK; c++) {
        double distance = x[position + c] - centres[centresAt + c];
        sums[at + c] += distance * distance;
      }
    }
  }

  @Override
  public void addCovariances(
      float[] x,
      float[] g,
      int from,
      int count,
      double[] centres,
      int centresAt,
      double[] sums,
      int at) {
    for (int p = 0; p < count; p++) {
      int position = from + p * BLOCK;
      for (int c = 0; c < BLOCK; c++) {
        sums[at + c] += (x[position + c] - centres[centresAt + c]) * g[position + c];
      }
    }
  }

  @Override
  public void normaliseGrad(
      float[] x, float[] g, float[] y, int from, int count, Numbers numbers, int at) {
    for (int p = 0; p < count; p++) {
      int position = from + p * BLOCK;
      for (int c = 0; c < BLOCK; c++) {
        float distance = x[position + c] - numbers.centres()[at + c];
        float rest = distance * numbers.factors()[at + c] + numbers.shifts()[at + c];
        y[position + c] = g[position + c] * numbers.slopes()[at + c] + rest;
      }
    }
  }

  @Override
  public void raise(float[] x, int from, int count, float[] largest) {
    for (int p = 0; p < count; p++) {
      int position = from + p * BLOCK;
      for (int c = 0; c < BLOCK; c++) {
        largest[c] = Math.max(largest[c], x[position + c]);
      }
    }
  }
}
