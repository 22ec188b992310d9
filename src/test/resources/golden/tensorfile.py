"""Writes safetensors files: the same tensors always give the same bytes."""
import json
import struct

import torch

NAMES = {torch.float64: "F64", torch.float32: "F32", torch.int64: "I64"}
ALIGNMENT = 8


def write(path, tensors, metadata):
    """Writes tensors (name to torch tensor) and metadata (name to string) to a file."""
    header, offset = {"__metadata__": dict(sorted(metadata.items()))}, 0
    # Wide elements first keep every tensor aligned without gaps between them.
    names = sorted(tensors, key=lambda name: (-tensors[name].element_size(), name))
    for name in names:
        tensor = tensors[name]
        size = tensor.numel() * tensor.element_size()
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % ALIGNMENT)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for name in names:
            file.write(tensors[name].detach().contiguous().numpy().tobytes())


def compact(value):
    """JSON text without spaces."""
    return json.dumps(value, separators=(",", ":"))
