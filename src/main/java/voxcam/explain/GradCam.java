package voxcam.explain;

import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Cam;

/**
 * Grad-CAM: activations weighted by the mean of the gradient over all positions.
 *
 * <pre>a[k] = mean_q dy / dA[k,q],   L[p] = sum_k a[k] A[k,p]</pre>
 *
 * <p>The mean forgets where the gradient was: {@code sum L = sum H - N sum_k cov_p(g[k], A[k])}, so
 * a cell that the model did not use, or used against the label, can light up. The two maps are
 * equal where the gradient is the same everywhere, as behind global averaging. Where a batch holds
 * the slabs of one volume, the mean is over the slabs too. See Selvaraju et al., "Grad-CAM: visual
 * explanations from deep networks via gradient-based localization", ICCV 2017; the ReLU of that
 * paper is a step of the display here.
 */
public record GradCam() implements Method {
  @Override
  public String name() {
    return "gradcam";
  }

  @Override
  public String title() {
    return "Grad-CAM";
  }

  @Override
  public Meaning meaning() {
    return Meaning.POOLED;
  }

  @Override
  public Node map(GraphBuilder builder, Node activation, Node gradient) {
    return builder.add(new Cam.Gradient(), activation, gradient);
  }
}
