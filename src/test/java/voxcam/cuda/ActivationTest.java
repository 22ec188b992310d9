package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import voxcam.op.Binary;
import voxcam.op.Movement;
import voxcam.op.Reduce;
import voxcam.op.Unary;

/** The numbers that kernels know kinds by. */
class ActivationTest {
  @Test
  void kindsAreThoseOfTheKernels() throws IOException {
    Map<String, Integer> kinds = numbers("activation.cuh", "ACTIVATION_");
    for (Unary op :
        List.of(
            new Unary.Relu(),
            new Unary.LeakyRelu(0.1),
            new Unary.Elu(1),
            new Unary.Gelu(false),
            new Unary.Silu(),
            new Unary.Sigmoid(),
            new Unary.Tanh(),
            new Unary.Softplus(),
            new Unary.HardSwish(),
            new Unary.HardSigmoid(0.2, 0.5),
            new Unary.Exp(),
            new Unary.Log(),
            new Unary.Sqrt(),
            new Unary.Reciprocal(),
            new Unary.Abs(),
            new Unary.Neg(),
            new Unary.Sign(),
            new Unary.Erf(),
            new Unary.Clip(0, 6))) {
      assertThat(kinds)
          .containsEntry(flat(op.getClass().getSimpleName()), Activation.of(op).kind());
    }
    assertThat(kinds).containsEntry("gelutanh", Activation.of(new Unary.Gelu(true)).kind());
    assertThat(kinds).containsEntry("none", Activation.NONE.kind()).hasSize(21);
  }

  @Test
  void attributesGoAlong() {
    assertThat(Activation.of(new Unary.Clip(-0.5, Double.POSITIVE_INFINITY)))
        .isEqualTo(new Activation(20, -0.5f, Float.POSITIVE_INFINITY));
    assertThat(Activation.of(Optional.of(new Unary.HardSigmoid(0.25, 0.5))))
        .isEqualTo(new Activation(11, 0.25f, 0.5f));
    assertThat(Activation.of(Optional.empty())).isEqualTo(Activation.NONE);
  }

  @Test
  void ordinalsAreThoseOfTheKernels() throws IOException {
    assertThat(numbers("elementwise.cuh", "BINARY_")).isEqualTo(ordinals(Binary.Kind.values()));
    assertThat(numbers("reduce.cu", "REDUCE_")).isEqualTo(ordinals(Reduce.Kind.values()));
    assertThat(numbers("movement.cu", "MOVEMENT_")).isEqualTo(ordinals(Movement.PadMode.values()));
  }

  private static Map<String, Integer> ordinals(Enum<?>[] values) {
    Map<String, Integer> ordinals = new HashMap<>();
    Arrays.stream(values).forEach(value -> ordinals.put(flat(value.name()), value.ordinal()));
    return ordinals;
  }

  /** The numbers of the enumerators of a kernel file, by their names without the prefix. */
  private static Map<String, Integer> numbers(String file, String prefix) throws IOException {
    Map<String, Integer> numbers = new HashMap<>();
    Pattern.compile("\\b" + prefix + "(\\w+) = (\\d+)(?=,|\\s*\\})")
        .matcher(Files.readString(Path.of("kernels", file)))
        .results()
        .forEach(found -> numbers.put(flat(found.group(1)), Integer.valueOf(found.group(2))));
    return numbers;
  }

  private static String flat(String name) {
    return name.replace("_", "").toLowerCase(Locale.ROOT);
  }
}
