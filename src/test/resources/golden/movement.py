"""Operations that move values, shape, selection, padding and resizing, with PyTorch; see operations.py."""
import torch
import torch.nn.functional as F

from registry import numbers, operation, spatial


@operation
def Reshape(a, x, shape=None):
    shape = numbers(a, "shape", shape)
    return x.reshape([x.shape[i] if size == 0 else size for i, size in enumerate(shape)])


@operation
def Flatten(a, x):
    axis = a.get("axis", 1)
    axis = axis + x.dim() if axis < 0 else axis
    return x.reshape(int(torch.tensor(x.shape[:axis]).prod()), -1)


@operation
def Transpose(a, x):
    return x.permute(a.get("perm", list(reversed(range(x.dim()))))).contiguous()


@operation
def Concat(a, *inputs):
    return torch.cat(inputs, a["axis"])


@operation
def Slice(a, x, starts=None, ends=None, axes=None, steps=None):
    starts, ends = numbers(a, "starts", starts), numbers(a, "ends", ends)
    axes = numbers(a, "axes", axes, list(range(len(starts))))
    steps = numbers(a, "steps", steps, [1] * len(starts))
    for start, end, axis, step in zip(starts, ends, axes, steps):
        index = range(x.shape[axis])[slice(start, end, step)]
        x = x.index_select(axis, torch.tensor(list(index)))
    return x


@operation
def Pad(a, x, pads=None, value=None, axes=None):
    mode, pads = a.get("mode", "constant"), numbers(a, "pads", pads)
    value = float(value) if value is not None else a.get("value", 0.0)
    rank = x.dim()
    if mode == "constant":
        return F.pad(x, [pads[i + side * rank] for i in reversed(range(rank)) for side in (0, 1)], value=value)
    for axis, size in enumerate(x.shape):
        index = torch.arange(-pads[axis], size + pads[axis + rank])
        if mode == "reflect":
            index = (size - 1) - ((size - 1) - index.abs()).abs()
        x = x.index_select(axis, index.clamp(0, size - 1))
    return x


@operation
def Expand(a, x, shape=None):
    return x.expand(torch.broadcast_shapes(x.shape, numbers(a, "shape", shape))).contiguous()


@operation
def Squeeze(a, x, axes=None):
    axes = numbers(a, "axes", axes)
    return x.squeeze() if axes is None else x.squeeze(tuple(axes))


@operation
def Unsqueeze(a, x, axes=None):
    axes = numbers(a, "axes", axes)
    rank = x.dim() + len(axes)
    sizes, new = iter(x.shape), {axis % rank for axis in axes}
    return x.reshape([1 if axis in new else next(sizes) for axis in range(rank)])


@operation
def Gather(a, x, indices):
    axis = a.get("axis", 0) % x.dim()
    indices = indices % x.shape[axis]
    taken = x.index_select(axis, indices.reshape(-1))
    return taken.reshape(x.shape[:axis] + indices.shape + x.shape[axis + 1:])


# Resize: one axis after another, which for nearest and linear is the same as all at once

def coordinates(a, size, scale, old):
    position = torch.arange(size, dtype=torch.float64)
    mode = a.get("coordinate_transformation_mode", "half_pixel")
    if mode == "asymmetric":
        return position / scale
    if mode == "align_corners":
        return position * (old - 1) / max(size - 1, 1)
    if mode == "pytorch_half_pixel" and size == 1:
        return position
    return (position + 0.5) / scale - 0.5


ROUNDING = {"round_prefer_floor": lambda v: torch.ceil(v - 0.5), "round_prefer_ceil": lambda v: torch.floor(v + 0.5),
            "floor": torch.floor, "ceil": torch.ceil}


@operation
def Resize(a, x, roi=None, scales=None, sizes=None):
    scales = scales.tolist() if scales is not None else a.get("scales")
    sizes = numbers(a, "sizes", sizes)
    result = x
    for axis, old in enumerate(x.shape):
        size = sizes[axis] if sizes else int(old * scales[axis])
        scale = size / old if sizes else scales[axis]
        if size == old and scale == 1:
            continue
        where = coordinates(a, size, scale, old)
        if a.get("mode", "nearest") == "nearest":
            index = ROUNDING[a.get("nearest_mode", "round_prefer_floor")](where)
            result = result.index_select(axis, index.long().clamp(0, old - 1))
        else:
            low = torch.floor(where)
            weight = (where - low).reshape([-1 if i == axis else 1 for i in range(x.dim())])
            first, second = ((low + step).long().clamp(0, old - 1) for step in (0, 1))
            result = result.index_select(axis, first) * (1 - weight) + result.index_select(axis, second) * weight
    check_resize(a, x, result, scales, sizes)
    return result


def check_resize(a, x, result, scales, sizes):
    """Where PyTorch has the same resize of its own, both must agree."""
    mode, transform = a.get("mode", "nearest"), a.get("coordinate_transformation_mode", "half_pixel")
    rounding = a.get("nearest_mode", "round_prefer_floor")
    names = {("linear", "half_pixel"): "linear", ("linear", "align_corners"): "linear",
             ("nearest", "asymmetric", "floor"): "nearest", ("nearest", "half_pixel", "round_prefer_ceil"): "nearest-exact"}
    name = names.get((mode, transform) if mode == "linear" else (mode, transform, rounding))
    if name is None or result.shape[:2] != x.shape[:2] or not 3 <= x.dim() <= 5:
        return
    if name == "linear":
        name = ("linear", "bilinear", "trilinear")[spatial(x) - 1]
    target = {"size": tuple(result.shape[2:])} if sizes else {"scale_factor": scales[2:]}
    corners = {"align_corners": transform == "align_corners"} if mode == "linear" else {}
    torch.testing.assert_close(F.interpolate(x, mode=name, **target, **corners), result, rtol=1e-12, atol=1e-12)
