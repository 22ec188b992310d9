package voxcam.report;

/**
 * The colours of map values from 0 to 1: from violet over red and orange to pale yellow. Drawn
 * through five colours in OKLab (Ottosson 2020), where equal steps look equal, at lightnesses that
 * rise evenly: more is always lighter, also for those who cannot tell the hues apart. Never grey,
 * so that it stands out from the volume.
 */
final class HeatRamp {
  /** Lightness, and the two colour axes (green-red, blue-yellow), at 0, 1/4, 1/2, 3/4 and 1. */
  private static final double[][] POINTS = {
    {0.36, 0.090, -0.140},
    {0.50, 0.190, -0.020},
    {0.64, 0.165, 0.110},
    {0.78, 0.050, 0.155},
    {0.92, -0.035, 0.150}
  };

  /** The largest share of the map's colour in a pixel; the rest is the volume below. */
  private static final double MOST = 0.8;

  private static final int STEPS = 256;
  private static final int[] TABLE = new int[STEPS];
  private static final double[] OPACITY = new double[STEPS];

  static {
    for (int i = 0; i < STEPS; i++) {
      double at = (double) i / (STEPS - 1) * (POINTS.length - 1);
      int low = Math.min((int) at, POINTS.length - 2);
      double[] lab = new double[3];
      for (int c = 0; c < 3; c++) {
        lab[c] = POINTS[low][c] + (at - low) * (POINTS[low + 1][c] - POINTS[low][c]);
      }
      TABLE[i] = rgb(lab[0], lab[1], lab[2]);
      OPACITY[i] = MOST * Math.pow((double) i / (STEPS - 1), 0.6);
    }
  }

  private HeatRamp() {}

  /** The colour of a value. */
  static int colour(double value) {
    return TABLE[step(value)];
  }

  private static int step(double value) {
    return value > 0 ? (int) (Math.min(value, 1) * (STEPS - 1) + 0.5) : 0;
  }

  /** The colour over a grey: nothing of it at 0, more with more, so that nothing hides. */
  static int over(int grey, double value) {
    int step = step(value);
    return step == 0 ? grey : Canvas.mix(grey, TABLE[step], OPACITY[step]);
  }

  private static int rgb(double lightness, double a, double b) {
    double l = Math.pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
    double m = Math.pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
    double s = Math.pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
    return channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s) << 16
        | channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s) << 8
        | channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
  }

  /** From linear light to the screen's byte (sRGB). */
  private static int channel(double light) {
    double clamped = Math.clamp(light, 0, 1);
    double value =
        clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * Math.pow(clamped, 1 / 2.4) - 0.055;
    return (int) Math.round(255 * value);
  }
}
