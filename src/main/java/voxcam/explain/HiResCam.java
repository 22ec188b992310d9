package voxcam.explain;

import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Cam;

/**
 * HiResCAM: gradient times activation, element by element, summed over channels.
 *
 * <pre>H[p] = sum_k g[k,p] A[k,p],   g[k,p] = dy / dA[k,p]</pre>
 *
 * <p>Where the layer feeds one linear layer, {@code y = b + sum_p H[p]} exactly: each cell's value
 * is its share of the score, so the map shows only what the model used. Behind a piecewise linear
 * part the same holds with the biases of that part in {@code b}. See Draelos and Carin, "Use
 * HiResCAM instead of Grad-CAM for faithful explanations", arXiv 2011.08891.
 */
public record HiResCam() implements Method {
  @Override
  public String name() {
    return "hirescam";
  }

  @Override
  public String title() {
    return "HiResCAM";
  }

  @Override
  public Meaning meaning() {
    return Meaning.SHARES;
  }

  @Override
  public Node map(GraphBuilder builder, Node activation, Node gradient) {
    return builder.add(new Cam.HiRes(), activation, gradient);
  }
}
