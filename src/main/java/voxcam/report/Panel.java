package voxcam.report;

import voxcam.volume.Volume;

/**
 * One slice in a picture: a view of a grid, one of its slices, and where in the picture it goes.
 */
record Panel(View view, int slice, int x, int y, int width, int height) {
  /** The colour of outlines, far from the map's colours and from grey. */
  static final int OUTLINE = 0x3df2c4;

  private static final int CROSS_GAP = 9;
  private static final double CROSS_SHARE = 0.55;

  /** The slice's grey picture, with a map over it. */
  void draw(Canvas canvas, Scan scan, Volume map) {
    int length = view.grid().length();
    float[] grey =
        finite(view.values(scan.volume().voxels(), scan.channel() * length, slice), scan);
    float[] greys = Stretch.linear(grey, view.rows(), view.columns(), height, width);
    float[] heat = view.values(map.voxels(), 0, slice);
    float[] heats = Stretch.linear(heat, view.rows(), view.columns(), height, width);
    canvas.frame(x, y, width, height, 0x2b2f36);
    for (int i = 0; i < greys.length; i++) {
      int shade = scan.grey(greys[i]) * 0x010101;
      canvas.set(x + i % width, y + i / width, HeatRamp.over(shade, heats[i]));
    }
  }

  /** Infinities would spread to the neighbours when the slice is stretched. */
  private static float[] finite(float[] values, Scan scan) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        values[i] = (float) (values[i] > 0 ? scan.white() : scan.black());
      }
    }
    return values;
  }

  /** The outline of a mask's voxels (above 0.5), just inside of them, with a dark seam outside. */
  void outline(Canvas canvas, Volume mask) {
    float[] values = view.values(mask.voxels(), 0, slice);
    boolean[] inside = Stretch.mask(values, view.rows(), view.columns(), height, width);
    for (int r = 0; r < height; r++) {
      for (int c = 0; c < width; c++) {
        boolean here = inside[r * width + c];
        boolean edge =
            here != at(inside, r - 1, c)
                || here != at(inside, r + 1, c)
                || here != at(inside, r, c - 1)
                || here != at(inside, r, c + 1);
        if (edge && here) {
          canvas.set(x + c, y + r, OUTLINE);
        } else if (edge) {
          canvas.blend(x + c, y + r, 0x000000, 0.6);
        }
      }
    }
  }

  private boolean at(boolean[] inside, int row, int column) {
    return row >= 0
        && row < height
        && column >= 0
        && column < width
        && inside[row * width + column];
  }

  /** The pixel of the middle of a voxel. */
  int[] pixel(int[] voxel) {
    return new int[] {
      x + (int) ((view.column(voxel) + 0.5) * width / view.columns()),
      y + (int) ((view.row(voxel) + 0.5) * height / view.rows())
    };
  }

  /** Thin lines to a voxel from all sides, which leave the voxel itself free. */
  void cross(Canvas canvas, int[] voxel) {
    int[] at = pixel(voxel);
    for (int column = x; column < x + width; column++) {
      if (Math.abs(column - at[0]) > CROSS_GAP) {
        canvas.blend(column, at[1], Canvas.MARK, CROSS_SHARE);
      }
    }
    for (int row = y; row < y + height; row++) {
      if (Math.abs(row - at[1]) > CROSS_GAP) {
        canvas.blend(at[0], row, Canvas.MARK, CROSS_SHARE);
      }
    }
  }

  /** The letters of the patient's sides at the four edges. */
  void marks(Canvas canvas, Letters letters) {
    String marks = view.marks();
    int capital = letters.capital();
    if (marks.isEmpty() || width < 6 * capital) {
      return;
    }
    int inset = capital / 2 + 1;
    if (height >= 4 * capital) {
      centred(canvas, letters, y + inset + capital, marks.charAt(2));
      centred(canvas, letters, y + height - inset, marks.charAt(3));
    }
    if (height >= capital + 2) {
      int baseline = y + (height + capital) / 2;
      String left = marks.substring(0, 1);
      String right = marks.substring(1, 2);
      canvas.seamed(letters, x + inset, baseline, left, Canvas.MARK);
      int from = x + width - inset - letters.width(right);
      canvas.seamed(letters, from, baseline, right, Canvas.MARK);
    }
  }

  private void centred(Canvas canvas, Letters letters, int baseline, char mark) {
    String text = String.valueOf(mark);
    canvas.seamed(letters, x + (width - letters.width(text)) / 2, baseline, text, Canvas.MARK);
  }

  /** A bar of a round length at the lower left; in voxels where millimetres are unknown. */
  void scaleBar(Canvas canvas, Letters letters) {
    double perMm = width / view.widthMm();
    double mm = Numbers.round(0.3 * view.widthMm());
    int length = (int) Math.round(mm * perMm);
    String text = Numbers.text(mm, 2) + (view.grid().measured() ? " mm" : " voxels");
    if (height < 5 * letters.capital() || letters.width(text) + 16 > width / 2) {
      return;
    }
    int left = x + 10;
    int bottom = y + height - 10;
    canvas.fill(left - 1, bottom - 3, length + 2, 4, 0x000000, 0.7);
    canvas.fill(left, bottom - 2, length, 2, 0xffffff, 1);
    canvas.seamed(letters, left, bottom - 7, text, 0xffffff);
  }
}
