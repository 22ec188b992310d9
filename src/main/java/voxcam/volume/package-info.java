/**
 * Volumes: files in, the network's input tensor, and maps back onto the patient's voxels.
 *
 * <p>A {@link voxcam.volume.Volume} is voxels on a {@link voxcam.volume.Grid}, which knows its
 * place in the world (an {@link voxcam.volume.Affine} to mm, RAS+). {@link voxcam.volume.Nifti},
 * {@link voxcam.volume.Npy} and {@code Npz} read and write files; readers believe no number of a
 * header before the file has delivered the bytes for it, and what is written appears whole or not
 * at all ({@link voxcam.model.WholeFile}).
 *
 * <p>A {@link voxcam.volume.Recipe} is the preprocessing a model asks for, a list of {@link
 * voxcam.volume.Step}s. Applied to volumes it gives a {@link voxcam.volume.Prepared}: the input
 * tensor and the way back. Each geometric step is a {@code Move} (which voxel comes from where);
 * the way back is the inverse of their product, sampled once by {@code Sampler}.
 */
package voxcam.volume;
