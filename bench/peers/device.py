"""Where the PyTorch sides compute: on the processor, or on an NVIDIA GPU, whose work ends later than the calls that start it."""
import glob
import os
import subprocess
import time

import torch


def description():
    """The GPU and the versions of what drives it; an error in words where PyTorch finds none."""
    if not torch.cuda.is_available():
        raise RuntimeError(f"no CUDA device is here, says PyTorch {torch.__version__}")
    found = torch.cuda.get_device_properties(0)
    return {"gpu": found.name, "capability": f"{found.major}.{found.minor}", "gpu_memory_bytes": found.total_memory, "driver": driver(),
            "cuda": torch.version.cuda, "cudnn": torch.backends.cudnn.version(), "torch": torch.__version__}


def driver():
    """The driver's version; None where nvidia-smi is not here."""
    try:
        answer = subprocess.run(["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"], capture_output=True, text=True, timeout=30)
        return answer.stdout.split("\n")[0].strip() or None
    except (OSError, subprocess.TimeoutExpired):
        return None


def libraries():
    """The folders of CUDA libraries that lie beside PyTorch, so that both sides use the same ones."""
    packages = os.path.dirname(os.path.dirname(torch.__file__))
    return sorted(glob.glob(os.path.join(packages, "nvidia", "*", "lib")))


def begin(threads, device, tf32):
    """TF32 for convolutions and products or for neither, and cuDNN's algorithms timed once for each shape, as the engine's are."""
    torch.set_num_threads(threads)
    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = device == "cuda"


def timed(device, work, times=1):
    """Nanoseconds of one call of so many, until its work is done; on a GPU also from its first work to its last, by the GPU's clock."""
    if device == "cpu":
        start = time.perf_counter_ns()
        for _ in range(times):
            work()
        return {"ns": (time.perf_counter_ns() - start) / times}
    first, last = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    torch.cuda.synchronize()
    start = time.perf_counter_ns()
    first.record()
    for _ in range(times):
        work()
    last.record()
    torch.cuda.synchronize()
    ns = (time.perf_counter_ns() - start) / times
    return {"ns": ns, "device_ns": first.elapsed_time(last) * 1e6 / times, "device_peak_bytes": torch.cuda.max_memory_reserved()}
