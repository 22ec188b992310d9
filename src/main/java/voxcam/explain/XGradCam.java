package voxcam.explain;

import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Cam;

/**
 * XGrad-CAM: activations weighted by the mean of the gradient in which each position counts as much
 * as its activation.
 *
 * <pre>w[k] = sum_q g[k,q] A[k,q] / sum_q A[k,q],   L[p] = sum_k w[k] A[k,p]</pre>
 *
 * <p>Each channel's values have the sum that they have in HiResCAM, so the map adds up to the score
 * where HiResCAM does; but inside a channel the evidence is spread out like the activation. A
 * channel whose activations add up to 0 has weight 0. It is meant for activations that are not
 * negative: where they nearly cancel, a channel's weight has no bound. See Fu et al., "Axiom-based
 * Grad-CAM: towards accurate visualization and explanation of CNNs", BMVC 2020.
 */
public record XGradCam() implements Method {
  @Override
  public String name() {
    return "xgradcam";
  }

  @Override
  public String title() {
    return "XGrad-CAM";
  }

  @Override
  public Meaning meaning() {
    return Meaning.SUMS;
  }

  @Override
  public Node map(GraphBuilder builder, Node activation, Node gradient) {
    return builder.add(new Cam.XGradient(), activation, gradient);
  }
}
