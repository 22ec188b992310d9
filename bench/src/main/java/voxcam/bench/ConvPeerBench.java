package voxcam.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.convolutional.Conv3d;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Program;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Window;

/**
 * One convolution in the engine, in DJL (PyTorch inside) and in ND4J, on all processors: forward,
 * and forward with the gradients of the sum for input, weight and bias. Results are compared first.
 * ND4J takes part in the forward only.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ConvPeerBench {
  private static final double TOLERANCE = 1e-4;

  @Param({
    "RESNET18_CONV1",
    "RESNET18_S1_LAYER1",
    "RESNET18_LAYER3",
    "MEDICALNET_LAYER3",
    "MESHNET5_D2",
    "MESHNET20_D1"
  })
  public ConvShape shape;

  private Window window;
  private List<Tensor> arguments;
  private Map<String, Tensor> data;
  private Program forward;
  private Program backward;
  private NDManager manager;
  private NDArray[] djl;
  private INDArray[] nd4j;

  @Setup
  public void prepare() {
    OpShape op = shape.shape();
    window = ((Conv.Forward) op.op()).window();
    Random random = new Random(1);
    arguments = new ArrayList<>();
    for (Shape input : op.inputs()) {
      arguments.add(OneOp.drawn(input, random, false));
    }
    data = Map.of("x", arguments.get(0), "g", Tensor.filled(op.output(), 1));
    prepareEngine(op);
    prepareDjl();
    nd4j = arguments.stream().map(ConvPeerBench::nd4jArray).toArray(INDArray[]::new);
    check();
  }

  private void prepareEngine(OpShape op) {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", op.inputs().get(0));
    Node g = builder.input("g", op.output());
    Node w = builder.constant("w", arguments.get(1));
    Node b = builder.constant("b", arguments.get(2));
    Node y = builder.add("y", op.op(), x, w, b);
    int[] dims = op.inputs().get(0).dims();
    List<Integer> spatial = List.of(dims[2], dims[3], dims[4]);
    Node gx = builder.add("gx", new Conv.InputGrad(window, 1, spatial), g, w);
    Node gw = builder.add("gw", new Conv.WeightGrad(window, 1), x, g);
    Node gb = builder.add("gb", new Reduce(Reduce.Kind.Sum, List.of(0, 2, 3, 4), false), g);
    Backend backend = Backends.named("auto");
    forward = backend.compile(builder.build(List.of(y)), OneOp.options(0));
    backward = backend.compile(builder.build(List.of(y, gx, gw, gb)), OneOp.options(0));
  }

  private void prepareDjl() {
    int processors = Runtime.getRuntime().availableProcessors();
    System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(processors));
    System.setProperty("ai.djl.offline", "true");
    manager = Engine.getEngine("PyTorch").newBaseManager();
    djl = new NDArray[arguments.size()];
    for (int i = 0; i < djl.length; i++) {
      Tensor tensor = arguments.get(i);
      djl[i] = manager.create(tensor.floats(), djlShape(tensor.shape().dims()));
    }
  }

  private static ai.djl.ndarray.types.Shape djlShape(int... sizes) {
    long[] dims = new long[sizes.length];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = sizes[i];
    }
    return new ai.djl.ndarray.types.Shape(dims);
  }

  private static INDArray nd4jArray(Tensor tensor) {
    int[] dims = tensor.shape().dims();
    return Nd4j.createFromArray(tensor.floats()).reshape(dims);
  }

  private void check() {
    List<Tensor> mine = backward.run(data);
    try (NDArray theirs = djlConv()) {
      same("DJL", mine.get(0), theirs.toFloatArray());
    }
    List<float[]> gradients = djlGradients();
    for (int i = 0; i < gradients.size(); i++) {
      same("DJL's gradient " + i, mine.get(i + 1), gradients.get(i));
    }
    try (INDArray theirs = nd4jForward()) {
      same("ND4J", mine.get(0), theirs.dup('c').data().asFloat());
    }
  }

  private void same(String who, Tensor mine, float... theirs) {
    double error = OneOp.distance(Tensor.of(Shape.of(theirs.length), theirs), mine);
    if (!(error <= TOLERANCE)) {
      throw new IllegalStateException(
          "%s: %s differs by %.3g in relative norm".formatted(shape, who, error));
    }
  }

  @TearDown
  public void close() {
    forward.close();
    backward.close();
    manager.close();
  }

  @Benchmark
  public List<Tensor> engineForward() {
    return forward.run(data);
  }

  @Benchmark
  public List<Tensor> engineGradients() {
    return backward.run(data);
  }

  @Benchmark
  public void djlForward() {
    djlConv().close();
  }

  private NDArray djlConv() {
    return Conv3d.conv3d(
            djl[0],
            djl[1],
            djl[2],
            djlShape(each(Window.Axis::stride)),
            djlShape(each(Window.Axis::padBegin)),
            djlShape(each(Window.Axis::dilation)))
        .singletonOrThrow();
  }

  @Benchmark
  public List<float[]> djlGradients() {
    List<float[]> gradients = new ArrayList<>();
    for (NDArray array : djl) {
      array.setRequiresGradient(true);
    }
    try (GradientCollector collector = manager.getEngine().newGradientCollector();
        NDArray y = djlConv();
        NDArray sum = y.sum()) {
      collector.backward(sum);
      for (NDArray array : djl) {
        try (NDArray gradient = array.getGradient()) {
          gradients.add(gradient.toFloatArray());
        }
      }
    } finally {
      for (NDArray array : djl) {
        array.setRequiresGradient(false);
      }
    }
    return gradients;
  }

  @Benchmark
  public INDArray nd4jForward() {
    List<Integer> numbers = new ArrayList<>();
    for (int size : each(Window.Axis::kernel)) {
      numbers.add(size);
    }
    for (int size : each(Window.Axis::stride)) {
      numbers.add(size);
    }
    for (int size : each(Window.Axis::padBegin)) {
      numbers.add(size);
    }
    for (int size : each(Window.Axis::dilation)) {
      numbers.add(size);
    }
    // Padding as given, channels before space, weights [K,C,T,R,S].
    numbers.addAll(List.of(0, 0, 1));
    DynamicCustomOp op =
        DynamicCustomOp.builder("conv3dnew")
            .addInputs(nd4j)
            .addIntegerArguments(numbers.stream().mapToInt(Integer::intValue).toArray())
            .build();
    return Nd4j.exec(op)[0];
  }

  private int[] each(java.util.function.ToIntFunction<Window.Axis> number) {
    return window.axes().stream().mapToInt(number).toArray();
  }
}
