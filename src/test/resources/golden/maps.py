"""HiResCAM, Grad-CAM and the parts of a score, for a graph: what an explanation of it must give."""
import torch

from operations import evaluate

AFFINE = {"Conv", "ConvTranspose", "BatchNormalization", "Relu", "LeakyRelu", "PRelu", "MaxPool", "AveragePool", "GlobalAveragePool",
          "GlobalMaxPool", "AdaptiveAveragePool", "AdaptiveMaxPool", "Gemm", "Add", "Sub", "Concat", "Flatten", "Reshape", "Transpose", "Pad",
          "Slice", "Resize", "ReduceSum", "ReduceMean", "ReduceMax", "Identity", "Dropout"}
AFFINE_WITH_CONSTANT = {"MatMul", "Mul", "Div"}


def score_of(logits, task, target):
    """The scores [N] of a target, and for dense logits the number of voxels [N] that were summed."""
    score = logits[:, target]
    if logits.dim() == 2:
        return score, None
    chosen = logits.argmax(1) == target if task == "segmentation" else score > 0
    space = tuple(range(1, score.dim()))
    return (score * chosen).sum(space), chosen.sum(space)


def hirescam(activation, gradient):
    return (gradient * activation).sum(1)


def gradcam(activation, gradient):
    space = tuple(range(2, activation.dim()))
    return (gradient.mean(space, keepdim=True) * activation).sum(1)


def gradcam_plus_plus(activation, gradient):
    """As in the paper, but for the factor exp(score), which is the same for all cells."""
    space = tuple(range(2, activation.dim()))
    below = 2 * gradient ** 2 + gradient ** 3 * activation.sum(space, keepdim=True)
    share = torch.where(gradient > 0, gradient ** 2 / below, torch.zeros_like(gradient))
    weight = (share * gradient.relu()).sum(space, keepdim=True)
    return (weight * activation).sum(1)


def xgradcam(activation, gradient):
    space = tuple(range(2, activation.dim()))
    total = activation.sum(space, keepdim=True)
    weight = torch.where(total == 0, torch.zeros_like(total), (gradient * activation).sum(space, keepdim=True) / total)
    return (weight * activation).sum(1)


def layercam(activation, gradient):
    return (gradient.relu() * activation).sum(1)


def elementwise(activation, gradient):
    return (gradient * activation).relu().sum(1)


METHODS = {"hirescam": hirescam, "gradcam": gradcam, "gradcam++": gradcam_plus_plus, "xgradcam": xgradcam, "layercam": layercam,
           "gradcam-elementwise": elementwise}


def behind(graph, layer):
    """The names of all values that depend on the layer, the layer itself among them."""
    names = {layer}
    for node in graph["nodes"]:
        if names & set(node["inputs"]):
            names |= set(node["outputs"])
    return names


def feeding(graph, output):
    """The names of all values that the output depends on."""
    names = {output}
    for node in reversed(graph["nodes"]):
        if names & set(node["outputs"]):
            names |= set(node["inputs"])
    return names


def non_affine(graph, layer):
    """The nodes between layer and output that are not piecewise linear, in order."""
    later, used = behind(graph, layer), feeding(graph, graph["outputs"][0])
    found = []
    for node in graph["nodes"]:
        depends = [name for name in node["inputs"] if name in later]
        if not depends or node["outputs"][0] not in used or node["outputs"][0] == layer:
            continue
        others = [name for name in node["inputs"][:2] if name in produced(graph)]
        if node["op"] not in AFFINE and not (node["op"] in AFFINE_WITH_CONSTANT and len(others) == 1):
            found.append({"node": node["name"], "op": node["op"]})
    return found


def produced(graph):
    return {i["name"] for i in graph["inputs"]} | {name for node in graph["nodes"] for name in node["outputs"]}


def biases(graph, later, tensors):
    """Name and value of every bias of a node behind the layer; a batch normalisation counts as scale and shift."""
    found = {}
    for node in graph["nodes"]:
        inputs = node["inputs"]
        if not later & set(inputs) or node["outputs"][0] not in later:
            continue
        if node["op"] in ("Conv", "ConvTranspose", "Gemm") and len(inputs) > 2:
            found[inputs[2]] = tensors[inputs[2]]
        if node["op"] == "BatchNormalization":
            scale, shift, mean, variance = (tensors[name] for name in inputs[1:])
            found[inputs[2]] = shift - mean * scale / (variance + node["attributes"]["epsilon"]).sqrt()
        if node["op"] in ("Add", "Sub"):
            found |= {name: tensors[name] for name in inputs if name in tensors and name not in produced(graph)}
    return found


def explain(graph, tensors, task, layer, target):
    """All expected tensors of one layer and one target, and whether Grad-CAM gives the same map as HiResCAM."""
    later = behind(graph, layer)
    around = {name for node in graph["nodes"] if later & set(node["inputs"]) for name in node["inputs"]}
    around = sorted((around & produced(graph)) - later)
    plain = evaluate(graph, tensors)
    cut = {name: plain[name].detach().requires_grad_() for name in [layer, *around]}
    shifts = biases(graph, later, tensors)
    leaves = {name: tensors[name].clone().requires_grad_() for name in shifts}
    output = evaluate(graph, tensors | leaves | cut, cut)[graph["outputs"][0]]
    scores, count = score_of(output, task, target)
    activation = cut[layer].detach()
    gradient, bias_terms, bypass_terms = torch.zeros_like(activation), [], []
    for score in scores:
        wanted = [cut[layer], *(cut[name] for name in around), *(leaves[name] for name in shifts)]
        found = torch.autograd.grad(score, wanted, retain_graph=True, materialize_grads=True)
        gradient += found[0]
        bypass_terms.append(sum((g * cut[n]).sum() for n, g in zip(around, found[1:])) + 0 * score)
        bias_terms.append(sum((g * b).sum() for b, g in zip(shifts.values(), found[1 + len(around):])) + 0 * score)
    maps = {name: method(activation, gradient) for name, method in METHODS.items()}
    result = {f"{method}.{layer}.{target}": value for method, value in maps.items()}
    result[f"score.{target}"] = scores
    if count is not None:
        result[f"count.{target}"] = count
    if not non_affine(graph, layer):
        total, bias, bypass = maps["hirescam"].flatten(1).sum(1), torch.stack(bias_terms), torch.stack(bypass_terms)
        torch.testing.assert_close(total + bias + bypass, scores, rtol=1e-10, atol=1e-10)
        result |= {f"sumbias.{layer}.{target}": bias, f"bypass.{layer}.{target}": bypass}
    assert float(maps["hirescam"].abs().max()) > 0, f"{layer}: the map is empty"
    difference = float((maps["hirescam"] - maps["gradcam"]).abs().max() / maps["hirescam"].abs().max())
    return {name: value.detach() for name, value in result.items()}, difference < 1e-10
