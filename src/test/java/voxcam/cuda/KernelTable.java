package voxcam.cuda;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import voxcam.house.Page;

/** Writes the tables of kernels/README.md from what ptxas says ({@code make kernel-table}). */
final class KernelTable {
  private KernelTable() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path page = Path.of("kernels/README.md");
    List<Assembled> all = new ArrayList<>();
    for (Path ptx : Assembled.files()) {
      for (String architecture : Assembled.ARCHITECTURES) {
        all.addAll(Assembled.of(ptx, architecture));
      }
    }
    List<Lab> steps = new ArrayList<>();
    for (Path file : Lab.files()) {
      steps.add(Lab.of(file));
    }
    Page.write(page, "kernels", table(all));
    Page.write(page, "lab", LabTable.table(steps));
  }

  /** A line for each kernel: registers on each architecture, shared memory and spills at most. */
  static String table(List<Assembled> all) {
    Map<String, List<Assembled>> kernels = new LinkedHashMap<>();
    for (Assembled one : all) {
      kernels.computeIfAbsent(one.family() + " | " + one.kernel(), _ -> new ArrayList<>()).add(one);
    }
    StringBuilder text = new StringBuilder("| file | kernel |");
    Assembled.ARCHITECTURES.forEach(name -> text.append(' ').append(name).append(" |"));
    text.append(" shared memory | spills |\n|---|---|");
    text.append("---:|".repeat(Assembled.ARCHITECTURES.size() + 2)).append('\n');
    kernels.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(kernel -> text.append(row(kernel.getKey(), kernel.getValue())));
    return text.toString();
  }

  private static String row(String name, List<Assembled> everywhere) {
    StringBuilder row = new StringBuilder("| " + name + " |");
    for (String architecture : Assembled.ARCHITECTURES) {
      row.append(' ');
      everywhere.stream()
          .filter(one -> one.architecture().equals(architecture))
          .forEach(one -> row.append(one.registers()));
      row.append(" |");
    }
    int shared = everywhere.stream().mapToInt(Assembled::shared).max().orElse(0);
    int spilled = everywhere.stream().mapToInt(Assembled::spilled).max().orElse(0);
    return row + " " + shared + " | " + (spilled == 0 ? "none" : spilled) + " |\n";
  }
}
