package voxcam.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import voxcam.explain.Display;
import voxcam.explain.Explanation;
import voxcam.explain.Trust;

/**
 * The words of a map's picture.
 *
 * @param title what was explained: the label
 * @param subject score, method, layer, in one line
 * @param trust how far to trust the map, in one line
 * @param guaranteed whether the map is faithful by construction
 * @param empty why the map is empty, if it is
 * @param scale the raw value of a display map's 1
 * @param unit the unit of raw values; empty where they have none
 */
public record Caption(
    String title,
    String subject,
    String trust,
    boolean guaranteed,
    Optional<String> empty,
    double scale,
    String unit) {
  private static final String BETWEEN = "  \u00b7  ";

  /** The words for a map, and for the display map made of it. */
  public static Caption of(Explanation map, Display display) {
    Trust trust = map.trust();
    String score =
        "score "
            + Numbers.text(map.score(), 4)
            + (map.voxels().isPresent()
                ? " (sum of raw logits over " + map.voxels().getAsLong() + " voxels)"
                : " (raw logit)");
    return new Caption(
        map.target() + "  (label " + map.index() + ")",
        String.join(BETWEEN, score, map.method().title(), "layer " + map.layer()),
        String.join(BETWEEN, facts(map)),
        trust.guaranteed(),
        trust.empty(),
        display.scale(),
        map.method().meaning().unit());
  }

  private static List<String> facts(Explanation map) {
    Trust trust = map.trust();
    boolean addsUp = map.method().meaning().addsUp(trust.coincide());
    List<String> facts = new ArrayList<>();
    if (trust.guaranteed()) {
      facts.add("Guaranteed: " + trust.reason());
    } else {
      facts.add("Not guaranteed: " + trust.reason().replaceFirst("^not by construction: ", ""));
    }
    if (!addsUp) {
      facts.add("sum of the map " + Numbers.text(trust.mapSum(), 3));
      return facts;
    }
    if (!trust.breaking().isEmpty()) {
      int more = trust.breaking().size() - 1;
      facts.add(
          "sums need not add up behind "
              + trust.breaking().get(0)
              + (more > 0 ? " and " + more + " more" : ""));
    }
    facts.add(
        "map "
            + Numbers.text(trust.mapSum(), 3)
            + " + biases "
            + Numbers.text(trust.biasTerm(), 3)
            + (trust.bypassTerm() == 0 ? "" : " + bypass " + Numbers.text(trust.bypassTerm(), 3))
            + ", residual "
            + Numbers.text(trust.relativeResidual(), 2)
            + " of the score");
    return facts;
  }
}
