package voxcam.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Kernels for the family of convolutions. */
final class CpuConv {
  /** The ways to compute a correlation. */
  enum Algorithm {
    DIRECT,
    PLANAR,
    PLANAR_WINOGRAD,
    POINTWISE,
    ZERO
  }

  /**
   * With fewer channels in a group than these, {@link DirectConv} computes channels that nobody
   * asked for and sums runs too short to pay for their start. Measured: at 32 to 32 channels planar
   * is faster by a third, from 64 to 64 on direct is.
   */
  private static final int LEAST_DIRECT_OUTPUTS = 24;

  private static final int LEAST_DIRECT_INPUTS = 48;

  /**
   * Planes so small that less of a {@link PlanarConv} tile than this is used go to {@link
   * DirectConv} with half the channels.
   */
  private static final double LEAST_FILL = 0.6;

  /**
   * With fewer output channels in a group than this, most rows of a tile of {@link PointwiseConv}
   * would be empty.
   */
  private static final int LEAST_POINTWISE = 6;

  /** The most threads that work on one convolution where each needs memory of its own. */
  private static final int WORKERS = Math.max(16, Runtime.getRuntime().availableProcessors());

  private CpuConv() {}

  /**
   * Makes the kernel of a convolution.
   *
   * @param constants the values of those inputs that never change; a constant weight is packed here
   *     and not read from the inputs of a run
   */
  static Kernel kernel(
      Conv op, List<Shape> inputs, Shape output, List<Optional<Tensor>> constants) {
    ConvTiles tiles = ConvTiles.PREFERRED;
    Optional<float[]> weights = constants.get(1).map(Tensor::floats);
    if (op instanceof Conv.WeightGrad grad) {
      return WeightGradConv.of(grad, inputs.get(0), inputs.get(1), output, tiles);
    }
    ConvEpilogue epilogue = epilogue(op, inputs);
    List<Kernel> parts = new ArrayList<>();
    for (Correlation part : correlations(op, inputs, output)) {
      parts.add(kernel(choose(part, tiles.lanes()), part, epilogue, tiles, weights));
    }
    return new Parts(List.copyOf(parts), weights.isPresent());
  }

  static Kernel weightGrad(Node node) {
    Shape x = node.input(0).shape();
    Shape gy = node.input(1).shape();
    return WeightGradConv.of((Conv.WeightGrad) node.op(), x, gy, node.shape(), ConvTiles.PREFERRED);
  }

  static List<Correlation> correlations(Conv op, List<Shape> inputs, Shape output) {
    Shape x = inputs.get(0);
    Shape w = inputs.get(1);
    return switch (op) {
      case Conv.Forward _, Conv.Fused _ ->
          Correlations.forward(op.window(), op.groups(), x, w, output);
      case Conv.Transposed _, Conv.InputGrad _ ->
          Correlations.backward(op.window(), op.groups(), x, w, output);
      case Conv.WeightGrad _ -> List.of();
    };
  }

  static ConvEpilogue epilogue(Conv op, List<Shape> inputs) {
    int bias = inputs.size() > 2 ? 2 : -1;
    return op instanceof Conv.Fused fused
        ? new ConvEpilogue(bias, fused.residual() ? 3 : -1, fused.activation())
        : new ConvEpilogue(bias, -1, Optional.empty());
  }

  /** The algorithm for a correlation, by its shape and the width of a vector. */
  static Algorithm choose(Correlation c, int lanes) {
    if (c.taps() == 0) {
      return Algorithm.ZERO;
    }
    if (c.outputs() >= LEAST_POINTWISE && PointwiseConv.suits(c)) {
      return Algorithm.POINTWISE;
    }
    int share = PlanarConv.fill(c, lanes) < LEAST_FILL ? 2 : 1;
    boolean direct =
        c.outputs() * share >= LEAST_DIRECT_OUTPUTS && c.channels() * share >= LEAST_DIRECT_INPUTS;
    return direct ? Algorithm.DIRECT : Algorithm.PLANAR;
  }

  static Kernel kernel(
      Algorithm algorithm,
      Correlation c,
      ConvEpilogue epilogue,
      ConvTiles tiles,
      Optional<float[]> weights) {
    return switch (algorithm) {
      case DIRECT -> new DirectConv(c, epilogue, tiles, weights, Layout.PLAIN, Layout.PLAIN, 2);
      case PLANAR -> new PlanarConv(c, epilogue, tiles, planarTiles(tiles), weights, WORKERS);
      case PLANAR_WINOGRAD ->
          new PlanarWinograd(
              c,
              epilogue,
              tiles,
              planarTiles(tiles),
              tiles instanceof ScalarConvTiles ? new ScalarWinogradRuns() : WinogradRuns.PREFERRED,
              weights,
              WORKERS);
      case POINTWISE -> new PointwiseConv(c, epilogue, tiles, weights);
      case ZERO -> new ZeroConv(c, epilogue, tiles, Layout.PLAIN);
    };
  }

  private static PlanarTiles planarTiles(ConvTiles tiles) {
    return tiles instanceof ScalarConvTiles ? new ScalarPlanarTiles() : PlanarTiles.PREFERRED;
  }

  /**
   * Kernels that fill parts of one output, one after the other.
   *
   * @param packed whether they hold the weights, so that input 1 is not read
   */
  record Parts(List<Kernel> kernels, boolean packed) implements Kernel {
    @Override
    public boolean reads(int index) {
      return !(packed && index == 1);
    }

    @Override
    public long scratch() {
      return kernels.stream().mapToLong(Kernel::scratch).max().orElse(0);
    }

    @Override
    public long weightBytes() {
      return kernels.stream().mapToLong(Kernel::weightBytes).sum();
    }

    @Override
    public String algorithm() {
      return kernels.getFirst().algorithm();
    }

    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      for (Kernel kernel : kernels) {
        kernel.run(inputs, output, scratch, threads);
      }
    }
  }
}
