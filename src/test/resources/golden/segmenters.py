"""The golden segmenters. A builder takes a Network and gives the name of the logits."""
import torch

SCALES = torch.tensor([1, 1, 2, 2, 2], dtype=torch.float32)


def double_conv(net, name, x, out):
    for i in ("1", "2"):
        x = net.conv_norm_relu([f"{name}.{part}{i}" for part in ("conv", "bn", "relu")], x, out)
    return x


def plain_unet(net):
    first = double_conv(net, "encoder.0", "input", 4)
    second = double_conv(net, "encoder.1", net.max_pool("pool.0", first), 6)
    x = double_conv(net, "encoder.2", net.max_pool("pool.1", second), 8)
    for i, skip in ((1, second), (0, first)):
        x = net.up(f"decoder.{i}.up", x, net.channels(skip))
        x = double_conv(net, f"decoder.{i}", net.add(f"decoder.{i}.concat", "Concat", skip, x, axis=1), net.channels(skip))
    return net.conv("final", x, 3, kernel=1)


def monai_unet(net):
    def unit(name, x, out, stride=1, up=False):
        x = net.up(f"{name}.conv", x, out, 3, 2, 1, 1) if up else net.conv(f"{name}.conv", x, out, stride=stride)
        return net.prelu(f"{name}.adn.A", net.instance_norm(f"{name}.adn.N", x))

    first = unit("down.0", "input", 4, 2)
    second = unit("down.1", first, 6, 2)
    bottom = unit("bottom", second, 8)
    x = unit("up.1", net.add("up.1.concat", "Concat", second, bottom, axis=1), 4, up=True)
    x = net.add("up.0.concat", "Concat", first, x, axis=1)
    x = net.up("up.0.conv", x, 3, 3, 2, 1, 1)
    skip = net.conv("up.0.residual", x, 3)
    return net.add("up.0.add", "Add", x, skip)


def anisotropic_unet(net):
    def block(name, x, out, kernel, stride=1):
        x = net.instance_norm(f"{name}.norm", net.conv(f"{name}.conv", x, out, kernel, stride), affine=True)
        return net.add(f"{name}.nonlin", "LeakyRelu", x, alpha=0.01)

    first = block("encoder.stages.0", "input", 4, (1, 3, 3))
    second = block("encoder.stages.1", first, 6, (3, 3, 3), (1, 2, 2))
    x = block("encoder.stages.2", second, 8, (3, 3, 3), (2, 2, 2))
    x = net.up("decoder.transpconvs.0", x, 6, (2, 2, 2), (2, 2, 2))
    x = block("decoder.stages.0", net.add("decoder.concat.0", "Concat", x, second, axis=1), 6, (3, 3, 3))
    x = net.up("decoder.transpconvs.1", x, 4, (1, 2, 2), (1, 2, 2))
    x = block("decoder.stages.1", net.add("decoder.concat.1", "Concat", x, first, axis=1), 4, (1, 3, 3))
    return net.conv("decoder.seg_layers.1", x, 4, kernel=1)


def multilabel_resize(net):
    """Pre-activation residual blocks, group normalisation, linear resize and added skips; one sigmoid per label."""
    def block(name, x):
        y = net.relu(f"{name}.relu1", net.group_norm(f"{name}.norm1", x, 2))
        y = net.relu(f"{name}.relu2", net.group_norm(f"{name}.norm2", net.conv(f"{name}.conv1", y, net.channels(x), bias=False), 2))
        return net.add(f"{name}.add", "Add", net.conv(f"{name}.conv2", y, net.channels(x), bias=False), x)

    first = block("down.0", net.conv("init", "input", 4, bias=False))
    x = block("down.1", net.conv("down.1.pre", first, 8, stride=2, bias=False))
    x = net.conv("up.0.conv", x, 4, kernel=1, bias=False)
    x = net.add("up.0.resize", "Resize", x, "", net.weight_as_is("up.0.scales", SCALES), mode="linear",
                coordinate_transformation_mode="half_pixel")
    x = block("up.0", net.add("up.0.skip", "Add", x, first))
    x = net.relu("final.relu", net.group_norm("final.norm", x, 2))
    return net.conv("final.conv", x, 3, kernel=1)


def affine_resize(net):
    """A decoder without skips: everything passes through the encoder's last layer, so completeness holds with the biases alone."""
    x = net.conv_norm_relu(("conv1", "bn1", "relu1"), "input", 5, stride=2)
    x = net.conv_norm_relu(("conv2", "bn2", "relu2"), x, 6)
    x = net.add("resize", "Resize", x, "", net.weight_as_is("resize.scales", SCALES), mode="linear",
                coordinate_transformation_mode="align_corners")
    x = net.relu("relu3", net.conv("conv3", x, 4))
    return net.conv("head", x, 3, kernel=1)


def segmenter(name, build, shape, layers, labels, targets=(0, 2), task="segmentation", guaranteed=()):
    return {"name": name, "build": build, "shape": shape, "declared": ["N", shape[1], "D", "H", "W"], "layers": layers, "task": task,
            "labels": labels, "targets": list(targets), "guaranteed": guaranteed}


ORGANS = ["background", "organ", "lesion"]
SEGMENTERS = [
    segmenter("plain-unet", plain_unet, (1, 1, 8, 8, 12), ["encoder.2.relu2", "decoder.1.relu2"], ORGANS, (1, 2)),
    segmenter("monai-unet", monai_unet, (1, 2, 8, 12, 8), ["bottom.adn.A", "up.1.adn.A"], ORGANS),
    segmenter("anisotropic-unet", anisotropic_unet, (1, 1, 6, 12, 8), ["encoder.stages.2.nonlin", "decoder.stages.1.nonlin"],
              [*ORGANS, "vessel"], (1, 3), guaranteed=("decoder.stages.1.nonlin",)),
    segmenter("multilabel-resize", multilabel_resize, (1, 2, 8, 8, 8), ["down.1.add", "up.0.add"], ["whole", "core", "active"],
              task="multilabel"),
    segmenter("resize-no-skip", affine_resize, (1, 1, 8, 10, 8), ["relu2", "relu1"], ORGANS, (0, 1)),
]
