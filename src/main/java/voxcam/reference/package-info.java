/**
 * The truth: every operation as plain loops in double, one method for each, never tuned. All other
 * backends are held to it.
 *
 * <p>{@code ReferenceProgram} runs a graph's nodes one after the other on one thread, as they are:
 * no pass rewrites them. One class for each family of operations, under the family's name. Each
 * method gets its inputs, the output's shape, and an output array whose content is unknown, of
 * which it writes every element. Convolution, pooling and maps see one- and two-dimensional tensors
 * as volumes with unit axes ({@code Grid}); everything that broadcasts, moves or reduces walks a
 * tensor with a {@code Cursor}.
 */
package voxcam.reference;
