package voxcam.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import voxcam.op.InputException;
import voxcam.volume.Grid;
import voxcam.volume.Volume;

/**
 * The picture of one map: the three planes through its strongest voxel, and the five axial slices
 * with the largest sums of the map, from the head down, all over the grey volume; the colours' key
 * in raw units; what the map is and how far to trust it. Planes are shown as radiologists look at
 * them, in true proportions, with the patient's sides at the edges where the file tells them. A
 * single image has one panel. An empty map shows the planes through the middle, and why it is
 * empty.
 */
public final class MapPicture {
  private static final int WIDTH = 1400;
  private static final int MARGIN = 24;
  private static final int GAP = 16;
  private static final int SLICES = 5;
  private static final int NARROWEST = 190;
  private static final int PLANES_HEIGHT = 430;
  private static final int SINGLE_HEIGHT = 620;
  private static final int SLICES_HEIGHT = 300;

  private final Letters large = new Letters(16, 2.2);
  private final Letters plain = new Letters(10, 1.25);
  private final Letters bold = new Letters(12, 2.0);

  private final Scan scan;
  private final Volume map;
  private final Caption caption;
  private final Grid grid;
  private final List<String> told = new ArrayList<>();

  private MapPicture(Scan scan, Volume map, Caption caption) {
    this.scan = scan;
    this.map = map;
    this.caption = caption;
    this.grid = scan.volume().grid();
  }

  /**
   * The picture as a PNG file; the same bytes for the same input.
   *
   * @param scan what lies under the map
   * @param map the display map, 0 to 1, on the scan's grid
   * @param caption the words
   * @throws InputException if the map lies on another grid
   */
  public static byte[] png(Scan scan, Volume map, Caption caption) {
    Maps.check(scan, map);
    return new MapPicture(scan, map, caption).png();
  }

  private byte[] png() {
    int[] strongest = Maps.strongest(map);
    boolean empty = strongest.length == 0;
    int[] focus = empty ? Maps.middle(grid) : strongest;
    List<View> views = shown(grid);
    int barColumn = ColourBar.WIDTH + GAP;
    int room = WIDTH - 2 * MARGIN - (empty ? 0 : barColumn);
    int highest = views.size() == 1 ? SINGLE_HEIGHT : PLANES_HEIGHT;
    List<Panel> planes =
        row(views, views.stream().map(view -> view.slice(focus)).toList(), room, highest);
    List<Slice> slices = empty || views.size() == 1 ? List.of() : strongestSlices();
    View axial = View.of(Plane.AXIAL, grid);
    List<Panel> below =
        row(
            slices.stream().map(_ -> axial).toList(),
            slices.stream().map(Slice::index).toList(),
            (WIDTH - 2 * MARGIN + GAP) * slices.size() / SLICES - GAP,
            SLICES_HEIGHT);

    Header header = header(empty ? null : focus);
    int top = MARGIN + header.height() + 4;
    int planesHeight = height(planes) + 2 * plain.line();
    int titleTop = top + planesHeight + GAP;
    int slicesTop = titleTop + 2 * plain.line() - plain.capital();
    int end = slices.isEmpty() ? top + planesHeight : slicesTop + height(below) + 2 * plain.line();
    Canvas canvas = new Canvas(WIDTH, end + MARGIN - plain.line());
    header.draw(canvas, MARGIN, MARGIN);

    planes = moved(planes, top);
    for (Panel panel : planes) {
      panel.draw(canvas, scan, map);
      if (!empty) {
        panel.cross(canvas, focus);
      }
      panel.marks(canvas, bold);
      under(canvas, panel, panel.view().title() + ", " + panel.view().place(panel.slice()));
    }
    planes.get(0).scaleBar(canvas, plain);
    if (!empty) {
      int barHeight = Math.max(Math.min(height(planes), 340), 110);
      int x = end(planes) + GAP + 8;
      ColourBar.upright(canvas, plain, x, top, barHeight, caption.scale(), caption.unit());
    }
    if (!slices.isEmpty()) {
      String title =
          grid.located()
              ? "Axial slices with the largest sums of the map, and their share of it; from the head down"
              : "Slices with the largest sums of the map, and their share of it; by index";
      plain.draw(canvas, MARGIN, titleTop + plain.capital(), title, Canvas.FAINT);
      below = moved(below, slicesTop);
      for (int i = 0; i < below.size(); i++) {
        Panel panel = below.get(i);
        panel.draw(canvas, scan, map);
        panel.marks(canvas, bold);
        String share = Numbers.fixed(100 * slices.get(i).share(), 1) + " %";
        under(canvas, panel, axial.place(panel.slice()) + ", " + share);
      }
      below.get(0).scaleBar(canvas, plain);
    }
    return canvas.png(caption.title(), String.join("\n", told));
  }

  private Header header(int[] strongest) {
    Header header = new Header(WIDTH - 2 * MARGIN);
    header.add(large, large.fit(caption.title(), WIDTH - 2 * MARGIN), Canvas.TEXT);
    List<String> where = new ArrayList<>(List.of(scan.volume().name(), scan.range()));
    if (strongest != null) {
      where.add("strongest voxel " + place(strongest));
    }
    where.add(note());
    String trust = caption.trust();
    String place = String.join("  \u00b7  ", where);
    header.add(plain, caption.subject(), Canvas.TEXT);
    header.add(plain, trust, caption.guaranteed() ? Canvas.GOOD : Canvas.WARNING);
    header.add(plain, place, Canvas.FAINT);
    told.addAll(List.of(caption.subject(), trust, place));
    String reason = caption.empty().orElse(strongest == null ? "no value is above zero" : "");
    if (!reason.isEmpty()) {
      header.add(bold, "Empty map: " + reason, Canvas.WARNING);
      told.add("Empty map: " + reason);
    }
    return header;
  }

  private String place(int[] voxel) {
    String index = "(" + voxel[0] + "," + voxel[1] + "," + voxel[2] + ")";
    if (!grid.located()) {
      return index;
    }
    double[] world = grid.world(voxel[0], voxel[1], voxel[2]);
    return View.side(0, world[0]) + ", " + View.side(1, world[1]) + ", " + View.side(2, world[2]);
  }

  private String note() {
    if (!grid.located()) {
      return "no orientation in the file: indices grow to the right and down"
          + (grid.measured() ? "" : ", voxels drawn as cubes");
    }
    return Maps.oblique(grid)
        ? "oblique: marks name the nearest side"
        : "patient's right is on the left";
  }

  private void under(Canvas canvas, Panel panel, String text) {
    int width = Math.max(panel.width(), NARROWEST);
    int baseline = panel.y() + panel.height() + plain.line();
    for (String line : plain.wrap(text, width, 2)) {
      plain.draw(canvas, panel.x(), baseline, line, Canvas.FAINT);
      baseline += plain.line() - 2;
    }
    told.add(text);
  }

  /** The planes worth showing: all three, or the only one of a single image. */
  static List<View> shown(Grid grid) {
    List<View> views = new ArrayList<>();
    for (Plane plane : Plane.values()) {
      views.add(View.of(plane, grid));
    }
    View largest =
        views.stream()
            .max(Comparator.comparingLong(view -> (long) view.rows() * view.columns()))
            .orElseThrow();
    return largest.slices() == 1 ? List.of(largest) : views;
  }

  /** Panels side by side from the left margin, in one scale, as large as they fit. */
  static List<Panel> row(List<View> views, List<Integer> slices, int room, int highest) {
    double low = 0;
    double high = 1e9;
    for (int round = 0; round < 100; round++) {
      double middle = (low + high) / 2;
      double width = (views.size() - 1) * GAP;
      double height = 0;
      for (View view : views) {
        width += Math.max(view.widthMm() * middle, NARROWEST);
        height = Math.max(height, view.heightMm() * middle);
      }
      if (width <= room && height <= highest) {
        low = middle;
      } else {
        high = middle;
      }
    }
    List<Panel> panels = new ArrayList<>();
    int x = MARGIN;
    for (int i = 0; i < views.size(); i++) {
      View view = views.get(i);
      int width = Math.max(1, (int) Math.round(view.widthMm() * low));
      int height = Math.max(1, (int) Math.round(view.heightMm() * low));
      panels.add(new Panel(view, slices.get(i), x, 0, width, height));
      x += Math.max(width, NARROWEST) + GAP;
    }
    return panels;
  }

  private static List<Panel> moved(List<Panel> panels, int y) {
    return panels.stream()
        .map(p -> new Panel(p.view(), p.slice(), p.x(), y, p.width(), p.height()))
        .toList();
  }

  private static int height(List<Panel> panels) {
    return panels.stream().mapToInt(Panel::height).max().orElse(0);
  }

  private static int end(List<Panel> panels) {
    Panel last = panels.getLast();
    return last.x() + Math.max(last.width(), NARROWEST);
  }

  /** A slice and its share of the map's sum. */
  private record Slice(int index, double share) {}

  private List<Slice> strongestSlices() {
    View axial = View.of(Plane.AXIAL, grid);
    double[] sums = Maps.sums(axial, map);
    double total = IntStream.range(0, sums.length).mapToDouble(i -> sums[i]).sum();
    // The head is where rows of a front view begin.
    View front = View.of(Plane.CORONAL, grid);
    return IntStream.range(0, sums.length)
        .filter(i -> sums[i] > 0)
        .mapToObj(i -> new Slice(i, sums[i] / total))
        .sorted(Comparator.comparingDouble(slice -> -slice.share))
        .limit(SLICES)
        .sorted(Comparator.comparingInt(slice -> front.row(axial.voxel(slice.index))))
        .toList();
  }
}
