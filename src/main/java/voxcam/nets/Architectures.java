package voxcam.nets;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import voxcam.op.InputException;

/** The known architectures by name. */
public final class Architectures {
  private static final Map<String, Function<Settings, Architecture>> KNOWN = known();

  private Architectures() {}

  private static Map<String, Function<Settings, Architecture>> known() {
    Map<String, Function<Settings, Architecture>> known = new LinkedHashMap<>();
    for (int depth : List.of(10, 18, 34, 50)) {
      known.put("resnet" + depth, settings -> ResNet.parse(depth, false, settings));
    }
    for (int depth : List.of(10, 18, 34, 50)) {
      known.put("medicalnet-resnet" + depth, settings -> ResNet.parse(depth, true, settings));
    }
    known.put("r3d_18", VideoResNet::parse);
    for (int depth : List.of(121, 169, 201, 264)) {
      known.put("densenet" + depth, settings -> DenseNet.parse(depth, settings));
    }
    known.put("seresnet50", SeResNet::parse);
    known.put("resnet18-2d", ResNet2d::parse);
    known.put("axialnet", AxialNet::parse);
    known.put("meshnet", MeshNet::parse);
    known.put("unet", UNet::parse);
    known.put("monai-unet", MonaiUNet::parse);
    known.put("segresnet", SegResNet::parse);
    return known;
  }

  /** All names. */
  public static List<String> names() {
    return List.copyOf(KNOWN.keySet());
  }

  /**
   * The architecture of this name, {@code resnet18}, with options behind it as in {@code
   * resnet18:conv1_stride=2,shortcut=A}.
   *
   * <ul>
   *   <li>all: {@code task}
   *   <li>{@code resnet10 18 34 50} (MONAI's defaults) and {@code medicalnet-resnet...} (stride 2
   *       at conv1, dilated stages): {@code conv1_stride}, {@code max_pool}, {@code dilated},
   *       {@code shortcut} (A or B; otherwise told by the weights)
   *   <li>{@code meshnet}: {@code dilations}, as 1-2-4-8-16-8-4-2-1
   *   <li>{@code monai-unet}: {@code strides}, from the finest level down, as 2-2-2-2
   *   <li>{@code segresnet}: {@code groups} of its normalisations, 8
   * </ul>
   *
   * @throws InputException if there is no such architecture or option, with those that there are
   */
  public static Architecture named(String name) {
    int colon = name.indexOf(':');
    String stem = colon < 0 ? name : name.substring(0, colon);
    Function<Settings, Architecture> parser = KNOWN.get(stem);
    if (parser == null) {
      throw new InputException(
          "architecture " + stem + ": not known, known are " + String.join(", ", names()));
    }
    Settings settings = Settings.parse(stem, colon < 0 ? "" : name.substring(colon + 1));
    Architecture architecture = parser.apply(settings);
    settings.checkAllKnown();
    return architecture;
  }
}
