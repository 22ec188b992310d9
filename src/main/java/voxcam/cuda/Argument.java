package voxcam.cuda;

/** What a kernel is given for one of its parameters. */
sealed interface Argument {
  /** The address of the node's input with this number. */
  record Input(int index) implements Argument {}

  /** The address of the node's output. */
  record Output() implements Argument {}

  /**
   * An address in the memory that only this node's launches use.
   *
   * @param offset in bytes, a multiple of 256
   */
  record Scratch(long offset) implements Argument {}

  /**
   * An address in the memory of {@link Work#kept}.
   *
   * @param offset likewise
   */
  record Kept(long offset) implements Argument {}

  /**
   * The address of the launches' counters: 32 bits each, 0 before the first launch, and left 0 by
   * each. No other launch that may run at the same time uses them.
   */
  record Counters() implements Argument {}

  /** No address, for what the kernel has no use for with this geometry. */
  record None() implements Argument {}

  /** Whole numbers: a struct of {@code long long} that the kernel takes by value. */
  record Geometry(long... values) implements Argument {}

  /** A single-precision number. */
  record Real(float value) implements Argument {}
}
