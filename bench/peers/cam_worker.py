"""The PyTorch side of torch_cam.py, a process of its own: one JSON command per line on standard input, one JSON answer per line."""
import math
import sys
import time

import torch

from worker import serve, write

SEED = 5


class Worker:
    """Holds pairs of activation and gradient that take turns."""

    def draw(self, shape, threads, a, g):
        """Draws an activation, which is not negative, and a gradient, and writes both."""
        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        generator = torch.Generator().manual_seed(SEED)
        activation = torch.randn(shape, generator=generator).relu_()
        gradient = torch.randn(shape, generator=generator)
        write(a, activation)
        write(g, gradient)
        self.pairs, self.turn = [(activation, gradient)], 0
        return {"size": activation.numel(), "torch": torch.__version__, "capability": torch.backends.cpu.get_cpu_capability(),
                "python": sys.version.split()[0]}

    def draw_map(self, shape, grid, threads, file):
        """Draws a raw map and writes it."""
        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        self.raw = torch.randn(shape, generator=torch.Generator().manual_seed(SEED))
        write(file, self.raw)
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

    def map(self, form, map):
        write(map, getattr(self, form.replace("-", "_"))(*self.next()))
        return {}

    def run(self, form, times):
        method = getattr(self, form.replace("-", "_"))
        begin = time.perf_counter_ns()
        for _ in range(times):
            method(*self.next())
        return {"ns": (time.perf_counter_ns() - begin) / times}


if __name__ == "__main__":
    serve(Worker())
