"""Writes the names and shapes of the networks' weights, from which the Java benchmarks draw weights of their own without Python.

python bench/peers/state_shapes.py      makes bench/src/main/resources/voxcam/bench/NETWORK.txt again; needs MONAI
"""
from pathlib import Path

import networks

FOLDER = Path(__file__).resolve().parents[1] / "src/main/resources/voxcam/bench"


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for network in networks.NETWORKS:
        module, whose = networks.build(network, True)
        state = {name: tensor for name, tensor in module.state_dict().items() if tensor.is_floating_point()}
        lines = [" ".join([name, *map(str, tensor.shape)]) for name, tensor in state.items()]
        (FOLDER / f"{network}.txt").write_text("\n".join(lines) + "\n")
        print(f"{network}: {whose}, {sum(tensor.numel() for tensor in state.values()) / 1e6:.1f} million numbers")


if __name__ == "__main__":
    main()
