"""Makes the golden data beside this file: python make_golden.py [ops|nets|arch ...]. README.md describes the files.

VERSIONS: made with Python 3.11 and PyTorch 2.13.0 for the CPU, in float64 on one thread. The same versions on the same machine
give the same bytes; on another processor the last bits may differ.
"""
import pathlib
import sys

import torch

import conv_cases
import shape_cases
import tensor_cases
import tensorfile

HERE = pathlib.Path(__file__).parent
FAMILIES = {
    "conv": conv_cases.CONV, "conv-transpose": conv_cases.TRANSPOSED, "pool": conv_cases.POOL, "fused": conv_cases.FUSED,
    "norm": tensor_cases.NORM, "activation": tensor_cases.ACTIVATION, "elementwise": tensor_cases.ELEMENTWISE,
    "matrix": tensor_cases.MATRIX, "reduce": tensor_cases.REDUCE, "shape": shape_cases.SHAPE, "resize": shape_cases.RESIZE,
}


def make_ops():
    seen = set()
    for family, cases in FAMILIES.items():
        tensors, metadata = {}, {"source": f"PyTorch {torch.__version__}, CPU, float64"}
        for case in cases:
            assert case.name not in seen, case.name
            seen.add(case.name)
            made, description = case.results()
            tensors |= made
            metadata["case." + case.name] = description
        tensorfile.write(HERE / f"ops-{family}.safetensors", tensors, metadata)
        print(f"ops-{family}: {len(cases)} cases")
    print(f"{len(seen)} cases")


def main(parts):
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    if "ops" in parts:
        make_ops()
    if "nets" in parts:
        import nets
        nets.make(HERE / "nets")
    if "arch" in parts:
        import arch
        arch.make(HERE / "arch")


if __name__ == "__main__":
    main(sys.argv[1:] or ["ops", "nets", "arch"])
