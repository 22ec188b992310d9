package voxcam.reference;

import voxcam.op.Window;

/**
 * The pairs of rows that a convolution multiplies: every output row with every input row that one
 * row of weights connects it to. The convolution and both of its gradients are the same loops with
 * another body.
 */
final class ConvRows {
  /** What to do with one pair: where the row of W inputs, of Q outputs and of S weights start. */
  interface Body {
    void row(int x, int y, int w);
  }

  private final Grid x;
  private final Grid y;
  private final Window.Axis depth;
  private final Window.Axis height;
  private final Window.Axis width;
  private final int groups;

  /**
   * For each tap along W the output positions, from begin to before end, at which it lies inside
   * the input row.
   */
  private final int[] begin;

  private final int[] end;

  /**
   * @param x the sizes of the convolution's input {@code [N,C,D,H,W]}
   * @param y the sizes of its output {@code [N,K,Z,P,Q]}
   */
  ConvRows(Window window, int groups, Grid x, Grid y) {
    Window volumetric = window.volumetric();
    this.x = x;
    this.y = y;
    this.depth = volumetric.axis(0);
    this.height = volumetric.axis(1);
    this.width = volumetric.axis(2);
    this.groups = groups;
    this.begin = new int[width.kernel()];
    this.end = new int[width.kernel()];
    for (int s = 0; s < begin.length; s++) {
      begin[s] = Math.max(0, Math.ceilDiv(-offset(s), stride()));
      end[s] = Math.min(y.w(), Math.floorDiv(x.w() - 1 - offset(s), stride()) + 1);
    }
  }

  void forEach(Body body) {
    for (int n = 0; n < y.n(); n++) {
      for (int k = 0; k < y.c(); k++) {
        for (int z = 0; z < y.d(); z++) {
          for (int p = 0; p < y.h(); p++) {
            forEachInput(n, k, z, p, body);
          }
        }
      }
    }
  }

  private void forEachInput(int n, int k, int z, int p, Body body) {
    int channels = x.c() / groups;
    int group = k / (y.c() / groups);
    int yRow = y.row(n, k, z, p);
    for (int c = 0; c < channels; c++) {
      for (int t = 0; t < depth.kernel(); t++) {
        int d = z * depth.stride() + t * depth.dilation() - depth.padBegin();
        for (int r = 0; r < height.kernel(); r++) {
          int h = p * height.stride() + r * height.dilation() - height.padBegin();
          if (d >= 0 && d < x.d() && h >= 0 && h < x.h()) {
            int wRow =
                (((k * channels + c) * depth.kernel() + t) * height.kernel() + r) * width.kernel();
            body.row(x.row(n, group * channels + c, d, h), yRow, wRow);
          }
        }
      }
    }
  }

  /** The number of weights in a row. */
  int taps() {
    return width.kernel();
  }

  int stride() {
    return width.stride();
  }

  /** The input position that tap s of output position 0 looks at; may be negative. */
  int offset(int s) {
    return s * width.dilation() - width.padBegin();
  }

  /** The first output position whose tap s lies inside the input row. */
  int begin(int s) {
    return begin[s];
  }

  /** The position behind the last output position whose tap s lies inside the input row. */
  int end(int s) {
    return end[s];
  }
}
