package voxcam.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import voxcam.op.InputException;

/** Prints a shell's completion script. */
@Command(
    name = "completion",
    description = {
      "Prints a script that completes this program's commands and options in a shell.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  bash:  source <(engine completion bash)",
      "  zsh:   engine completion zsh > ~/.engine-completion; then in ~/.zshrc: source ~/.engine-completion"
    })
final class CompletionCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "SHELL", description = "bash or zsh.")
  String shell;

  private final Streams streams;

  CompletionCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    // One script serves both.
    if (!shell.equals("bash") && !shell.equals("zsh")) {
      throw new InputException("completion " + shell + ": not known, give bash or zsh");
    }
    streams.out().print(AutoComplete.bash("engine", Main.commandLine(streams)));
    return Failure.DONE;
  }
}
