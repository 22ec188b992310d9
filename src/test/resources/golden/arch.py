"""Golden state dicts of known architectures at narrow width, with the logits and raw maps that PyTorch gives."""
import math

import torch
from torch import nn

import tensorfile
import arch_monai
from arch_modules import AxialNet, MeshNet, ResNet, ResNet2d, UNet, VideoResNet
from cases import Draw
from maps import gradcam, hirescam, score_of
from nets import decision_margin, enough_voxels
from network import runner_up_gap

MARGIN = 1e-5
WIDTHS = (3, 4, 5, 6)
DILATED = {"kernel": 7, "stride": 2, "strides": (1, 2, 1, 1), "dilations": (1, 1, 2, 4)}


def fill(module, draw):
    """Weights that float32 holds exactly, for every parameter and running statistic."""
    for name, tensor in module.state_dict().items():
        shape = tuple(tensor.shape)
        if name.endswith("num_batches_tracked"):
            tensor.fill_(1000)
        elif name.endswith("running_var"):
            tensor.copy_(draw.uniform(shape, 0.6, 1.6))
        elif len(shape) > 1:
            fan = shape[0] if name.endswith("up.weight") else math.prod(shape[1:])
            tensor.copy_(draw.normal(shape, math.sqrt((1 if len(shape) == 2 else 2) / fan)))
        elif name.endswith("weight"):
            tensor.copy_(draw.uniform(shape, 0.4, 1.2))
        else:
            tensor.copy_(draw.normal(shape, 0.25))


def watch(module):
    """Collects how near the inputs of ReLU and max pooling come to a kink."""
    margins = [math.inf]

    def keep(layer, inputs, _):
        x = inputs[0].detach()
        size = x.square().mean().sqrt()
        distance = x.abs()
        if isinstance(layer, (nn.MaxPool2d, nn.MaxPool3d)):
            axes = x.dim() - 2
            geometry = {"kernel_shape": [layer.kernel_size] * axes, "strides": [layer.stride] * axes, "pads": [layer.padding] * axes}
            if layer.ceil_mode:
                x = nn.functional.pad(x, [0, layer.stride] * axes, value=-1e9)
            distance = runner_up_gap(x, geometry)
        distance = distance[distance > 0]
        if len(distance):
            margins[0] = min(margins[0], float(distance.min() / size))

    for layer in module.modules():
        if isinstance(layer, (nn.ReLU, nn.PReLU, nn.MaxPool2d, nn.MaxPool3d)):
            layer.register_forward_hook(keep)
    return margins


def draw_weights(item):
    for seed in range(200):
        draw = Draw(f"{item['name']} {seed}")
        module = item["module"]().eval()
        fill(module, draw)
        state = {name: value.clone() for name, value in module.state_dict().items()}
        margins = watch(module)
        module.double()
        x = draw.normal(item["shape"]).double()
        logits = module(x).detach()
        margin = min(margins[0], decision_margin(logits, item["task"]) if item["targets"] else 1.0)
        if margin > MARGIN and all(enough_voxels(logits, item["task"], target) for target in item["targets"]):
            return module, state, x, seed, margin
    raise AssertionError(f"{item['name']}: no seed keeps clear of the kinks")


def pooled(activation, gradient, logits):
    """Grad-CAM; where one row of logits belongs to a batch of slabs, the mean is over the slabs, too.

    Where every channel has a normalisation of its own behind it, the gradient's mean is nothing but rounding: exactly 0 then.
    """
    if len(logits) == len(activation):
        found = gradcam(activation, gradient)
    else:
        found = gradcam(activation.transpose(0, 1)[None], gradient.transpose(0, 1)[None])[0]
    vanishes = found.norm() < 1e-12 * hirescam(activation, gradient).norm()
    return torch.zeros_like(found) if vanishes else found


def make_one(item, folder):
    module, state, x, seed, margin = draw_weights(item)
    activations = {}
    for layer in item["layers"]:
        module.get_submodule(layer).register_forward_hook(lambda _, __, out, layer=layer: activations.update({layer: out}))
    logits = module(x)
    expected = {"input": x.float(), ("logits" if item["targets"] else "features"): logits}
    for target in item["targets"]:
        scores, count = score_of(logits, item["task"], target)
        expected[f"score.{target}"] = scores
        if count is not None:
            expected[f"count.{target}"] = count
        gradients = torch.autograd.grad(scores.sum(), [activations[layer] for layer in item["layers"]], retain_graph=True)
        for layer, gradient in zip(item["layers"], gradients):
            expected[f"hirescam.{layer}.{target}"] = hirescam(activations[layer], gradient)
            expected[f"gradcam.{layer}.{target}"] = pooled(activations[layer], gradient, logits)
    about = {key: item[key] for key in ("arch", "options", "layers", "targets", "task")} | {"seed": seed, "margin": margin}
    state = {item["prefix"] + name: value for name, value in state.items()}
    tensorfile.write(folder / f"{item['name']}.safetensors", state, {"format": "pt"})
    tensorfile.write(folder / f"{item['name']}.expected.safetensors", expected,
                     {"expected": tensorfile.compact(about), "source": f"PyTorch {torch.__version__}, CPU, float64"})
    shapes = {layer: list(value.shape) for layer, value in activations.items()}
    print(f"{item['name']}: seed {seed}, margin {margin:.1e}, {shapes}")


def architecture(name, arch, module, shape, layers, options=None, task="multiclass", targets=(0, 2), prefix=""):
    return {"name": name, "arch": arch, "module": module, "shape": shape, "layers": layers, "options": options or {}, "task": task,
            "targets": list(targets), "prefix": prefix}


def monai(depth, name, shape, layers, **options):
    return architecture(f"monai-resnet{depth}{name}", f"resnet{depth}", lambda: ResNet(depth, WIDTHS, inputs=shape[1], **options), shape, layers,
                        {"conv1_kernel": options.get("kernel", 7), "conv1_stride": options.get("stride", 1),
                         "max_pool": options.get("max_pool", True), "shortcut": options.get("shortcut", "B"),
                         "downsample_bias": options.get("bias", False)})


def medicalnet(depth, shape, layers, shortcut, head=True, prefix=""):
    return architecture(f"medicalnet-resnet{depth}", f"medicalnet-resnet{depth}",
                        lambda: ResNet(depth, WIDTHS, shortcut=shortcut, classes=3 if head else 0, **DILATED), shape, layers,
                        {"shortcut": shortcut, "head": head, "strides": DILATED["strides"], "dilations": DILATED["dilations"]},
                        targets=(0, 2) if head else (), prefix=prefix)


def monai_unet(name, shape, widths, strides, **options):
    bottleneck = "model" + ".1.submodule" * len(strides)
    return architecture(f"monai-unet{name}", "monai-unet", lambda: arch_monai.UNet(widths, strides, **options), shape,
                        [bottleneck, "model.0"], {"strides": list(strides)}, task="segmentation")


def segresnet(name, shape, layers, groups=8, **options):
    return architecture(f"segresnet{name}", "segresnet", lambda: arch_monai.SegResNet(groups=groups, **options), shape, layers,
                        {"groups": groups}, task="segmentation")


ARCHITECTURES = [
    monai(10, "", (1, 1, 20, 18, 16), ["layer4", "layer2"], bias=True),
    monai(18, "", (1, 2, 34, 26, 18), ["layer4", "layer3"], stride=2),
    monai(18, "-shortcut-a", (1, 1, 20, 18, 16), ["layer4", "layer2"], shortcut="A"),
    monai(34, "", (1, 1, 14, 10, 12), ["layer4", "layer3"], bias=True, kernel=3, max_pool=False),
    monai(50, "", (1, 1, 20, 18, 16), ["layer4", "layer3"], bias=True),
    medicalnet(10, (1, 1, 18, 20, 17), ["layer4"], "B", head=False, prefix="module."),
    medicalnet(18, (1, 1, 18, 20, 17), ["layer4", "layer2"], "A"),
    medicalnet(34, (1, 1, 18, 20, 17), ["layer4", "layer3"], "A"),
    medicalnet(50, (1, 1, 18, 20, 17), ["layer4", "layer3"], "B", prefix="module."),
    architecture("r3d_18", "r3d_18", lambda: VideoResNet(WIDTHS), (1, 3, 10, 30, 26), ["layer4", "layer3"]),
    architecture("densenet121", "densenet121", arch_monai.DenseNet, (1, 1, 65, 33, 33), ["class_layers.relu", "features.denseblock2"]),
    architecture("seresnet50", "seresnet50", arch_monai.SEResNet50, (1, 1, 51, 33, 26), ["layer4", "layer2"]),
    architecture("resnet18-2d", "resnet18-2d", lambda: ResNet2d(WIDTHS), (2, 3, 70, 66), ["layer4", "layer2"]),
    architecture("axialnet", "axialnet", lambda: AxialNet(WIDTHS, convs=(6, 5, 4, 4), kernels=(3, 1, 1, 1), last=(2, 2)), (2, 3, 97, 97),
                 ["conv2d.7", "features.7"], task="multilabel"),
    architecture("unet", "unet", lambda: UNet((4, 6, 9)), (1, 1, 8, 12, 8), ["encoder.2", "decoder.1"], task="segmentation"),
    monai_unet("", (1, 1, 12, 8, 16), (4, 6, 8), (2, 2), units=2),
    monai_unet("-batchnorm", (1, 2, 8, 12, 8), (4, 6, 8, 9), (2, 1, 2), inputs=2, norm="batch"),
    monai_unet("-affine", (1, 1, 8, 6, 10), (5, 5), (2,), units=1, norm="affine"),
    segresnet("", (1, 1, 6, 8, 10), ["down_layers.1", "up_layers.0"], down=(1, 2), up=(1,)),
    segresnet("-groups", (1, 1, 8, 12, 8), ["down_layers.2", "down_layers.0"], first=4, down=(1, 1, 2), up=(2, 1), groups=2),
    architecture("meshnet", "meshnet", lambda: MeshNet(5), (1, 1, 10, 9, 11), ["relu4", "relu8"],
                 {"dilations": [1, 2, 4, 8, 16, 8, 4, 2, 1]}, task="segmentation", targets=(0, 1)),
]


def make(folder):
    folder.mkdir(exist_ok=True)
    for item in ARCHITECTURES:
        make_one(item, folder)
    print(f"{len(ARCHITECTURES)} architectures")
