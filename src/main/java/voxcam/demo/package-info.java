/**
 * The demonstration that needs nothing but the jar: a made-up patient, a small trained network, and
 * both methods' maps beside the truth.
 *
 * <p>A {@link voxcam.demo.Phantom} is a synthetic chest scan with findings whose exact voxels are
 * known. {@link voxcam.demo.DemoNetwork} is a convolutional network whose last feature map feeds
 * one linear layer, so that HiResCAM's guarantee holds and its map differs from Grad-CAM's: every
 * label has a place (a side, or the heart), and a weight that is averaged over places, as
 * Grad-CAM's is, cannot know it. {@link voxcam.demo.TrainDemo} trained it with this engine's own
 * gradients and can be run again; {@link voxcam.demo.DemoRun} explains the findings of one fixed
 * scan and measures how much of each map lies inside the truth.
 */
package voxcam.demo;
