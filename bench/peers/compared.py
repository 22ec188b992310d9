"""The networks that are compared: what they are for the engine, and what for PyTorch.

MeshNet is explained at relu7, the ReLU before its last 3x3x3 convolution: the gradient passes one convolution at full resolution.
"""

BOTTLENECK = "model.1.submodule.1.submodule.1.submodule.1.submodule"


def case(name, network, arch, layer, shape, grid=None, task="multiclass", monai=True):
    return {"name": name, "network": network, "arch": arch, "layer": layer, "shape": shape, "grid": grid or shape[2:], "task": task, "monai": monai}


CASES = [
    case("resnet18-s1", "resnet18-s1", "resnet18", "layer4", [1, 1, 64, 128, 128]),
    case("resnet18", "resnet18-s2", "resnet18:conv1_stride=2", "layer4", [1, 1, 96, 96, 96]),
    case("resnet50", "resnet50-s2", "resnet50:conv1_stride=2", "layer4", [1, 1, 96, 96, 96]),
    case("medicalnet-resnet18", "medicalnet-resnet18", "medicalnet-resnet18", "layer4", [1, 1, 96, 96, 96]),
    case("densenet121", "densenet121", "densenet121", "class_layers.relu", [1, 1, 96, 96, 96]),
    case("seresnet50", "seresnet50", "seresnet50", "layer4", [1, 1, 96, 96, 96]),
    case("r3d_18", "r3d_18", "r3d_18", "layer4", [1, 3, 16, 112, 112], monai=False),
    case("axialnet", "axialnet", "axialnet", "conv2d.7", [27, 3, 420, 420], grid=[27, 420, 420], task="multilabel", monai=False),
    case("monai-unet", "monai-unet", "monai-unet", BOTTLENECK, [1, 1, 96, 96, 96], task="segmentation", monai=False),
    case("segresnet", "segresnet", "segresnet", "down_layers.3", [1, 1, 96, 96, 96], task="segmentation", monai=False),
    case("meshnet-5", "meshnet-5", "meshnet", "relu7", [1, 1, 128, 128, 128], task="segmentation", monai=False),
    case("meshnet-20", "meshnet-20", "meshnet", "relu7", [1, 1, 96, 96, 96], task="segmentation", monai=False),
]


def named(names):
    """The cases of these names, in the table's order; all if no name is given."""
    unknown = set(names) - {item["name"] for item in CASES}
    if unknown:
        raise SystemExit(f"no case {', '.join(sorted(unknown))}; known are {', '.join(item['name'] for item in CASES)}")
    return [item for item in CASES if not names or item["name"] in names]
