package voxcam.cli;

import voxcam.explain.Explanation;
import voxcam.explain.HiResCam;
import voxcam.explain.Trust;

/** One map's line on standard output. */
final class ResultLine {
  private ResultLine() {}

  static String of(MapFiles.Written written) {
    Explanation map = written.map();
    Trust trust = map.trust();
    StringBuilder line = new StringBuilder(name(map));
    line.append("  score ").append(Text.number(map.score()));
    map.voxels()
        .ifPresent(voxels -> line.append(" over ").append(Text.count(voxels)).append(" voxels"));
    line.append("  max ").append(Text.number(map.max()));
    line.append("  residual ").append(Text.format("%.1e", trust.relativeResidual()));
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
    return map.method() instanceof HiResCam ? "adds up, not guaranteed" : "not guaranteed";
  }
}
