"""Known architectures as PyTorch modules with the parameter names of their usual state dicts, any width."""
import torch
import torch.nn.functional as F
from torch import nn

BLOCKS = {10: (1, 1, 1, 1), 18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}


def conv(inputs, out, kernel=3, stride=1, dilation=1, bias=False):
    return nn.Conv3d(inputs, out, kernel, stride, dilation * (kernel - 1) // 2, dilation, bias=bias)


class ZeroPadShortcut(nn.Module):
    """Shortcut A: sub-sampling and zero channels; it has no parameters."""

    def __init__(self, out, stride):
        super().__init__()
        self.out, self.stride = out, stride

    def forward(self, x):
        x = F.avg_pool3d(x, 1, self.stride)
        return F.pad(x, [0] * 7 + [self.out - x.shape[1]])


class Residual(nn.Module):
    """A basic block (two 3x3x3) or, at depth 50, a bottleneck (1, 3, 1; the 3x3x3 strides) that ends four times as wide."""

    def __init__(self, inputs, planes, bottleneck, stride, dilation, downsample):
        super().__init__()
        if bottleneck:
            sizes = [(inputs, planes, 1, 1, 1), (planes, planes, 3, stride, dilation), (planes, 4 * planes, 1, 1, 1)]
        else:
            sizes = [(inputs, planes, 3, stride, dilation), (planes, planes, 3, 1, dilation)]
        for i, size in enumerate(sizes, 1):
            setattr(self, f"conv{i}", conv(*size))
            setattr(self, f"bn{i}", nn.BatchNorm3d(size[1]))
        self.relus = nn.ModuleList(nn.ReLU() for _ in sizes)
        self.downsample = downsample

    def forward(self, x):
        y = x
        for i, relu in enumerate(self.relus, 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            if i == len(self.relus) and self.downsample is None:
                y = y + x
            elif i == len(self.relus):
                y = y + self.downsample(x)
            y = relu(y)
        return y


class ResNet(nn.Module):
    """MONAI's ResNet and, with its strides and dilations, MedicalNet's."""

    def __init__(self, depth, widths, inputs=1, classes=3, kernel=7, stride=1, max_pool=True, shortcut="B", bias=False,
                 strides=(1, 2, 2, 2), dilations=(1, 1, 1, 1)):
        super().__init__()
        self.conv1 = conv(inputs, widths[0], kernel, stride)
        self.bn1 = nn.BatchNorm3d(widths[0])
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool3d(3, 2, 1) if max_pool else nn.Identity()
        before, bottleneck = widths[0], depth == 50
        for i in range(4):
            after, blocks = widths[i] * (4 if bottleneck else 1), []
            for j in range(BLOCKS[depth][i]):
                step, skip = strides[i] if j == 0 else 1, None
                if step > 1 or before != after:
                    skip = ZeroPadShortcut(after, step) if shortcut == "A" else nn.Sequential(
                        conv(before, after, 1, step, bias=bias), nn.BatchNorm3d(after))
                blocks.append(Residual(before, widths[i], bottleneck, step, dilations[i], skip))
                before = after
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(before, classes) if classes else None

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for i in range(1, 5):
            x = getattr(self, f"layer{i}")(x)
        return self.fc(x.mean((2, 3, 4))) if self.fc else x


class VideoBlock(nn.Module):
    def __init__(self, inputs, out, stride):
        super().__init__()
        self.conv1 = nn.Sequential(conv(inputs, out, 3, stride), nn.BatchNorm3d(out), nn.ReLU())
        self.conv2 = nn.Sequential(conv(out, out), nn.BatchNorm3d(out))
        self.relu = nn.ReLU()
        self.downsample = None
        if stride > 1 or inputs != out:
            self.downsample = nn.Sequential(conv(inputs, out, 1, stride), nn.BatchNorm3d(out))

    def forward(self, x):
        return self.relu(self.conv2(self.conv1(x)) + (self.downsample(x) if self.downsample else x))


class VideoResNet(nn.Module):
    """torchvision's r3d_18."""

    def __init__(self, widths, classes=3):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv3d(3, widths[0], (3, 7, 7), (1, 2, 2), (1, 3, 3), bias=False), nn.BatchNorm3d(widths[0]), nn.ReLU())
        before = widths[0]
        for i, width in enumerate(widths):
            setattr(self, f"layer{i + 1}", nn.Sequential(VideoBlock(before, width, 1 if i == 0 else 2), VideoBlock(width, width, 1)))
            before = width
        self.fc = nn.Linear(before, classes)

    def forward(self, x):
        x = self.stem(x)
        for i in range(1, 5):
            x = getattr(self, f"layer{i}")(x)
        return self.fc(x.mean((2, 3, 4)))


class ImageBlock(nn.Module):
    def __init__(self, inputs, out, stride):
        super().__init__()
        self.conv1, self.bn1, self.relu1 = nn.Conv2d(inputs, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU()
        self.conv2, self.bn2, self.relu2 = nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU()
        self.downsample = None
        if stride > 1 or inputs != out:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        return self.relu2(y + (self.downsample(x) if self.downsample else x))


def image_trunk(widths, inputs):
    """torchvision's resnet18 without its head, module by module."""
    first = widths[0]
    stages = [nn.Sequential(ImageBlock(before, out, 2 if i else 1), ImageBlock(out, out, 1))
              for i, (before, out) in enumerate(zip((first, *widths), widths))]
    return [nn.Conv2d(inputs, first, 7, 2, 3, bias=False), nn.BatchNorm2d(first), nn.ReLU(), nn.MaxPool2d(3, 2, 1), *stages]


class ResNet2d(nn.Module):
    """torchvision's resnet18, for images."""

    NAMES = ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4")

    def __init__(self, widths, inputs=3, classes=3):
        super().__init__()
        for name, module in zip(self.NAMES, image_trunk(widths, inputs)):
            setattr(self, name, module)
        self.fc = nn.Linear(widths[-1], classes)

    def forward(self, x):
        for name in self.NAMES:
            x = getattr(self, name)(x)
        return self.fc(x.mean((2, 3)))


class AxialNet(nn.Module):
    """A batch of slabs [S,3,H,W] of one volume; one row of logits, the mean over the slabs."""

    def __init__(self, widths, inputs=3, classes=3, convs=(64, 32, 16, 16), kernels=(3, 3, 3, 3), last=(6, 6)):
        super().__init__()
        self.features = nn.Sequential(*image_trunk(widths, inputs))
        layers = []
        for before, out, kernel in zip((widths[-1], *convs), convs, kernels):
            layers += [nn.Conv2d(before, out, kernel), nn.ReLU()]
        self.conv2d = nn.Sequential(*layers)
        self.fc = nn.Conv2d(convs[-1], classes, last, last)

    def forward(self, x):
        return self.fc(self.conv2d(self.features(x))).flatten(1).mean(0, keepdim=True)


class DoubleConv(nn.Module):
    def __init__(self, inputs, out):
        super().__init__()
        self.conv1, self.bn1, self.relu1 = conv(inputs, out), nn.BatchNorm3d(out), nn.ReLU()
        self.conv2, self.bn2, self.relu2 = conv(out, out), nn.BatchNorm3d(out), nn.ReLU()

    def forward(self, x):
        return self.relu2(self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x))))))


class Decoder(DoubleConv):
    def __init__(self, below, out):
        super().__init__(2 * out, out)
        self.up = nn.ConvTranspose3d(below, out, 2, 2)

    def forward(self, skip, x):
        return super().forward(torch.cat([skip, self.up(x)], 1))


class UNet(nn.Module):
    """The plain U-Net: encoder.I is level I (0 the finest, the last one the bottleneck), decoder.I gives level I again."""

    def __init__(self, widths, inputs=1, classes=3):
        super().__init__()
        self.encoder = nn.ModuleList(DoubleConv(a, b) for a, b in zip((inputs, *widths), widths))
        self.decoder = nn.ModuleList(Decoder(below, out) for out, below in zip(widths, widths[1:]))
        self.pools = nn.ModuleList(nn.MaxPool3d(2) for _ in widths[1:])
        self.final = nn.Conv3d(widths[0], classes, 1)

    def forward(self, x):
        skips = [self.encoder[0](x)]
        for pool, encoder in zip(self.pools, self.encoder[1:]):
            skips.append(encoder(pool(skips[-1])))
        x = skips.pop()
        for decoder in reversed(self.decoder):
            x = decoder(skips.pop(), x)
        return self.final(x)


class MeshNet(nn.Module):
    """conv0 to conv8 dilated, each with a ReLU; conv9 is 1x1x1."""

    def __init__(self, width, inputs=1, classes=3, dilations=(1, 2, 4, 8, 16, 8, 4, 2, 1)):
        super().__init__()
        self.depth = len(dilations)
        for i, dilation in enumerate(dilations):
            setattr(self, f"conv{i}", conv(width if i else inputs, width, 3, 1, dilation, bias=True))
            setattr(self, f"relu{i}", nn.ReLU())
        setattr(self, f"conv{self.depth}", nn.Conv3d(width, classes, 1))

    def forward(self, x):
        for i in range(self.depth):
            x = getattr(self, f"relu{i}")(getattr(self, f"conv{i}")(x))
        return getattr(self, f"conv{self.depth}")(x)
