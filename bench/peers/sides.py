"""The two processes that torch_explain.py and torch_cam.py drive, one for the engine and one for PyTorch."""
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SERVERS = HERE.parent / "src/main/java/voxcam/bench"


# As in bin/engine: elsewhere the JVM would say that it cannot.
TRIM = ["-XX:TrimNativeHeapInterval=300"] if platform.libc_ver()[0] == "glibc" else []


class Refused(Exception):
    """A side said that it cannot."""


class Side:
    """A process that answers each line with a line of JSON."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise Refused(f"{Path(self.process.args[0]).name} ended, exit code {self.process.wait()}; its message is above")
        answer = json.loads(line)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer

    def peak(self):
        """The peak of resident memory so far, in bytes; None where the system does not tell."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
            return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
        except (OSError, StopIteration):
            return None


class Torch(Side):
    """PyTorch, asked as do(\"run\", form=\"best\")."""

    def __init__(self, script="torch_worker.py"):
        super().__init__([sys.executable, str(HERE / script)])

    def do(self, what, **values):
        return self.ask(json.dumps({"do": what, **values}))


class Engine(Side):
    """The engine in a JVM with the options that bin/engine sets."""

    def __init__(self, classes, jar, jvm, server="PeerServer", **arguments):
        super().__init__([java("java"), "-XX:MaxRAMPercentage=75", "-XX:+UseSerialGC", "-Xmn6m", "-XX:MinHeapFreeRatio=1", "-Dvoxcam.collect=true",
                          "-XX:MaxHeapFreeRatio=5", "-Djdk.nio.maxCachedBufferSize=262144", *TRIM, "--add-modules", "jdk.incubator.vector", *jvm,
                          "--class-path", f"{jar}{os.pathsep}{classes}", f"voxcam.bench.{server}",
                          *(f"{name}={value}" for name, value in arguments.items())])


def java(tool):
    """A program of a JDK 25."""
    home = subprocess.run([str(ROOT / "bin/find-jdk"), "javac"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{home}/bin/{tool}"


def compile_server(jar, folder, server="PeerServer"):
    """The engine's side, compiled with what it needs against the jar (or folder of classes)."""
    subprocess.run([java("javac"), "-nowarn", "--add-modules", "jdk.incubator.vector", "-d", str(folder), "--class-path", str(jar),
                    "--source-path", str(SERVERS.parents[1]), str(SERVERS / f"{server}.java")], check=True)
    return folder
