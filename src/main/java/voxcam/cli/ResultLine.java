package voxcam.cli;

import voxcam.explain.Explanation;
import voxcam.explain.Trust;

/** One map's line on standard output. */
final class ResultLine {
  /** The relative residual from which on a map's sum is not the score. */
  private static final double ADDS_UP = 1e-3;

  private ResultLine() {}

  static String of(MapFiles.Written written) {
    Explanation map = written.map();
    Trust trust = map.trust();
    StringBuilder line = new StringBuilder(name(map));
    line.append("  score ").append(Text.number(map.score()));
    map.voxels()
        .ifPresent(voxels -> line.append(" over ").append(Text.count(voxels)).append(" voxels"));
    line.append("  max ").append(Text.number(map.max()));
    if (addsUpByDesign(map)) {
      line.append("  residual ").append(Text.format("%.1e", trust.relativeResidual()));
    }
    line.append("  ").append(verdict(map, trust));
    if (!written.files().isEmpty()) {
      line.append("  ").append(written.files().get(0));
    }
    return line.toString();
  }

  /** As {@code nodule hirescam at layer4}. */
  static String name(Explanation map) {
    return map.target() + "  " + map.method().name() + " at " + map.layer();
  }

  private static String verdict(Explanation map, Trust trust) {
    if (trust.guaranteed()) {
      return "guaranteed";
    }
    if (!trust.breaking().isEmpty()) {
      return "broken by " + trust.breaking().get(0);
    }
    if (!addsUpByDesign(map)) {
      return "not guaranteed";
    }
    // A residual that is not a number is not below anything.
    return trust.relativeResidual() < ADDS_UP ? "adds up, not guaranteed" : "does not add up";
  }

  /** Most methods' sums mean nothing but where they give the same map as HiResCAM. */
  private static boolean addsUpByDesign(Explanation map) {
    return map.method().meaning().addsUp(map.trust().coincide());
  }
}
