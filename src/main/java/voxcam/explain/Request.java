package voxcam.explain;

import java.util.List;
import java.util.Optional;
import voxcam.graph.Graph;
import voxcam.model.Model;
import voxcam.model.Space;

/**
 * What to explain. Every target is explained at every layer by every method, all from one forward
 * pass.
 *
 * @param targets which labels
 * @param layers names of nodes; none means the model's own default layer
 * @param methods which maps
 * @param voxels for models with one logit per voxel, over which voxels a score is summed
 * @param space which axes of the layers are space; nothing means those behind the channels, with
 *     the slabs of one volume before them, or what the model says of its own layer
 */
public record Request(
    List<Target> targets,
    List<String> layers,
    List<Method> methods,
    Voxels voxels,
    Optional<Space> space) {
  public Request {
    targets = List.copyOf(targets);
    layers = List.copyOf(layers);
    methods = List.copyOf(methods);
  }

  /** Layers whose axes are the usual ones, or those that the model names. */
  public Request(List<Target> targets, List<String> layers, List<Method> methods, Voxels voxels) {
    this(targets, layers, methods, voxels, Optional.empty());
  }

  /** HiResCAM of one target at the model's default layer. */
  public static Request of(Target target) {
    return new Request(List.of(target), List.of(), List.of(new HiResCam()), new Voxels.Predicted());
  }

  public Request atLayers(String... names) {
    return new Request(targets, List.of(names), methods, voxels, space);
  }

  public Request by(Method... wanted) {
    return new Request(targets, layers, List.of(wanted), voxels, space);
  }

  public Request over(Voxels wanted) {
    return new Request(targets, layers, methods, wanted, space);
  }

  /** The same at layers whose positions lie along these axes. */
  public Request along(Space wanted) {
    return new Request(targets, layers, methods, voxels, Optional.of(wanted));
  }

  /** What is said of a layer's axes: by this request, or else by the model of its own layer. */
  public Optional<Space> spaceOf(Model model, String layer) {
    Graph graph = model.graph();
    return space.or(() ->
        model
            .space()
            .filter(_ ->
                model
                    .layer()
                    .map(own -> Layers.meant(graph, own))
                    .equals(Optional.of(Layers.meant(graph, layer)))));
  }
}
