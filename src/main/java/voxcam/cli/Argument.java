package voxcam.cli;

import java.util.List;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * An option or a parameter of a command: what picocli knows of it, and the value that it got.
 * Commands are described by such fields, since picocli takes 0.15 s to read annotations at each
 * start.
 */
final class Argument<T> {
  private final ArgSpec spec;

  /** The value where none is given. */
  private final T standard;

  private Argument(ArgSpec spec, T standard) {
    this.spec = spec;
    this.standard = standard;
  }

  /** An option with a text, which is null where it is not given. */
  static Argument<String> option(String name, String label, String description) {
    return option(String.class, name, label, description);
  }

  /** An option with a whole number, which is null where it is not given. */
  static Argument<Integer> number(String name, String label, String description) {
    return option(Integer.class, name, label, description);
  }

  private static <T> Argument<T> option(
      Class<T> type, String name, String label, String description) {
    OptionSpec spec =
        OptionSpec.builder(name).type(type).paramLabel(label).description(description).build();
    return new Argument<>(spec, null);
  }

  /** An option without a value. */
  static Argument<Boolean> flag(String name, String description) {
    OptionSpec spec =
        OptionSpec.builder(name)
            .type(boolean.class)
            .paramLabel("<" + name.substring(2) + ">")
            .description(description)
            .build();
    return new Argument<>(spec, false);
  }

  /** The parameter at this place, which must be given. */
  static Argument<String> parameter(int index, String label, String description) {
    return parameter(index, "1", label, description);
  }

  /** The parameter at this place, which is null where it is not given. */
  static Argument<String> optional(int index, String label, String description) {
    return parameter(index, "0..1", label, description);
  }

  private static Argument<String> parameter(
      int index, String arity, String label, String description) {
    PositionalParamSpec.Builder spec = PositionalParamSpec.builder().type(String.class);
    return new Argument<>(build(spec, String.valueOf(index), arity, label, description), null);
  }

  /** The parameters from this place on, at least so many. */
  static Argument<List<String>> parameters(int index, int least, String label, String description) {
    PositionalParamSpec.Builder spec =
        PositionalParamSpec.builder().type(List.class).auxiliaryTypes(String.class);
    return new Argument<>(build(spec, index + "..*", least + "..*", label, description), List.of());
  }

  private static ArgSpec build(
      PositionalParamSpec.Builder spec,
      String index,
      String arity,
      String label,
      String description) {
    return spec.index(index)
        .arity(arity)
        .required(!arity.startsWith("0"))
        .paramLabel(label)
        .description(description)
        .build();
  }

  /** The same with this value where none is given. */
  Argument<T> or(T value) {
    return new Argument<>(spec, value);
  }

  static void addTo(CommandSpec command, Argument<?>... arguments) {
    for (Argument<?> argument : arguments) {
      command.add(argument.spec);
    }
  }

  boolean isGiven() {
    return spec.getValue() != null;
  }

  /** Its name, as the command line has it. */
  @Override
  public String toString() {
    return spec instanceof OptionSpec option ? option.longestName() : spec.paramLabel();
  }

  T get() {
    T value = spec.getValue();
    return value == null ? standard : value;
  }
}
