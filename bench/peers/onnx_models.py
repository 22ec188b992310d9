"""Writes weights, an input and an ONNX model of every case, for the benchmark against ONNX Runtime.

python bench/peers/onnx_models.py FOLDER [CASE ...]      bench/target/peers is where PeerBench looks
"""
import json
import sys
import warnings
from pathlib import Path

import torch

try:
    import onnx  # noqa: F401  torch.onnx.export asks for it
except ImportError:
    import torch_onnx  # noqa: F401  stands in for it

import networks
from compared import named
from sides import Refused, Torch
from torch_explain import prepared
from torch_worker import load, read_input


def export(case, folder):
    weights, input, _ = prepared(case, folder)
    path = folder / f"{case['network']}.onnx"
    if path.exists():
        return
    module, _ = networks.build(case["network"], True)
    load(module, weights)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, (read_input(input, case["shape"]),), str(path), dynamo=False, opset_version=17, input_names=["input"])
    print(f"{case['name']}: {path.stat().st_size / 1e6:.0f} MB", flush=True)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for case in named(sys.argv[2:]):
        try:
            export(case, folder)
        except (LookupError, Refused) as why:
            print(f"{case['name']}: left out, {why}", flush=True)


if __name__ == "__main__":
    main()
