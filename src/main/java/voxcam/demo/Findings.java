package voxcam.demo;

import java.util.random.RandomGenerator;

/** Paints findings into a chest. None covers another. */
final class Findings {
  private final Anatomy anatomy;
  private final Canvas canvas;
  private final Organ[] organs;
  private final RandomGenerator random;
  private float[] mask = new float[0];

  Findings(Anatomy anatomy, Canvas canvas, Organ[] organs, RandomGenerator random) {
    this.anatomy = anatomy;
    this.canvas = canvas;
    this.organs = organs;
    this.random = random;
  }

  /** What proves nothing: small scars of calcium in the lungs. */
  void paintScars() {
    mask = new float[organs.length];
    for (int n = random.nextInt(3); n > 0; n--) {
      Organ side = random.nextBoolean() ? Organ.RIGHT_LUNG : Organ.LEFT_LUNG;
      ball(
          place(side, 4), random.nextDouble(3, 5), random.nextDouble(300, 700), side, Organ.VESSEL);
    }
  }

  /** Paints a finding; 1 in its voxels, 0 elsewhere. */
  float[] paint(Abnormality abnormality) {
    mask = new float[organs.length];
    switch (abnormality) {
      case RIGHT_EFFUSION -> effusion(Organ.RIGHT_LUNG);
      case LEFT_EFFUSION -> effusion(Organ.LEFT_LUNG);
      case RIGHT_NODULE -> nodules(Organ.RIGHT_LUNG);
      case LEFT_NODULE -> nodules(Organ.LEFT_LUNG);
      case HEART_CALCIFICATION -> calcification();
    }
    return mask;
  }

  private void paint(int voxel, double hounsfield, Organ organ) {
    canvas.set(voxel, (float) hounsfield);
    organs[voxel] = organ;
    mask[voxel] = 1;
  }

  private void nodules(Organ side) {
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      double radius = random.nextDouble(12, 19);
      ball(place(side, 0.9 * radius), radius, random.nextDouble(15, 55), side, Organ.FINDING);
    }
  }

  /** A point of a lung with lung on all sides. */
  private Point place(Organ side, double room) {
    while (true) {
      Point p =
          new Point(
              (side == Organ.RIGHT_LUNG ? 1 : -1) * random.nextDouble(25, 125),
              random.nextDouble(-80, 80),
              random.nextDouble(-115, 130));
      if (lung(p, side, 0, 0, 0)
          && lung(p, side, room, 0, 0)
          && lung(p, side, -room, 0, 0)
          && lung(p, side, 0, room, 0)
          && lung(p, side, 0, -room, 0)
          && lung(p, side, 0, 0, room)
          && lung(p, side, 0, 0, -room)) {
        return p;
      }
    }
  }

  private boolean lung(Point p, Organ side, double x, double y, double z) {
    return organs[canvas.voxel(p.x() + x, p.y() + y, p.z() + z)] == side;
  }

  /** A ball with a few bulges, as far as it lies in a lung. */
  private void ball(Point centre, double radius, double hounsfield, Organ side, Organ becomes) {
    double a = random.nextDouble(2 * Math.PI);
    double b = random.nextDouble(2 * Math.PI);
    double reach = 1.2 * radius;
    canvas.near(
        centre,
        reach,
        reach,
        reach,
        (voxel, x, y, z) -> {
          double dx = x - centre.x();
          double dy = y - centre.y();
          double dz = z - centre.z();
          double distance = Math.sqrt(dx * dx + dy * dy + dz * dz);
          double bulge = Math.sin(3 * Math.atan2(dy, dx) + a) * Math.sin(0.25 * dz + b);
          if (distance < radius * (1 + 0.15 * bulge) && organs[voxel] == side) {
            paint(voxel, hounsfield, becomes);
          }
        });
  }

  /** Fluid sinks to the back; its surface rises at the wall and falls towards the head. */
  private void effusion(Organ side) {
    double depth = random.nextDouble(32, 62);
    double height = random.nextDouble(120, 220);
    double fluid = random.nextDouble(2, 22);
    canvas.everywhere((voxel, x, y, z) -> {
      if (organs[voxel] == side) {
        double wall = Math.max(0, Math.abs(x) - 70) / 50;
        double level = -84 + depth * (1 - (z + 125) / height) + 14 * wall * wall;
        if (y < level) {
          paint(voxel, fluid, Organ.FINDING);
        }
      }
    });
  }

  /** A patch of the heart's surface, with gaps. */
  private void calcification() {
    Point way =
        new Point(random.nextDouble(-1, 0.5), random.nextDouble(0, 1), random.nextDouble(-0.3, 0.7))
            .unit();
    double width = Math.cos(random.nextDouble(0.45, 0.75));
    double phase = random.nextDouble(2 * Math.PI);
    Point heart = anatomy.heart();
    canvas.near(
        heart,
        85,
        85,
        85,
        (voxel, x, y, z) -> {
          double depth = anatomy.heartDepth(x, y, z);
          if (depth > 0.88 && depth < 1.06) {
            Point out = new Point(x - heart.x(), y - heart.y(), z - heart.z()).unit();
            double gaps = Math.sin(0.35 * x + phase) * Math.sin(0.3 * z);
            Organ organ = organs[voxel];
            boolean own = organ == Organ.HEART || organ == Organ.FAT || organ.isLung();
            if (own && out.dot(way) > width && gaps > -0.5) {
              paint(voxel, 700 + 250 * gaps, Organ.FINDING);
            }
          }
        });
  }
}
