/**
 * Pictures made from explanations, as PNG bytes that are the same for the same input.
 *
 * <p>{@link voxcam.report.MapPicture} shows one map over its volume, {@link
 * voxcam.report.ComparisonPicture} several maps beside the truth. Both lay out panels: a {@code
 * View} takes one {@code Plane} out of a volume the way radiologists look at it (the affine decides
 * what is left and up), {@code Stretch} brings it to pixels of the right aspect ratio, {@code
 * Panel} draws the grey {@link voxcam.report.Scan}, the map in {@code HeatRamp}'s colours and the
 * marks.
 *
 * <p>Nothing here needs AWT, fonts or a display, which workstations and containers may lack: {@code
 * Canvas} holds the pixels, {@code Letters} draws text from the strokes in {@code Glyphs}, {@code
 * Png} writes the file.
 */
package voxcam.report;
