package voxcam.demo;

import java.util.random.RandomGenerator;

/**
 * A healthy chest: which organ lies at a point, in mm around the middle of the chest. Sizes vary
 * from patient to patient.
 */
final class Anatomy {
  /** The rib cage, an ellipse in every slice. */
  private static final double CAGE_X = 128;

  private static final double CAGE_Y = 84;
  private static final double LUNG_X = 60;
  private static final double BASE = -122;
  private static final double TOP = 138;

  private final double fat;
  private final double ribs;
  private final double mediastinum;
  private final double rightDome;
  private final double leftDome;
  private final double heartSize;
  private final Point heart;
  private final double stomach;
  private final double aorta;
  private final double[] waves = new double[12];

  Anatomy(RandomGenerator random) {
    fat = random.nextDouble(0.87, 0.94);
    ribs = random.nextDouble(0, 26);
    mediastinum = random.nextDouble(22, 30);
    rightDome = random.nextDouble(36, 62);
    leftDome = rightDome - random.nextDouble(4, 16);
    heartSize = random.nextDouble(0.88, 1.12);
    heart =
        new Point(
            random.nextDouble(-26, -14), random.nextDouble(14, 26), random.nextDouble(-58, -44));
    stomach = random.nextDouble() < 0.5 ? random.nextDouble(12, 26) : 0;
    aorta = random.nextDouble(9, 14);
    for (int i = 0; i < waves.length; i++) {
      waves[i] = i % 4 == 3 ? random.nextDouble(2 * Math.PI) : random.nextDouble(-0.12, 0.12);
    }
  }

  Organ organ(double x, double y, double z) {
    double neck = z > 100 ? 1 - 0.0028 * (z - 100) : 1;
    double skin = ellipse(x, y, 158 * neck, 110 * neck);
    if (skin > 1) {
      return y < -114 && y > -122 && Math.abs(x) < 150 ? Organ.TABLE : Organ.OUTSIDE;
    }
    Organ bone = bone(x, y, z);
    if (bone != null) {
      return bone;
    }
    double cage = ellipse(x, y - 2, CAGE_X, CAGE_Y);
    if (cage > 1) {
      return skin > fat ? Organ.FAT : Organ.MUSCLE;
    }
    double depth = heartDepth(x, y, z);
    if (depth < 1) {
      return depth > 0.9 ? Organ.FAT : Organ.HEART;
    }
    if (z < diaphragm(x, y)) {
      return abdomen(x, y, z);
    }
    return isLung(x, y, z, cage) ? (x > 0 ? Organ.RIGHT_LUNG : Organ.LEFT_LUNG) : middle(x, y, z);
  }

  /** The lungs' density: heavier below (a patient lies on the back), and a little uneven. */
  float lung(double x, double y, double z) {
    double value = Organ.RIGHT_LUNG.hounsfield() - 0.35 * y;
    for (int i = 0; i < waves.length; i += 4) {
      value += 14 * Math.sin(waves[i] * x + waves[i + 1] * y + waves[i + 2] * z + waves[i + 3]);
    }
    return (float) value;
  }

  /** 0 at the heart's centre, 1 on its surface. */
  double heartDepth(double x, double y, double z) {
    // The long axis points to the left, the front and below.
    double along = 0.8 * (x - heart.x()) - 0.45 * (y - heart.y()) + 0.4 * (z - heart.z());
    double square = square(x - heart.x()) + square(y - heart.y()) + square(z - heart.z());
    double across = square - square(along);
    return Math.sqrt(square(along / (62 * heartSize)) + across / square(46 * heartSize));
  }

  Point heart() {
    return heart;
  }

  private static double square(double a) {
    return a * a;
  }

  /** Below 1 inside. */
  private static double ellipse(double x, double y, double a, double b) {
    return Math.sqrt(square(x / a) + square(y / b));
  }

  private Organ bone(double x, double y, double z) {
    double cage = ellipse(x, y - 2, CAGE_X, CAGE_Y);
    double alongRibs = z + 0.35 * y + ribs;
    boolean rib = cage > 1.01 && cage < 1.09 && alongRibs - 26 * Math.floor(alongRibs / 26) < 10;
    if (rib && Math.abs(x) > 22 && z < TOP + 8) {
      return Organ.BONE;
    }
    if (ellipse(x, y - 92, 19, 7) < 1 && z > -50) {
      return Organ.MARROW;
    }
    double body = ellipse(x, y + 72, 20, 17);
    if (body < 1) {
      double level = z + ribs - 28 * Math.floor((z + ribs) / 28);
      return level < 6 ? Organ.DISC : body > 0.86 ? Organ.BONE : Organ.MARROW;
    }
    double canal = ellipse(x, y + 97, 9, 8);
    if (canal < 1) {
      return Organ.CORD;
    }
    return ellipse(x, y + 98, 15, 13) < 1 || (Math.abs(x) < 4 && y < -98 && y > -106)
        ? Organ.BONE
        : null;
  }

  private double diaphragm(double x, double y) {
    double height = x > 0 ? rightDome : leftDome;
    double dome = 1 - square((Math.abs(x) - LUNG_X) / 70) - square((y - 14) / 84);
    return BASE + height * Math.max(dome, -0.2);
  }

  private Organ abdomen(double x, double y, double z) {
    if (x > -25) {
      return Organ.LIVER;
    }
    double below = diaphragm(x, y) - z;
    if (stomach > 0
        && square(x + 62) + square(y - 30) + square(2 * (below - 20)) < square(stomach)) {
      return Organ.STOMACH_AIR;
    }
    return below < 6 ? Organ.MUSCLE : y > 0 && below > 30 ? Organ.FAT : Organ.SPLEEN;
  }

  private boolean isLung(double x, double y, double z, double cage) {
    double inner = mediastinum - 0.1 * Math.abs(y) + (z > 60 ? 0.12 * (z - 60) : 0);
    if (cage > 0.965 || Math.abs(x) < inner) {
      return false;
    }
    if (z < 10) {
      return true;
    }
    double cap = square((Math.abs(x) - LUNG_X) / 72) + square(y / 84);
    return cap < 1.02 - square((z - 10) / (TOP - 10));
  }

  /** What lies between the lungs. */
  private Organ middle(double x, double y, double z) {
    if (z > 35 && square(x) + square(y + 22) < 81) {
      return Organ.AIRWAY;
    }
    double fork = 35 - 0.7 * Math.abs(x);
    if (z <= 35 && z > -5 && square(y + 22) + square(z - fork) < 49) {
      return Organ.AIRWAY;
    }
    boolean ascending = z > -25 && z < 55 && square(x - 12) + square(y - 14) < square(aorta + 4);
    boolean descending = z < 55 && square(x + 17) + square(y + 46) < square(aorta);
    boolean arch =
        Math.abs(z - 55) < aorta
            && Math.abs(-29 * (y - 14) + 60 * (x - 12)) / 66.6 < aorta
            && y < 26
            && y > -58;
    boolean cava = z > -25 && square(x - 24) + square(y - 8) < 90;
    if (ascending || descending || arch || cava) {
      return Organ.VESSEL;
    }
    return Math.abs(x) < mediastinum + 6 ? Organ.FAT : Organ.MUSCLE;
  }
}
