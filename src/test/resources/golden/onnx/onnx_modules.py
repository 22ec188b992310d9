"""Networks that no package has at narrow width."""
import re
import sys

import torch
from torch import nn

from arch_modules import image_trunk


def vision():
    """torchvision; where its compiled operators do not load, those that it asks for are only declared."""
    library = None
    while True:
        try:
            import torchvision
            return torchvision
        except RuntimeError as failure:
            missing = re.search("operator torchvision::([a-z_0-9]+) does not exist", str(failure))
            if not missing:
                raise
            for name in [name for name in sys.modules if name.startswith("torchvision")]:
                del sys.modules[name]
            library = library or torch.library.Library("torchvision", "DEF")
            library.define(f"{missing.group(1)}(Tensor x) -> Tensor")
            LIBRARIES.append(library)


LIBRARIES = []


class SEBlock(nn.Module):
    """A ResNeXt bottleneck with squeeze and excitation: the middle convolution is in groups."""

    def __init__(self, inputs, planes, stride, groups=2):
        super().__init__()
        self.conv1 = nn.Conv3d(inputs, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm3d(planes)
        self.conv2 = nn.Conv3d(planes, planes, 3, stride, 1, groups=groups, bias=False)
        self.bn2 = nn.BatchNorm3d(planes)
        self.conv3 = nn.Conv3d(planes, 2 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm3d(2 * planes)
        self.pool = nn.AdaptiveAvgPool3d(1)
        self.fc = nn.Sequential(nn.Linear(2 * planes, 2), nn.ReLU(), nn.Linear(2, 2 * planes), nn.Sigmoid())
        self.downsample = nn.Sequential(nn.Conv3d(inputs, 2 * planes, 1, stride, bias=False), nn.BatchNorm3d(2 * planes))
        self.relu = nn.ReLU()

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn3(self.conv3(self.relu(self.bn2(self.conv2(y)))))
        n, c = y.shape[:2]
        scale = self.fc(self.pool(y).view(n, c)).view([n, c] + [1] * (y.dim() - 2))
        return self.relu(y * scale + self.downsample(x))


class SEResNext(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer0 = nn.Sequential(nn.Conv3d(1, 4, 3, 2, 1, bias=False), nn.BatchNorm3d(4), nn.ReLU(), nn.MaxPool3d(3, 2, ceil_mode=True))
        self.layer1 = nn.Sequential(SEBlock(4, 4, 1), SEBlock(8, 4, 1))
        self.layer2 = nn.Sequential(SEBlock(8, 6, 2), SEBlock(12, 6, 1))
        self.pool = nn.AdaptiveAvgPool3d(1)
        self.last_linear = nn.Linear(12, 3)

    def forward(self, x):
        x = self.pool(self.layer2(self.layer1(self.layer0(x))))
        return self.last_linear(torch.flatten(x, 1))


class VideoNet(nn.Module):
    """torchvision's video ResNets of 18 layers, of its own blocks."""

    def __init__(self, kind, widths=(3, 4, 5, 6), classes=3):
        super().__init__()
        video = vision().models.video.resnet
        simple, plain, split = video.Conv3DSimple, video.Conv3DNoTemporal, video.Conv2Plus1D
        makers = {"r3d": [simple] * 4, "mc3": [simple, plain, plain, plain], "r2plus1d": [split] * 4}[kind]
        self.stem = nn.Sequential(nn.Conv3d(3, widths[0], (3, 7, 7), (1, 2, 2), (1, 3, 3), bias=False), nn.BatchNorm3d(widths[0]), nn.ReLU())
        inputs = widths[0]
        for i, (width, maker) in enumerate(zip(widths, makers), 1):
            stride = 1 if i == 1 else 2
            down = None
            if stride > 1:
                down = nn.Sequential(nn.Conv3d(inputs, width, 1, maker.get_downsample_stride(stride), bias=False), nn.BatchNorm3d(width))
            setattr(self, f"layer{i}", nn.Sequential(video.BasicBlock(inputs, width, maker, stride, down), video.BasicBlock(width, width, maker)))
            inputs = width
        self.avgpool = nn.AdaptiveAvgPool3d(1)
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.stem(x)))))
        return self.fc(self.avgpool(x).flatten(1))


class Stack(nn.Module):
    """Slabs [S,K,H,W] as the channels of one volume [1,S,K,H,W]: features lie in the place of the depth."""

    def forward(self, x):
        return x.unsqueeze(0)


class CTNet(nn.Module):
    """Slabs of three slices go through a 2D network as a batch; behind it they are the channels of a volume whose depth are the features."""

    def __init__(self, widths=(64, 128, 256, 512), slabs=134, convs=(64, 32, 16), hidden=(128, 96), grid=(18, 5, 5), classes=5):
        super().__init__()
        self.features = nn.Sequential(*image_trunk(widths, 3))
        self.stack = Stack()
        first, second, third = convs
        self.reducing = nn.Sequential(nn.Conv3d(slabs, first, 3, (3, 1, 1)), nn.ReLU(), nn.Conv3d(first, second, 3, (3, 1, 1)), nn.ReLU(),
                                      nn.Conv3d(second, third, (3, 2, 2), (3, 2, 2)), nn.ReLU())
        inputs = third * grid[0] * grid[1] * grid[2]
        self.classifier = nn.Sequential(nn.Linear(inputs, hidden[0]), nn.ReLU(), nn.Dropout(0.5), nn.Linear(hidden[0], hidden[1]), nn.ReLU(),
                                        nn.Dropout(0.5), nn.Linear(hidden[1], classes))

    def forward(self, x):
        x = self.stack(self.features(x.squeeze(0)))
        return self.classifier(self.reducing(x).flatten(1))


class Slices(nn.Module):
    """Slices are channels from the start, each with features of its own: [1,S,H,W], then [1,3S,h,w], seen as [1,S,3,h,w]."""

    def __init__(self, slices=5, classes=3):
        super().__init__()
        self.own = nn.Sequential(nn.Conv2d(slices, slices, 3, groups=slices), nn.ReLU())
        self.more = nn.Sequential(nn.Conv2d(slices, 3 * slices, 3, 2, groups=slices), nn.ReLU(), nn.Unflatten(1, (slices, 3)))
        self.fc = nn.Linear(slices * 3 * 3 * 4, classes)

    def forward(self, x):
        return self.fc(self.more(self.own(x)).flatten(1))


class MProtoNet(nn.Module):
    """Prototypes with attention maps: similarity of weighted averages of features to learned prototypes."""

    def __init__(self, inputs=2, width=4, prototypes=6, classes=3):
        super().__init__()
        self.features = nn.Sequential(nn.Conv3d(inputs, width, 3, 2, 1, bias=False), nn.BatchNorm3d(width), nn.ReLU(), nn.Conv3d(width, width, 3, 2, 1),
                                      nn.ReLU())
        self.add_ons = nn.Sequential(nn.Conv3d(width, 5, 1), nn.BatchNorm3d(5), nn.ReLU(), nn.Conv3d(5, 5, 1), nn.Sigmoid())
        self.p_map = nn.Sequential(nn.Conv3d(width, width, 1), nn.ReLU(), nn.Conv3d(width, prototypes, 1, bias=False))
        self.prototype_vectors = nn.Parameter(torch.rand(prototypes, 5, 1, 1, 1))
        self.last_layer = nn.Linear(prototypes, classes, bias=False)

    def forward(self, x):
        f_x = self.features(x)
        p_map = self.p_map(f_x)
        low = p_map.amin(dim=(1, 2, 3, 4), keepdim=True)
        p_map = (p_map - low) / (p_map.amax(dim=(1, 2, 3, 4), keepdim=True) - low)
        features = self.add_ons(f_x)
        size = p_map.shape[2] * p_map.shape[3] * p_map.shape[4]
        pooled = torch.einsum("bphwd,bchwd->bpc", p_map, features) / size
        p = nn.functional.normalize(self.prototype_vectors.flatten(1), dim=1)
        similarity = (nn.functional.normalize(pooled, dim=2) * p).sum(2)
        distances = 1 - similarity
        return self.last_layer(torch.log((distances + 1) / (distances + 1e-4)))


def prototypes():
    return MProtoNet()
