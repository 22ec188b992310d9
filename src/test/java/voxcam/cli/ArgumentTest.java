package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class ArgumentTest {
  private final Argument<String> first = Argument.parameter(0, "FIRST", "The first.");
  private final Argument<List<String>> rest = Argument.parameters(1, 0, "REST", "All others.");
  private final Argument<String> text = Argument.option("--text", "T", "A text.");
  private final Argument<String> named = Argument.option("--named", "N", "A text.").or("standard");
  private final Argument<Integer> number = Argument.number("--number", "N", "A number.");
  private final Argument<Boolean> flag = Argument.flag("--flag", "A flag.");
  private CommandLine line;

  @BeforeEach
  void describe() {
    CommandSpec spec = CommandSpec.create();
    Argument.addTo(spec, first, rest, text, named, number, flag);
    line = new CommandLine(spec);
  }

  @Test
  void holdsWhatIsGiven() {
    line.parseArgs("a", "--text=t", "b", "--named", "n", "c", "--number", "3", "--flag");
    assertThat(first.get()).isEqualTo("a");
    assertThat(rest.get()).containsExactly("b", "c");
    assertThat(text.get()).isEqualTo("t");
    assertThat(named.get()).isEqualTo("n");
    assertThat(number.get()).isEqualTo(3);
    assertThat(flag.get()).isTrue();
    assertThat(List.of(first, rest, text, named, number, flag)).allMatch(Argument::isGiven);
  }

  @Test
  void hasItsStandardValueOtherwise() {
    line.parseArgs("a");
    assertThat(rest.get()).isEmpty();
    assertThat(text.get()).isNull();
    assertThat(named.get()).isEqualTo("standard");
    assertThat(number.get()).isNull();
    assertThat(flag.get()).isFalse();
    assertThat(List.of(rest, text, named, number, flag)).noneMatch(Argument::isGiven);
  }

  @Test
  void isCalledAsOnTheCommandLine() {
    assertThat(named).hasToString("--named");
    assertThat(first).hasToString("FIRST");
  }
}
