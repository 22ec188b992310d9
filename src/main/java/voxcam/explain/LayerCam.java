package voxcam.explain;

import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Cam;

/**
 * LayerCAM: activations weighted, position by position, by the gradients that speak for the label.
 *
 * <pre>L[p] = sum_k relu(g[k,p]) A[k,p]</pre>
 *
 * <p>Where activations are not negative, as behind a ReLU, it is HiResCAM with all evidence against
 * the label left out, so it adds up to more than the score has; a negative activation under a
 * positive gradient still counts against. See Jiang et al., "LayerCAM: exploring hierarchical class
 * activation maps for localization", IEEE Transactions on Image Processing 30, 2021.
 */
public record LayerCam() implements Method {
  @Override
  public String name() {
    return "layercam";
  }

  @Override
  public String title() {
    return "LayerCAM";
  }

  @Override
  public Meaning meaning() {
    return Meaning.POSITIVE;
  }

  @Override
  public Node map(GraphBuilder builder, Node activation, Node gradient) {
    return builder.add(new Cam.Layer(), activation, gradient);
  }
}
