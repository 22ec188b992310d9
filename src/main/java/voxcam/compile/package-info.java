/**
 * Passes over a specialised graph, each a function from graph to graph: {@code Prune} (only what
 * outputs need), {@code Simplify} (constants, Identity, Dropout, BatchNorm into convolution, no
 * zeros in the gradient of one label), {@code HeadProducts} (maps that weigh channels as one
 * product), {@code Gates} (squeeze and excitation into the weights), {@code Fuse} (bias, activation
 * and residual add into convolution), {@code Order} (sums come early), {@code Bands} (a large first
 * convolution and its pooling a few planes at a time), {@code Chains} (elementwise operations in a
 * row as one), and {@link voxcam.compile.Plan}, which gives every value its memory before anything
 * runs.
 *
 * <p>{@code Passes} is the row that {@code cpu} and {@code cuda} share; {@code Bands} is for {@code
 * cpu} alone, {@code Chains} for {@code cuda}, and {@code reference} runs graphs as they are.
 */
package voxcam.compile;
