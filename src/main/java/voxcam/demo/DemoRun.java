package voxcam.demo;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import voxcam.backend.Backend;
import voxcam.backend.Options;
import voxcam.explain.Display;
import voxcam.explain.Explained;
import voxcam.explain.Explainer;
import voxcam.explain.Explanation;
import voxcam.explain.GradCam;
import voxcam.explain.HiResCam;
import voxcam.explain.Request;
import voxcam.explain.Target;
import voxcam.explain.Voxels;
import voxcam.metrics.EnergyShare;
import voxcam.metrics.Surroundings;
import voxcam.model.Model;
import voxcam.op.Shape;
import voxcam.volume.Prepared;
import voxcam.volume.Volume;

/**
 * A phantom explained: for every finding in it the score, both methods' maps on the scan's own
 * voxels, and how much of each lies inside the truth.
 *
 * @param phantom the scan and the truth
 * @param model the network that was asked
 * @param prepared the scan as the network saw it
 * @param explained the raw answer: for each finding HiResCAM and Grad-CAM, in this order
 * @param cases one for each finding
 */
public record DemoRun(
    Phantom phantom, Model model, Prepared prepared, Explained explained, List<Case> cases) {
  /**
   * A finding and its maps.
   *
   * @param finding what it is and where
   * @param score the network's logit for it; above 0 means that the network reports it
   */
  public record Case(Phantom.Finding finding, double score, Map hiRes, Map grad) {
    /** Whether more of HiResCAM's map than of Grad-CAM's lies inside the finding. */
    public boolean asClaimed() {
      return hiRes.inside().share() > grad.inside().share();
    }
  }

  /**
   * One method's map.
   *
   * @param explanation the raw map and how far to trust it
   * @param display the map for the eye on the network's grid, with the steps that made it
   * @param map the same on the scan's grid
   * @param inside the share of the map's energy inside the finding's own voxels, measured on {@code
   *     map}
   * @param near the same with the finding grown by one cell of the feature map (4 voxels) on all
   *     sides: no map of this layer can be sharper than its cells
   */
  public record Map(
      Explanation explanation, Display display, Volume map, EnergyShare inside, EnergyShare near) {}

  /**
   * The seed of the scan that the demo shows, with all five findings: one in which the network
   * misses none. Of the seeds 1 to 30 with all findings, that is so in 25 (each logit above 0), and
   * HiResCAM has the larger share in 148 of the 150 findings.
   */
  public static final long SEED = 11;

  private static final int[] CELLS = {DemoNetwork.CELL, DemoNetwork.CELL, DemoNetwork.CELL};

  public DemoRun {
    cases = List.copyOf(cases);
  }

  /** The demo: the shipped network on the scan with all findings at once. */
  public static DemoRun of(Backend backend, Options options) {
    Model model = DemoNetwork.load();
    Phantom phantom = Phantom.of(SEED, EnumSet.allOf(Abnormality.class));
    try (Explainer explainer = new Explainer(model, backend, options)) {
      return of(phantom, model, explainer);
    }
  }

  /** Any phantom, by an explainer of the demo's network. */
  static DemoRun of(Phantom phantom, Model model, Explainer explainer) {
    Prepared prepared = DemoNetwork.prepare(phantom.scan());
    List<Target> targets = new ArrayList<>();
    for (Phantom.Finding finding : phantom.findings()) {
      targets.add(new Target.Index(finding.abnormality().index()));
    }
    Request request =
        new Request(
            targets, List.of(), List.of(new HiResCam(), new GradCam()), new Voxels.Predicted());
    Explained explained = explainer.explain(prepared.input(), request);
    List<Case> cases = new ArrayList<>();
    for (Phantom.Finding finding : phantom.findings()) {
      Explanation hiRes = explained.maps().get(2 * cases.size());
      Explanation grad = explained.maps().get(2 * cases.size() + 1);
      float[] truth = finding.mask().voxels();
      float[] around = Surroundings.of(truth, Shape.of(finding.mask().grid().size()), CELLS);
      cases.add(
          new Case(
              finding,
              hiRes.score(),
              map(hiRes, prepared, truth, around),
              map(grad, prepared, truth, around)));
    }
    return new DemoRun(phantom, model, prepared, explained, cases);
  }

  private static Map map(
      Explanation explanation, Prepared prepared, float[] truth, float[] around) {
    Display display = Display.of(explanation.map(), prepared.grid());
    Volume map = prepared.back(display.map());
    return new Map(
        explanation,
        display,
        map,
        EnergyShare.of(map.voxels(), truth),
        EnergyShare.of(map.voxels(), around));
  }

  /**
   * What the demo prints: a table, and a sentence for every finding on which the claim does not
   * hold.
   */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("Share of each map's energy inside the true finding (within one cell of it)");
    lines.add(
        String.format(
            Locale.ROOT, "%-22s%7s  %-18s%-18s", "finding", "logit", "HiResCAM", "Grad-CAM"));
    for (Case c : cases) {
      String label = c.finding().abnormality().label();
      lines.add(
          String.format(
              Locale.ROOT,
              "%-22s%7.2f  %-18s%s",
              label,
              c.score(),
              shares(c.hiRes()),
              shares(c.grad())));
    }
    lines.add(
        "The network learned from labels and, cell by cell, from what is to be seen there; no map was"
            + " looked at. The scan was chosen among many: README says how maps fare on others.");
    if (hasSameSightOnBothSides()) {
      lines.add(
          "This scan has the same finding on both sides, which Grad-CAM cannot tell apart; with one"
              + " side alone its map of a nodule or an effusion can be as good.");
    }
    for (Case c : cases) {
      String label = c.finding().abnormality().label();
      if (c.score() <= 0) {
        lines.add(
            label
                + ": the network misses it (logit not above 0), so its maps explain a wrong answer");
      }
      if (!c.asClaimed()) {
        lines.add(
            label
                + ": here Grad-CAM has as much or more inside the finding as HiResCAM; the claim does not hold");
      }
    }
    return lines;
  }

  private boolean hasSameSightOnBothSides() {
    List<DemoNetwork.Sight> sights =
        cases.stream().map(c -> DemoNetwork.Sight.of(c.finding().abnormality())).toList();
    return sights.stream().distinct().count() < sights.size();
  }

  private static String shares(Map map) {
    return map.inside().isEmpty()
        ? "empty map"
        : String.format(
            Locale.ROOT,
            "%4.1f %% (%.1f %%)",
            100 * map.inside().share(),
            100 * map.near().share());
  }
}
