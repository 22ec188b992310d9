"""Explains the same networks with the engine and with PyTorch, run by run in turn, and compares times, memory and results.

python bench/peers/torch_explain.py [--case NAME ...] [--pairs N] [--threads N] [--forms best,fwd,monai] [--out bench/results/NAME.json]
python bench/peers/torch_explain.py --device cuda [--precision fp32,tf32] ...

best   engine: explain and display on the input's grid; PyTorch: forward without gradients to the layer, gradient of one score at that
       layer, HiResCAM, trilinear upsampling to the input's grid
fwd    the forward pass alone, both sides
monai  engine: as in best; PyTorch: monai.visualize.GradCAM as its users call it

On a GPU both sides take the input from the host's memory and bring the map back to it; PyTorch's work is awaited, and its time on the GPU is
told beside. fp32 is without TF32 on both sides, tf32 with it on both, for convolutions and products. Without a GPU nothing is run or written.

Each pair gives a ratio, PyTorch's time over the engine's: above 1 the engine is faster. Score and raw map of both sides are compared before
anything is timed; a case that differs is refused.
"""
import argparse
import array
import datetime
import itertools
import json
import math
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

from compared import CASES, named
from sides import ENGINE, Engine, Refused, Torch, commit, compile_server, gpu

SEED = 20
PAUSE = 0.05  # seconds between runs, in which the threads of the side that ran come to rest
# MONAI's U-Net with these weights magnifies rounding behind its instance normalisations: PyTorch's map is 1e-4 from one in double precision,
# the engine's 5e-4 with --exact and 1.1e-3 with Winograd's algorithm. All others are below 3e-4.
SCORE_TOLERANCE, MAP_TOLERANCE = 1e-4, 2e-3
# TF32 keeps 10 bits of a factor, so each side is up to 1e-2 from single precision, and decides more voxels otherwise.
TF32_SCORE_TOLERANCE, TF32_MAP_TOLERANCE = 2e-2, 5e-2
# A voxel whose best two logits, or a unit whose input and 0, are within rounding of each other may go either way. Of a map of many cells
# the one in a thousand that differ most, where such voxels are, may differ more.
FLIPPED, FLIPPED_TOLERANCE = 1e-3, 1e-2


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", action="append", default=[], metavar="NAME", help="one of " + ", ".join(case["name"] for case in CASES))
    parser.add_argument("--pairs", type=int, default=7, help="pairs of runs per form (default 7)")
    parser.add_argument("--threads", type=int, default=2, help="threads of each side (default 2)")
    parser.add_argument("--forms", default="best,fwd,monai", help="which comparisons (default all three)")
    parser.add_argument("--warm", type=float, default=5, metavar="SECONDS", help="runs before the first pair, per side and form (default 5)")
    parser.add_argument("--out", type=Path, help="results as JSON; cases that the file holds already are replaced, others stay")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where both sides compute (default cpu)")
    parser.add_argument("--precision", default="", metavar="LIST", help="fp32, tf32 or both, of a GPU (default both there, fp32 on a processor)")
    parser.add_argument("--engine", type=Path, default=ENGINE, help="the engine's jar, a class path, or the folder of a GPU bundle")
    parser.add_argument("--jvm", action="append", default=[], metavar="OPTION", help="another option for the JVM")
    parser.add_argument("--own", action="store_true", help="never MONAI's networks, always the modules of this repository")
    parser.add_argument("--channels-last", action="store_true", help="PyTorch holds weights and input in channels_last_3d")
    parser.add_argument("--work", type=Path, help="folder for weights and inputs, kept for the next call (default: temporary)")
    options = parser.parse_args()
    options.precisions = options.precision.split(",") if options.precision else ["fp32", "tf32"] if options.device == "cuda" else ["fp32"]
    if not set(options.precisions) <= {"fp32", "tf32"} or (options.device == "cpu" and options.precisions != ["fp32"]):
        parser.error(f"--precision {options.precision}: a GPU has fp32 and tf32, a processor fp32")
    return options


def floats(path):
    values = array.array("f")
    values.frombytes(path.read_bytes())
    return values


def difference(a, b):
    """The relative norm of a - b, and the same without the cells that differ most."""
    if len(a) != len(b):
        raise Refused(f"maps differ in size: {len(a)} and {len(b)} values")
    squares = sorted((x - y) ** 2 for x, y in zip(a, b))
    norm = max(math.sqrt(sum(y * y for y in b)), 1e-30)
    return math.sqrt(sum(squares)) / norm, math.sqrt(sum(squares[:len(squares) - int(FLIPPED * len(squares))])) / norm


def prepared(case, work):
    """The case's weights and input, made once per folder by a process of its own."""
    files = {kind: work / f"{case['network']}.{kind}" for kind in ("safetensors", "f32", "json")}
    made = json.loads(files["json"].read_text()) if files["json"].exists() else None
    if not made:
        with Torch() as torch:
            made = torch.do("make", case=case, seed=SEED, weights=str(files["safetensors"]), input=str(files["f32"]))
        files["json"].write_text(json.dumps(made))
    return files["safetensors"], files["f32"], made


def check(torch, engine, work, precision):
    """Both sides' score and raw map; refused if they differ."""
    of_score, of_most, of_all = SCORE_TOLERANCE, MAP_TOLERANCE, FLIPPED_TOLERANCE
    if precision == "tf32":
        of_score, of_most, of_all = TF32_SCORE_TOLERANCE, TF32_MAP_TOLERANCE, TF32_MAP_TOLERANCE
    own, theirs = work / "engine.map", work / "torch.map"
    mine = engine.ask(f"map hirescam {own}")
    score = torch.do("check", map=str(theirs))["score"]
    off = abs(mine["score"] - score) / max(1.0, abs(score))
    apart, most = difference(floats(own), floats(theirs))
    if not (off <= of_score and most <= of_most and apart <= of_all):
        raise Refused(f"results differ: scores {mine['score']:.6g} and {score:.6g}, maps by {apart:.2e} in relative norm, most cells by {most:.2e}")
    return mine, {"score": score, "score_difference": off, "map_difference": apart, "most_cells_difference": most}


def timed(engine, torch, form, pairs, warm):
    """Pairs of runs, the order changing each time, in milliseconds; PyTorch's time over the engine's is the ratio."""
    def mine():
        return engine.ask("run fwd" if form == "fwd" else "run best")["ns"] / 1e6

    on_device = []

    def theirs():
        answer = torch.do("run", form=form)
        on_device.append(answer.get("device_ns", 0) / 1e6)
        return answer["ns"] / 1e6

    for side in (mine, theirs):
        start, runs = time.monotonic(), 0
        while runs < 2 or time.monotonic() - start < warm:
            side()
            runs += 1
    taken = []
    on_device.clear()
    for i in range(pairs):
        pair = {}
        for side in ((mine, theirs), (theirs, mine))[i % 2]:
            time.sleep(PAUSE)
            pair[side.__name__] = side()
        taken.append((pair["mine"], pair["theirs"]))
    return summary(taken) | ({"torch_device_ms": spread(on_device)} if any(on_device) else {})


def summary(pairs):
    ratios = [theirs / mine for mine, theirs in pairs]
    return {"engine_ms": spread(mine for mine, _ in pairs), "torch_ms": spread(theirs for _, theirs in pairs), "ratio": spread(ratios),
            "pairs_ms": [[round(mine, 3), round(theirs, 3)] for mine, theirs in pairs]}


def spread(values):
    values = sorted(values)
    quartiles = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
    return {key: round(value, 4) for key, value in zip(("min", "q1", "median", "q3", "max"), (values[0], *quartiles, values[-1]))}


def run_case(case, options, work, classes, precision, libraries):
    weights, input, made = prepared(case, work)
    row = {"name": case["name"], "arch": case["arch"], "layer": case["layer"], "input": case["shape"], "task": case["task"], **made}
    setup = {"case": case, "threads": options.threads, "weights": str(weights), "input": str(input), "target": made["target"],
             "monai": not options.own, "channels_last": options.channels_last, "device": options.device, "tf32": precision == "tf32"}
    sizes = {name: "x".join(map(str, sizes)) for name, sizes in (("shape", case["shape"]), ("grid", case["grid"]))}
    forms, wanted = {}, options.forms.split(",")
    with Engine(classes, options.engine, options.jvm, model=weights, arch=case["arch"], input=input, layer=case["layer"], target=made["target"],
                threads=options.threads, libraries=libraries, device=options.device, precision=precision, **sizes) as engine:
        opened = engine.answer()
        with Torch() as torch:
            torch_opened = torch.do("open", **setup)
            torch.do("prepare_best")
            first, row["check"] = check(torch, engine, work, precision)
            row["engine"] = opened | {f"first_{key}" if key == "ns" else key: value for key, value in first.items()}
            row["torch"] = torch_opened
            for form in ("best", "fwd"):
                if form in wanted:
                    forms[form] = timed(engine, torch, form, options.pairs, options.warm)
                    forms[form] |= {"engine_peak_bytes": engine.peak(), "torch_peak_bytes": torch.peak()}
                    tell(case, form, forms[form])
        if "monai" in wanted and case["monai"]:
            with Torch() as torch:
                torch.do("open", **setup)
                ready = torch.do("prepare_monai")
                if "skipped" in ready:
                    print(f"{case['name']}: monai: skipped, {ready['skipped']}", flush=True)
                else:
                    forms["monai"] = run_monai(case, engine, torch, options, work, precision) | {"version": ready["monai"]}
                    tell(case, "monai", forms["monai"])
    return row | {"forms": forms}


def run_monai(case, engine, torch, options, work, precision):
    """MONAI's score is the sum over all voxels for a segmenter, so only the maps of classifiers can be compared."""
    checked = {}
    if case["task"] != "segmentation":
        engine.ask(f"map gradcam {work / 'engine.map'}")
        torch.do("check_monai", map=str(work / "torch.map"))
        apart, _ = difference([max(value, 0) for value in floats(work / "engine.map")], floats(work / "torch.map"))
        if apart > (TF32_MAP_TOLERANCE if precision == "tf32" else MAP_TOLERANCE):
            raise Refused(f"MONAI's Grad-CAM differs by {apart:.2e} in relative norm")
        checked["map_difference"] = apart
    result = timed(engine, torch, "monai", options.pairs, options.warm)
    return result | checked | {"engine_peak_bytes": engine.peak(), "torch_peak_bytes": torch.peak()}


def tell_spread(result):
    ratio = result["ratio"]
    return f"ratio {ratio['median']:.3f} [{ratio['min']:.3f} {ratio['q1']:.3f} {ratio['q3']:.3f} {ratio['max']:.3f}]"


def tell(case, form, result):
    memory = " and ".join("?" if not result[key] else f"{result[key] / 2**20:.0f} MiB" for key in ("engine_peak_bytes", "torch_peak_bytes"))
    print(f"{case['name']:20} {form:5}  engine {result['engine_ms']['median']:8.1f} ms  PyTorch {result['torch_ms']['median']:8.1f} ms  "
          f"{tell_spread(result)}  peak {memory}", flush=True)


def machine():
    model = platform.processor()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return {"processor": model, "cores": len(os.sched_getaffinity(0)), "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            "system": platform.system()}


def save(path, options, row, found):
    """Into the file, in the place of what it held of this case and precision; on a processor there is no word of precisions."""
    def key(row):
        return row["name"], row.get("precision", "fp32")

    held = json.loads(path.read_text())["cases"] if path.exists() else []
    row |= {"date": datetime.date.today().isoformat(), "threads": options.threads, "commit": commit(options.engine), "jvm": options.jvm,
            "channels_last": options.channels_last}
    order = [case["name"] for case in CASES]
    rows = sorted([old for old in held if key(old) != key(row)] + [row], key=lambda row: (order.index(row["name"]), key(row)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"tool": "torch_explain", "machine": machine() | found, "cases": rows}, indent=1) + "\n")


def main():
    options = arguments()
    chosen = named(options.case)
    if not options.engine.exists() and os.pathsep not in str(options.engine):
        raise SystemExit(f"{options.engine} is not there: run make jar")
    found, libraries = gpu(options.device, "torch_worker.py")
    refused = 0
    with tempfile.TemporaryDirectory(prefix="voxcam-peers-") as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        classes = compile_server(options.engine, Path(temporary) / "classes")
        for case, precision in itertools.product(chosen, options.precisions):
            if options.device == "cuda":
                print(f"{precision}:", end=" ", flush=True)
            try:
                row = run_case(case, options, work, classes, precision, libraries)
            except Refused as why:
                print(f"{case['name']}: refused, {why}", flush=True)
                refused += 1
                continue
            if options.device == "cuda":
                row |= {"device": "cuda", "precision": precision}
            if options.out:
                save(options.out, options, row, found)
    sys.exit(1 if refused else 0)


if __name__ == "__main__":
    main()
