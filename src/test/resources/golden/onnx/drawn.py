"""Examples of wide networks that single precision determines, by what PyTorch alone says of them.

Weights and an input are drawn from seeds 0, 1, ... The first is taken for which PyTorch's logits and maps in single precision are within LOGITS and
MAPS of PyTorch's in double precision, and stay where they are where NOISE of its root mean square is added to what each convolution and product of
matrices gives, in DRAWS tries within SHAKEN, since that is more than rounding does. Of the others, single precision does not say what the answer is: a unit
lies within rounding of the kink of its ReLU, or terms cancel.

Scores of segmentation are summed over the voxels of a label in a box in the middle, of an eighth of the volume's edges or of what `box` says: the more
units a score depends on, the more of them lie near a kink. Over a whole volume, PyTorch's gradients of InstanceNorm and GroupNorm in single precision
add up hundreds of thousands of equal numbers one by one, and are off by 1e-5 to 1e-4 of themselves; of the mean of the gradient, which Grad-CAM takes
and which nearly cancels, that is up to a twentieth.
"""
import torch
from torch import nn

import arch
from cases import Draw
from nets import enough_voxels

SEEDS = 20
# A fifth of what is allowed between PyTorch and the engine.
LOGITS = 2e-5
MAPS = 2e-4
NOISE = 2 ** -20
DRAWS = 6
SHAKEN = 5e-4
NOISY = (nn.Conv2d, nn.Conv3d, nn.ConvTranspose3d, nn.Linear)
# A Grad-CAM map that is so small beside HiResCAM's is measured by HiResCAM's norm.
VANISHING = 1e-4


def box(label, part):
    """The voxels of a mask that lie in the middle, and how much of it they are."""
    middle = tuple(slice((size - size // part) // 2, (size - size // part) // 2 + size // part) for size in label.shape)
    region = torch.zeros(label.shape)
    region[middle] = label[middle].float()
    return region, float(region[middle].mean())


def distances(found, wanted):
    """How far logits are, and the furthest map."""
    maps = []
    for name, tensor in wanted.items():
        if name.startswith(("hirescam", "gradcam")):
            hirescam = wanted[name.replace("gradcam", "hirescam")]
            scale = hirescam if tensor.norm() < VANISHING * hirescam.norm() else tensor
            maps.append(float((found[name].double() - tensor.double()).norm() / scale.double().norm()))
    logits = wanted["logits"].double()
    return float((found["logits"].double() - logits).norm() / logits.norm()), max(maps)


def near(found, maps):
    # Not above: what is no number is far.
    return found[0] <= LOGITS and found[1] <= maps


def shake(module, generator):
    def noise(_, __, out):
        return out + NOISE * out.detach().square().mean().sqrt() * torch.randn(out.shape, generator=generator)
    return [layer.register_forward_hook(noise) for layer in module.modules() if isinstance(layer, NOISY)]


def determined(item, answers):
    """Weights, input, regions, what PyTorch gives in single and double precision, and what was measured."""
    refused = []
    for seed in range(item.get("first", 0), SEEDS):
        draw = Draw(f"{item['name']} {seed}")
        module = item["module"]().eval()
        arch.fill(module, draw)
        x = draw.normal(item["shape"])
        with torch.no_grad():
            logits = module(x)
        regions = None
        if item["task"] == "segmentation":
            # The same for all: voxels whose label is a matter of rounding would have another sum.
            found = {target: box(logits.argmax(1)[0] == target, item.get("box", 8)) for target in item["targets"]}
            regions = {target: region for target, (region, _) in found.items()}
            enough = min(share for _, share in found.values()) > 0.05
        else:
            enough = all(enough_voxels(logits, item["task"], target) for target in item["targets"])
        if not enough:
            refused.append("voxels")
            continue
        single = answers(module, item, x, regions)
        worst, hooks = (0, 0), shake(module, torch.Generator().manual_seed(seed))
        for _ in range(DRAWS):
            worst = tuple(map(max, worst, distances(answers(module, item, x, regions), single)))
            if not near(worst, SHAKEN):
                break
        for hook in hooks:
            hook.remove()
        if not near(worst, SHAKEN):
            print(f"{item['name']}: seed {seed} refused, noise {worst[0]:.1e} {worst[1]:.1e}", flush=True)
            refused.append("noise {:.0e} {:.0e}".format(*worst))
            continue
        state = {name: value.clone() for name, value in module.state_dict().items()}
        double = answers(module.double(), item, x.double(), regions)
        exact = distances(single, double)
        if near(exact, MAPS):
            print(f"{item['name']}: seed {seed}, noise {worst[0]:.1e} {worst[1]:.1e}, double {exact[0]:.1e} {exact[1]:.1e}, refused {refused}", flush=True)
            return state, x, regions, single, double, {"seed": seed, "noise": worst[1]}
        print(f"{item['name']}: seed {seed} refused, double {exact[0]:.1e} {exact[1]:.1e}", flush=True)
        refused.append("double {:.0e} {:.0e}".format(*exact))
    raise AssertionError(f"{item['name']}: no seed below {SEEDS} determines the answer: {refused}")
