package voxcam.cpu;

/**
 * The order in which a convolution walks through its input: plane by plane along D, a chunk of
 * output planes at a time, with the input planes that a chunk reads repacked into a ring of slots.
 * So scratch memory stays small, planes are still in the cache when they are used, and none is
 * packed twice.
 *
 * @param slots planes that the ring holds; input plane d is in slot {@code d % slots}
 * @param chunk output planes computed between two packings
 * @param planeFloats the size of a packed plane
 */
record PlaneRing(int slots, int chunk, int planeFloats) {
  /** What a ring is meant to hold: 2 MiB, of the size of an L2 cache. */
  private static final int BUDGET = 512 << 10;

  /** Fewer planes in a chunk than this leave too little work between two packings. */
  private static final int LEAST_CHUNK = 4;

  /**
   * Packs part {@code unit} of input plane d of volume n into the slot that begins at {@code at}.
   */
  interface Pack {
    void plane(int n, int d, int unit, int at);
  }

  /** Computes part {@code unit} of output plane z of volume n. */
  interface Compute {
    void plane(int n, int z, int unit);
  }

  /** Computes some output planes of volume n, sharing the work out. */
  interface Chunk {
    void planes(int n, int first, int planes);
  }

  static PlaneRing of(Correlation c, long planeFloats) {
    int plane = Math.toIntExact(planeFloats);
    int reach = c.d().reach();
    int fitting = (BUDGET / plane - reach) / c.d().stride() + 1;
    int chunk = Math.clamp(fitting, Math.min(LEAST_CHUNK, c.d().output()), c.d().output());
    int slots = Math.clamp((chunk - 1L) * c.d().stride() + reach, 1, c.d().input());
    Math.multiplyExact(slots, plane);
    return new PlaneRing(slots, chunk, plane);
  }

  long floats() {
    return (long) slots * planeFloats;
  }

  /** Where input plane d is packed. */
  int at(int d) {
    return d % slots * planeFloats;
  }

  /**
   * Packs and computes everything.
   *
   * @param planesInside whether the tasks of one unit follow each other, for units whose weights
   *     are larger than the planes
   */
  void sweep(
      Correlation c,
      Threads threads,
      int packUnits,
      Pack pack,
      int computeUnits,
      boolean planesInside,
      Compute compute) {
    sweep(
        c,
        threads,
        packUnits,
        pack,
        (n, first, planes) ->
            threads.forEach(
                planes * computeUnits,
                task -> {
                  int z = planesInside ? task % planes : task / computeUnits;
                  int unit = planesInside ? task / planes : task % computeUnits;
                  compute.plane(n, first + z, unit);
                }));
  }

  /** Packs everything, and has each chunk computed when it is packed. */
  void sweep(Correlation c, Threads threads, int packUnits, Pack pack, Chunk compute) {
    ConvAxis d = c.d();
    for (int n = 0; n < c.batch(); n++) {
      int packed = 0;
      for (int z = 0; z < d.output(); z += chunk) {
        int planes = Math.min(chunk, d.output() - z);
        int begin = Math.max(packed, z * d.stride() - d.pad());
        int end = Math.min(d.input(), (z + planes - 1) * d.stride() - d.pad() + d.reach());
        pack(threads, n, begin, end, packUnits, pack);
        packed = Math.max(packed, end);
        compute.planes(n, z, planes);
      }
    }
  }

  private void pack(Threads threads, int n, int begin, int end, int units, Pack pack) {
    if (begin < end) {
      threads.forEach(
          (end - begin) * units,
          task -> {
            int plane = begin + task / units;
            pack.plane(n, plane, task % units, at(plane));
          });
    }
  }
}
