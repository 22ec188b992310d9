"""A small tracer: every call adds a node to the graph of a model file and runs it, so that shapes are known on the way."""
import math

import torch
import torch.nn.functional as F

from cases import Draw, node
from operations import OPERATIONS

KINKS = {"Relu", "LeakyRelu", "PRelu"}


class Network:
    """A graph in the making. Values are named after the node that computes them, weights as in a PyTorch state dict."""

    def __init__(self, name, seed, shape, scale=1.0):
        self.draw = Draw(f"{name} {seed}")
        self.nodes, self.weights, self.margin = [], {}, math.inf
        self.values = {"input": self.draw.normal(shape, scale).double()}

    def weight(self, name, values):
        self.weights[name] = values
        self.values[name] = values.double()
        return name

    def add(self, name, op, *inputs, **attributes):
        self.nodes.append(node(op, list(inputs), [name], attributes))
        tensors = [self.values[i] if i else None for i in inputs]
        if op in KINKS:
            self.keep(tensors[0].abs(), tensors[0])
        if op == "MaxPool":
            self.keep(runner_up_gap(tensors[0], attributes), tensors[0])
        self.values[name] = OPERATIONS[op](attributes, *tensors)
        return name

    def keep(self, distances, scale):
        """Remembers how near to a kink any value is, against the size of its tensor."""
        distances = distances[distances > 0]
        if distances.numel():
            self.margin = min(self.margin, float(distances.min() / scale.square().mean().sqrt()))

    def channels(self, x):
        return self.values[x].shape[1]

    def rank(self, x):
        return self.values[x].dim() - 2

    def each(self, x, value):
        """A number for all spatial axes, or a list as it is."""
        return list(value) if isinstance(value, (list, tuple)) else [value] * self.rank(x)

    def conv(self, name, x, out, kernel=3, stride=1, dilation=1, group=1, bias=True, pads=None):
        kernel, stride, dilation = (self.each(x, v) for v in (kernel, stride, dilation))
        if pads is None:
            pads = [d * (k - 1) // 2 for d, k in zip(dilation, kernel)] * 2
        shape = (out, self.channels(x) // group, *kernel)
        weight = self.weight(name + ".weight", self.draw.normal(shape, math.sqrt(2 / math.prod(shape[1:]))))
        inputs = [x, weight] + ([self.weight(name + ".bias", self.draw.normal((out,), 0.2))] if bias else [])
        return self.add(name, "Conv", *inputs, kernel_shape=kernel, strides=stride, pads=pads, dilations=dilation, group=group)

    def up(self, name, x, out, kernel=2, stride=2, pad=0, extra=0, bias=True):
        kernel, stride = self.each(x, kernel), self.each(x, stride)
        shape = (self.channels(x), out, *kernel)
        scale = math.sqrt(math.prod(stride) / (shape[0] * math.prod(kernel)))
        inputs = [x, self.weight(name + ".weight", self.draw.normal(shape, scale))]
        inputs += [self.weight(name + ".bias", self.draw.normal((out,), 0.2))] if bias else []
        return self.add(name, "ConvTranspose", *inputs, kernel_shape=kernel, strides=stride, pads=self.each(x, pad) * 2,
                        output_padding=self.each(x, extra))

    def affine(self, name, count, suffixes=("weight", "bias")):
        return [self.weight(f"{name}.{suffixes[0]}", self.draw.uniform((count,), 0.6, 1.4)),
                self.weight(f"{name}.{suffixes[1]}", self.draw.normal((count,), 0.3))]

    def batch_norm(self, name, x):
        count = self.channels(x)
        inputs = [x, *self.affine(name, count), self.weight(name + ".running_mean", self.draw.normal((count,), 0.2)),
                  self.weight(name + ".running_var", self.draw.uniform((count,), 0.6, 1.6))]
        return self.add(name, "BatchNormalization", *inputs, epsilon=1e-5)

    def instance_norm(self, name, x, affine=False):
        return self.add(name, "InstanceNormalization", x, *(self.affine(name, self.channels(x)) if affine else ["", ""]), epsilon=1e-5)

    def group_norm(self, name, x, groups):
        return self.add(name, "GroupNormalization", x, *self.affine(name, self.channels(x)), num_groups=groups, epsilon=1e-5)

    def layer_norm(self, name, x):
        return self.add(name, "LayerNormalization", x, *self.affine(name, self.values[x].shape[-1]), axis=-1, epsilon=1e-5)

    def relu(self, name, x):
        return self.add(name, "Relu", x)

    def prelu(self, name, x):
        slope = self.weight(name + ".weight", self.draw.uniform((1,), 0.1, 0.3))
        return self.add(name, "PRelu", x, slope)

    def conv_norm_relu(self, names, x, out, **options):
        """Convolution without bias, batch normalisation, ReLU."""
        conv, norm, relu = names
        return self.relu(relu, self.batch_norm(norm, self.conv(conv, x, out, bias=False, **options)))

    def max_pool(self, name, x, kernel=2, stride=2, pad=0):
        return self.add(name, "MaxPool", x, kernel_shape=self.each(x, kernel), strides=self.each(x, stride), pads=self.each(x, pad) * 2)

    def average_pool(self, name, x, kernel=2, stride=2, **options):
        return self.add(name, "AveragePool", x, kernel_shape=self.each(x, kernel), strides=self.each(x, stride), **options)

    def linear(self, name, x, out):
        size = self.values[x].shape[1]
        weight = self.weight(name + ".weight", self.draw.normal((out, size), 1 / math.sqrt(size)))
        return self.add(name, "Gemm", x, weight, self.weight(name + ".bias", self.draw.normal((out,), 0.3)), transB=1)

    def dense(self, name, x, out):
        """A linear layer over the last axis of tokens, its weight [in, out] as MatMul wants it."""
        size = self.values[x].shape[-1]
        weight = self.weight(name + ".weight", self.draw.normal((size, out), 1 / math.sqrt(size)))
        return self.add(name, "Add", self.add(name + ".matmul", "MatMul", x, weight),
                        self.weight(name + ".bias", self.draw.normal((out,), 0.2)))

    def classify(self, x, out, pool="GlobalAveragePool", name="fc"):
        """Global pooling and one linear layer."""
        return self.linear(name, self.add("flatten", "Flatten", self.add("pool", pool, x), axis=1), out)

    def numbers(self, name, values):
        return self.weight_as_is(name, torch.tensor(values, dtype=torch.int64))

    def weight_as_is(self, name, values):
        self.weights[name] = self.values[name] = values
        return name

    def reshape(self, name, x, shape):
        return self.add(name, "Reshape", x, self.numbers(name + ".shape", shape))


def runner_up_gap(x, attributes):
    """How far the largest value of each window is above the next one."""
    pads = attributes["pads"][:x.dim() - 2]
    x = F.pad(x, [p for p in reversed(pads) for _ in (0, 1)], value=-1e9)
    for axis, (kernel, stride) in enumerate(zip(attributes["kernel_shape"], attributes["strides"])):
        x = x.unfold(axis + 2, kernel, stride)
    best = x.flatten(-len(pads)).topk(2, -1).values
    return best[..., 0] - best[..., 1]
