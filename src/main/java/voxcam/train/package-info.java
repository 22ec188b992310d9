/**
 * Gradients put to use: training.
 *
 * <p>A network whose parameters are inputs of its graph, a {@link voxcam.train.Loss} of its logits,
 * and the loss's gradient for every parameter make one graph; {@link voxcam.train.TrainingStep}
 * compiles it once, and each step is one run. {@link voxcam.train.Adam} turns gradients into new
 * parameters, and a {@link voxcam.train.Trainer} goes from step to step. Nothing here draws random
 * numbers but {@link voxcam.train.Initial}, from the caller's generator, so that a seeded program
 * gives the same network every time it runs on the same machine.
 */
package voxcam.train;
