package voxcam.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import voxcam.volume.Volume;

/**
 * Several maps of the same findings side by side, with the truth outlined: a row for each finding,
 * and in it for each map the same axial and coronal slice. The slices are those with most voxels of
 * the truth, so that no map chooses them; where the truth is empty they pass through the strongest
 * voxel of the row's first map. Every map is scaled by its own largest value.
 */
public final class ComparisonPicture {
  private static final int MARGIN = 24;
  private static final int GAP = 8;
  private static final int BETWEEN = 28;
  private static final int PANEL_WIDTH = 330;
  private static final int PANEL_HEIGHT = 290;
  private static final int BAR = 120;

  /**
   * A finding and its maps.
   *
   * @param title what the finding is
   * @param truth 1 in the voxels of the true finding, 0 elsewhere, on the scan's grid
   * @param maps the maps to compare, as many in every row
   */
  public record Row(String title, Volume truth, List<Entry> maps) {
    public Row {
      maps = List.copyOf(maps);
    }
  }

  /**
   * A map.
   *
   * @param heading the method
   * @param map the display map, 0 to 1, on the scan's grid
   * @param notes what to print beneath, one line each
   */
  public record Entry(String heading, Volume map, List<String> notes) {
    public Entry {
      notes = List.copyOf(notes);
    }
  }

  private final Letters large = new Letters(16, 2.2);
  private final Letters bold = new Letters(12, 1.9);
  private final Letters plain = new Letters(10, 1.25);
  private final Scan scan;
  private final View axial;
  private final View coronal;
  private final int width;
  private final int[] axialSize;
  private final int[] coronalSize;
  private final List<String> told = new ArrayList<>();

  private ComparisonPicture(Scan scan, int columns) {
    this.scan = scan;
    this.axial = View.of(Plane.AXIAL, scan.volume().grid());
    this.coronal = View.of(Plane.CORONAL, scan.volume().grid());
    double perMm =
        Math.min(
            PANEL_WIDTH / Math.max(axial.widthMm(), coronal.widthMm()),
            PANEL_HEIGHT / Math.max(axial.heightMm(), coronal.heightMm()));
    this.axialSize = size(axial, perMm);
    this.coronalSize = size(coronal, perMm);
    int entry = axialSize[0] + GAP + coronalSize[0];
    this.width = Math.max(600, 2 * MARGIN + columns * entry + (columns - 1) * BETWEEN);
  }

  private static int[] size(View view, double perMm) {
    return new int[] {
      Math.max(1, (int) Math.round(view.widthMm() * perMm)),
      Math.max(1, (int) Math.round(view.heightMm() * perMm))
    };
  }

  /**
   * The picture as a PNG file; the same bytes for the same input.
   *
   * @param title the picture's heading
   * @param scan what lies under the maps
   * @param rows at least one
   * @throws voxcam.op.InputException if a map or a truth lies on another grid than the scan
   */
  public static byte[] png(String title, Scan scan, List<Row> rows) {
    for (Row row : rows) {
      Maps.check(scan, row.truth);
      row.maps.forEach(entry -> Maps.check(scan, entry.map));
    }
    int columns = rows.stream().mapToInt(row -> row.maps.size()).max().orElse(1);
    return new ComparisonPicture(scan, columns).png(title, rows);
  }

  private byte[] png(String title, List<Row> rows) {
    int room = width - 2 * MARGIN;
    String rule =
        "Every map is drawn from 0 to its own largest value; negative values are not shown.";
    String about =
        rule
            + " Slices: those with most voxels of the true finding. "
            + scan.volume().name()
            + ", "
            + scan.range()
            + (scan.volume().grid().located() ? ", patient's right is on the left." : ".");
    Header header =
        new Header(room)
            .add(large, large.fit(title, room), Canvas.TEXT)
            .add(plain, about, Canvas.FAINT);
    told.add(about);
    int keyTop = MARGIN + header.height() + 2;
    int top = keyTop + 2 * plain.line();
    int height = top + rows.stream().mapToInt(this::height).sum() + MARGIN - BETWEEN;
    Canvas canvas = new Canvas(width, height);
    header.draw(canvas, MARGIN, MARGIN);
    key(canvas, keyTop);
    for (Row row : rows) {
      draw(canvas, row, top);
      top += height(row);
    }
    return canvas.png(title, String.join("\n", told));
  }

  private void key(Canvas canvas, int y) {
    int x = MARGIN + ColourBar.lying(canvas, plain, MARGIN, y, BAR, "0", "largest value") + BETWEEN;
    canvas.frame(x + 1, y + 1, 18, 8, Panel.OUTLINE);
    plain.draw(canvas, x + 28, y + plain.capital(), "the true finding", Canvas.TEXT);
  }

  private int height(Row row) {
    int notes = row.maps.stream().mapToInt(entry -> entry.notes.size()).max().orElse(0);
    return bold.line()
        + plain.line()
        + Math.max(axialSize[1], coronalSize[1])
        + (notes + 1) * plain.line()
        + BETWEEN;
  }

  private void draw(Canvas canvas, Row row, int y) {
    String title = bold.fit(row.title, width - 2 * MARGIN);
    bold.draw(canvas, MARGIN, y + bold.capital(), title, Canvas.TEXT);
    told.add(row.title);
    int acrossHead = fullest(axial, row);
    int acrossFront = fullest(coronal, row);
    int entryWidth = axialSize[0] + GAP + coronalSize[0];
    int top = y + bold.line() + plain.line();
    int x = MARGIN;
    for (Entry entry : row.maps) {
      String heading = plain.fit(entry.heading, entryWidth);
      plain.draw(canvas, x, top - plain.capital() + 2, heading, Canvas.MARK);
      Panel left = new Panel(axial, acrossHead, x, top, axialSize[0], axialSize[1]);
      int second = x + axialSize[0] + GAP;
      Panel right = new Panel(coronal, acrossFront, second, top, coronalSize[0], coronalSize[1]);
      for (Panel panel : List.of(left, right)) {
        panel.draw(canvas, scan, entry.map);
        panel.outline(canvas, row.truth);
        panel.marks(canvas, bold);
        String place =
            plain.fit(
                panel.view().title() + ", " + panel.view().place(panel.slice()), panel.width());
        int below = top + Math.max(axialSize[1], coronalSize[1]) + plain.line();
        plain.draw(canvas, panel.x(), below, place, Canvas.FAINT);
      }
      left.scaleBar(canvas, plain);
      int baseline = top + Math.max(axialSize[1], coronalSize[1]) + 2 * plain.line();
      for (String note : entry.notes) {
        plain.draw(canvas, x, baseline, plain.fit(note, entryWidth), Canvas.TEXT);
        told.add(entry.heading + ": " + note);
        baseline += plain.line();
      }
      x += entryWidth + BETWEEN;
    }
  }

  /** The slice with most voxels of the truth, else that of the first map's strongest voxel. */
  private static int fullest(View view, Row row) {
    double[] sums = Maps.sums(view, row.truth);
    int best = IntStream.range(0, sums.length).reduce(0, (a, b) -> sums[b] > sums[a] ? b : a);
    if (sums[best] > 0 || row.maps.isEmpty()) {
      return best;
    }
    int[] strongest = Maps.strongest(row.maps.get(0).map);
    return strongest.length == 0 ? view.slices() / 2 : view.slice(strongest);
  }
}
