package voxcam.grad;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.check.GradCheck;
import voxcam.op.Binary;
import voxcam.op.Chain;
import voxcam.op.Conv;
import voxcam.op.Norm;
import voxcam.op.Op;
import voxcam.op.Reduce;
import voxcam.op.Source;

/** The table against numbers, for every operation of the vocabulary. */
class EveryOperationTest {
  private static final double FIRST = 1e-8;
  private static final double SECOND = 1e-8;
  private static final double ADJOINT = 1e-12;

  /** Operations without inputs, and those that have no gradient. */
  private static final Set<Class<?>> WITHOUT =
      Set.of(
          Source.Input.class,
          Source.Constant.class,
          Chain.class,
          Conv.Fused.class,
          Norm.Activated.class);

  private final GradCheck check = new GradCheck(7);

  static List<Case> cases() {
    return Case.all();
  }

  static List<Case> linear() {
    return Case.all().stream().filter(each -> !each.linear().isEmpty()).toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void firstOrder(Case each) {
    var problem = check.weighted(each.op(), each.inputs(), each.fixed());
    GradCheck.Result result = check.first(problem);
    assertThat(result.error()).isLessThan(FIRST);
    Set<String> expected =
        each.dependent().stream().map(String::valueOf).collect(Collectors.toSet());
    expected.add(GradCheck.WEIGHTS);
    assertThat(result.dependent()).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void secondOrder(Case each) {
    var problem = check.weighted(each.op(), each.inputs(), each.fixed());
    GradCheck.Result result = check.second(problem);
    assertThat(result.error()).isLessThan(SECOND);
    if (!each.dependent().isEmpty()) {
      assertThat(result.dependent()).contains(GradCheck.WEIGHTS);
    }
  }

  @ParameterizedTest
  @MethodSource("linear")
  void adjointIdentity(Case each) {
    for (int input : each.linear()) {
      assertThat(check.adjoint(each.op(), each.inputs(), input))
          .as("input " + input)
          .isLessThan(ADJOINT);
    }
  }

  @Test
  void everyOperationHasCases() {
    Set<Class<?>> checked = new HashSet<>(WITHOUT);
    Case.all().forEach(each -> checked.add(each.op().getClass()));
    assertThat(checked).containsExactlyInAnyOrderElementsOf(leaves(Op.class));
  }

  @Test
  void everyKindHasCases() {
    Set<Object> kinds = new HashSet<>();
    for (Case each : Case.all()) {
      switch (each.op()) {
        case Binary(var kind) -> kinds.add(kind);
        case Reduce(var kind, var _, var _) -> kinds.add(kind);
        default -> {}
      }
    }
    assertThat(kinds).contains((Object[]) Binary.Kind.values());
    assertThat(kinds).contains((Object[]) Reduce.Kind.values());
  }

  private static List<Class<?>> leaves(Class<?> type) {
    if (!type.isSealed()) {
      return List.of(type);
    }
    List<Class<?>> leaves = new ArrayList<>();
    for (Class<?> part : type.getPermittedSubclasses()) {
      leaves.addAll(leaves(part));
    }
    return leaves;
  }
}
