package voxcam.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.cuda.Emulator;

/** Whole networks on the emulated GPU against PyTorch, with two orders of threads. */
@Tag("emulator")
final class CudaNetworksTest {
  @BeforeAll
  static void load() {
    Emulator.load();
  }

  static Stream<Arguments> nets() {
    return LongStream.of(1, 2)
        .boxed()
        .flatMap(seed -> GoldenNetwork.nets().map(net -> Arguments.of(seed, net)));
  }

  static Stream<Arguments> architectures() {
    return LongStream.of(1, 2)
        .boxed()
        .flatMap(seed ->
            KnownArchitecturesTest.architectures()
                .map(known -> Arguments.of(seed, known.get()[0], known.get()[1])));
  }

  @ParameterizedTest
  @MethodSource("nets")
  void agreesWithPyTorch(long order, GoldenNetwork net) {
    Emulator.seed(order);
    NetworksTest.check(net, "cuda", 1e-4);
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void knownArchitecturesAgree(long order, String file, String architecture) {
    Emulator.seed(order);
    KnownArchitecturesTest.check(
        GoldenNetwork.read("arch", file, architecture), "cuda", 1e-5, 1e-4);
  }

  @AfterEach
  void noFaultOfAKernel() {
    assertThat(Emulator.report()).isEmpty();
  }
}
