package voxcam.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import voxcam.model.GoldenFile;
import voxcam.model.Json;
import voxcam.model.Model;
import voxcam.model.Safetensors;
import voxcam.op.Tensor;

/** A network of src/test/resources/golden with everything that PyTorch says of it. */
public record GoldenNetwork(
    String name,
    Model model,
    Map<String, Tensor> tensors,
    List<Layer> layers,
    List<Integer> targets) {
  /** What is known of one layer. */
  public record Layer(
      String name,
      boolean piecewiseLinear,
      List<String> breaking,
      boolean guaranteed,
      boolean coincide) {}

  /** All complete model files. */
  public static Stream<GoldenNetwork> nets() {
    return names("nets").map(name -> read("nets", name, ""));
  }

  static Stream<String> names(String folder) {
    try (Stream<Path> files = Files.list(GoldenFile.path(folder))) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".safetensors") && !name.contains(".expected."))
          .map(name -> name.replace(".safetensors", ""))
          .sorted()
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static GoldenNetwork read(String folder, String name, String architecture) {
    Safetensors file =
        Safetensors.open(GoldenFile.path(folder).resolve(name + ".expected.safetensors"));
    Json.Obj about = (Json.Obj) Json.parse(name, file.metadata().get("expected"));
    List<Layer> layers =
        ((Json.Arr) about.members().get("layers"))
            .items().stream().map(GoldenNetwork::layer).toList();
    List<Integer> targets =
        ((Json.Arr) about.members().get("targets"))
            .items().stream().map(item -> (int) ((Json.Whole) item).value()).toList();
    Path path = GoldenFile.path(folder).resolve(name + ".safetensors");
    return new GoldenNetwork(name, Model.open(path, architecture), file.tensors(), layers, targets);
  }

  private static Layer layer(Json json) {
    if (json instanceof Json.Text(String name)) {
      return new Layer(name, false, List.of(), false, false);
    }
    Map<String, Json> members = ((Json.Obj) json).members();
    List<String> breaking =
        ((Json.Arr) members.get("non_affine"))
            .items().stream()
                .map(item -> ((Json.Obj) item).members())
                .map(item -> text(item.get("node")) + " (" + text(item.get("op")) + ")")
                .toList();
    return new Layer(
        text(members.get("name")),
        flag(members.get("piecewise_linear")),
        breaking,
        flag(members.get("guaranteed")),
        flag(members.get("coincide")));
  }

  private static String text(Json json) {
    return ((Json.Text) json).value();
  }

  private static boolean flag(Json json) {
    return ((Json.Bool) json).value();
  }

  /** The tensor of this name. */
  public Tensor tensor(String name) {
    return tensors.get(name);
  }

  @Override
  public String toString() {
    return name;
  }
}
