package voxcam.explain;

import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Cam;

/**
 * Grad-CAM++: activations weighted by those gradients that speak for the label, each position with
 * a share of its own in its channel's weight.
 *
 * <pre>
 * a[k,p] = g[k,p]^2 / (2 g[k,p]^2 + g[k,p]^3 sum_q A[k,q]),   w[k] = sum_p a[k,p] relu(g[k,p])
 * L[p] = sum_k w[k] A[k,p]
 * </pre>
 *
 * <p>{@code g} is the gradient of the raw score y. The paper takes the gradient of exp(y); that
 * factor is the same everywhere in the map and is left out, since it passes what a float can hold.
 * Where g is above 0, {@code a g = g / (2 + g sum_q A[k,q])}, which is how it is computed: the cube
 * of a small gradient would vanish. It is meant for activations that are not negative: otherwise
 * the denominator may come near to 0 and one weight drown all others; where it is 0 the weight
 * counts as 0. See Chattopadhyay et al., "Grad-CAM++: generalized gradient-based visual
 * explanations for deep convolutional networks", WACV 2018.
 */
public record GradCamPlusPlus() implements Method {
  @Override
  public String name() {
    return "gradcam++";
  }

  @Override
  public String title() {
    return "Grad-CAM++";
  }

  @Override
  public Meaning meaning() {
    return Meaning.RELATIVE;
  }

  @Override
  public Node map(GraphBuilder builder, Node activation, Node gradient) {
    return builder.add(new Cam.PlusPlus(), activation, gradient);
  }
}
