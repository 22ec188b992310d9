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


def is_bundle(path):
    """Whether a folder was made by make gpu-bundle: it has a Java of its own, and the servers are compiled."""
    return (path / "run.sh").exists() and (path / "java").is_dir()


ENGINE = HERE.parent if is_bundle(HERE.parent) else ROOT / "target/engine.jar"


# As in bin/engine: elsewhere the JVM would say that it cannot.
TRIM = ["-XX:TrimNativeHeapInterval=300"] if platform.libc_ver()[0] == "glibc" else []


class Refused(Exception):
    """A side said that it cannot."""


class Side:
    """A process that answers each line with a line of JSON."""

    def __init__(self, command, environment=None):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

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
    """The engine in a JVM with the options that bin/engine sets, and with the folders of libraries, if any, in front of the system's."""

    def __init__(self, classes, engine, jvm, server="PeerServer", libraries=(), **arguments):
        path = os.pathsep.join([*libraries, *filter(None, [os.environ.get("LD_LIBRARY_PATH")])])
        super().__init__([java("java", engine), "-XX:MaxRAMPercentage=75", "-XX:+UseSerialGC", "-Xmn6m", "-XX:MinHeapFreeRatio=1", "-Dvoxcam.collect=true",
                          "-XX:MaxHeapFreeRatio=5", "-Djdk.nio.maxCachedBufferSize=262144", *TRIM, "--add-modules", "jdk.incubator.vector", *jvm,
                          "--enable-native-access=ALL-UNNAMED", "--class-path", f"{class_path(engine)}{os.pathsep}{classes}", f"voxcam.bench.{server}",
                          *(f"{name}={value}" for name, value in arguments.items())], os.environ | ({"LD_LIBRARY_PATH": path} if path else {}))


def class_path(engine):
    """The jar in a GPU bundle; else a jar, or a class path, as it is."""
    return engine / "engine.jar" if is_bundle(engine) else engine


def java(tool, engine):
    """A program of a JDK 25; the bundle's own for a GPU bundle."""
    if is_bundle(engine):
        return str(engine / "java/bin" / tool)
    home = subprocess.run([str(ROOT / "bin/find-jdk"), "javac"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{home}/bin/{tool}"


def compile_server(engine, folder, server="PeerServer"):
    """The folder of the engine's side, compiled with what it needs against the jar (or folder of classes); a bundle has it."""
    if is_bundle(engine):
        return engine / "bench"
    subprocess.run([java("javac", engine), "-nowarn", "--add-modules", "jdk.incubator.vector", "-d", str(folder), "--class-path", str(engine),
                    "--source-path", str(SERVERS.parents[1]), str(SERVERS / f"{server}.java")], check=True)
    return folder


def commit(engine):
    """The commit of the engine, as far as it is known."""
    if is_bundle(engine):
        return (engine / "commit.txt").read_text().strip()
    answer = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True)
    return answer.stdout.strip()


def gpu(device, script):
    """What PyTorch says of the GPU, and the folders of its libraries; ends the program in one line where it finds none."""
    if device == "cpu":
        return {}, []
    with Torch(script) as torch:
        try:
            found = torch.do("describe")
        except Refused as why:
            raise SystemExit(f"{Path(sys.argv[0]).name}: {str(why).partition(': ')[2] or why}") from None
    folders = found.pop("libraries")
    found.pop("peak_bytes", None)
    return found, folders
