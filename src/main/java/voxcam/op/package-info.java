/**
 * The vocabulary: shapes, tensors and the closed set of operations, as pure data.
 *
 * <p>An operation is a record of attributes with a shape rule, all argument checks and its cost. It
 * computes nothing: backends do. There are no strides, views or in-place operations; tensors are
 * dense and row-major. Letters, here and everywhere: input {@code N C D H W}, weights {@code K C T
 * R S}, output {@code N K Z P Q}.
 *
 * <p>One sealed interface or record per family: {@link voxcam.op.Conv}, {@link voxcam.op.Pool},
 * {@link voxcam.op.Norm}, {@link voxcam.op.Unary} and so on. The same family names return in {@code
 * reference}, {@code cpu} and {@code kernels/}. What cannot be computed is refused by {@link
 * voxcam.op.InputException} with the numbers that disagree.
 */
package voxcam.op;
