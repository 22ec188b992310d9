package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import voxcam.backend.BackendException;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.model.Model;
import voxcam.model.Task;
import voxcam.op.Binary;
import voxcam.op.FreeShape;
import voxcam.op.Movement;
import voxcam.op.Pool;
import voxcam.op.Resize;
import voxcam.op.Unary;

final class CheckedBackendTest {
  @TempDir Path folder;

  private static Graph small() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("input", FreeShape.of(1, 1, 10, 10, 10));
    return builder.build(List.of(builder.add("relu", new Unary.Relu(), x)));
  }

  @Test
  void aRunMustFitIntoWhatIsLeft() {
    try (Program program = Backends.named("cpu").compile(small(), Options.DEFAULT)) {
      long needed = program.bytes();
      CheckedBackend enough = new CheckedBackend(Backends.named("cpu"), () -> needed);
      enough.compile(small(), Options.DEFAULT).close();
      CheckedBackend less = new CheckedBackend(Backends.named("cpu"), () -> needed - 1);
      assertThatThrownBy(() -> less.compile(small(), Options.DEFAULT))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("the run needs " + Text.bytes(needed) + " beside the weights' ")
          .hasMessageContaining("Java has " + Text.bytes(needed - 1) + " left of ");
    }
  }

  /** Hundreds of gigabytes: 64 values of 1000 x 1000 x 1000 voxels, all needed at the end. */
  private Path huge() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("input", FreeShape.of("N", 1, "D", "H", "W"));
    Node relu = builder.add("relu", new Unary.Relu(), x);
    List<Integer> sizes = List.of(1000, 1000, 1000);
    Node last =
        builder.add("large", new Resize.Forward(Resize.Sampling.TRILINEAR, sizes, List.of()), relu);
    List<Node> kept = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      last = builder.add("act" + i, new Unary.Sigmoid(), last);
      kept.add(last);
    }
    for (int i = 62; i >= 0; i--) {
      last = builder.add("sum" + i, new Binary(Binary.Kind.Add), last, kept.get(i));
    }
    Node pooled = builder.add("pool", new Pool.GlobalAverage(), last);
    Node flat = builder.add("flatten", new Movement.Flatten(1), pooled);
    Path file = folder.resolve("model.safetensors");
    Model.of("huge", builder.build(List.of(flat)), Task.MULTILABEL, List.of("a")).save(file);
    return file;
  }

  @Test
  void bothCommandsRefuseBeforeRunning() {
    Path volume = Cli.volume(folder.resolve("ct.nii"), 10, 8, 12);
    Path model = huge();
    Path out = folder.resolve("maps");
    for (Cli run :
        List.of(
            Cli.run("explain", model, volume, "--layer", "relu", "--out", out),
            Cli.run("predict", model, volume))) {
      assertThat(run.code()).as(run.err()).isEqualTo(3);
      assertThat(run.err().lines()).hasSize(1);
      assertThat(run.err())
          .contains("not enough memory: the run needs ", " GB beside the weights' ", " left of ");
      assertThat(run.out()).isEmpty();
    }
    assertThat(out).doesNotExist();
  }
}
