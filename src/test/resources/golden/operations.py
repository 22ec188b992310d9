"""Runs a graph of the model file's vocabulary with PyTorch, so that PyTorch can differentiate it.

Every function below is one operation of ONNX's opset 17, or one of ours (Silu, Gelu, GroupNormalization, AdaptiveAveragePool,
AdaptiveMaxPool). It takes the attributes `a` and the input tensors; an omitted input is None. `movement` holds those that move values.
"""
import torch
import torch.nn.functional as F

import movement  # fills its part of the table
from registry import OPERATIONS, numbers, operation, spatial


def evaluate(graph, tensors, replaced=None):
    """All values of a graph by name; a name in `replaced` takes that value instead of the computed one."""
    values, replaced = dict(tensors), replaced or {}
    for node in graph["nodes"]:
        inputs = [values[name] if name else None for name in node["inputs"]]
        results = OPERATIONS[node["op"]](node.get("attributes", {}), *inputs)
        results = results if isinstance(results, tuple) else (results,)
        for name, result in zip(node["outputs"], results):
            values[name] = replaced.get(name, result)
    return values


def pad_spatial(x, pads, value=0.0):
    """Pads the spatial axes; `pads` lists all begins, then all ends."""
    rank = spatial(x)
    order = [pads[axis + side * rank] for axis in reversed(range(rank)) for side in (0, 1)]
    return F.pad(x, order, value=value)


def window(a, rank):
    """Strides, pads and whether the pads are the same on both sides."""
    strides = a.get("strides", [1] * rank)
    pads = a.get("pads", [0] * (2 * rank))
    return strides, pads, pads[:rank] == pads[rank:]


# Convolution

@operation
def Conv(a, x, w, b=None):
    rank = spatial(x)
    strides, pads, symmetric = window(a, rank)
    padding = pads[:rank]
    if not symmetric:
        x, padding = pad_spatial(x, pads), [0] * rank
    convolve = (F.conv1d, F.conv2d, F.conv3d)[rank - 1]
    return convolve(x, w, b, strides, padding, a.get("dilations", [1] * rank), a.get("group", 1))


@operation
def ConvTranspose(a, x, w, b=None):
    rank = spatial(x)
    strides, pads, symmetric = window(a, rank)
    extra = a.get("output_padding", [0] * rank)
    convolve = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[rank - 1]
    dilations, group = a.get("dilations", [1] * rank), a.get("group", 1)
    if symmetric:
        return convolve(x, w, b, strides, pads[:rank], extra, group, dilations)
    out = convolve(x, w, b, strides, [0] * rank, extra, group, dilations)
    return pad_spatial(out, [-p for p in pads])


# Pooling

@operation
def MaxPool(a, x):
    rank = spatial(x)
    strides, pads, symmetric = window(a, rank)
    padding = pads[:rank]
    if not symmetric:
        x, padding = pad_spatial(x, pads, -torch.inf), [0] * rank
    pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[rank - 1]
    dilations = a.get("dilations", [1] * rank)
    return pool(x, a["kernel_shape"], strides, padding, dilations, bool(a.get("ceil_mode", 0)))


@operation
def AveragePool(a, x):
    rank = spatial(x)
    strides, pads, symmetric = window(a, rank)
    include, ceil = bool(a.get("count_include_pad", 0)), bool(a.get("ceil_mode", 0))
    pool = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[rank - 1]
    if symmetric:
        return pool(x, a["kernel_shape"], strides, pads[:rank], ceil, include)
    total = pool(pad_spatial(x, pads), a["kernel_shape"], strides, 0, ceil)
    if include:
        return total
    return total / pool(pad_spatial(torch.ones_like(x), pads), a["kernel_shape"], strides, 0, ceil)


@operation
def GlobalAveragePool(a, x):
    return x.mean(tuple(range(2, x.dim())), keepdim=True)


@operation
def GlobalMaxPool(a, x):
    return x.amax(tuple(range(2, x.dim())), keepdim=True)


@operation
def AdaptiveAveragePool(a, x):
    pool = (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d)[spatial(x) - 1]
    return pool(x, a["output_size"])


@operation
def AdaptiveMaxPool(a, x):
    pool = (F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d)[spatial(x) - 1]
    return pool(x, a["output_size"])


# Normalisation

@operation
def BatchNormalization(a, x, scale, shift, mean, variance):
    return F.batch_norm(x, mean, variance, scale, shift, False, 0.0, a.get("epsilon", 1e-5))


@operation
def InstanceNormalization(a, x, scale=None, shift=None):
    return F.instance_norm(x, None, None, scale, shift, True, 0.0, a.get("epsilon", 1e-5))


@operation
def GroupNormalization(a, x, scale=None, shift=None):
    return F.group_norm(x, a["num_groups"], scale, shift, a.get("epsilon", 1e-5))


@operation
def LayerNormalization(a, x, scale, shift=None):
    axis = a.get("axis", -1)
    return F.layer_norm(x, x.shape[axis:], scale, shift, a.get("epsilon", 1e-5))


@operation
def LpNormalization(a, x):
    return F.normalize(x, p=a.get("p", 2), dim=a.get("axis", -1))


# Activations and elementwise functions of one input

@operation
def Relu(a, x):
    return F.relu(x)


@operation
def LeakyRelu(a, x):
    return F.leaky_relu(x, a.get("alpha", 0.01))


@operation
def PRelu(a, x, slope):
    return torch.where(x > 0, x, x * slope)


@operation
def Elu(a, x):
    return F.elu(x, a.get("alpha", 1.0))


@operation
def Gelu(a, x):
    return F.gelu(x, approximate=a.get("approximate", "none"))


@operation
def Silu(a, x):
    return F.silu(x)


@operation
def Sigmoid(a, x):
    return torch.sigmoid(x)


@operation
def Tanh(a, x):
    return torch.tanh(x)


@operation
def Softplus(a, x):
    return torch.logaddexp(x, torch.zeros_like(x))


@operation
def HardSwish(a, x):
    return F.hardswish(x)


@operation
def HardSigmoid(a, x):
    return (a.get("alpha", 0.2) * x + a.get("beta", 0.5)).clamp(0, 1)


@operation
def Softmax(a, x):
    return torch.softmax(x, a.get("axis", -1))


@operation
def LogSoftmax(a, x):
    return torch.log_softmax(x, a.get("axis", -1))


for name in ("Exp", "Log", "Sqrt", "Abs", "Neg", "Erf", "Reciprocal", "Sign"):
    OPERATIONS[name] = lambda a, x, function=getattr(torch, name.lower()): function(x)


@operation
def Clip(a, x, low=None, high=None):
    low = a.get("min") if low is None else float(low)
    high = a.get("max") if high is None else float(high)
    return torch.clamp(x, low, high)


@operation
def Identity(a, x):
    return x.clone()


@operation
def Dropout(a, x, ratio=None, training=None):
    return x.clone()


# Elementwise functions of several inputs, with broadcasting

@operation
def Add(a, x, y):
    return x + y


@operation
def Sub(a, x, y):
    return x - y


@operation
def Mul(a, x, y):
    return x * y


@operation
def Div(a, x, y):
    return x / y


@operation
def Pow(a, x, y):
    return torch.pow(x, y)


@operation
def Min(a, *inputs):
    return inputs[0] if len(inputs) == 1 else torch.minimum(inputs[0], Min(a, *inputs[1:]))


@operation
def Max(a, *inputs):
    return inputs[0] if len(inputs) == 1 else torch.maximum(inputs[0], Max(a, *inputs[1:]))


@operation
def Equal(a, x, y):
    return (x == y).double()


@operation
def Greater(a, x, y):
    return (x > y).double()


@operation
def Less(a, x, y):
    return (x < y).double()


@operation
def Where(a, condition, x, y):
    return torch.where(condition != 0, x, y)


# Matrices

@operation
def MatMul(a, x, y):
    return torch.matmul(x, y)


@operation
def Gemm(a, x, y, z=None):
    x = x.T if a.get("transA", 0) else x
    y = y.T if a.get("transB", 0) else y
    out = a.get("alpha", 1.0) * (x @ y)
    return out if z is None else out + a.get("beta", 1.0) * z


# Reductions

def reduction(function):
    def run(a, x, axes=None):
        axes = numbers(a, "axes", axes)
        if not axes:
            if a.get("noop_with_empty_axes", 0):
                return x.clone()
            axes = range(x.dim())
        return function(x, tuple(axes), bool(a.get("keepdims", 1)))
    return run


OPERATIONS["ReduceSum"] = reduction(torch.sum)
OPERATIONS["ReduceMean"] = reduction(torch.mean)
OPERATIONS["ReduceMax"] = reduction(torch.amax)
OPERATIONS["ReduceMin"] = reduction(torch.amin)
OPERATIONS["ReduceLogSumExp"] = reduction(torch.logsumexp)
OPERATIONS["ReduceL1"] = reduction(lambda x, axes, keep: x.abs().sum(axes, keep))
OPERATIONS["ReduceL2"] = reduction(lambda x, axes, keep: x.square().sum(axes, keep).sqrt())


@operation
def ArgMax(a, x):
    axis, keep = a.get("axis", 0), bool(a.get("keepdims", 1))
    if not a.get("select_last_index", 0):
        return x.argmax(axis, keep)
    return x.shape[axis] - 1 - x.flip(axis).argmax(axis, keep)


@operation
def TopK(a, x, k=None):
    k = numbers(a, "k", k)[0]
    return tuple(torch.topk(x, k, a.get("axis", -1), bool(a.get("largest", 1)), True))
