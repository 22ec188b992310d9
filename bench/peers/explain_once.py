"""What a user writes to explain one volume with PyTorch: weights, input and raw map are files. No MONAI, nothing but what is needed."""
import sys
from pathlib import Path

import torch

import networks
from torch_worker import load


def main():
    network, layer, weights, volume, shape, target, threads, out = sys.argv[1:]
    torch.set_num_threads(int(threads))
    module, _ = networks.build(network, False)
    load(module, weights)
    module.requires_grad_(False)
    x = torch.frombuffer(bytearray(Path(volume).read_bytes())[-4 * torch.Size(sizes(shape)).numel():], dtype=torch.float32).view(sizes(shape))
    kept = []
    module.get_submodule(layer).register_forward_hook(lambda module, inputs, output: kept.append(output.detach().requires_grad_(True)) or kept[0])
    score = module(x)[0, int(target)]
    gradient, = torch.autograd.grad(score, kept[0])
    raw = (gradient * kept[0].detach()).sum(1, keepdim=True)
    Path(out).write_bytes(raw.numpy().tobytes())
    print(f"{score.item():.9g}")


def sizes(text):
    return [int(size) for size in text.split("x")]


if __name__ == "__main__":
    main()
