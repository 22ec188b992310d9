package voxcam.demo;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import voxcam.volume.Grid;
import voxcam.volume.Volume;

/**
 * A synthetic chest scan: body, ribs, spine, lungs with branching vessels, heart, noise, and
 * findings whose exact voxels are known. Made-up anatomy, drawn to look like a CT of 96 x 96 x 64
 * voxels of 3.6 x 3.6 x 5 mm in Hounsfield units; nothing in it comes from a patient. The same seed
 * gives the same chest with the same noise, whichever findings are asked for.
 *
 * @param seed what everything random was made from
 * @param scan the scan in Hounsfield units, whole numbers, filed as scanners do it: x to the left,
 *     y to the back, z to the head
 * @param findings what was put in, in the order of {@link Abnormality}
 */
public record Phantom(long seed, Volume scan, List<Finding> findings) {
  /**
   * A finding and its truth.
   *
   * @param abnormality what it is
   * @param mask 1 in the voxels that were painted, 0 elsewhere, on the scan's grid
   */
  public record Finding(Abnormality abnormality, Volume mask) {}

  private static final double PREVALENCE = 0.5;

  public Phantom {
    findings = List.copyOf(findings);
  }

  /** Where every phantom's voxels lie. */
  public static Grid grid() {
    return Canvas.GRID;
  }

  /** A chest with random findings, each as likely as not. */
  public static Phantom random(long seed) {
    RandomGenerator random = stream(seed, 0);
    EnumSet<Abnormality> present = EnumSet.noneOf(Abnormality.class);
    for (Abnormality abnormality : Abnormality.values()) {
      if (random.nextDouble() < PREVALENCE) {
        present.add(abnormality);
      }
    }
    return of(seed, present);
  }

  /** A chest with these findings. */
  public static Phantom of(long seed, Set<Abnormality> present) {
    Anatomy anatomy = new Anatomy(stream(seed, 1));
    Canvas canvas = new Canvas(stream(seed, 2));
    Organ[] organs = new Organ[grid().length()];
    canvas.everywhere((voxel, x, y, z) -> {
      Organ organ = anatomy.organ(x, y, z);
      organs[voxel] = organ;
      canvas.set(voxel, organ.isLung() ? anatomy.lung(x, y, z) : organ.hounsfield());
    });
    new Vessels(canvas, organs, stream(seed, 3)).paint();
    new Findings(anatomy, canvas, organs, stream(seed, 4)).paintScars();
    List<Finding> findings = new ArrayList<>();
    for (Abnormality abnormality : Abnormality.values()) {
      if (present.contains(abnormality)) {
        RandomGenerator own = stream(seed, 10 + abnormality.index());
        float[] mask = new Findings(anatomy, canvas, organs, own).paint(abnormality);
        findings.add(new Finding(abnormality, Volume.of(abnormality.label(), grid(), 1, mask)));
      }
    }
    return new Phantom(seed, canvas.scan("phantom-" + seed, stream(seed, 5), 32), findings);
  }

  /** 1 for every label that is present, 0 for the others. */
  public float[] truth() {
    float[] truth = new float[Abnormality.values().length];
    findings.forEach(finding -> truth[finding.abnormality().index()] = 1);
    return truth;
  }

  /** Independent random numbers for each part, so that one part does not move the others. */
  private static RandomGenerator stream(long seed, int part) {
    return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + part * 0xD1B54A32D192ED03L);
  }

  @Override
  public String toString() {
    return scan.name()
        + ": "
        + String.join(", ", findings.stream().map(f -> f.abnormality().label()).toList());
  }
}
