/**
 * Explanations: from a model and a question to raw signed heat maps, with a record of how far each
 * can be trusted.
 *
 * <p>An {@link voxcam.explain.Explainer} turns a {@link voxcam.explain.Request} (which targets,
 * which layers, which methods, for segmentation which voxels) into one graph: the model, the score
 * of each target ({@link voxcam.explain.Scores}), the score's gradient at each layer, each method's
 * map, and the terms of the completeness check ({@link voxcam.explain.Completeness}). All of it
 * shares one forward pass, and only what lies behind the layers is differentiated.
 *
 * <p>Where a layer's values lie in space, in the usual axes, in slabs or in tokens, {@link
 * voxcam.explain.Places} knows; every method sees channels first and positions behind them.
 *
 * <p>An {@link voxcam.explain.Explanation} holds the raw map untouched; {@link
 * voxcam.explain.Display} makes the map for the eye in named steps. One file per method holds its
 * mathematics.
 */
package voxcam.explain;
