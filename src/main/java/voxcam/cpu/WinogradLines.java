package voxcam.cpu;

/**
 * The transforms of {@link WinogradConv} along one axis, and what becomes of its results. An
 * element is a block of {@link Layout#BLOCK} channels; a line is a run of elements at equal
 * distances, and {@code n0 * n1} lines are transformed in one call. A line may be transformed in
 * place.
 */
interface WinogradLines {
  // The points of m = 4 and what the transforms need of them.
  float NEAR = (float) WinogradTransform.NEAR;
  float FAR = (float) WinogradTransform.FAR;
  float NEAR_SQUARED = NEAR * NEAR;
  float FAR_SQUARED = FAR * FAR;
  float NEAR_CUBED = NEAR_SQUARED * NEAR;
  float FAR_CUBED = FAR_SQUARED * FAR;
  float SUM = NEAR_SQUARED + FAR_SQUARED;
  float PRODUCT = NEAR_SQUARED * FAR_SQUARED;

  // The points of m = 3 and what the transforms need of them.
  float PAIR = (float) WinogradTransform.PAIR;
  float SINGLE = (float) WinogradTransform.SINGLE;
  float PAIR_SQUARED = PAIR * PAIR;
  float SINGLE_SQUARED = SINGLE * SINGLE;

  /** The form that runs here. */
  WinogradLines PREFERRED = Machine.VECTORS ? new VectorWinogradLines() : new ScalarWinogradLines();

  /**
   * The input transform of lines with {@code m + 2} elements.
   *
   * @param m 2, 3 or 4
   * @param x0 how far lines are apart along the outer, x1 along the inner of the two other axes, xl
   *     how far the elements of a line are apart
   */
  void input(
      int m,
      float[] x,
      int xFrom,
      int x0,
      int x1,
      int xl,
      float[] y,
      int yFrom,
      int y0,
      int y1,
      int yl,
      int n0,
      int n1);

  /** The output transform of lines with {@code m + 2} elements, which makes lines with m. */
  void output(
      int m,
      float[] x,
      int xFrom,
      int x0,
      int x1,
      int xl,
      float[] y,
      int yFrom,
      int y0,
      int y1,
      int yl,
      int n0,
      int n1);

  /**
   * The kernel transform: {@code length} neighbouring elements of one float, each in 3 places
   * {@code xl} apart, come to lie in {@code m + 2} places {@code yl} apart.
   *
   * @param length whole blocks
   */
  void kernel(int m, float[] x, int xFrom, int xl, float[] y, int yFrom, int yl, int length);

  /**
   * {@code output[at + i step] = sums[from + 16 i] + bias[biasFrom] + added[at + i step]}, element
   * by element, for i below {@code count}.
   *
   * @param added empty if nothing is added
   * @param relu whether results below zero become zero
   */
  void store(
      float[] sums,
      int from,
      int count,
      float[] bias,
      int biasFrom,
      float[] added,
      boolean relu,
      float[] output,
      int at,
      int step);

  /**
   * {@code y[to + 16 i] = x[at + (i - from) step]}, element by element, for i from {@code from} to
   * {@code end}, and zero below and up to {@code size}.
   */
  void copy(float[] x, int at, int step, float[] y, int to, int from, int end, int size);
}
