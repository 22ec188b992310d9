package voxcam.demo;

import java.util.random.RandomGenerator;

/** The lungs' vessels: trees that grow from both hila and fork until they are too thin to see. */
final class Vessels {
  private static final double THINNEST = 1.1;

  private final Canvas canvas;
  private final Organ[] organs;
  private final RandomGenerator random;

  Vessels(Canvas canvas, Organ[] organs, RandomGenerator random) {
    this.canvas = canvas;
    this.organs = organs;
    this.random = random;
  }

  void paint() {
    for (int side = -1; side <= 1; side += 2) {
      for (int trunk = 0; trunk < 5; trunk++) {
        Point hilum = new Point(side * 26, random.nextDouble(-22, 2), random.nextDouble(-25, 15));
        double up = -1.3 + 0.62 * trunk;
        Point way = new Point(side, random.nextDouble(-0.7, 0.7), up).unit();
        grow(hilum, way, random.nextDouble(4.2, 5.8), random.nextDouble(22, 34));
      }
    }
  }

  private void grow(Point from, Point way, double radius, double length) {
    if (radius < THINNEST) {
      return;
    }
    Point to = from.plus(way, length);
    segment(from, to, radius);
    for (int child = 0; child < 2; child++) {
      Point turn =
          new Point(
              random.nextDouble(-0.6, 0.6),
              random.nextDouble(-0.6, 0.6),
              random.nextDouble(-0.6, 0.6));
      grow(to, way.plus(turn, 1).unit(), radius * random.nextDouble(0.68, 0.84), length * 0.82);
    }
  }

  private void segment(Point from, Point to, double radius) {
    Point middle = from.plus(to, 1);
    middle = new Point(middle.x() / 2, middle.y() / 2, middle.z() / 2);
    Point span = to.plus(from, -1);
    double reach = radius + 3;
    double square = span.dot(span);
    canvas.near(
        middle,
        Math.abs(span.x()) / 2 + reach,
        Math.abs(span.y()) / 2 + reach,
        Math.abs(span.z()) / 2 + reach,
        (voxel, x, y, z) -> {
          if (!organs[voxel].isLung()) {
            return;
          }
          double dx = x - from.x();
          double dy = y - from.y();
          double dz = z - from.z();
          double along = Math.clamp((dx * span.x() + dy * span.y() + dz * span.z()) / square, 0, 1);
          dx -= along * span.x();
          dy -= along * span.y();
          dz -= along * span.z();
          double distance = Math.sqrt(dx * dx + dy * dy + dz * dz);
          // Thinner than a voxel: the share of the voxel that it fills.
          double filled = Math.clamp((radius - distance) / 4 + 0.5, 0, 1) * Math.min(1, radius / 3);
          float value =
              (float) (canvas.get(voxel) * (1 - filled) + Organ.VESSEL.hounsfield() * filled);
          canvas.set(voxel, Math.max(canvas.get(voxel), value));
        });
  }
}
