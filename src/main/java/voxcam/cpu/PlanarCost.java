package voxcam.cpu;

/**
 * About how many nanoseconds of one core a convolution with vectors along W takes, to choose
 * between {@link PlanarConv} and {@link PlanarWinograd}. The rates were measured with vectors of 16
 * floats at 2.6 GHz; with narrower ones everything takes as many times as long, which a comparison
 * does not notice.
 */
final class PlanarCost {
  /** Multiplications and additions in a nanosecond, each for itself. */
  private static final double RATE = 130;

  /** To pack an input value, or to store an output value. */
  private static final double COPY = 0.4;

  /** To transform the 36 values of a tile in one column and channel, and the same for outputs. */
  private static final double TRANSFORM = 15;

  private PlanarCost() {}

  /** For {@link PlanarConv}. */
  static double direct(Correlation c, int lanes) {
    double planes = (double) c.batch() * c.groups() * c.d().output();
    double asked = planes * c.h().output() * c.w().output();
    double products = asked / PlanarConv.fill(c, lanes) * c.taps() * c.channels() * c.outputs();
    double packed = planes * c.d().stride() * PlanarInput.of(c).planeFloats() / c.groups();
    return scale(lanes) * (2 * products / RATE + COPY * (packed + asked * c.outputs()));
  }

  /**
   * For {@link PlanarWinograd}.
   *
   * @return infinity where that does not suit
   */
  static double winograd(Correlation c, int lanes) {
    if (!PlanarWinograd.suits(c)) {
      return Double.POSITIVE_INFINITY;
    }
    int outputs = PlanarWinogradWeights.OUTPUTS;
    int points = PlanarWinogradWeights.POINTS * PlanarWinogradWeights.POINTS;
    double tiles =
        (double) c.batch()
            * c.groups()
            * LatticeTiles.of(c.d(), outputs).count()
            * LatticeTiles.of(c.h(), outputs).count();
    int tile = PlanarTiles.vectors(c.w().output(), lanes) * lanes;
    double width = (double) Math.ceilDiv(c.w().output(), tile) * tile;
    double products = points * c.w().kernel() * width * c.channels() * c.outputs();
    double transforms = c.channels() * (double) c.w().span() + c.outputs() * width;
    return scale(lanes) * tiles * (2 * products / RATE + TRANSFORM * transforms);
  }

  private static double scale(int lanes) {
    return 16.0 / lanes;
  }
}
