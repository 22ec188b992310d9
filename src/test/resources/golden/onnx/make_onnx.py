"""Networks exported by PyTorch's own exporters, with the logits and raw maps that PyTorch gives.

    PYTHONPATH=MONAI python make_onnx.py              the narrow ones beside this file
    PYTHONPATH=MONAI python make_onnx.py wide FOLDER  those of usual width, which stay out of the repository (drawn.py)
    ... [name ...]                                    these only; of wide ones, NAME:SEED draws from this seed on, into NAME.seedN

Made with PyTorch 2.13.0, torchvision 0.28, MONAI 1.5.0, onnx 1.23.1 and onnxscript 0.7.2. Each network is exported twice: NAME.onnx by the older exporter
(TorchScript), NAME-dynamo.onnx by the newer one. NAME.expected.safetensors is described in ../README.md, under onnx.
"""
import itertools
import math
import pathlib
import re
import sys
import time
import warnings

import onnx
import torch

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import arch  # noqa: E402
import tensorfile  # noqa: E402
from drawn import determined  # noqa: E402
from onnx_networks import NARROW, WIDE  # noqa: E402

FREE = ("batch", "channels", "depth", "height", "width")


def placed(values, space):
    """Values [1,K,...] with their positions where users say that they lie, found by index and not by reshaping."""
    axes, grid = space
    names = [None if axis == "-" else int(axis) for axis in axes.split(",")]
    rest = [axis for axis in range(values.dim()) if axis not in names]
    moved = values.permute(*rest, *(axis for axis in names if axis is not None))
    moved = moved.reshape(-1, *(values.shape[axis] for axis in names if axis is not None))
    for place, axis in enumerate(names):
        if axis is None:
            moved = moved.unsqueeze(1 + place)
    if grid is None:
        return moved[None]
    before, sizes, after = re.fullmatch(r"(?:(\d+)\+)?([\dx]+)(?:\+(\d+))?", grid).groups()
    sizes = [int(size) for size in sizes.split("x")]
    assert moved.shape[-1] == int(before or 0) + math.prod(sizes) + int(after or 0)
    result = torch.zeros(*moved.shape[:-1], *sizes, dtype=moved.dtype)
    for token, place in enumerate(itertools.product(*map(range, sizes))):
        result[(..., *place)] = moved[..., int(before or 0) + token]
    return result[None]


def answers(module, item, x, regions=None):
    """The logits, scores and maps that a module gives; regions are voxels to sum over, by target."""
    activations = {}
    hooks = [module.get_submodule(layer).register_forward_hook(lambda _, __, out, layer=layer: activations.update({layer: out}))
             for layer in item["layers"]]
    logits = module(x)
    for hook in hooks:
        hook.remove()
    tensors = {"logits": logits}
    for target in item["targets"]:
        if regions:
            scores, count = (logits[:, target] * regions[target]).sum(), None
        else:
            scores, count = arch.score_of(logits, item["task"], target)
        tensors[f"score.{target}"] = scores
        if count is not None:
            tensors[f"count.{target}"] = count
        found = torch.autograd.grad(scores.sum(), [activations[layer] for layer in item["layers"]], retain_graph=True)
        for layer, gradient in zip(item["layers"], found):
            activation = activations[layer]
            if layer in item.get("space", {}):
                activation, gradient = (placed(values, item["space"][layer]) for values in (activation, gradient))
            tensors[f"hirescam.{layer}.{target}"] = arch.hirescam(activation, gradient)
            tensors[f"gradcam.{layer}.{target}"] = arch.pooled(activation, gradient, logits)
    return {name: tensor.detach().float() for name, tensor in tensors.items()}


def plain(item, state):
    """A module in single precision, as users have it."""
    module = item["module"]().eval()
    module.load_state_dict(state)
    return module


def stem_of(item, measured):
    return f"{item['name']}.seed{measured['seed']}" if "first" in item else item["name"]


def expected(item, folder, wide):
    tensors = {}
    if wide:
        state, x, regions, single, double, measured = determined(item, answers)
        tensors |= {f"region.{target}": region for target, region in (regions or {}).items()}
        tensors |= {f"float32/{name}": tensor for name, tensor in single.items()} | double
    else:
        module, state, x, seed, margin = arch.draw_weights(item)
        tensors |= answers(module, item, x)
        measured = {"seed": seed, "margin": margin}
    tensors["input"] = x.float()
    about = {key: item[key] for key in ("layers", "targets", "task")} | measured
    for i, key in enumerate(("space", "tokens")):
        about |= {key: {layer: said[i] for layer, said in item.get("space", {}).items() if said[i]}}
    tensorfile.write(folder / f"{stem_of(item, measured)}.expected.safetensors", tensors,
                     {"expected": tensorfile.compact(about), "source": f"PyTorch {torch.__version__}, CPU, float64"})
    return plain(item, state), x.float(), measured


def strip(path):
    """Takes stack traces and types of values away, which are most of a small file."""
    model = onnx.load(path)
    del model.graph.value_info[:]
    for function in (model.graph, *model.functions):
        for node in function.node:
            kept = [entry for entry in node.metadata_props if entry.key == "pkg.torch.onnx.name_scopes"]
            del node.metadata_props[:]
            node.metadata_props.extend(kept)
            node.doc_string = ""
    onnx.save(model, path)


def make(item, folder):
    start = time.time()
    wide = folder != HERE
    module, x, measured = expected(item, folder, wide)
    free = item.get("free")
    stem = stem_of(item, measured)
    older, newer = folder / f"{stem}.onnx", folder / f"{stem}-dynamo.onnx"
    done = []
    for path, kind in ((older, "older"), (newer, "newer")):
        if kind not in item.get("exporters", ("older", "newer")):
            continue
        shapes = {axis: FREE[axis] for axis in free} if free else None
        options = {"input_names": ["input"], "output_names": ["logits"], "opset_version": item.get("opset", 17 if kind == "older" else 18)}
        if kind == "older":
            torch.onnx.export(module, (x,), str(path), dynamo=False, dynamic_axes={"input": shapes} if free else None, **options)
        else:
            torch.onnx.export(module, (x,), str(path), dynamo=True, external_data=False, verbose=False,
                              dynamic_shapes=({axis: torch.export.Dim.AUTO for axis in free},) if free else None, **options)
        if not wide:
            strip(path)
        done.append(f"{path.stat().st_size}")
    print(f"{item['name']}: {tuple(x.shape)}, {measured}, bytes {' '.join(done)}, {time.time() - start:.0f} s", flush=True)


def main(arguments):
    wide = arguments[:1] == ["wide"]
    folder = pathlib.Path(arguments[1]) if wide else HERE
    names = arguments[2:] if wide else arguments
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    items = WIDE if wide else NARROW
    further = [item | {"first": int(seed)} for item in items for name, _, seed in (asked.partition(":") for asked in names) if seed and name == item["name"]]
    for item in [*items, *further]:
        if not names or "first" in item or item["name"] in names:
            try:
                make(item, folder)
            except Exception as failure:
                print(f"{item['name']}: {type(failure).__name__}: {str(failure)[:300]}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
