package voxcam.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
import voxcam.backend.Backends;
import voxcam.backend.Program;
import voxcam.model.Model;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * The forward pass of whole networks in the engine and in ONNX Runtime, on the same threads and
 * weights; the logits are compared first. Reads what {@code bench/peers/onnx_models.py} wrote into
 * the folder {@code voxcam.bench.peers}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class PeerBench {
  private static final double TOLERANCE = 1e-3;

  @Param public Net net;

  /** 0: all processors. */
  @Param("0")
  public int threads;

  private Program program;
  private Map<String, Tensor> inputs;
  private OrtSession session;
  private Map<String, OnnxTensor> given;

  @Setup
  public void prepare() throws IOException, OrtException {
    Path folder = Path.of(System.getProperty("voxcam.bench.peers", "target/peers"));
    Path onnx = folder.resolve(net.weights() + ".onnx");
    if (!Files.exists(onnx)) {
      throw new IllegalStateException(
          onnx + " is not there: run bench/peers/onnx_models.py with a Python that has PyTorch");
    }
    FloatBuffer values = floats(folder.resolve(net.weights() + ".f32"));
    prepareEngine(folder, values);
    prepareRuntime(onnx, values);
    double error = OneOp.distance(runtimeLogits(), program.run(inputs).get(0));
    if (!(error <= TOLERANCE)) {
      throw new IllegalStateException(
          "%s: the logits differ by %.3g in relative norm".formatted(net, error));
    }
  }

  private void prepareEngine(Path folder, FloatBuffer values) {
    Model model = Model.open(folder.resolve(net.weights() + ".safetensors"), net.arch());
    String name = model.graph().inputs().get(0).name();
    Shape shape = net.input();
    float[] input = new float[shape.length()];
    values.duplicate().get(input);
    inputs = Map.of(name, Tensor.of(shape, input));
    program =
        Backends.named("auto")
            .compile(model.graph().specialise(Map.of(name, shape)), OneOp.options(threads));
  }

  private void prepareRuntime(Path onnx, FloatBuffer values) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(OneOp.options(threads).threads());
      session = environment.createSession(onnx.toString(), options);
    }
    long[] shape = Arrays.stream(net.input().dims()).asLongStream().toArray();
    OnnxTensor tensor = OnnxTensor.createTensor(environment, values, shape);
    given = Map.of(session.getInputNames().iterator().next(), tensor);
  }

  private Tensor runtimeLogits() throws OrtException {
    try (OrtSession.Result result = session.run(given)) {
      FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[logits.remaining()];
      logits.get(values);
      return Tensor.of(Shape.of(values.length), values);
    }
  }

  private static FloatBuffer floats(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder());
    FloatBuffer values = direct.asFloatBuffer();
    values.put(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer()).flip();
    return values;
  }

  @TearDown
  public void close() throws OrtException {
    program.close();
    given.values().forEach(OnnxTensor::close);
    session.close();
  }

  @Benchmark
  public List<Tensor> engine() {
    return program.run(inputs);
  }

  @Benchmark
  public Tensor onnxRuntime() throws OrtException {
    return runtimeLogits();
  }
}
