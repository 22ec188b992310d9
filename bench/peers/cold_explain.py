"""Whole processes, cold: `engine explain` and a Python script that explains the same volume with PyTorch, in turn.

python bench/peers/cold_explain.py [--case resnet18] [--pairs 7] [--threads 2] [--out bench/results/cold.json]

Both read weights and a volume from files and write the raw map. Each pair gives a ratio, the script's time over the engine's. Scores are compared first.
"""
import argparse
import datetime
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from compared import named
from sides import ENGINE, HERE, ROOT, commit
from torch_explain import SCORE_TOLERANCE, machine, prepared, summary, tell_spread


def npy(path, shape, data):
    """An .npy file of float32."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple(shape)}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data)


def timed(command):
    begin = time.perf_counter_ns()
    result = subprocess.run(command, capture_output=True, text=True)
    taken = (time.perf_counter_ns() - begin) / 1e6
    if result.returncode:
        raise SystemExit(f"{Path(command[0]).name} ended with exit code {result.returncode}: {result.stderr.strip()}")
    return taken, result.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", default="resnet18", help="a classifier of one channel")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--format", default="npy", help="what the engine writes (default npy, the raw map, as the script; nifti,npy,png,json is all)")
    parser.add_argument("--out", type=Path, help="results as JSON")
    options = parser.parse_args()
    case, = named([options.case])
    with tempfile.TemporaryDirectory(prefix="voxcam-cold-") as temporary:
        work = Path(temporary)
        weights, input, made = prepared(case, work)
        volume, maps = work / "scan.npy", work / "maps"
        npy(volume, case["shape"][2:], input.read_bytes())
        engine = [str(ROOT / "bin/engine"), "explain", str(weights), str(volume), "--arch", case["arch"], "--layer", case["layer"],
                  "--target", str(made["target"]), "--threads", str(options.threads), "--out", str(maps), "--format"]
        script = [sys.executable, str(HERE / "explain_once.py"), case["network"], case["layer"], str(weights), str(volume),
                  "x".join(map(str, case["shape"])), str(made["target"]), str(options.threads), str(work / "map")]
        timed([*engine, "json"])
        record = json.loads((maps / "scan.json").read_text())
        theirs = float(timed(script)[1])
        mine = find_score(record)
        if abs(mine - theirs) > SCORE_TOLERANCE * max(1, abs(theirs)):
            raise SystemExit(f"scores differ: {mine} and {theirs}")
        pairs = []
        for i in range(options.pairs):
            pair = {}
            for command in ((engine, script), (script, engine))[i % 2]:
                pair[command is engine] = timed([*engine, options.format] if command is engine else script)[0]
            pairs.append((pair[True], pair[False]))
    result = summary(pairs)
    print(f"{case['name']} cold  engine {result['engine_ms']['median']:.0f} ms  script {result['torch_ms']['median']:.0f} ms  {tell_spread(result)}")
    if options.out:
        row = {"name": case["name"], "threads": options.threads, "format": options.format, "date": datetime.date.today().isoformat(), "commit": commit(ENGINE)}
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps({"tool": "cold_explain", "machine": machine(), "case": row | result}, indent=1) + "\n")


def find_score(record):
    """The first number called score in the record."""
    if isinstance(record, dict):
        if isinstance(record.get("score"), (int, float)):
            return record["score"]
        record = list(record.values())
    if isinstance(record, list):
        return next((score for score in map(find_score, record) if score is not None), None)
    return None


if __name__ == "__main__":
    main()
