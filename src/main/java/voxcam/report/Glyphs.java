package voxcam.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The shapes of letters as strokes, drawn for this program. A glyph is a list of strokes, a stroke
 * a list of points {@code xy}: x is a digit, y a letter, with {@code a} 3 units below the baseline,
 * {@code d} on it, {@code k} at the height of small letters, {@code n} at that of capitals, 10
 * units. A capital letter rounds the corner; {@code *} closes the stroke.
 */
final class Glyphs {
  /** Height of capitals in units. */
  static final int CAPITAL = 10;

  /** Height of small letters in units. */
  static final int SMALL = 7;

  /** How round a corner is, in units, where its edges are long enough. */
  private static final double RADIUS = 3;

  /** A circle's quarter as a Bezier curve: how far the control points lie from the corner. */
  private static final double QUARTER = 0.4477;

  private static final int CURVE_STEPS = 6;

  private static final String TABLE =
      """
      ! 0n0g 0d0e
      " 0n0l 2n2l
      # 1d2n 4d5n 0g6g 0k6k
      $ 6l6N0N0I6I6D0D0f 3b3p
      % 0d8n 0K0N3N3K* 5D5G8G8D*
      & 7d1K1N4N4K0G0D4D7h
      ' 0n0l
      ( 2o0L0E2b
      ) 0o2L2E0b
      * 0h4l 0l4h 2m2g
      + 0h6h 3e3k
      , 1d1e0b
      - 0h4h
      . 0d0e
      / 0c5n
      0 0D0N6N6D*
      1 1l4n4d
      2 0l0N6N6I0d6d
      3 0l0N6N6I2i 2i6I6D0D0f
      4 5d5n0g6g
      5 6n0n0j6J6D0D0f
      6 6l6N0N0D6D6J0J0h
      7 0n6n2d
      8 0I0N6N6I* 0D0I6I6D*
      9 0f0D6D6N0N0H6H6j
      : 0d0e 0i0j
      ; 1d1e0b 1i1j
      < 5k0h5e
      = 0i6i 0f6f
      > 0k5h0e
      ? 0l0N5N5I2I2g 2d2e
      @ 8d0D0N8N8F5F5j 5G2G2K5K
      A 0d3n6d 1g5g
      B 0d0n 0n5N5I0i 0i6I6D0d
      C 6l6N0N0D6D6f
      D 0d0n6N6D*
      E 5n0n0d5d 0i4i
      F 5n0n0d 0i4i
      G 6l6N0N0D6D6i3i
      H 0d0n 6d6n 0i6i
      I 0d0n
      J 4n4D0D0f
      K 0d0n 6n0g 2i6d
      L 0n0d5d
      M 0d0n4f8n8d
      N 0d0n6d6n
      O 0D0N7N7D*
      P 0d0n6N6H0h
      Q 0D0N7N7D* 4g8c
      R 0d0n6N6H0h 3h6d
      S 6l6N0N0I6I6D0D0f
      T 0n6n 3n3d
      U 0n0D6D6n
      V 0n3d6n
      W 0n2d4m6d8n
      X 0d6n 0n6d
      Y 0n3i6n 3i3d
      Z 0n6n0d6d
      [ 2n0n0b2b
      \\ 0n5c
      ] 0n2n2b0b
      ^ 0l2n4l
      _ 0c5c
      ` 0n1m
      a 5k5d 0D0K5K5D*
      b 0n0d 0D0K5K5D*
      c 5j5K0K0D5D5e
      d 5n5d 0D0K5K5D*
      e 0h5h5K0K0D5D5e
      f 3n1N1d 0k3k
      g 5k5A0A0b 0D0K5K5D*
      h 0n0d 0h0K5K5d
      i 0d0k 0m0n
      j 2k2A0a 2m2n
      k 0n0d 5k0f 2h5d
      l 0n0D2d
      m 0d0k 0h0K4K4d 4h4K8K8d
      n 0d0k 0h0K5K5d
      o 0D0K5K5D*
      p 0k0a 0D0K5K5D*
      q 5k5a 0D0K5K5D*
      r 0d0k 0h0K3k
      s 4j4K0K0H4H4D0D0e
      t 1n1D3d 0k3k
      u 0k0D5D5k 5k5d
      v 0k3d6k
      w 0k2d4j6d8k
      x 0d5k 0k5d
      y 0k3d 6k2a
      z 0k5k0d5d
      { 3o1O1I0i 0i1I1B3b
      | 0b0n
      } 0o2O2I3i 3i2I2B0b
      ~ 0g0I3I3G6G6i
      \u00b0 0K0N3N3K*
      \u00b1 0j6j 3g3m 0d6d
      \u00b2 0m0N3N3L0j3j
      \u00b5 0a0k 0k0D5D5k 5k5d
      \u00b7 0h0i
      \u00d7 0f4j 0j4f
      \u2013 0h5h
      \u2014 0h8h
      \u2026 0d0e 3d3e 6d6e
      \u2192 0h8h 5k8h5e
      \u2264 5l0i5f 0d5d
      \u2265 0l5i0f 0d5d
      \u00d8 0D0N7N7D* 0c7o
      \u00df 0d0N4N4I1i 1i5I5D2d
      \u00f8 0D0K5K5D* 0c5l
      \u0300 0o2m
      \u0301 0m2o
      \u0302 0m2o4m
      \u0303 0m0N2N2M4M4n
      \u0308 0m0n 3m3n
      \u030a 0M0O2O2M*
      \u030c 0o2m4o
      \u0327 1d1c0b
      \ufffd 0d0n5n5d*
      """;

  private static final Map<Integer, Glyph> GLYPHS = parse();

  private Glyphs() {}

  /**
   * A glyph.
   *
   * @param width without the space beside it
   * @param strokes polygons {@code x0,y0,x1,y1,...}, y upwards from the baseline
   */
  record Glyph(int width, List<double[]> strokes) {}

  /** The glyph of a code point; a box for those there is none for. */
  static Glyph of(int codePoint) {
    return GLYPHS.getOrDefault(codePoint, GLYPHS.get(0xfffd));
  }

  static boolean has(int codePoint) {
    return codePoint == ' ' || GLYPHS.containsKey(codePoint);
  }

  private static Map<Integer, Glyph> parse() {
    Map<Integer, Glyph> glyphs = new HashMap<>();
    glyphs.put((int) ' ', new Glyph(3, List.of()));
    TABLE
        .lines()
        .forEach(line -> {
          List<double[]> strokes = new ArrayList<>();
          int width = 0;
          for (String stroke : line.substring(2).split(" ")) {
            boolean closed = stroke.endsWith("*");
            String points = closed ? stroke.substring(0, stroke.length() - 1) : stroke;
            for (int i = 0; i < points.length(); i += 2) {
              width = Math.max(width, points.charAt(i) - '0');
            }
            strokes.add(stroke(points, closed));
          }
          int code = line.charAt(0);
          boolean digit = code >= '0' && code <= '9';
          glyphs.put(code, new Glyph(digit ? 6 : width, List.copyOf(strokes)));
        });
    return Map.copyOf(glyphs);
  }

  private static double[] stroke(String points, boolean closed) {
    int count = points.length() / 2;
    double[] x = new double[count];
    double[] y = new double[count];
    boolean[] round = new boolean[count];
    for (int i = 0; i < count; i++) {
      x[i] = points.charAt(2 * i) - '0';
      char letter = points.charAt(2 * i + 1);
      round[i] = Character.isUpperCase(letter);
      y[i] = Character.toLowerCase(letter) - 'd';
    }
    List<Double> path = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int before = (i + count - 1) % count;
      int after = (i + 1) % count;
      if (!round[i]) {
        path.add(x[i]);
        path.add(y[i]);
        continue;
      }
      double in = Math.hypot(x[i] - x[before], y[i] - y[before]);
      double out = Math.hypot(x[after] - x[i], y[after] - y[i]);
      double radius =
          Math.min(RADIUS, Math.min(round[before] ? in / 2 : in, round[after] ? out / 2 : out));
      double[] a = {
        x[i] + (x[before] - x[i]) * radius / in, y[i] + (y[before] - y[i]) * radius / in
      };
      double[] b = {
        x[i] + (x[after] - x[i]) * radius / out, y[i] + (y[after] - y[i]) * radius / out
      };
      for (int step = 0; step <= CURVE_STEPS; step++) {
        double t = (double) step / CURVE_STEPS;
        path.add(curve(a[0], x[i], b[0], t));
        path.add(curve(a[1], y[i], b[1], t));
      }
    }
    if (closed) {
      path.add(path.get(0));
      path.add(path.get(1));
    }
    return path.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** One coordinate of the Bezier curve that rounds a corner, from t = 0 to 1. */
  private static double curve(double from, double corner, double to, double t) {
    double c1 = corner + (from - corner) * QUARTER;
    double c2 = corner + (to - corner) * QUARTER;
    double s = 1 - t;
    return s * s * s * from + 3 * s * s * t * c1 + 3 * s * t * t * c2 + t * t * t * to;
  }
}
