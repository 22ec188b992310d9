package voxcam.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
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
import voxcam.explain.Display;
import voxcam.explain.Explainer;
import voxcam.explain.Request;
import voxcam.explain.Target;
import voxcam.model.Model;
import voxcam.op.Tensor;

/**
 * The first explanation in a fresh JVM: the file opened, the program made, cold code run. {@link
 * ExplainBench} checks the results of the same networks.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(3)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
public class FirstBench {
  @Param public Net net;

  private Path file;
  private Tensor input;

  @Setup
  public void prepare() throws IOException {
    file = Files.createTempFile("voxcam-bench", ".safetensors");
    net.model().save(file);
    input = OneOp.drawn(net.input(), new Random(2), false);
  }

  @TearDown
  public void delete() throws IOException {
    Files.delete(file);
  }

  @Benchmark
  public Display first() {
    try (Explainer explainer = Explainer.of(Model.open(file))) {
      return Display.of(
          explainer.explain(input, Request.of(new Target.Index(0))).first().map(), net.grid());
    }
  }
}
