package voxcam.cpu;

/**
 * What this JVM offers. The choice between vectors and plain loops is made once and kept in
 * constants, so that the JIT compiler sees one implementation of each interface and inlines it.
 */
final class Machine {
  /**
   * Whether the incubator module is there. {@code -Dvoxcam.vectors=off} says no, for tests and for
   * finding faults.
   */
  static final boolean VECTORS = !isOff() && isThere();

  static final Lanes LANES = VECTORS ? new VectorLanes() : new ScalarLanes();

  private Machine() {}

  private static boolean isThere() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  private static boolean isOff() {
    return "off".equals(System.getProperty("voxcam.vectors"));
  }

  /** Which arithmetic runs here, and what would give more. */
  static String arithmetic() {
    if (VECTORS) {
      return LANES.bits() + "-bit vectors";
    }
    return isOff()
        ? "scalar, because voxcam.vectors=off"
        : "scalar, start java with --add-modules jdk.incubator.vector for vectors";
  }

  /** Says once for each JVM that vectors are missing, unless nobody wanted them. */
  static void warnOnce() {
    Warning.say();
  }

  private static final class Warning {
    static {
      if (!VECTORS && !isOff()) {
        System.getLogger("voxcam.cpu").log(System.Logger.Level.WARNING, "cpu: " + arithmetic());
      }
    }

    private Warning() {}

    static void say() {}
  }
}
