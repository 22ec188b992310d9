package voxcam.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import voxcam.backend.Backend;
import voxcam.backend.Options;
import voxcam.explain.Explainer;
import voxcam.model.Model;

/** How well the network does on phantoms that it has not learned from, label by label. */
record HeldOut(int phantoms, List<Row> rows) {
  /**
   * One label.
   *
   * @param accuracy the share of phantoms with a logit on the right side of 0
   * @param auc the chance that a phantom with the finding has a higher logit than one without
   * @param lowestPresent the lowest logit where the finding is there
   * @param highestAbsent the highest where it is not
   * @param hiRes the mean share of HiResCAM's energy inside the finding
   * @param grad the same for Grad-CAM; an empty map counts as 0
   * @param claimed in how many phantoms HiResCAM's share was the larger one
   * @param present in how many phantoms the finding was
   */
  record Row(
      Abnormality abnormality,
      double accuracy,
      double auc,
      double lowestPresent,
      double highestAbsent,
      double hiRes,
      double grad,
      int claimed,
      int present) {}

  /** What is kept of a finding: its maps would fill the memory. */
  private record Shares(Abnormality abnormality, double hiRes, double grad, boolean claimed) {
    static Shares of(DemoRun.Case c) {
      return new Shares(
          c.finding().abnormality(),
          c.hiRes().inside().share(),
          c.grad().inside().share(),
          c.asClaimed());
    }
  }

  /** Tests on the random phantoms of consecutive seeds. */
  static HeldOut of(Model model, Backend backend, Options options, long firstSeed, int count) {
    List<Shares> shares = new ArrayList<>();
    double[][] logits = new double[count][];
    float[][] truth = new float[count][];
    try (Explainer explainer = new Explainer(model, backend, options)) {
      for (int i = 0; i < count; i++) {
        Phantom phantom = Phantom.random(firstSeed + i);
        DemoRun run = DemoRun.of(phantom, model, explainer);
        run.cases().forEach(c -> shares.add(Shares.of(c)));
        logits[i] = run.explained().logits().doubles();
        truth[i] = phantom.truth();
      }
    }
    List<Row> rows = new ArrayList<>();
    for (Abnormality abnormality : Abnormality.values()) {
      rows.add(row(abnormality, logits, truth, shares));
    }
    return new HeldOut(count, List.copyOf(rows));
  }

  private static Row row(
      Abnormality abnormality, double[][] logits, float[][] truth, List<Shares> shares) {
    int label = abnormality.index();
    List<Double> present = new ArrayList<>();
    List<Double> absent = new ArrayList<>();
    for (int i = 0; i < logits.length; i++) {
      (truth[i][label] > 0 ? present : absent).add(logits[i][label]);
    }
    long right =
        present.stream().filter(logit -> logit > 0).count()
            + absent.stream().filter(logit -> logit <= 0).count();
    double wins = 0;
    for (double high : present) {
      for (double low : absent) {
        wins += high > low ? 1 : high == low ? 0.5 : 0;
      }
    }
    List<Shares> own = shares.stream().filter(s -> s.abnormality() == abnormality).toList();
    return new Row(
        abnormality,
        right / (double) logits.length,
        wins / (present.size() * (double) absent.size()),
        present.stream().min(Double::compare).orElse(Double.NaN),
        absent.stream().max(Double::compare).orElse(Double.NaN),
        own.stream().mapToDouble(Shares::hiRes).average().orElse(Double.NaN),
        own.stream().mapToDouble(Shares::grad).average().orElse(Double.NaN),
        (int) own.stream().filter(Shares::claimed).count(),
        own.size());
  }

  String table() {
    StringBuilder table = new StringBuilder();
    table.append(phantoms).append(" phantoms that were not trained on\n");
    table.append(
        "label                accuracy    AUC  lowest present  highest absent  HiResCAM inside  Grad-CAM inside  more inside\n");
    for (Row row : rows) {
      table.append(
          String.format(
              Locale.ROOT,
              "%-20s    %.3f  %.4f %15.2f %15.2f           %5.1f %%          %5.1f %%   %d of %d%n",
              row.abnormality().label(),
              row.accuracy(),
              row.auc(),
              row.lowestPresent(),
              row.highestAbsent(),
              100 * row.hiRes(),
              100 * row.grad(),
              row.claimed(),
              row.present()));
    }
    return table.toString();
  }
}
