package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ClosingTest {
  private final List<String> closed = new ArrayList<>();
  private final Closing parts = new Closing();

  private void addAll() {
    parts.add(() -> closed.add("a"));
    parts.add(() -> fail("b"));
    parts.add(() -> fail("c"));
    parts.add(() -> closed.add("d"));
  }

  private void fail(String name) {
    closed.add(name);
    throw new IllegalStateException(name);
  }

  @Test
  void closesTheLastFirstAndAllOfThemThoughSomeFail() {
    addAll();

    assertThatThrownBy(parts::close)
        .hasMessage("c")
        .satisfies(e ->
            assertThat(e.getSuppressed()).singleElement().extracting(Throwable::getMessage)
                .isEqualTo("b"));
    assertThat(closed).containsExactly("d", "c", "b", "a");
  }

  @Test
  void closesEachOnce() {
    addAll();
    RuntimeException reason = new RuntimeException("reason");

    parts.closeAfter(reason);
    parts.close();

    assertThat(closed).containsExactly("d", "c", "b", "a");
    assertThat(reason.getSuppressed()).singleElement().extracting(Throwable::getMessage)
        .isEqualTo("c");
  }
}
