package voxcam.cpu;

/**
 * What this JVM offers. The choice between vectors and plain loops is made once and kept in
 * constants, so that the JIT compiler sees one implementation of each interface and inlines it.
 */
final class Machine {
  /**
   * Whether the incubator module is there. {@code -Dvoxcam.vectors=off} says no, for tests and for
   * finding faults; {@code loops} is said by who did not ask for the module, because for a single
   * run plain loops are ready sooner.
   */
  static final boolean VECTORS = !is("off") && !is("loops") && isThere();

  /**
   * Whether passes over memory, such as activations and pooling, use vectors. {@code
   * -Dvoxcam.vectors=products} says no, for a JVM that ends after one run: until they are compiled,
   * vectors take far longer than plain loops do, and later they gain little where memory decides.
   */
  static final boolean ELEMENTWISE = VECTORS && !is("products");

  static final Lanes LANES = VECTORS ? new VectorLanes() : new ScalarLanes();

  private Machine() {}

  private static boolean isThere() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  private static boolean is(String choice) {
    return choice.equals(System.getProperty("voxcam.vectors"));
  }

  /** Which arithmetic runs here, and what would give more. */
  static String arithmetic() {
    if (VECTORS) {
      return LANES.bits() + "-bit vectors" + (ELEMENTWISE ? "" : " for products");
    }
    return is("loops")
        ? "plain loops, for a single run"
        : is("off")
            ? "scalar, because voxcam.vectors=off"
            : "scalar, start java with --add-modules jdk.incubator.vector for vectors";
  }

  /** Says once for each JVM that vectors are missing, unless nobody wanted them. */
  static void warnOnce() {
    Warning.say();
  }

  private static final class Warning {
    static {
      if (!VECTORS && !is("off") && !is("loops")) {
        System.getLogger("voxcam.cpu").log(System.Logger.Level.WARNING, "cpu: " + arithmetic());
      }
    }

    private Warning() {}

    static void say() {}
  }
}
