package voxcam.cpu;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import voxcam.backend.Options;
import voxcam.backend.Processor;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Source;
import voxcam.op.Tensor;

/**
 * The ways to compute a convolution: for each pair of layouts the algorithm that is expected to
 * take the least time. Costs are nanoseconds of a processor with 512-bit vectors; only their ratios
 * matter.
 */
final class ConvForms {
  /** Floating-point operations of a core in a nanosecond for each lane of a vector. */
  private static final double FLOPS = 10;

  // What part of that each algorithm reaches, where its tiles are full.
  private static final double TAPS = 0.8;
  private static final double POINTWISE = 0.6;

  /** How many times as long planar convolutions take where threads share the memory. */
  private static final double PLANAR = 1.7;

  private static final double PLANAR_POINTWISE = 0.4;
  private static final double DEPTHWISE = 0.1;

  /** What it costs a kernel of blocked channels to read or write an element that is not blocked. */
  private static final double TRANSPOSE = 0.4;

  /** What makes an algorithm dearer than any other. */
  private static final double UNSUITED = 1e6;

  /** More input channels than this are read faster in blocks. */
  private static final int MOST_TAP_CHANNELS = 4;

  /**
   * The threads that costs are computed for. A constant, because results must not depend on how
   * many there are.
   */
  private static final int SHARING = 2;

  private final Node node;
  private final ConvTiles tiles;
  private final int threads;
  private final boolean exact;
  private final WeightBuffer buffer;
  private final ConvEpilogue epilogue;
  private final List<Correlation> parts;
  private final Optional<Tensor> weight;

  /** For each part the tile of a Winograd convolution, if that is worth while. */
  private final List<Optional<WinogradTile>> winograd = new ArrayList<>();

  /** What there is for one part of a convolution. */
  enum Algorithm {
    ZERO,
    WINOGRAD,
    WINOGRAD_PANELS,
    TAPS,
    POINTWISE,
    DIRECT,
    DEPTHWISE,
    PLANAR_POINTWISE,
    PLANAR,
    PLANAR_WINOGRAD
  }

  /**
   * Looks at a convolution.
   *
   * @param wanted what is to be taken where it can be, whatever it costs
   */
  private ConvForms(
      Node node, Conv op, Options options, WeightBuffer buffer, Optional<Algorithm> wanted) {
    this.node = node;
    this.tiles = ConvTiles.PREFERRED;
    this.threads = options.threads();
    this.buffer = buffer;
    this.exact = options.exact();
    this.epilogue = CpuConv.epilogue(op, node.inputShapes());
    this.parts = CpuConv.correlations(op, node.inputShapes(), node.shape());
    this.weight =
        node.input(1).op() instanceof Source.Constant(Tensor value)
            ? Optional.of(value)
            : Optional.empty();
    for (Correlation part : parts) {
      // Transforming weights that change from run to run would take longer than it saves.
      boolean possible = !exact && !options.once() && weight.isPresent() && part.taps() > 1;
      winograd.add(possible ? tile(part, wanted) : Optional.empty());
    }
  }

  private Optional<WinogradTile> tile(Correlation part, Optional<Algorithm> wanted) {
    List<WinogradTile> all = WinogradTile.all(part);
    if (!all.isEmpty() && wanted.equals(Optional.of(Algorithm.WINOGRAD))) {
      return Optional.of(all.getFirst());
    }
    if (!all.isEmpty() && wanted.equals(Optional.of(Algorithm.WINOGRAD_PANELS))) {
      return Optional.of(all.get(all.size() / 2));
    }
    return WinogradChoice.best(part, tiles.lanes(), SHARING, weights());
  }

  private Optional<Weights> weights() {
    return weight.map(tensor -> new Weights(tensor, buffer));
  }

  /** The forms of a convolution; the gradient of a weight has one. */
  static List<Form> of(Node node, Conv op, Options options, WeightBuffer buffer) {
    if (op instanceof Conv.WeightGrad) {
      return List.of(Form.plain(node, () -> CpuConv.weightGrad(node)));
    }
    ConvForms convolution = new ConvForms(node, op, options, buffer, Optional.empty());
    return options.once()
        ? List.of(Form.plain(node, convolution::soonest))
        : convolution.forms(Choice.CHEAPEST);
  }

  /** The forms in which every part that knows an algorithm goes by it; for tests. */
  static List<Form> by(
      Algorithm algorithm, Node node, Conv op, Options options, WeightBuffer buffer) {
    return new ConvForms(node, op, options, buffer, Optional.of(algorithm))
        .forms(
            Comparator.comparing((Choice choice) -> choice.algorithm() != algorithm)
                .thenComparing(Choice.CHEAPEST));
  }

  private List<Form> forms(Comparator<Choice> order) {
    List<Form> forms = new ArrayList<>();
    for (Layout in : layouts(node.input(0))) {
      for (Layout out : layouts(node)) {
        form(in, out, order).ifPresent(forms::add);
      }
    }
    return List.copyOf(forms);
  }

  /** The layouts that suit a tensor; blocks that are half empty do not, nor too long ones. */
  private static List<Layout> layouts(Node node) {
    return node.shape().dim(1) > Layout.BLOCK / 2 && Layout.BLOCKED.fits(node.shape())
        ? List.of(Layout.values())
        : List.of(Layout.PLAIN);
  }

  /** The kernel that is under way soonest. */
  private Kernel soonest() {
    return Machine.VECTORS || !Processor.isFused()
        ? each(part -> new ColumnsConv(part, epilogue, tiles, weight, threads))
        : each(part -> new RowsConv(part, epilogue, weight));
  }

  private Kernel each(Function<Correlation, Kernel> maker) {
    List<Kernel> kernels =
        parts.stream()
            .map(part ->
                part.taps() == 0
                    ? new ZeroConv(part, epilogue, tiles, Layout.PLAIN)
                    : maker.apply(part))
            .toList();
    return new CpuConv.Parts(kernels, weight.isPresent(), -1);
  }

  /** One way to compute one part. */
  private record Choice(
      Algorithm algorithm, double cost, Function<Optional<Weights>, Kernel> kernel) {
    static final Comparator<Choice> CHEAPEST = Comparator.comparingDouble(Choice::cost);
  }

  private Optional<Form> form(Layout in, Layout out, Comparator<Choice> order) {
    double cost = 0;
    List<Choice> choices = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Optional<Choice> best = choices(parts.get(i), winograd.get(i), in, out).stream().min(order);
      if (best.isEmpty()) {
        return Optional.empty();
      }
      cost += best.get().cost();
      choices.add(best.get());
    }
    List<Layout> layouts = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      layouts.add(i == 0 ? in : i == epilogue.residual() ? out : Layout.PLAIN);
    }
    Supplier<Kernel> maker =
        () -> {
          Optional<Weights> weights = weights();
          List<Kernel> kernels =
              choices.stream().map(choice -> choice.kernel().apply(weights)).toList();
          // Planar kernels compute the last columns of a row twice.
          int overwritten = out == Layout.BLOCKED ? epilogue.residual() : -1;
          return new CpuConv.Parts(kernels, weights.isPresent(), overwritten);
        };
    return Optional.of(new Form(layouts, out, cost, maker));
  }

  private List<Choice> choices(Correlation c, Optional<WinogradTile> tile, Layout in, Layout out) {
    List<Choice> choices = new ArrayList<>();
    if (c.taps() == 0) {
      choices.add(new Choice(Algorithm.ZERO, 0, _ -> new ZeroConv(c, epilogue, tiles, out)));
      return choices;
    }
    double transposed =
        (in == Layout.PLAIN ? inputs(c) : 0) + (out == Layout.PLAIN ? outputs(c) : 0);
    double moved = TRANSPOSE * transposed / SHARING;
    tile.ifPresent(chosen -> choices.addAll(winograd(c, chosen, in, out, moved)));
    // Of these three one suits best wherever several do.
    boolean few = c.channels() <= MOST_TAP_CHANNELS && TapConv.suits(c, in, out);
    if (few) {
      double written = out == Layout.PLAIN ? TRANSPOSE * outputs(c) / SHARING : 0;
      choices.add(
          new Choice(
              Algorithm.TAPS,
              padded(c, TAPS) + written,
              weights -> new TapConv(c, epilogue, tiles, weights, out, threads)));
    } else if (ChannelsLastPointwise.suits(c, in, out)) {
      choices.add(
          new Choice(
              Algorithm.POINTWISE,
              padded(c, POINTWISE) + moved,
              weights -> new ChannelsLastPointwise(c, epilogue, tiles, weights, in, out, threads)));
    } else if (DirectConv.suits(c, in, out)) {
      choices.add(
          new Choice(
              Algorithm.DIRECT,
              WinogradChoice.directCost(c, tiles.lanes(), SHARING) + moved,
              weights -> new DirectConv(c, epilogue, tiles, weights, in, out, threads)));
    }
    if (DepthwiseConv.suits(c, in, out)) {
      choices.add(
          new Choice(
              Algorithm.DEPTHWISE,
              time(flops(c), DEPTHWISE),
              weights -> new DepthwiseConv(c, epilogue, tiles, weights.map(Weights::all))));
    }
    if (in == Layout.PLAIN && out == Layout.PLAIN) {
      choices.addAll(planar(c));
    }
    return choices;
  }

  /** Both ways to keep weights; only the one that suits their size is ever the cheapest. */
  private List<Choice> winograd(
      Correlation c, WinogradTile tile, Layout in, Layout out, double moved) {
    double cost = WinogradChoice.cost(c, tile, tiles.lanes(), SHARING) + moved;
    boolean transformed = WinogradChoice.keepsTransformed(c, tile);
    WinogradRows rows = WinogradRows.PREFERRED;
    WinogradLines lines = WinogradLines.PREFERRED;
    return List.of(
        new Choice(
            Algorithm.WINOGRAD,
            transformed ? cost : UNSUITED * cost,
            weights ->
                new WinogradConv(
                    c, epilogue, tile, rows, lines, weights.orElseThrow(), in, out, threads)),
        new Choice(
            Algorithm.WINOGRAD_PANELS,
            transformed ? UNSUITED * cost : cost,
            weights ->
                new WinogradPanelConv(
                    c, epilogue, tile, rows, lines, weights.orElseThrow(), in, out, threads)));
  }

  private List<Choice> planar(Correlation c) {
    if (PointwiseConv.suits(c)) {
      double rows = Math.ceilDiv(c.outputs(), ConvTiles.ROWS) * (double) ConvTiles.ROWS;
      return List.of(
          new Choice(
              Algorithm.PLANAR_POINTWISE,
              time(flops(c) * rows / c.outputs(), PLANAR_POINTWISE),
              weights -> new PointwiseConv(c, epilogue, tiles, weights.map(Weights::all))));
    }
    Choice direct =
        new Choice(
            Algorithm.PLANAR,
            PLANAR * PlanarCost.direct(c, tiles.lanes()) / SHARING,
            weights ->
                new PlanarConv(
                    c, epilogue, tiles, PlanarTiles.PREFERRED, weights.map(Weights::all), threads));
    if (exact || weight.isEmpty() || !PlanarWinograd.suits(c)) {
      return List.of(direct);
    }
    Choice winograd =
        new Choice(
            Algorithm.PLANAR_WINOGRAD,
            PLANAR * PlanarCost.winograd(c, tiles.lanes()) / SHARING,
            weights ->
                new PlanarWinograd(
                    c,
                    epilogue,
                    tiles,
                    PlanarTiles.PREFERRED,
                    WinogradRuns.PREFERRED,
                    weights.map(Weights::all),
                    threads));
    return List.of(direct, winograd);
  }

  private static double inputs(Correlation c) {
    double positions = (double) c.d().input() * c.h().input() * c.w().input();
    return positions * c.batch() * c.groups() * c.channels();
  }

  private static double outputs(Correlation c) {
    double positions = (double) c.d().output() * c.h().output() * c.w().output();
    return positions * c.batch() * c.groups() * c.outputs();
  }

  private static double flops(Correlation c) {
    return 2 * outputs(c) * c.channels() * c.taps();
  }

  /** The time of an algorithm that computes whole vectors of output channels. */
  private double padded(Correlation c, double reached) {
    double whole = Math.ceilDiv(c.outputs(), tiles.lanes()) * (double) tiles.lanes();
    return time(flops(c) * whole / c.outputs(), reached);
  }

  private double time(double flops, double reached) {
    return flops / (FLOPS * tiles.lanes() * reached * SHARING);
  }
}
