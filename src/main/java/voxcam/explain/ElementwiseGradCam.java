package voxcam.explain;

import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Cam;

/**
 * Element-wise Grad-CAM: the products of gradient and activation that are above 0, summed over
 * channels.
 *
 * <pre>L[p] = sum_k relu(g[k,p] A[k,p])</pre>
 *
 * <p>It is HiResCAM with what speaks against the label left out before channels are summed, so
 * channels cannot weigh against each other and the map adds up to more than the score has. Known
 * from the pytorch-grad-cam library, where it is GradCAMElementWise.
 */
public record ElementwiseGradCam() implements Method {
  @Override
  public String name() {
    return "gradcam-elementwise";
  }

  @Override
  public String title() {
    return "element-wise Grad-CAM";
  }

  @Override
  public Meaning meaning() {
    return Meaning.POSITIVE;
  }

  @Override
  public Node map(GraphBuilder builder, Node activation, Node gradient) {
    return builder.add(new Cam.Elementwise(), activation, gradient);
  }
}
