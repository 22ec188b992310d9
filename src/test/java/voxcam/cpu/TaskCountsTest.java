package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.cpu.TaskCounts.Layer;

/** Large layers have work for more threads than the machine may have. */
class TaskCountsTest {
  /** Half of the threads: the deepest layers have no more for all. */
  private static final int LEAST = TaskCounts.THREADS / 2;

  static List<Layer> layers() {
    return TaskCounts.LAYERS;
  }

  @ParameterizedTest
  @MethodSource("layers")
  void sixteenThreadsHaveWork(Layer layer) {
    // Multiplying comes last; before it weights or inputs may be rearranged.
    assertThat(TaskCounts.of(layer).loops().getLast()).isGreaterThanOrEqualTo(LEAST);
  }
}
