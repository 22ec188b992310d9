package voxcam.house;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Lists, after the last test, which tests were skipped and why. JUnit finds it by ServiceLoader; it
 * is public for that.
 */
public final class SkippedTests implements TestExecutionListener {
  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
  private TestPlan plan;

  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    this.plan = plan;
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    add(test, reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
      add(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    lines.stream().sorted().forEach(System.out::println);
    lines.clear();
  }

  private void add(TestIdentifier test, String reason) {
    long inside = plan.getDescendants(test).stream().filter(TestIdentifier::isTest).count();
    String why = reason.replaceFirst("^Assumption failed: ", "").replaceAll("\\s+", " ");
    lines.add(
        "skipped: " + name(test) + (inside > 0 ? " (" + inside + " tests)" : "") + ": " + why);
  }

  private static String name(TestIdentifier test) {
    return switch (test.getSource().orElse(null)) {
      case MethodSource method -> {
        String plain = shortName(method.getClassName()) + "." + method.getMethodName();
        boolean oneOfMany = !test.getDisplayName().startsWith(method.getMethodName());
        yield oneOfMany ? plain + " " + test.getDisplayName() : plain;
      }
      case ClassSource type -> shortName(type.getClassName());
      case null, default -> test.getDisplayName();
    };
  }

  private static String shortName(String className) {
    return className.substring(className.lastIndexOf('.') + 1);
  }
}
