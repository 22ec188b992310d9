/**
 * Gradients: a reverse walk over a graph that adds more graph.
 *
 * <p>{@link voxcam.grad.Rules} is one exhaustive table: for each operation the gradient of each
 * input, built from operations. Because a gradient is a graph of the same vocabulary it has a
 * gradient itself: second order works wherever both rules exist.
 */
package voxcam.grad;
