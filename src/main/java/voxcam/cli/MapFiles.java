package voxcam.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import voxcam.explain.Display;
import voxcam.explain.Explanation;
import voxcam.model.Model;
import voxcam.model.WholeFile;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.report.Caption;
import voxcam.report.MapPicture;
import voxcam.report.Scan;
import voxcam.volume.Nifti;
import voxcam.volume.Npy;
import voxcam.volume.Prepared;
import voxcam.volume.Recipe;
import voxcam.volume.Volume;

/**
 * The files of maps: for input stem S, target T, method M (and layer L where there are several)
 * {@code S.T.M[.L].nii.gz}, {@code .raw.npy} and {@code .png}.
 */
final class MapFiles {
  /** What can be written. */
  enum Format {
    NIFTI,
    NPY,
    PNG,
    JSON;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The formats of these names, with commas between; all of them for null. */
    static Set<Format> parse(String words) {
      if (words == null) {
        return EnumSet.allOf(Format.class);
      }
      Set<Format> formats = EnumSet.noneOf(Format.class);
      for (String word : Text.parts("--format", words)) {
        List<String> known = Arrays.stream(values()).map(Format::word).toList();
        int index = known.indexOf(word.toLowerCase(Locale.ROOT));
        if (index < 0) {
          throw new InputException(
              "--format " + word + ": cannot be written, give some of " + String.join(",", known));
        }
        formats.add(values()[index]);
      }
      return formats;
    }
  }

  /**
   * A map with its files.
   *
   * @param display the map as it is shown, unless the raw one is all that is wanted
   * @param steps how the display map was made of the raw one, in order
   */
  record Written(
      Explanation map, Optional<Display> display, List<String> steps, List<Path> files) {}

  private final Path folder;
  private final String stem;
  private final Set<Format> formats;
  private final Outputs outputs;
  private final int threads;
  private final List<String> labels;
  private final List<String> layers;
  private final List<String> layerNames;
  private Scan scan;

  MapFiles(
      Path folder,
      String stem,
      Set<Format> formats,
      Outputs outputs,
      int threads,
      Model model,
      List<String> layerNames) {
    this.folder = folder;
    this.stem = stem;
    this.formats = formats;
    this.outputs = outputs;
    this.threads = threads;
    // A dot would make it unclear where the label ends.
    this.labels = FileNames.safe(model.labels(), false);
    this.layers = FileNames.safe(layerNames, true);
    this.layerNames = layerNames;
  }

  /** Writes one map's files. */
  Written write(Explanation map, Subject subject) {
    Prepared prepared = subject.prepared();
    Tensor raw = spatial(map.map(), prepared.grid());
    String name = name(map);
    List<Path> files = new ArrayList<>();
    if (formats.equals(EnumSet.of(Format.NPY))) {
      files.add(writeRaw(name, raw));
      return new Written(map, Optional.empty(), List.of(), files);
    }
    Display display = Display.of(raw, prepared.grid(), threads);
    List<String> steps = new ArrayList<>(display.steps());
    steps.add(wayBack(subject));
    Volume back = prepared.back(display.map());
    if (formats.contains(Format.NIFTI)) {
      files.add(write(name + ".nii.gz", file -> Nifti.write(file, back)));
    }
    if (formats.contains(Format.NPY)) {
      files.add(writeRaw(name, raw));
    }
    if (formats.contains(Format.PNG)) {
      Scan under = scan(subject);
      byte[] picture = MapPicture.png(under, back, Caption.of(map, display));
      files.add(write(name + ".png", file -> WholeFile.write(file, out -> out.write(picture))));
    }
    return new Written(map, Optional.of(display), steps, files);
  }

  private Path writeRaw(String name, Tensor raw) {
    return write(name + ".raw.npy", file -> Npy.write(file, raw));
  }

  /** The volume under all maps of a run; finding its grey range takes a while. */
  private Scan scan(Subject subject) {
    if (scan == null) {
      scan = Scan.of(subject.prepared().volume(), subject.recipe());
    }
    return scan;
  }

  /** Writes {@code S.json}. */
  Path writeRecord(String json) {
    return write(
        stem + ".json",
        file ->
            WholeFile.write(
                file, out -> out.write((json + "\n").getBytes(StandardCharsets.UTF_8))));
  }

  boolean wants(Format format) {
    return formats.contains(format);
  }

  private Path write(String name, Consumer<Path> content) {
    Path target = folder.resolve(name);
    outputs.write(target, content);
    return target;
  }

  private String name(Explanation map) {
    String layer = layers.size() == 1 ? "" : "." + layers.get(layerNames.indexOf(map.layer()));
    return stem + "." + labels.get(map.index()) + "." + map.method().name() + layer;
  }

  /** A map with three axes, also of a network that looks at slabs, of which there may be one. */
  private static Tensor spatial(Tensor map, Shape grid) {
    Shape shape = map.shape();
    if (shape.rank() == 3) {
      return map;
    }
    if (shape.rank() == 2 && grid.dim(0) == 1) {
      return Tensor.of(Shape.of(1, shape.dim(0), shape.dim(1)), map.floats());
    }
    throw unfit(shape, grid);
  }

  /**
   * Checks before anything runs whether maps of these sizes can be placed.
   *
   * @throws InputException if they have too few or too many axes for the network's grid
   */
  static void check(List<Integer> sizes, Shape grid) {
    boolean fits = sizes.size() == 3 || (sizes.size() == 2 && grid.dim(0) == 1);
    if (!fits) {
      throw unfit(Shape.of(sizes.stream().mapToInt(Integer::intValue).toArray()), grid);
    }
  }

  private static InputException unfit(Shape shape, Shape grid) {
    return new InputException(
        "layer: its map "
            + shape
            + " does not fit the network's grid "
            + grid
            + "; take a layer with as many axes as the input, or name three of its axes with"
            + " --space, - for one that it does not have");
  }

  private static String wayBack(Subject subject) {
    Recipe recipe = subject.recipe();
    String to = "the voxels of " + subject.prepared().volume();
    return recipe.steps().isEmpty()
        ? "place: on " + to
        : "place: linear, by the inverse of the recipe (" + recipe + "), onto " + to;
  }
}
