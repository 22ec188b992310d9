"""Makes HiResCAM and Grad-CAM maps of an activation and a gradient with the engine and with PyTorch, in turn, and compares times and results.

python bench/peers/torch_cam.py [--device cuda] [--case NAME ...] [--pairs N] [--threads N] [--out bench/results/cam.json]

hirescam         PyTorch: (g * A).sum(1)
gradcam          PyTorch: (g.mean((2, 3, 4), keepdim=True) * A).sum(1), as the CAM libraries write it
gradcam-product  the same with the second step as a matrix product, which reads A once: einsum("nk,nkp->np")
...-compiled     the same by torch.compile, which makes one or two kernels of it; on a GPU by default
display          of a raw map, the map for the eye on the input's grid: ReLU, division by the largest value, trilinear interpolation

Each turn makes as many maps as take about 50 ms, on inputs that take turns so that caches hold little of them. In each round the engine's
side also reads the same inputs and does nothing with them: what is possible. Each round gives a ratio, PyTorch's time over the engine's: above 1
the engine is faster. The maps of both sides are compared before anything is timed; a case that differs is refused.

On a GPU inputs and maps stay in its memory and each turn is timed by the GPU's own clock, on both sides. Instead of reading, as many bytes are
moved by copying, half read and half written. Without a GPU nothing is run or written.
"""
import argparse
import datetime
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from sides import ENGINE, Engine, Refused, Torch, commit, compile_server, gpu
from torch_explain import PAUSE, difference, floats, machine, spread, tell_spread

TURN_NS = 50e6
TOLERANCE = 1e-5
SHAPES = {"resnet18": [1, 512, 3, 3, 3], "resnet18-s1": [1, 512, 4, 8, 8], "medicalnet": [1, 512, 12, 12, 12], "unet": [1, 16, 48, 48, 48],
          "meshnet-5": [1, 5, 128, 128, 128], "64-mib": [1, 64, 64, 64, 64], "256-mib": [1, 64, 64, 128, 128], "512-mib": [1, 128, 64, 128, 128]}
DISPLAYS = {"display-resnet18": ([3, 3, 3], [96, 96, 96]), "display-resnet18-s1": ([4, 8, 8], [64, 128, 128]),
            "display-unet": ([48, 48, 48], [96, 96, 96]), "display-axialnet": ([27, 6, 6], [27, 420, 420])}
FORMS = {"hirescam": ("HiResCAM", "(g*A).sum(1)"), "gradcam": ("Grad-CAM", "(w*A).sum(1)"), "gradcam-product": ("Grad-CAM", "einsum(w,A)")}
COMPILED = {f"{form}-compiled": (FORMS[form][0], f"compiled {FORMS[form][1]}") for form in ("hirescam", "gradcam")}
FORMS |= COMPILED
SERVERS = {"cpu": "CamServer", "cuda": "CamDeviceServer"}
DISPLAY = ("Display", "interpolate(relu(H)/max)")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", action="append", default=[], choices=[*SHAPES, *DISPLAYS], metavar="NAME",
                        help="one of " + ", ".join([*SHAPES, *DISPLAYS]))
    parser.add_argument("--forms", default="", help="which maps (default all, on a processor those that are not compiled)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where both sides compute (default cpu)")
    parser.add_argument("--pairs", type=int, default=9, help="rounds (default 9)")
    parser.add_argument("--threads", type=int, default=2, help="threads of each side (default 2)")
    parser.add_argument("--warm", type=float, default=3, metavar="SECONDS", help="maps before the first round, per side (default 3)")
    parser.add_argument("--out", type=Path, help="results as JSON; rows that the file holds already are replaced, others stay")
    parser.add_argument("--engine", type=Path, default=ENGINE, help="the engine's jar, a class path, or the folder of a GPU bundle")
    options = parser.parse_args()
    options.forms = options.forms.split(",") if options.forms else [form for form in FORMS if options.device == "cuda" or form not in COMPILED]
    if not set(options.forms) <= set(FORMS):
        parser.error(f"--forms: known are {', '.join(FORMS)}")
    return options


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
    def theirs(times):
        answer = torch.do("run", form=form, times=times)
        return answer.get("device_ns", answer["ns"])

    sides = {"engine": lambda times: engine.ask(f"run {own(form)} {times}")["ns"], "torch": theirs}
    moving = {"cpu": "read", "cuda": "copy"}[options.device]
    if form != "display":
        sides[moving] = lambda times: engine.ask(f"run {moving} {times}")["ns"]
    times = {name: warmed(side, options.warm) for name, side in sides.items()}
    rounds = []
    for i in range(options.pairs):
        taken = {}
        for name in list(sides)[::1 if i % 2 else -1]:
            time.sleep(PAUSE)
            taken[name] = sides[name](times[name]) / 1e6
        rounds.append(taken)
    result = {f"{name}_ms": spread_small(taken[name] for taken in rounds) for name in sides}
    if moving in sides:
        result[f"of_{moving}ing"] = spread(taken[moving] / taken["engine"] for taken in rounds)
    return result | {"ratio": spread(taken["torch"] / taken["engine"] for taken in rounds), "times": times}


def spread_small(values):
    """As spread, of milliseconds that may be microseconds."""
    return {key: value / 1e3 for key, value in spread(1e3 * value for value in values).items()}


def run_case(name, options, work, classes, libraries):
    shape, rows = SHAPES[name], []
    files = {key: work / f"{key}.f32" for key in "ag"}
    with Torch("cam_worker.py") as torch:
        made = torch.do("draw", shape=shape, threads=options.threads, device=options.device, **{key: str(path) for key, path in files.items()})
        with Engine(classes, options.engine, [], SERVERS[options.device], libraries, shape="x".join(map(str, shape)), threads=options.threads,
                    **files) as engine:
            opened = engine.answer()
            torch.do("rotate", pairs=opened["pairs"])
            for form in options.forms:
                title, code = FORMS[form]
                row = {"name": f"{name} {form}", "title": title, "torch_code": code, "shape": shape}
                try:
                    row |= {"map_difference": check(engine, torch, form, work)} | timed(engine, torch, form, options)
                except Refused as why:
                    if form not in COMPILED:
                        raise
                    # torch.compile wants a compiler of the machine's.
                    print(f"{row['name']}: skipped, {str(why).splitlines()[0]}", flush=True)
                    continue
                rows.append(row | {"bytes": 4 * (2 * made["size"] + made["size"] // shape[1]), "engine": opened, "torch": made})
                tell(rows[-1])
    return rows


def run_display(name, options, work, classes, libraries):
    """The time and the result of a display map."""
    (raw, grid), (title, code) = DISPLAYS[name], DISPLAY
    file = work / "raw.f32"
    with Torch("cam_worker.py") as torch:
        made = torch.do("draw_map", shape=raw, grid=grid, threads=options.threads, device=options.device, file=str(file))
        with Engine(classes, options.engine, [], SERVERS[options.device], libraries, map=file, shape="x".join(map(str, raw)),
                    grid="x".join(map(str, grid)), threads=options.threads) as engine:
            opened = engine.answer()
            row = {"name": name, "title": title, "torch_code": code, "from": raw, "shape": [1, *grid], "map_difference": check(engine, torch, "display", work)}
            row |= timed(engine, torch, "display", options) | {"bytes": 4 * made["size"]}
            row |= {"engine": opened, "torch": made}
            tell(row)
    return [row]


def tell(row):
    of_moving = "".join(f"  of {what} {row[f'of_{what}']['median']:.2f}" for what in ("reading", "copying") if f"of_{what}" in row)
    print(f"{row['name']:28} engine {row['engine_ms']['median']:9.4f} ms  PyTorch {row['torch_ms']['median']:9.4f} ms  {tell_spread(row)}"
          f"{of_moving}", flush=True)


def save(path, options, rows, found):
    held = json.loads(path.read_text())["cases"] if path.exists() else []
    for row in rows:
        row |= {"date": datetime.date.today().isoformat(), "threads": options.threads, "commit": commit(options.engine)} | ({"device": "cuda"} if found else {})
    names = [row["name"] for row in rows]
    order = [f"{name} {form}" for name in SHAPES for form in FORMS] + list(DISPLAYS)
    rows = sorted([old for old in held if old["name"] not in names] + rows, key=lambda row: order.index(row["name"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"tool": "torch_cam", "machine": machine() | found, "cases": rows}, indent=1) + "\n")


def main():
    options = arguments()
    if not options.engine.exists() and os.pathsep not in str(options.engine):
        raise SystemExit(f"{options.engine} is not there: run make jar")
    found, libraries = gpu(options.device, "cam_worker.py")
    refused = 0
    with tempfile.TemporaryDirectory(prefix="voxcam-cam-") as temporary:
        work = Path(temporary)
        classes = compile_server(options.engine, work / "classes", SERVERS[options.device])
        for name in options.case or [*SHAPES, *DISPLAYS]:
            try:
                rows = (run_case if name in SHAPES else run_display)(name, options, work, classes, libraries)
            except Refused as why:
                print(f"{name}: refused, {why}", flush=True)
                refused += 1
                continue
            if options.out:
                save(options.out, options, rows, found)
    sys.exit(1 if refused else 0)


if __name__ == "__main__":
    main()
