package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static voxcam.model.OnnxBytes.floats;
import static voxcam.model.OnnxBytes.message;
import static voxcam.model.OnnxBytes.node;
import static voxcam.model.OnnxBytes.tensor;
import static voxcam.model.OnnxBytes.value;
import static voxcam.model.OnnxBytes.wholes;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** What an ONNX file means, what is refused, and where its tensors may lie. */
final class OnnxOpeningTest {
  @TempDir Path folder;

  private static Model open(long opset, OnnxBytes graph) {
    return OnnxOpening.read(OnnxFile.read("net.onnx", OnnxBytes.model(opset, graph)), "");
  }

  private static double[] run(Graph graph, Tensor input) {
    try (Program program = Backends.named("reference").compile(graph, Options.DEFAULT)) {
      return program.run(Map.of("x", input)).get(0).doubles();
    }
  }

  @Test
  void everythingUnknownIsInOneMessage() {
    OnnxBytes graph =
        message()
            .with(1, node("a", "NonMaxSuppression", List.of("x"), List.of("p")))
            .with(1, node("b", "Relu", List.of("p"), List.of("q")))
            .with(1, node("c", "Loop", List.of("q"), List.of("r")))
            .with(1, node("d", "Loop", List.of("r"), List.of("s")))
            .with(1, node("e", "Resize", List.of("x"), List.of("t")))
            .with(1, node("f", "Add", List.of("s", "t"), List.of("y")))
            .with(11, value("x", 1, 2, 3, 3))
            .with(12, value("y", 1, 2));
    assertThatThrownBy(() -> open(17, graph))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "net.onnx: operators that the engine does not have: NonMaxSuppression opset 17 (node"
                + " a), Loop opset 17 (node c and 1 more); node e: Resize opset 17: give either"
                + " scales or sizes");
  }

  @Test
  void whatNoOutputNeedsIsNotLookedAt() {
    OnnxBytes graph =
        message()
            .with(1, node("a", "NonMaxSuppression", List.of("x"), List.of("p")))
            .with(1, node("b", "Relu", List.of("x"), List.of("y")))
            .with(11, value("x", 1, 2))
            .with(12, value("y", 1, 2));
    assertThat(open(17, graph).graph().nodes()).hasSize(2);
  }

  /** What PyTorch writes for {@code x.view(x.size(0), -1)}. */
  @Test
  void arithmeticWithSizesDisappears() {
    OnnxBytes graph =
        message()
            .with(1, node("s", "Shape", List.of("x"), List.of("s")))
            .with(1, node("g", "Gather", List.of("s", "zero"), List.of("g")))
            .with(1, node("u", "Unsqueeze", List.of("g", "first"), List.of("u")))
            .with(
                1,
                node("c", "Concat", List.of("u", "rest"), List.of("c"))
                    .with(5, message().text(1, "axis").number(3, 0).number(20, 2)))
            .with(1, node("r", "Reshape", List.of("x", "c"), List.of("y")))
            .with(5, tensor("zero", 7).bytes(7, new byte[] {0}))
            .with(5, wholes("first", 0))
            .with(5, wholes("rest", -1))
            .with(11, value("x", 0, 2, 3))
            .with(12, value("y", 0, 6));
    Model model = open(17, graph);
    assertThat(model.labels()).hasSize(6);
    assertThat(model.graph().dependsOnSizes()).isTrue();
    Graph graphOfTwo = model.graph().specialise(Map.of("x", Shape.of(2, 2, 3)));
    assertThat(graphOfTwo.nodes()).hasSize(2);
    assertThat(graphOfTwo.outputs().get(0).shape()).isEqualTo(Shape.of(2, 6));
    assertThatThrownBy(() -> model.save(folder.resolve("m.safetensors")))
        .hasMessageContaining("give the input's shape");
    model.withInput(Map.of("x", Shape.of(1, 2, 3))).save(folder.resolve("m.safetensors"));
    assertThat(Model.open(folder.resolve("m.safetensors")).labels()).hasSize(6);
  }

  private static OnnxBytes branch(String op, String output) {
    return message().with(1, node("", op, List.of("x"), List.of(output))).with(12, value(output));
  }

  @Test
  void aConstantConditionIsTaken() {
    OnnxBytes graph =
        message()
            .with(
                1,
                node("if", "If", List.of("yes"), List.of("y"))
                    .with(
                        5,
                        message().text(1, "then_branch").with(6, branch("Neg", "n")).number(20, 5))
                    .with(
                        5,
                        message()
                            .text(1, "else_branch")
                            .with(6, branch("Loop", "l"))
                            .number(20, 5)))
            .with(5, tensor("yes", 9).bytes(9, new byte[] {1}))
            .with(11, value("x", 1, 2))
            .with(12, value("y", 1, 2));
    assertThat(run(open(17, graph).graph(), Tensor.of(Shape.of(1, 2), 1, -2)))
        .containsExactly(-1, 2);
  }

  @Test
  void functionsAreInlined() {
    OnnxBytes function =
        message()
            .text(1, "Twice")
            .text(4, "a")
            .text(5, "b")
            .with(7, node("add", "Add", List.of("a", "a"), List.of("t")))
            .with(7, node("neg", "Neg", List.of("t"), List.of("b")))
            .with(9, message().text(1, "").number(2, 17))
            .text(10, "mine");
    OnnxBytes graph =
        message()
            .with(1, node("f", "Twice", List.of("x"), List.of("y")).text(7, "mine"))
            .with(11, value("x", 1, 2))
            .with(12, value("y", 1, 2));
    byte[] bytes =
        message()
            .number(1, 8)
            .with(7, graph)
            .with(8, message().text(1, "").number(2, 17))
            .with(25, function)
            .toBytes();
    Graph made = OnnxFile.read("net.onnx", bytes).graph();
    assertThat(run(made, Tensor.of(Shape.of(1, 2), 1, 3))).containsExactly(-2, -6);
    assertThat(made.find("f/neg")).isPresent();
  }

  @Test
  void aGraphWithoutOutputIsRefused() {
    OnnxBytes graph = message().with(11, value("x", 1, 2));
    assertThatThrownBy(() -> open(17, graph))
        .hasMessage("net.onnx: the graph has no output, the first one must be the logits");
  }

  private static OnnxBytes added(OnnxBytes weight) {
    return message()
        .with(1, node("add", "Add", List.of("x", "w"), List.of("y")))
        .with(5, weight)
        .with(11, value("x", 1, 2))
        .with(12, value("y", 1, 2));
  }

  private static void adds(OnnxBytes weight, double first, double second) {
    assertThat(run(open(17, added(weight)).graph(), Tensor.of(Shape.of(1, 2), 0, 0)))
        .containsExactly(first, second);
  }

  @Test
  void valuesInEveryField() {
    adds(floats("w", new long[] {2}, 1.5f, -2), 1.5, -2);
    adds(tensor("w", 1, 2).real(4, 1.5f).real(4, -2), 1.5, -2);
    adds(tensor("w", 6, 2).number(5, 7).number(5, -1), 7, -1);
    adds(wholes("w", 3, -4), 3, -4);
    adds(tensor("w", 10, 2).number(5, 0x3c00).number(5, 0xc000), 1, -2);
    adds(tensor("w", 16, 2).bytes(9, new byte[] {(byte) 0x80, 0x3f, 0, (byte) 0xc0}), 1, -2);
    adds(tensor("w", 9, 2).number(5, 1).number(5, 0), 1, 0);
    adds(tensor("w", 2, 2).bytes(9, new byte[] {(byte) 200, 1}), 200, 1);
    adds(tensor("w", 13, 2).number(11, 5).number(11, 6), 5, 6);
  }

  @Test
  void valuesThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> open(17, added(floats("w", new long[] {3}, 1, 2))))
        .hasMessage("net.onnx: tensor \"w\": has the sizes [3], which take 12 bytes, and holds 8");
    assertThatThrownBy(() -> open(17, added(tensor("w", 8, 2))))
        .hasMessageContaining("values of type string are not supported; export as float32");
    assertThatThrownBy(() -> open(17, added(tensor("w", 1, 1 << 20, 1 << 20, 1 << 30))))
        .hasMessageContaining("which no tensor can have");
  }

  @ParameterizedTest
  @ValueSource(longs = {6, 26, 0, Long.MAX_VALUE})
  void otherOpsetsAreRefused(long opset) {
    OnnxBytes graph = added(floats("w", new long[] {2}, 1, 2));
    assertThatThrownBy(() -> open(opset, graph))
        .hasMessage(
            "net.onnx: has the opset "
                + opset
                + ", this engine reads 7 to 25; export it with opset_version=17");
  }

  private static OnnxBytes external(String location, long offset) {
    return tensor("w", 1, 2)
        .with(13, message().text(1, "location").text(2, location))
        .with(13, message().text(1, "offset").text(2, String.valueOf(offset)))
        .with(13, message().text(1, "length").text(2, "8"))
        .number(14, 1);
  }

  private Model withExternal(String location, long offset) throws IOException {
    Path file = Files.createDirectories(folder.resolve("models")).resolve("net.onnx");
    Files.write(file, OnnxBytes.model(17, added(external(location, offset))));
    return Model.open(file);
  }

  @Test
  void tensorsMayLieInOtherFilesOfTheFolderOnly() throws IOException {
    byte[] data =
        ByteBuffer.allocate(12)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putFloat(9)
            .putFloat(1)
            .putFloat(2)
            .array();
    Path models = Files.createDirectories(folder.resolve("models"));
    Files.write(models.resolve("net.data"), data);
    Files.write(folder.resolve("secret"), data);
    Files.createSymbolicLink(models.resolve("link"), folder.resolve("secret"));

    Model model = withExternal("net.data", 4);
    assertThat(run(model.graph(), Tensor.of(Shape.of(1, 2), 0, 0))).containsExactly(1, 2);
    String hash = model.sha256().orElseThrow();
    Files.write(models.resolve("net.data"), new byte[12]);
    assertThat(withExternal("net.data", 4).sha256()).isPresent().get().isNotEqualTo(hash);

    for (String outside : List.of("../secret", "link", "a/../../secret", folder + "/secret")) {
      assertThatThrownBy(() -> withExternal(outside, 0))
          .as(outside)
          .isInstanceOf(InputException.class)
          .hasMessageContaining("which is outside of the model's folder");
    }
    assertThatThrownBy(() -> withExternal("none", 0)).hasMessageContaining("which is missing");
    assertThatThrownBy(() -> withExternal("net.data", 8))
        .hasMessageContaining("takes 8 bytes at 8 of a file of 12");
  }

  /** The file's size in memory would be a heap of weights: they stay in the mapped file. */
  @Test
  void aLargeFileOpensAtOnceAndTakesNoHeap() throws IOException {
    Path file = folder.resolve("large.onnx");
    long floats = 50L << 20;
    OnnxBytes head = added(floats("w", new long[] {2}, 1, 2));
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      // An initialiser that is a hole in the file: 200 MB of zeros behind its head.
      byte[] named = tensor("hole", 1, floats).toBytes();
      byte[] graph = head.toBytes();
      long raw = floats * 4;
      byte[] rawHead = prefix(9, raw);
      byte[] tensorHead = prefix(5, named.length + rawHead.length + raw);
      out.write(message().number(1, 8).with(8, message().text(1, "").number(2, 17)).toBytes());
      out.write(prefix(7, graph.length + tensorHead.length + named.length + rawHead.length + raw));
      out.write(graph);
      out.write(tensorHead);
      out.write(named);
      out.write(rawHead);
      out.setLength(out.getFilePointer() + raw);
    }
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    Model model = Model.open(file);
    assertThat(System.nanoTime() - start).isLessThan(2_000_000_000L);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4L << 20);
    assertThat(model.labels()).hasSize(2);
  }

  private static byte[] prefix(int field, long length) {
    byte[] varint = message().number(1, length).toBytes();
    byte[] prefix = varint.clone();
    prefix[0] = (byte) (field << 3 | 2);
    return prefix;
  }
}
