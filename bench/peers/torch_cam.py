"""Makes HiResCAM and Grad-CAM maps of an activation and a gradient with the engine and with PyTorch, in turn, and compares times and results.

python bench/peers/torch_cam.py [--case NAME ...] [--pairs N] [--threads N] [--out bench/results/cam.json]

hirescam         PyTorch: (g * A).sum(1)
gradcam          PyTorch: (g.mean((2, 3, 4), keepdim=True) * A).sum(1), as the CAM libraries write it
gradcam-product  the same with the second step as a matrix product, which reads A once: einsum("nk,nkp->np")
display          of a raw map, the map for the eye on the input's grid: ReLU, division by the largest value, trilinear interpolation

Each turn makes as many maps as take about 50 ms, on inputs that take turns so that caches hold little of them. In each round the engine's
side also reads the same inputs and does nothing with them: what is possible. Each round gives a ratio, PyTorch's time over the engine's: above 1
the engine is faster. The maps of both sides are compared before anything is timed; a case that differs is refused.
"""
import argparse
import datetime
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from sides import ROOT, Engine, Refused, Torch, compile_server
from torch_explain import PAUSE, commit, difference, floats, machine, spread, tell_spread

TURN_NS = 50e6
TOLERANCE = 1e-5
SHAPES = {"resnet18": [1, 512, 3, 3, 3], "resnet18-s1": [1, 512, 4, 8, 8], "medicalnet": [1, 512, 12, 12, 12], "unet": [1, 16, 48, 48, 48],
          "meshnet-5": [1, 5, 128, 128, 128], "64-mib": [1, 64, 64, 64, 64], "256-mib": [1, 64, 64, 128, 128], "512-mib": [1, 128, 64, 128, 128]}
DISPLAYS = {"display-resnet18": ([3, 3, 3], [96, 96, 96]), "display-resnet18-s1": ([4, 8, 8], [64, 128, 128]),
            "display-unet": ([48, 48, 48], [96, 96, 96]), "display-axialnet": ([27, 6, 6], [27, 420, 420])}
FORMS = {"hirescam": ("HiResCAM", "(g*A).sum(1)"), "gradcam": ("Grad-CAM", "(w*A).sum(1)"), "gradcam-product": ("Grad-CAM", "einsum(w,A)")}
DISPLAY = ("Display", "interpolate(relu(H)/max)")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", action="append", default=[], choices=[*SHAPES, *DISPLAYS], metavar="NAME",
                        help="one of " + ", ".join([*SHAPES, *DISPLAYS]))
    parser.add_argument("--forms", default=",".join(FORMS), help="which maps (default all)")
    parser.add_argument("--pairs", type=int, default=9, help="rounds (default 9)")
    parser.add_argument("--threads", type=int, default=2, help="threads of each side (default 2)")
    parser.add_argument("--warm", type=float, default=3, metavar="SECONDS", help="maps before the first round, per side (default 3)")
    parser.add_argument("--out", type=Path, help="results as JSON; rows that the file holds already are replaced, others stay")
    parser.add_argument("--engine", type=Path, default=ROOT / "target/engine.jar", help="the engine's jar, or a class path")
    return parser.parse_args()


def check(engine, torch, form, work):
    """Refuses maps that differ; their difference in relative norm."""
    engine.ask(f"map {own(form)} {work / 'engine.map'}")
    torch.do("map", form=form, map=str(work / "torch.map"))
    apart, _ = difference(floats(work / "engine.map"), floats(work / "torch.map"))
    if not apart <= TOLERANCE:
        raise Refused(f"maps differ by {apart:.2e} in relative norm")
    return apart


def own(form):
    """What the engine calls a form."""
    return form.split("-")[0]


def warmed(side, seconds):
    """How many maps make a turn."""
    start, times = time.monotonic(), 1
    while True:
        ns = side(times)
        times = max(1, round(TURN_NS / ns))
        if time.monotonic() - start >= seconds:
            return times


def timed(engine, torch, form, options):
    """Rounds in which the sides take turns, the order changing each time."""
    sides = {"engine": lambda times: engine.ask(f"run {own(form)} {times}")["ns"], "torch": lambda times: torch.do("run", form=form, times=times)["ns"],
             "read": lambda times: engine.ask(f"run read {times}")["ns"]}
    if form == "display":
        del sides["read"]
    times = {name: warmed(side, options.warm) for name, side in sides.items()}
    rounds = []
    for i in range(options.pairs):
        taken = {}
        for name in list(sides)[::1 if i % 2 else -1]:
            time.sleep(PAUSE)
            taken[name] = sides[name](times[name]) / 1e6
        rounds.append(taken)
    result = {f"{name}_ms": spread_small(taken[name] for taken in rounds) for name in sides}
    if "read" in sides:
        result["of_reading"] = spread(taken["read"] / taken["engine"] for taken in rounds)
    return result | {"ratio": spread(taken["torch"] / taken["engine"] for taken in rounds), "times": times}


def spread_small(values):
    """As spread, of milliseconds that may be microseconds."""
    return {key: value / 1e3 for key, value in spread(1e3 * value for value in values).items()}


def run_case(name, options, work, classes):
    shape, rows = SHAPES[name], []
    files = {key: work / f"{key}.f32" for key in "ag"}
    with Torch("cam_worker.py") as torch:
        made = torch.do("draw", shape=shape, threads=options.threads, **{key: str(path) for key, path in files.items()})
        with Engine(classes, options.engine, [], server="CamServer", shape="x".join(map(str, shape)), threads=options.threads, **files) as engine:
            opened = engine.answer()
            torch.do("rotate", pairs=opened["pairs"])
            for form in options.forms.split(","):
                title, code = FORMS[form]
                row = {"name": f"{name} {form}", "title": title, "torch_code": code, "shape": shape, "map_difference": check(engine, torch, form, work)}
                row |= timed(engine, torch, form, options) | {"bytes": 4 * (2 * made["size"] + made["size"] // shape[1])}
                rows.append(row | {"engine": opened, "torch": made})
                tell(row)
    return rows


def run_display(name, options, work, classes):
    """The time and the result of a display map."""
    (raw, grid), (title, code) = DISPLAYS[name], DISPLAY
    file = work / "raw.f32"
    with Torch("cam_worker.py") as torch:
        made = torch.do("draw_map", shape=raw, grid=grid, threads=options.threads, file=str(file))
        with Engine(classes, options.engine, [], server="CamServer", map=file, shape="x".join(map(str, raw)), grid="x".join(map(str, grid)),
                    threads=options.threads) as engine:
            opened = engine.answer()
            row = {"name": name, "title": title, "torch_code": code, "from": raw, "shape": [1, *grid], "map_difference": check(engine, torch, "display", work)}
            row |= timed(engine, torch, "display", options) | {"bytes": 4 * made["size"]}
            row |= {"engine": opened, "torch": made}
            tell(row)
    return [row]


def tell(row):
    of_reading = f"  of reading {row['of_reading']['median']:.2f}" if "of_reading" in row else ""
    print(f"{row['name']:28} engine {row['engine_ms']['median']:9.4f} ms  PyTorch {row['torch_ms']['median']:9.4f} ms  {tell_spread(row)}"
          f"{of_reading}", flush=True)


def save(path, options, rows):
    held = json.loads(path.read_text())["cases"] if path.exists() else []
    for row in rows:
        row |= {"date": datetime.date.today().isoformat(), "threads": options.threads, "commit": commit()}
    names = [row["name"] for row in rows]
    order = [f"{name} {form}" for name in SHAPES for form in FORMS] + list(DISPLAYS)
    rows = sorted([old for old in held if old["name"] not in names] + rows, key=lambda row: order.index(row["name"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"tool": "torch_cam", "machine": machine(), "cases": rows}, indent=1) + "\n")


def main():
    options = arguments()
    if not options.engine.exists() and os.pathsep not in str(options.engine):
        raise SystemExit(f"{options.engine} is not there: run make jar")
    refused = 0
    with tempfile.TemporaryDirectory(prefix="voxcam-cam-") as temporary:
        work = Path(temporary)
        classes = compile_server(options.engine, work / "classes", "CamServer")
        for name in options.case or [*SHAPES, *DISPLAYS]:
            try:
                rows = (run_case if name in SHAPES else run_display)(name, options, work, classes)
            except Refused as why:
                print(f"{name}: refused, {why}", flush=True)
                refused += 1
                continue
            if options.out:
                save(options.out, options, rows)
    sys.exit(1 if refused else 0)


if __name__ == "__main__":
    main()
