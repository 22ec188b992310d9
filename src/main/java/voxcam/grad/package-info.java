/**
 * Gradients: a reverse walk over a graph that adds more graph.
 *
 * <p>{@link voxcam.grad.Gradients} walks from an output back to the nodes asked for, and touches
 * only what lies between. {@code Rules} is one exhaustive table: for each operation the gradient of
 * each input, built from operations; the families' entries are in {@code ElementwiseRules}, {@code
 * ConvRules} and so on, written with {@code Algebra}. Because a gradient is a graph of the same
 * vocabulary it has a gradient itself: second order works wherever both rules exist.
 */
package voxcam.grad;
