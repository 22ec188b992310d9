package voxcam.cuda;

/**
 * What computes one node on the device: our kernels, or a library. Made once for a program, started
 * by many runs at once, each with addresses of its own.
 */
interface Work extends Closing.Part {
  /** Bytes of memory that only this work uses, undefined before. */
  long scratch();

  /**
   * Bytes in front of the scratch memory that are 0 before each start and are left 0; a multiple of
   * {@link CudaPlan#ALIGNMENT}.
   */
  default long counters() {
    return 0;
  }

  /** Bytes of memory that last as long as the program, for what is made of constants once. */
  default long kept() {
    return 0;
  }

  /**
   * Puts the making of what is kept on a stream; what is started later on any stream may use it,
   * once this is done. Called before the first start, and again with another address where works
   * were tried.
   *
   * @param inputs the addresses of the node's inputs, of which only constants are there
   * @param kept the address of the memory
   */
  default void keep(Stream stream, long[] inputs, long kept) {}

  /** The algorithm, where there are several for the operation; else empty. */
  String algorithm();

  /** Whether a library of somebody else's computes, which may not like to be recorded. */
  default boolean isForeign() {
    return false;
  }

  /** Takes what the work needs of a stream, before it is recorded. */
  default void prepare(Stream stream) {}

  /**
   * Puts the work on a stream and returns; the stream may be recording.
   *
   * @param inputs the addresses of the node's inputs
   */
  void start(Stream stream, long[] inputs, long output, long scratch);
}
