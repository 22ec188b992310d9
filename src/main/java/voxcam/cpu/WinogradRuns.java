package voxcam.cpu;

/**
 * The data transforms of Winograd's F(4, 3) (points as in {@link PlanarWinogradWeights}) along one
 * axis, for all elements of a run of memory: element j of each result comes from element j of each
 * source.
 */
interface WinogradRuns {
  /** The transforms that run here. */
  WinogradRuns PREFERRED = Machine.VECTORS ? new VectorWinogradRuns() : new ScalarWinogradRuns();

  /**
   * Six rows to six points.
   *
   * @param rows the arrays of the rows, which may be one and the same
   * @param at where each row begins in its array
   * @param length any
   * @param step how far the results are apart
   */
  void points(float[][] rows, int[] at, int length, float[] to, int toFrom, int step);

  /**
   * Six points to four outputs.
   *
   * @param step how far the points are apart
   * @param toStep how far the outputs are apart
   */
  void outputs(float[] m, int from, int step, int length, float[] to, int toFrom, int toStep);

  /**
   * Six points to the outputs of up to four rows: {@code activation(sum + shift + added)}.
   *
   * @param step how far the points are apart
   * @param length any
   * @param added empty, or what is added to each output, in the places of the outputs
   * @param relu whether results below zero become zero
   * @param at where each of the four rows is stored, -1 for those at the end that are not wanted
   */
  void finish(
      float[] m,
      int from,
      int step,
      int length,
      float shift,
      float[] added,
      boolean relu,
      float[] output,
      int[] at);
}
