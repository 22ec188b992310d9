package voxcam.explain;

import java.util.List;

/**
 * What to explain. Every target is explained at every layer by every method, all from one forward
 * pass.
 *
 * @param targets which labels
 * @param layers names of nodes; none means the model's own default layer
 * @param methods which maps
 * @param voxels for models with one logit per voxel, over which voxels a score is summed
 */
public record Request(
    List<Target> targets, List<String> layers, List<Method> methods, Voxels voxels) {
  public Request {
    targets = List.copyOf(targets);
    layers = List.copyOf(layers);
    methods = List.copyOf(methods);
  }

  /** HiResCAM of one target at the model's default layer. */
  public static Request of(Target target) {
    return new Request(List.of(target), List.of(), List.of(new HiResCam()), new Voxels.Predicted());
  }

  public Request atLayers(String... names) {
    return new Request(targets, List.of(names), methods, voxels);
  }

  public Request by(Method... wanted) {
    return new Request(targets, layers, List.of(wanted), voxels);
  }

  public Request over(Voxels wanted) {
    return new Request(targets, layers, methods, wanted);
  }
}
