package voxcam.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Model.CommandSpec;
import voxcam.op.InputException;

/** Prints a shell's completion script. */
final class CompletionCommand implements Callable<Integer> {
  private final Argument<String> shell = Argument.parameter(0, "SHELL", "bash or zsh.");

  private final Streams streams;

  CompletionCommand(Streams streams) {
    this.streams = streams;
  }

  CommandSpec spec() {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("completion");
    spec.usageMessage()
        .description(
            "Prints a script that completes this program's commands and options in a shell.", "")
        .footer(
            "",
            "Examples:",
            "  bash:  source <(engine completion bash)",
            "  zsh:   engine completion zsh > ~/.engine-completion; then in ~/.zshrc: source ~/.engine-completion");
    Argument.addTo(spec, shell);
    return spec;
  }

  @Override
  public Integer call() {
    // One script serves both.
    if (!shell.get().equals("bash") && !shell.get().equals("zsh")) {
      throw new InputException("completion " + shell.get() + ": not known, give bash or zsh");
    }
    streams.out().print(AutoComplete.bash("engine", Main.commandLine(streams)));
    return Failure.DONE;
  }
}
