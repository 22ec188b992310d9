"""The networks of the cases as PyTorch modules: MONAI's where it has them and can be imported, otherwise those of the golden data."""
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

GOLDEN = Path(__file__).resolve().parents[2] / "src/test/resources/golden"
sys.path.append(str(GOLDEN))
import arch_modules as own  # noqa: E402

WIDTHS = (64, 128, 256, 512)
CLASSES = 3


def monai_nets():
    """MONAI's networks, or nothing."""
    try:
        import monai.networks.nets as nets
        return nets
    except ImportError:
        return None


def resnet(depth, stride):
    def build(nets):
        if nets:
            return getattr(nets, f"resnet{depth}")(n_input_channels=1, num_classes=CLASSES, conv1_t_stride=stride, bias_downsample=False)
        return own.ResNet(depth, WIDTHS, stride=stride, classes=CLASSES)
    return build


def only_monai(name, **options):
    """A network that only MONAI brings."""
    def build(nets):
        if nets is None:
            raise LookupError(f"{name} is MONAI's, which cannot be imported or is not wanted")
        return getattr(nets, name)(spatial_dims=3, in_channels=1, **options)
    return build


def medicalnet(nets):
    return own.ResNet(18, WIDTHS, kernel=7, stride=2, strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4), shortcut="A", classes=CLASSES)


NETWORKS = {
    "resnet18-s1": resnet(18, 1),
    "resnet18-s2": resnet(18, 2),
    "resnet50-s2": resnet(50, 2),
    "medicalnet-resnet18": medicalnet,
    "densenet121": only_monai("DenseNet121", out_channels=CLASSES),
    "seresnet50": only_monai("SEResNet50", num_classes=CLASSES),
    "r3d_18": lambda nets: own.VideoResNet(WIDTHS, classes=400),
    "axialnet": lambda nets: own.AxialNet(WIDTHS, classes=80),
    "monai-unet": only_monai("UNet", out_channels=CLASSES, channels=(16, 32, 64, 128, 256), strides=(2, 2, 2, 2), num_res_units=2),
    "segresnet": only_monai("SegResNet", out_channels=CLASSES, init_filters=8),
    "meshnet-5": lambda nets: own.MeshNet(5),
    "meshnet-20": lambda nets: own.MeshNet(20),
}


def build(network, monai):
    """The module, ready for inference, and whose it is; ReLUs work in place, as MONAI's and torchvision's do."""
    module = NETWORKS[network](monai_nets() if monai else None).eval()
    for layer in module.modules():
        if isinstance(layer, nn.ReLU):
            layer.inplace = True
    return module, "MONAI" if type(module).__module__.startswith("monai.") else "own module"


def volume(shape, generator):
    """A smooth random field with noise on top, of mean 0 and variance 1: regions for a segmenter to find."""
    space = shape[2:]
    coarse = torch.randn([1, math.prod(shape[:2]), *[max(2, size // 8) for size in space]], generator=generator)
    x = F.interpolate(coarse, space, mode="trilinear" if len(space) == 3 else "bilinear").view(shape)
    x = x + 0.5 * torch.randn(shape, generator=generator)
    return (x - x.mean()) / x.std()


def initialise(module, x, seed):
    """Weights from a seed; running statistics of BatchNorm are those of the activations that the input causes."""
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in module.state_dict().items():
        if not tensor.is_floating_point() or name.endswith(("running_mean", "running_var")):
            continue
        if tensor.dim() > 1:
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * math.sqrt((1 if tensor.dim() == 2 else 2) / tensor[0].numel()))
        elif name.endswith("bias"):
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.2)
        elif tensor.numel() > 1:
            tensor.copy_(torch.rand(tensor.shape, generator=generator) * 0.8 + 0.4)
    norms = [layer for layer in module.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.momentum = 1.0
        norm.train()
    with torch.no_grad():
        logits = module(x)
    for norm in norms:
        norm.eval()
    return logits
