"""MONAI's networks as PyTorch modules with the parameter names of its state dicts, any width."""
from collections import OrderedDict

import torch
from torch import nn

from arch_modules import conv


def named(**modules):
    return nn.Sequential(OrderedDict(modules))


class DenseLayer(nn.Module):
    def __init__(self, inputs, width, growth):
        super().__init__()
        self.layers = named(norm1=nn.BatchNorm3d(inputs), relu1=nn.ReLU(), conv1=conv(inputs, width, 1),
                            norm2=nn.BatchNorm3d(width), relu2=nn.ReLU(), conv2=conv(width, growth))

    def forward(self, x):
        return torch.cat([x, self.layers(x)], 1)


class DenseNet(nn.Module):
    """121: blocks of 6, 12, 24 and 16 layers."""

    def __init__(self, inputs=1, classes=3, first=4, growth=2, factor=2, blocks=(6, 12, 24, 16)):
        super().__init__()
        self.features = named(conv0=conv(inputs, first, 7, 2), norm0=nn.BatchNorm3d(first), relu0=nn.ReLU(), pool0=nn.MaxPool3d(3, 2, 1))
        width = first
        for i, count in enumerate(blocks, 1):
            layers = {f"denselayer{j + 1}": DenseLayer(width + j * growth, factor * growth, growth) for j in range(count)}
            self.features.add_module(f"denseblock{i}", named(**layers))
            width += count * growth
            if i < len(blocks):
                half = width // 2
                self.features.add_module(f"transition{i}", named(norm=nn.BatchNorm3d(width), relu=nn.ReLU(), conv=conv(width, half, 1),
                                                                 pool=nn.AvgPool3d(2)))
                width = half
        self.features.add_module("norm5", nn.BatchNorm3d(width))
        self.class_layers = named(relu=nn.ReLU(), pool=nn.AdaptiveAvgPool3d(1), flatten=nn.Flatten(1), out=nn.Linear(width, classes))

    def forward(self, x):
        return self.class_layers(self.features(x))


class SqueezeExcitation(nn.Module):
    def __init__(self, width, reduction):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(width, width // reduction), nn.ReLU(), nn.Linear(width // reduction, width), nn.Sigmoid())

    def forward(self, x):
        return x * self.fc(x.mean((2, 3, 4)))[:, :, None, None, None]


def normalised(inputs, out, kernel, stride, activated):
    adn = named(N=nn.BatchNorm3d(out), A=nn.ReLU()) if activated else named(N=nn.BatchNorm3d(out))
    return named(conv=conv(inputs, out, kernel, stride), adn=adn)


class SEBottleneck(nn.Module):
    """The first 1x1x1 convolution strides."""

    def __init__(self, inputs, planes, stride, reduction):
        super().__init__()
        self.conv1 = normalised(inputs, planes, 1, stride, True)
        self.conv2 = normalised(planes, planes, 3, 1, True)
        self.conv3 = normalised(planes, 4 * planes, 1, 1, False)
        self.se_layer = SqueezeExcitation(4 * planes, reduction)
        changes = stride > 1 or inputs != 4 * planes
        self.project = normalised(inputs, 4 * planes, 1, stride, False) if changes else nn.Identity()
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.se_layer(self.conv3(self.conv2(self.conv1(x)))) + self.project(x))


class SEResNet50(nn.Module):
    def __init__(self, first=3, planes=(2, 3, 4, 5), reduction=4, inputs=1, classes=3, blocks=(3, 4, 6, 3)):
        super().__init__()
        self.layer0 = named(conv1=conv(inputs, first, 7, 2), bn1=nn.BatchNorm3d(first), relu1=nn.ReLU(),
                            pool=nn.MaxPool3d(3, 2, ceil_mode=True))
        before = first
        for i, (width, count) in enumerate(zip(planes, blocks), 1):
            stage = []
            for j in range(count):
                stage.append(SEBottleneck(before, width, 2 if i > 1 and j == 0 else 1, reduction))
                before = 4 * width
            setattr(self, f"layer{i}", nn.Sequential(*stage))
        self.last_linear = nn.Linear(before, classes)

    def forward(self, x):
        for i in range(5):
            x = getattr(self, f"layer{i}")(x)
        return self.last_linear(x.mean((2, 3, 4)))


class GroupBlock(nn.Module):
    """Group normalisation, ReLU and convolution, twice."""

    def __init__(self, width, groups):
        super().__init__()
        self.norm1, self.act1, self.conv1 = nn.GroupNorm(groups, width), nn.ReLU(), named(conv=conv(width, width))
        self.norm2, self.act2, self.conv2 = nn.GroupNorm(groups, width), nn.ReLU(), named(conv=conv(width, width))

    def forward(self, x):
        y = self.conv1(self.act1(self.norm1(x)))
        return self.conv2(self.act2(self.norm2(y))) + x


class SegResNet(nn.Module):
    def __init__(self, first=8, inputs=1, classes=3, down=(1, 2, 2, 4), up=(1, 1, 1), groups=8):
        super().__init__()
        widths = [first * 2**i for i in range(len(down))]
        self.convInit = named(conv=conv(inputs, first))
        self.down_layers, self.up_layers, self.up_samples = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for i, (width, count) in enumerate(zip(widths, down)):
            begin = named(conv=conv(width // 2, width, 3, 2)) if i else nn.Identity()
            self.down_layers.append(nn.Sequential(begin, *[GroupBlock(width, groups) for _ in range(count)]))
        for width, count in zip(reversed(widths[:-1]), up):
            self.up_layers.append(nn.Sequential(*[GroupBlock(width, groups) for _ in range(count)]))
            enlarge = nn.Upsample(scale_factor=2, mode="trilinear", align_corners=False)
            self.up_samples.append(nn.Sequential(named(conv=conv(2 * width, width, 1)), enlarge))
        self.conv_final = nn.Sequential(nn.GroupNorm(groups, first), nn.ReLU(), named(conv=nn.Conv3d(first, classes, 1)))

    def forward(self, x):
        x, skips = self.convInit(x), []
        for down in self.down_layers:
            x = down(x)
            skips.append(x)
        skips.pop()
        for sample, up in zip(self.up_samples, self.up_layers):
            x = up(sample(x) + skips.pop())
        return self.conv_final(x)


NORMS = {"instance": nn.InstanceNorm3d, "affine": lambda width: nn.InstanceNorm3d(width, affine=True), "batch": nn.BatchNorm3d}


def unit(inputs, out, stride, norm, transposed=False, activated=True):
    """A convolution that keeps sizes but for its stride, then normalisation and PReLU."""
    if transposed:
        body = nn.ConvTranspose3d(inputs, out, 3, stride, 1, output_padding=stride - 1)
    else:
        body = conv(inputs, out, 3, stride, bias=True)
    return named(conv=body, adn=named(N=NORMS[norm](out), A=nn.PReLU())) if activated else named(conv=body)


class ResidualUnit(nn.Module):
    def __init__(self, inputs, out, stride, norm, units, activated=True):
        super().__init__()
        self.conv = named(**{f"unit{i}": unit(out if i else inputs, out, 1 if i else stride, norm, activated=activated or i < units - 1)
                             for i in range(units)})
        self.residual = nn.Identity()
        if stride > 1 or inputs != out:
            self.residual = conv(inputs, out, 3 if stride > 1 else 1, stride, bias=True)

    def forward(self, x):
        return self.conv(x) + self.residual(x)


class Skip(nn.Module):
    def __init__(self, submodule):
        super().__init__()
        self.submodule = submodule

    def forward(self, x):
        return torch.cat([x, self.submodule(x)], 1)


class UNet(nn.Module):
    """MONAI's UNet: each level goes down, holds all deeper levels beside a skip, and goes up."""

    def __init__(self, widths, strides, inputs=1, classes=3, units=0, norm="instance"):
        super().__init__()
        self.units, self.norm = units, norm
        self.model = self.level(inputs, classes, widths, strides, True)

    def level(self, inputs, out, widths, strides, top):
        width, below = widths[0], widths[1]
        if len(widths) > 2:
            inner, below = self.level(width, width, widths[1:], strides[1:], False), width
        else:
            inner = self.down(width, below, 1)
        return nn.Sequential(self.down(inputs, width, strides[0]), Skip(inner), self.up(width + below, out, strides[0], top))

    def down(self, inputs, out, stride):
        return ResidualUnit(inputs, out, stride, self.norm, self.units) if self.units else unit(inputs, out, stride, self.norm)

    def up(self, inputs, out, stride, top):
        first = unit(inputs, out, stride, self.norm, True, activated=self.units > 0 or not top)
        return nn.Sequential(first, ResidualUnit(out, out, 1, self.norm, 1, not top)) if self.units else first

    def forward(self, x):
        return self.model(x)
