package voxcam.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import voxcam.op.Op;
import voxcam.op.Tensor;

class OpCasesTest {
  private static final int FEWEST = 3;

  private final List<OpCase> cases = OpCases.all();

  private static List<Class<?>> leaves(Class<?> type) {
    if (!type.isSealed()) {
      return List.of(type);
    }
    return Arrays.stream(type.getPermittedSubclasses())
        .flatMap(sub -> leaves(sub).stream())
        .toList();
  }

  @Test
  void everyOperationHasCases() {
    Map<Class<?>, Long> counts =
        cases.stream()
            .collect(
                Collectors.groupingBy(c -> (Class<?>) c.op().getClass(), Collectors.counting()));
    List<Class<?>> leaves = leaves(Op.class);
    assertThat(leaves).hasSizeGreaterThan(60);
    assertThat(leaves)
        .filteredOn(leaf -> counts.getOrDefault(leaf, 0L) < FEWEST)
        .as("operations with fewer than %d cases in voxcam.check", FEWEST)
        .isEmpty();
  }

  @Test
  void everyChoiceOfAnOperationHasACase() throws ReflectiveOperationException {
    List<String> missing = new ArrayList<>();
    for (Class<?> leaf : leaves(Op.class)) {
      for (RecordComponent component : leaf.getRecordComponents()) {
        Set<Object> tried = new HashSet<>();
        for (OpCase opCase : cases) {
          if (leaf.isInstance(opCase.op())) {
            tried.add(component.getAccessor().invoke(opCase.op()));
          }
        }
        for (Object choice : choices(component.getType())) {
          if (!tried.contains(choice)) {
            missing.add(leaf.getSimpleName() + " with " + component.getName() + " " + choice);
          }
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  private static List<Object> choices(Class<?> type) {
    if (type == boolean.class) {
      return List.of(false, true);
    }
    return type.isEnum() ? List.of(type.getEnumConstants()) : List.of();
  }

  @Test
  void namesDiffer() {
    assertThat(cases).extracting(OpCase::name).doesNotHaveDuplicates();
  }

  @Test
  void dataIsTheSameOnEveryCallAndExactInSinglePrecision() {
    List<OpCase> again = OpCases.all();
    for (int i = 0; i < cases.size(); i++) {
      for (int j = 0; j < cases.get(i).inputs().size(); j++) {
        Tensor input = cases.get(i).inputs().get(j);
        assertThat(again.get(i).inputs().get(j).floats()).isEqualTo(input.floats());
        assertThat(Tensor.of(input.shape(), input.floats()).doubles()).isEqualTo(input.doubles());
      }
    }
  }
}
