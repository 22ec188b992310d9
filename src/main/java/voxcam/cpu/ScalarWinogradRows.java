package voxcam.cpu;

import java.util.Arrays;

/** Blocks in plain loops, for a JVM without the incubator module. Products are not fused. */
final class ScalarWinogradRows implements WinogradRows {
  private static final int LANES = 8;

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public int mostVectors() {
    return 2;
  }

  @Override
  public void block(
      int vectors,
      float[] v,
      int vFrom,
      int vRow,
      int last,
      float[] u,
      int uFrom,
      int depth,
      float[] base,
      int baseFrom,
      int baseRow,
      float[] m,
      int mFrom,
      int mRow) {
    int width = vectors * LANES;
    float[] row = new float[width];
    for (int i = 0; i < ROWS; i++) {
      int from = vFrom + Math.min(i, last) * vRow;
      Arrays.fill(row, 0);
      for (int l = 0; l < depth; l++) {
        float factor = v[from + l];
        int uRow = uFrom + l * width;
        for (int j = 0; j < width; j++) {
          row[j] += factor * u[uRow + j];
        }
      }
      int to = mFrom + i * mRow;
      int at = baseFrom + i * baseRow;
      for (int j = 0; j < width; j++) {
        m[to + j] = base[at + j] + row[j];
      }
    }
  }
}
