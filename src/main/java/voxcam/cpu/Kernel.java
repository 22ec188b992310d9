package voxcam.cpu;

/**
 * One operation made ready to run: shapes known, constant weights packed. Stateless between runs,
 * so that runs may overlap.
 *
 * <p>Arrays may be longer than the tensors in them; a kernel takes sizes from its shapes, never
 * from an array. It writes every element of its output and reads none of them before.
 */
interface Kernel {
  /**
   * Computes the output.
   *
   * @param inputs the values of the operation's inputs, row-major
   * @param output where the result goes
   * @param scratch at least {@link #scratch()} floats whose content is unknown
   */
  void run(float[][] inputs, float[] output, float[] scratch, Threads threads);

  /** How many floats of scratch memory one run needs. */
  default long scratch() {
    return 0;
  }

  /** The bytes of packed weights that this kernel holds. */
  default long weightBytes() {
    return 0;
  }

  /**
   * Whether a run reads the input of this number. A constant that nobody reads, because it is
   * packed, is not kept; {@link #run} then gets null in its place.
   */
  default boolean reads(int index) {
    return true;
  }

  /**
   * Whether the output may lie in the memory of the input of this number where that has the
   * output's shape and layout: each element is read for the last time before its place is written.
   */
  default boolean overwrites(int index) {
    return false;
  }

  /** What the algorithm is called, where there are several for the operation; else empty. */
  default String algorithm() {
    return "";
  }
}
