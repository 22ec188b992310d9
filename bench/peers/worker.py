"""What the PyTorch sides of the comparisons share: answering commands, writing tensors."""
import json
import os
import sys
from pathlib import Path


def write(path, tensor):
    Path(path).write_bytes(tensor.detach().cpu().contiguous().numpy().tobytes())


def serve(worker):
    """Answers each line of JSON, {"do": NAME, ...}, by calling that method; what PyTorch prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = getattr(worker, command.pop("do"))(**command)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer | {"peak_bytes": rss("VmHWM")}) + "\n")
        answers.flush()


def rss(key):
    """Bytes of resident memory: VmHWM is the peak so far. None where the system does not tell."""
    try:
        line = next(line for line in open(f"/proc/{os.getpid()}/status") if line.startswith(key))
        return int(line.split()[1]) * 1024
    except (OSError, StopIteration):
        return None
