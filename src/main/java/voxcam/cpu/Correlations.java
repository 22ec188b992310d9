package voxcam.cpu;

import java.util.ArrayList;
import java.util.List;
import voxcam.op.Shape;
import voxcam.op.Window;

/** Writes convolutions as {@link Correlation}s. */
final class Correlations {
  private Correlations() {}

  /** {@code x [N,C,...]} with {@code w [K,C/groups,...]}. */
  static List<Correlation> forward(Window window, int groups, Shape x, Shape w, Shape y) {
    Window volume = window.volumetric();
    List<ConvAxis> axes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Window.Axis axis = volume.axis(i);
      int output = size(y, i);
      axes.add(
          new ConvAxis(
              size(x, i),
              output,
              axis.kernel(),
              axis.stride(),
              axis.padBegin(),
              axis.dilation(),
              output,
              0,
              1));
    }
    int channels = w.dim(1);
    int outputs = w.dim(0) / groups;
    int[] k = kernel(volume);
    int taps = k[0] * k[1] * k[2];
    ConvWeights weights =
        new ConvWeights(0, outputs * channels * taps, channels * taps, taps, k[1] * k[2], k[2], 1);
    return List.of(
        new Correlation(
            x.dim(0), groups, channels, outputs, axes.get(0), axes.get(1), axes.get(2), weights));
  }

  /**
   * What turns {@code gy [N,K,...]} with {@code w [K,C/groups,...]} into {@code gx [N,C,...]}: the
   * gradient of the forward convolution for its input, and the transposed convolution. Along an
   * axis of stride s, outputs of equal index modulo s read the same kernel positions: each such
   * residue is a correlation of stride 1 with those positions, backwards.
   */
  static List<Correlation> backward(Window window, int groups, Shape gy, Shape w, Shape gx) {
    Window volume = window.volumetric();
    int[] k = kernel(volume);
    int[] strides = {k[1] * k[2], k[2], 1};
    int taps = k[0] * k[1] * k[2];
    int channels = w.dim(0) / groups;
    int outputs = w.dim(1);
    List<Correlation> parts = new ArrayList<>();
    for (Residue d : residues(volume.axis(0), size(gy, 0), size(gx, 0))) {
      for (Residue h : residues(volume.axis(1), size(gy, 1), size(gx, 1))) {
        for (Residue v : residues(volume.axis(2), size(gy, 2), size(gx, 2))) {
          int start = d.tap * strides[0] + h.tap * strides[1] + v.tap * strides[2];
          ConvWeights weights =
              new ConvWeights(
                  start,
                  channels * outputs * taps,
                  taps,
                  outputs * taps,
                  d.tapStep * strides[0],
                  h.tapStep * strides[1],
                  v.tapStep * strides[2]);
          parts.add(
              new Correlation(
                  gy.dim(0), groups, channels, outputs, d.axis, h.axis, v.axis, weights));
        }
      }
    }
    return parts;
  }

  /**
   * The outputs of one residue along one axis: kernel position j of the correlation is {@code tap +
   * j * tapStep} of the kernel.
   */
  private record Residue(ConvAxis axis, int tap, int tapStep) {}

  private static List<Residue> residues(Window.Axis axis, int input, int stored) {
    int stride = axis.stride();
    int dilation = axis.dilation();
    int common = gcd(stride, dilation);
    int tapStep = stride / common;
    List<Residue> residues = new ArrayList<>();
    for (int first = 0; first < Math.min(stride, stored); first++) {
      // Output first + stride * i gets input o through kernel position t if o * stride = first +
      // stride * i + pad - t * dilation.
      int least = 0;
      while (least < tapStep && (first + axis.padBegin() - least * dilation) % stride != 0) {
        least++;
      }
      int kernel = least < tapStep ? Math.ceilDiv(axis.kernel() - least, tapStep) : 0;
      kernel = Math.max(kernel, 0);
      int output = Math.ceilDiv(stored - first, stride);
      int reach = (kernel - 1) * (dilation / common);
      int pad = kernel == 0 ? 0 : reach - (first + axis.padBegin() - least * dilation) / stride;
      residues.add(
          new Residue(
              new ConvAxis(input, output, kernel, 1, pad, dilation / common, stored, first, stride),
              kernel == 0 ? 0 : least + (kernel - 1) * tapStep,
              -tapStep));
    }
    return residues;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  private static int[] kernel(Window volume) {
    return new int[] {volume.axis(0).kernel(), volume.axis(1).kernel(), volume.axis(2).kernel()};
  }

  /** The size along D, H or W of a tensor with one to three spatial axes. */
  static int size(Shape shape, int axis) {
    int i = shape.rank() - 3 + axis;
    return i < 2 ? 1 : shape.dim(i);
  }
}
