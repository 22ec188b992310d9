package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real file system of 64 KiB that fills up: exit code 2, one line, nothing left. */
final class FullDiskTest {
  @TempDir Path folder;
  private Path disk;
  private Path volume;
  private boolean mounted;

  @BeforeEach
  void mountSmallDisk() throws IOException, InterruptedException {
    disk = Files.createDirectory(folder.resolve("disk"));
    String said = run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString());
    assumeTrue(said.isEmpty(), "a small disk cannot be mounted here (needs root): " + said);
    mounted = true;
    volume = Cli.volume(folder.resolve("t1.nii.gz"), 48, 40, 32);
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (mounted) {
      assertThat(run("umount", disk.toString())).isEmpty();
    }
  }

  /** Runs a program and returns what it says if it fails. */
  private static String run(String... command) throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return e.getMessage();
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    return code == 0 ? "" : "exit code " + code + " " + said.strip();
  }

  @Test
  void mapsThatDoNotFit() {
    for (String format : List.of("nifti", "npy", "png", "nifti,npy,png,json")) {
      Object[] args = {
        "explain", Cli.net("resize-no-skip"), volume, "--target", "all", "--format", format
      };
      for (Path out : List.of(disk, disk.resolve("new/maps"))) {
        Object[] all = java.util.Arrays.copyOf(args, args.length + 2);
        all[args.length] = "--out";
        all[args.length + 1] = out;
        Cli.run(all).refuses("t1.", "No space left");
        assertThat(Cli.files(disk)).isEmpty();
      }
    }
  }

  @Test
  void filesThatStoodThereStay() throws IOException {
    Path old = Files.writeString(disk.resolve("raw.npy"), "old");
    Cli.run("predict", Cli.net("resize-no-skip"), volume, "--raw", old)
        .refuses("raw.npy", "No space left");
    assertThat(Cli.files(disk)).containsExactly("raw.npy");
    assertThat(old).hasContent("old");
  }

  @Test
  void aDiskThatIsFullAlready() throws IOException {
    Path filler = disk.resolve("filler");
    try {
      Files.write(filler, new byte[1 << 20]);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
    Cli.run("explain", Cli.net("resize-no-skip"), volume, "--out", disk).refuses("No space left");
    assertThat(Cli.files(disk)).containsExactly("filler");
  }
}
