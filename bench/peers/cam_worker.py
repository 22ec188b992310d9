"""The PyTorch side of torch_cam.py, a process of its own: one JSON command per line on standard input, one JSON answer per line."""
import functools
import math
import sys

import torch

import device as devices
from worker import serve, write

SEED = 5


class Worker:
    """Holds pairs of activation and gradient that take turns."""

    def describe(self):
        return devices.description() | {"libraries": devices.libraries()}

    def draw(self, shape, threads, a, g, device="cpu"):
        """Draws an activation, which is not negative, and a gradient, and writes both."""
        devices.begin(threads, device, False)
        self.device = device
        torch.set_grad_enabled(False)
        generator = torch.Generator().manual_seed(SEED)
        activation = torch.randn(shape, generator=generator).relu_()
        gradient = torch.randn(shape, generator=generator)
        write(a, activation)
        write(g, gradient)
        self.pairs, self.turn = [(activation.to(device), gradient.to(device))], 0
        return {"size": activation.numel(), "torch": torch.__version__, "capability": torch.backends.cpu.get_cpu_capability(),
                "python": sys.version.split()[0]}

    def draw_map(self, shape, grid, threads, file, device="cpu"):
        """Draws a raw map and writes it."""
        devices.begin(threads, device, False)
        self.device = device
        torch.set_grad_enabled(False)
        self.raw = torch.randn(shape, generator=torch.Generator().manual_seed(SEED))
        write(file, self.raw)
        self.raw = self.raw.to(device)
        self.grid = grid
        self.pairs, self.turn = [()], 0
        return {"size": math.prod(grid), "torch": torch.__version__, "capability": torch.backends.cpu.get_cpu_capability(),
                "python": sys.version.split()[0]}

    def display(self):
        positive = self.raw.relu()
        return torch.nn.functional.interpolate((positive / positive.max())[None, None], self.grid, mode="trilinear", align_corners=False)

    def rotate(self, pairs):
        first = self.pairs[0]
        self.pairs = [first] + [tuple(tensor.clone() for tensor in first) for _ in range(pairs - 1)]
        return {}

    def hirescam(self, a, g):
        return (g * a).sum(1)

    def gradcam(self, a, g):
        return (g.mean((2, 3, 4), keepdim=True) * a).sum(1)

    def gradcam_product(self, a, g):
        return torch.einsum("nk,nkp->np", g.mean((2, 3, 4)), a.flatten(2))

    def next(self):
        self.turn = (self.turn + 1) % len(self.pairs)
        return self.pairs[self.turn]

    @functools.cache
    def method(self, form):
        """The way to make a map; what ends in -compiled is made by torch.compile from the other."""
        if form.endswith("-compiled"):
            return torch.compile(self.method(form.removesuffix("-compiled")))
        return getattr(self, form.replace("-", "_"))

    def map(self, form, map):
        write(map, self.method(form)(*self.next()))
        return {}

    def run(self, form, times):
        method = self.method(form)
        return devices.timed(self.device, lambda: method(*self.next()), times)


if __name__ == "__main__":
    serve(Worker())
