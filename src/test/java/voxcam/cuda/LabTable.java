package voxcam.cuda;

import java.util.List;
import java.util.Locale;

/** The tables of kernels/README.md about kernels/lab: static evidence, nothing that was timed. */
final class LabTable {
  /**
   * What data sheets say of a GPU.
   *
   * @param bandwidth of memory, in GB/s
   */
  private record Gpu(String name, String architecture, double bandwidth) {}

  private static final List<Gpu> GPUS =
      List.of(
          new Gpu("T4", "sm_75", 320),
          new Gpu("A100 40 GB", "sm_80", 1555),
          new Gpu("RTX 4090", "sm_89", 1008),
          new Gpu("H100 SXM", "sm_90", 3350));

  private static final List<long[]> MAPS =
      List.of(
          new long[] {512, 27},
          new long[] {512, 1728},
          new long[] {64, 262_144},
          new long[] {256, 262_144});

  private static final int THREADS = 256;
  private static final int REGISTERS = 65_536;

  private LabTable() {}

  static String table(List<Lab> steps) {
    StringBuilder text =
        new StringBuilder(
            "| step | what | launches | bytes a pair | under way | 16-byte loads | registers |"
                + " threads | KiB under way |\n|---|---|---:|---:|---:|---:|---:|---:|---:|\n");
    steps.forEach(step -> text.append(row(step)));
    return text + "\n" + bounds();
  }

  private static String row(Lab step) {
    StringBuilder registers = new StringBuilder();
    StringBuilder threads = new StringBuilder();
    StringBuilder under = new StringBuilder();
    for (String architecture : Lab.ARCHITECTURES) {
      int most =
          step.kernels().stream()
              .filter(kernel -> kernel.architecture().equals(architecture))
              .mapToInt(Assembled::registers)
              .max()
              .orElseThrow();
      int shared = step.kernels().stream().mapToInt(Assembled::shared).max().orElseThrow();
      int resident = threads(architecture, most, shared);
      String separator = registers.isEmpty() ? "" : ", ";
      registers.append(separator).append(most);
      threads.append(separator).append(resident);
      under.append(separator).append(resident * step.loads() * step.width() / 1024);
    }
    return String.format(
        Locale.ROOT,
        "| %s | %d | %.0f | %d x %d | %d | %s | %s | %s |%n",
        step.title(),
        step.launches(),
        step.bytes(),
        step.loads(),
        step.width(),
        step.wideLoads(),
        registers,
        threads,
        under);
  }

  /** How many threads a multiprocessor can hold, in blocks of 256. */
  static int threads(String architecture, int registers, int shared) {
    int most = architecture.equals("sm_75") ? 1024 : 2048;
    int sharedMemory =
        switch (architecture) {
              case "sm_75" -> 64;
              case "sm_80" -> 164;
              default -> 228;
            }
            << 10;
    // A warp gets registers in lots of 256; since sm_80 a block has a KiB of the system's own.
    int warps = REGISTERS / (Math.ceilDiv(registers * 32, 256) * 256);
    int own = architecture.equals("sm_75") ? shared : shared + 1024;
    int blocks = Math.min(warps / (THREADS / 32), own == 0 ? most : sharedMemory / own);
    return Math.min(blocks * THREADS, most);
  }

  private static String bounds() {
    StringBuilder text = new StringBuilder("| fp32 map of K x P | bytes |");
    GPUS.forEach(gpu -> text.append(' ').append(gpu.name()).append(" |"));
    text.append("\n|---|---:|").append("---:|".repeat(GPUS.size())).append('\n');
    for (long[] map : MAPS) {
      double bytes = 8.0 * map[0] * map[1] + 4.0 * map[1];
      text.append(String.format(Locale.ROOT, "| %d x %d | %.2f MB |", map[0], map[1], bytes / 1e6));
      GPUS.forEach(gpu ->
          text.append(String.format(Locale.ROOT, " %.2f us |", bytes / (gpu.bandwidth() * 1e3))));
      text.append('\n');
    }
    return text.toString();
  }
}
