"""The PyTorch side of torch_explain.py, a process of its own: one JSON command per line on standard input, one JSON answer per line."""
import json
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

import device as devices
import networks
import tensorfile
from worker import rss, serve, write


def load(module, path):
    """Fills a module from a safetensors file, one tensor at a time: no second copy of the weights is ever held."""
    state = module.state_dict()
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            begin, end = entry["data_offsets"]
            file.seek(8 + size + begin)
            if entry["dtype"] == "F32":
                state[name].copy_(torch.frombuffer(bytearray(file.read(end - begin)), dtype=torch.float32).view(entry["shape"]))


def read_input(path, shape):
    return torch.frombuffer(bytearray(Path(path).read_bytes()), dtype=torch.float32).view(shape)


class Worker:
    """Holds one case's network and input and answers commands about them."""

    def make(self, case, seed, weights, input):
        """Draws weights and an input, writes both; says which target to explain."""
        torch.manual_seed(seed)
        module, _ = networks.build(case["network"], True)
        x = networks.volume(case["shape"], torch.Generator().manual_seed(seed + 1))
        networks.initialise(module, x, seed)
        with torch.no_grad():
            logits = module.eval()(x)
        tensorfile.write(weights, module.state_dict(), {"format": "pt"})
        write(input, x)
        if case["task"] == "segmentation":
            shares = logits.argmax(1).flatten().bincount(minlength=logits.shape[1]) / logits[:, 0].numel()
            target = int((shares - 1 / len(shares)).abs().argmin())
            return {"target": target, "share": round(float(shares[target]), 4)}
        return {"target": int(logits[0].argmax())}

    def describe(self):
        return devices.description() | {"libraries": devices.libraries()}

    def open(self, case, threads, weights, input, target, monai, channels_last, device="cpu", tf32=False):
        """On a GPU the input stays in the host's page-locked memory: each run brings it over, and its result back."""
        devices.begin(threads, device, tf32)
        self.device = device
        start = rss("VmHWM")
        begin = time.perf_counter_ns()
        self.case, self.target, self.activation = case, target, None
        if monai:
            networks.monai_nets()
        imported = rss("VmHWM")
        self.module, whose = networks.build(case["network"], monai)
        load(self.module, weights)
        self.x = read_input(input, case["shape"])
        if channels_last:
            self.module = self.module.to(memory_format=torch.channels_last_3d)
            self.x = self.x.to(memory_format=torch.channels_last_3d)
        if device == "cuda":
            self.module, self.x = self.module.to(device), self.x.pin_memory()
        return {"open_ns": time.perf_counter_ns() - begin, "whose": whose, "start_bytes": start, "import_bytes": imported, "torch": torch.__version__,
                "capability": torch.backends.cpu.get_cpu_capability(), "python": sys.version.split()[0]}

    def prepare_best(self):
        """No parameter needs a gradient and the layer's output is a leaf: what is before it is a forward without gradients."""
        self.module.requires_grad_(False)
        self.module.get_submodule(self.case["layer"]).register_forward_hook(self.cut)
        return {}

    def cut(self, module, inputs, output):
        if torch.is_grad_enabled():
            self.activation = output.detach().requires_grad_(True)
            return self.activation
        return output

    def prepare_monai(self):
        try:
            import monai
            from monai.visualize import GradCAM
        except ImportError as error:
            return {"skipped": f"MONAI cannot be imported: {error}"}
        self.gradcam = GradCAM(nn_module=self.module, target_layers=self.case["layer"])
        return {"monai": monai.__version__}

    def score(self, logits):
        """The logit, or the sum of a class's logits over the voxels where that class is predicted."""
        own = logits[:, self.target]
        if self.case["task"] == "segmentation":
            with torch.no_grad():
                mask = logits.argmax(1) == self.target
            own = own * mask
        return own.sum()

    def given(self):
        return self.x.to(self.device, non_blocking=True)

    def explanation(self):
        score = self.score(self.module(self.given()))
        gradient, = torch.autograd.grad(score, self.activation)
        raw = (gradient * self.activation.detach()).sum(1)
        return score, raw

    def run_best(self):
        _, raw = self.explanation()
        if list(raw.shape[1:]) != self.case["grid"]:
            stack = raw[:, None] if raw.dim() == 4 else raw[None, None]
            raw = F.interpolate(stack, self.case["grid"], mode="trilinear", align_corners=False)
        return raw.cpu()

    def run_fwd(self):
        with torch.no_grad():
            return self.module(self.given()).cpu()

    def run_monai(self):
        return self.gradcam(x=self.given(), class_idx=self.target)

    def check(self, map):
        """The raw HiResCAM map, written, and the score."""
        score, raw = self.explanation()
        write(map, raw)
        return {"score": score.item()}

    def check_monai(self, map):
        write(map, self.gradcam.compute_map(self.given(), class_idx=self.target))
        return {}

    def run(self, form):
        return devices.timed(self.device, getattr(self, f"run_{form}"))


if __name__ == "__main__":
    serve(Worker())
