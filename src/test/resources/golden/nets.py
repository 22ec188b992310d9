"""Golden networks: complete model files, and beside each the logits and raw maps that PyTorch gives."""
import torch

import tensorfile
from classifiers import CLASSIFIERS
from maps import behind, explain, non_affine, produced
from network import Network
from segmenters import SEGMENTERS

MARGIN = 2e-5
NETS = CLASSIFIERS + SEGMENTERS


def decision_margin(logits, task):
    """How near any voxel is to another class, against the size of the logits; classifiers decide nothing."""
    if logits.dim() == 2:
        return 1.0
    top = logits.topk(2, 1).values
    distance = top[:, 0] - top[:, 1] if task == "segmentation" else logits.abs()
    return float(distance.min() / logits.square().mean().sqrt())


def draw(net):
    """The first seed whose activations keep clear of every kink, so that single precision takes the same branches."""
    for seed in range(100):
        network = Network(net["name"], seed, net["shape"])
        output = net["build"](network)
        logits = network.values[output]
        margin = min(network.margin, decision_margin(logits, net["task"]))
        if margin > MARGIN and all(enough_voxels(logits, net["task"], target) for target in net["targets"]):
            return network, output, seed, margin
    raise AssertionError(f"{net['name']}: no seed keeps clear of the kinks")


def enough_voxels(logits, task, target):
    """Whether a dense target covers at least a twentieth of the volume."""
    if logits.dim() == 2:
        return True
    chosen = logits.argmax(1) == target if task == "segmentation" else logits[:, target] > 0
    return float(chosen.double().mean()) > 0.05


def make_one(net, folder):
    network, output, seed, margin = draw(net)
    graph = {"inputs": [{"name": "input", "shape": net["declared"]}], "nodes": network.nodes, "outputs": [output]}
    metadata = {"voxcam.version": "1", "voxcam.graph": tensorfile.compact(graph), "voxcam.task": net["task"],
                "voxcam.labels": tensorfile.compact(net["labels"]), "voxcam.layer": net["layers"][0]}
    if "recipe" in net:
        metadata["voxcam.recipe"] = tensorfile.compact(net["recipe"])
    tensorfile.write(folder / f"{net['name']}.safetensors", network.weights, metadata)

    tensors = {name: value.double() if value.is_floating_point() else value for name, value in network.weights.items()}
    tensors["input"] = network.values["input"]
    expected = {"input": tensors["input"].float(), "logits": network.values[output]}
    layers = []
    for layer in net["layers"]:
        same = []
        for target in net["targets"]:
            found, equal = explain(graph, tensors, net["task"], layer, target)
            expected |= found
            same.append(equal)
        broken = non_affine(graph, layer)
        layers.append({"name": layer, "piecewise_linear": not broken, "non_affine": broken, "bypassed": bypassed(graph, layer),
                       "guaranteed": layer in net.get("guaranteed", []), "coincide": all(same)})
    about = {"layers": layers, "targets": net["targets"], "task": net["task"], "seed": seed, "margin": margin}
    tensorfile.write(folder / f"{net['name']}.expected.safetensors", expected,
                     {"expected": tensorfile.compact(about), "source": f"PyTorch {torch.__version__}, CPU, float64"})
    for layer in layers:
        broken = layer["non_affine"][0] if layer["non_affine"] else "piecewise linear"
        print(f"{net['name']}: {layer['name']} {list(network.values[layer['name']].shape)}, {broken}, coincide {layer['coincide']}")
    print(f"{net['name']}: seed {seed}, margin {margin:.1e}, logits {list(expected['logits'].shape)}",
          {t: expected[f"count.{t}"].tolist() for t in net["targets"] if f"count.{t}" in expected})


def bypassed(graph, layer):
    """Whether the score depends on something that does not pass through the layer, biases aside."""
    later = behind(graph, layer)
    feeders = {name for node in graph["nodes"] if later & set(node["inputs"]) for name in node["inputs"]}
    return bool((feeders & produced(graph)) - later)


def make(folder):
    folder.mkdir(exist_ok=True)
    for net in NETS:
        make_one(net, folder)
    print(f"{len(NETS)} networks")
