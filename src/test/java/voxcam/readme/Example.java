package voxcam.readme;

import java.nio.file.Path;
import voxcam.explain.Display;
import voxcam.explain.Explainer;
import voxcam.explain.Explanation;
import voxcam.explain.Request;
import voxcam.explain.Target;
import voxcam.model.Model;
import voxcam.volume.Nifti;
import voxcam.volume.Prepared;
import voxcam.volume.Recipe;
import voxcam.volume.Volume;

/** The example of README.md, word for word; {@link ExampleTest} compares and runs it. */
final class Example {
  private Example() {}

  static Explanation explain(Path modelFile, Path scanFile, String label, Path mapFile) {
    // README
    Model model = Model.open(modelFile);
    Prepared scan = Recipe.parse(model.recipe().orElse("[]")).apply(Volume.read(scanFile));
    try (Explainer explainer = Explainer.of(model)) {
      Explanation map =
          explainer.explain(scan.input(), Request.of(Target.parse(label, model.labels()))).first();
      Nifti.write(mapFile, scan.back(Display.of(map.map(), scan.grid()).map()));
      // README
      return map;
    }
  }
}
