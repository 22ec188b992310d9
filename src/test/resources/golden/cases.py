"""One golden case: a small graph, its inputs drawn from a seed that is its name, its outputs and gradients from PyTorch."""
import zlib

import torch

from operations import evaluate
from tensorfile import compact

EDGE = 0.02


class Draw:
    """Random tensors that float32 holds exactly and that keep clear of 0, where many operations have a kink."""

    def __init__(self, name):
        self.generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))

    def normal(self, shape, scale=1.0, shift=0.0):
        values = torch.randn(shape, generator=self.generator, dtype=torch.float64)
        return (values + values.sign() * EDGE).mul(scale).add(shift).float()

    def uniform(self, shape, low, high):
        values = torch.rand(shape, generator=self.generator, dtype=torch.float64)
        return (low + (high - low) * values).float()

    def integers(self, shape, low, high):
        return torch.randint(low, high, shape, generator=self.generator)


class Source:
    """What stands at an input of an operation: how it is made, and whether it is a graph input and has a gradient."""

    def __init__(self, name, make, graph_input=False, gradient=False):
        self.name, self.make, self.graph_input, self.gradient = name, make, graph_input, gradient


def x(*shape, name="x", scale=1.0, shift=0.0, gradient=True):
    """A graph input, normal."""
    return Source(name, lambda draw: draw.normal(shape, scale, shift), True, gradient)


def positive(*shape, name="x", gradient=True):
    """A graph input between 0.3 and 3."""
    return Source(name, lambda draw: draw.uniform(shape, 0.3, 3.0), True, gradient)


def whole(*shape, name="x", low=-2, high=3):
    """A graph input of small whole numbers, so that values meet; no gradient."""
    return Source(name, lambda draw: draw.integers(shape, low, high).float(), True)


def w(name, *shape, scale=0.5, shift=0.0):
    """A constant with a gradient: a weight."""
    return Source(name, lambda draw: draw.normal(shape, scale, shift), False, True)


def between(name, shape, low, high, gradient=False):
    """A constant, uniform."""
    return Source(name, lambda draw: draw.uniform(shape, low, high), False, gradient)


def ints(name, values):
    """An int64 constant; a plain number gives a scalar."""
    return Source(name, lambda draw: torch.tensor(values, dtype=torch.int64))


def floats(name, values):
    """A float constant without gradient; a plain number gives a scalar."""
    return Source(name, lambda draw: torch.tensor(values, dtype=torch.float32))


class Case:
    """A golden case under a name that is unique among all families."""

    def __init__(self, name, nodes, sources, outputs, notes):
        self.name, self.sources, self.notes = name, sources, notes
        self.outputs = outputs
        self.nodes = nodes

    def results(self):
        """The tensors of the case and its JSON."""
        draw = Draw(self.name)
        tensors = {source.name: source.make(draw) for source in self.sources}
        values = {name: t.double() if t.is_floating_point() else t for name, t in tensors.items()}
        differentiable = [source.name for source in self.sources if source.gradient]
        for name in differentiable:
            values[name].requires_grad_()
        graph = {"inputs": [{"name": s.name, "shape": list(tensors[s.name].shape)} for s in self.sources if s.graph_input],
                 "nodes": self.nodes, "outputs": self.outputs}
        found = evaluate(graph, values)
        score = 0.0
        for name in self.outputs:
            out = found[name]
            assert not out.is_floating_point() or torch.isfinite(out).all(), f"{self.name}: {name} is not finite"
            tensors[name] = out.detach()
            if out.requires_grad:
                cotangent = draw.normal(out.shape)
                tensors[name.replace("out", "cotangent")] = cotangent
                score = score + (out * cotangent.double()).sum()
        if torch.is_tensor(score):
            inputs = [values[name] for name in differentiable]
            for name, gradient in zip(differentiable, torch.autograd.grad(score, inputs)):
                assert torch.isfinite(gradient).all(), f"{self.name}: gradient of {name} is not finite"
                tensors["grad." + name] = gradient
        description = {"graph": graph} | ({"notes": self.notes} if self.notes else {})
        return {f"{self.name}/{key}": value for key, value in tensors.items()}, compact(description)


def node(op, inputs, outputs, attributes=None, name=None):
    return {"name": name or outputs[0], "op": op, "inputs": inputs, "outputs": outputs, "attributes": attributes or {}}


def case(name, op, *sources, outputs=1, notes=None, **attributes):
    """A case of one operation. A source may be None (an omitted input); the keywords left are the attributes."""
    names = ["out"] if outputs == 1 else [f"out{i}" for i in range(outputs)]
    nodes = [node(op, [s.name if s else "" for s in sources], names, attributes, name="op")]
    distinct = {s.name: s for s in sources if s}
    return Case(name, nodes, list(distinct.values()), names, notes)


def chain(name, sources, *nodes, notes=None):
    """A case of several operations, the last of which gives "out"."""
    return Case(name, list(nodes), sources, ["out"], notes)
