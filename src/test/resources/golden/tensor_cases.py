"""Golden cases of normalisation, activations, arithmetic, matrices and reductions."""
from cases import between, case, chain, floats, ints, node, positive, w, whole, x


def batch_norm(name, *shape, **attributes):
    channels = shape[1]
    return case(name, "BatchNormalization", x(*shape), w("scale", channels, shift=1.0), w("shift", channels),
                between("mean", (channels,), -1, 1), between("variance", (channels,), 0.3, 2), **attributes)


def norm(name, op, *shape, scale=1.0, shift=0.0, affine=True, size=None, **attributes):
    size = size or (shape[1],)
    constants = [w("scale", *size, shift=1.0), w("shift", *size)] if affine else []
    return case(name, op, x(*shape, scale=scale, shift=shift), *constants, **attributes)


NORM = [
    batch_norm("batch-norm-rank-2", 3, 5),
    batch_norm("batch-norm-1d", 2, 3, 7),
    batch_norm("batch-norm-2d", 2, 4, 3, 5, epsilon=1e-3),
    batch_norm("batch-norm-3d", 2, 3, 3, 4, 3, epsilon=1e-5),
    norm("instance-norm-2d", "InstanceNormalization", 2, 3, 5, 4),
    norm("instance-norm-3d", "InstanceNormalization", 2, 3, 3, 4, 5, epsilon=1e-5),
    norm("instance-norm-3d-epsilon", "InstanceNormalization", 1, 2, 3, 3, 3, epsilon=0.1),
    norm("instance-norm-3d-offset", "InstanceNormalization", 1, 2, 4, 4, 4, shift=10.0),
    case("instance-norm-3d-no-affine", "InstanceNormalization", x(2, 3, 3, 4, 3), None, None),
    case("instance-norm-3d-inputs-left-out", "InstanceNormalization", x(1, 3, 3, 4, 3), epsilon=1e-5),
    norm("group-norm-3d", "GroupNormalization", 2, 6, 3, 2, 4, num_groups=3, epsilon=1e-5),
    norm("group-norm-3d-one-group", "GroupNormalization", 2, 4, 2, 3, 3, num_groups=1),
    norm("group-norm-3d-group-per-channel", "GroupNormalization", 1, 4, 3, 3, 3, num_groups=4),
    norm("group-norm-2d-epsilon", "GroupNormalization", 1, 8, 3, 4, num_groups=4, epsilon=0.01),
    case("group-norm-3d-no-affine", "GroupNormalization", x(1, 4, 3, 2, 3), None, None, num_groups=2),
    norm("layer-norm", "LayerNormalization", 2, 5, 8, size=(8,)),
    norm("layer-norm-two-axes", "LayerNormalization", 2, 3, 4, 5, size=(4, 5), axis=-2, epsilon=1e-6),
    norm("layer-norm-axis-1", "LayerNormalization", 2, 3, 4, size=(3, 4), axis=1),
    case("layer-norm-no-bias", "LayerNormalization", x(2, 4, 6), w("scale", 6, shift=1.0)),
    case("l2-norm-channels", "LpNormalization", x(2, 4, 3, 2, 3), axis=1, p=2),
    case("l2-norm-last-axis", "LpNormalization", x(3, 5)),
]


def unary(op, *shape, name=None, scale=1.5, **attributes):
    return case(name or op.lower(), op, x(*(shape or (2, 3, 4, 5)), scale=scale), **attributes)


ACTIVATION = [
    unary("Relu", 2, 3, 3, 4, 5), unary("LeakyRelu"), unary("LeakyRelu", name="leakyrelu-alpha", alpha=0.2),
    case("prelu-per-channel", "PRelu", x(2, 3, 2, 3, 4), w("slope", 3, 1, 1, 1)),
    case("prelu-one-slope", "PRelu", x(2, 3, 4, 3), w("slope", 1)),
    case("prelu-full-slope", "PRelu", x(2, 3, 4), w("slope", 3, 4)),
    unary("Elu"), unary("Elu", name="elu-alpha", alpha=0.5), unary("Gelu"), unary("Gelu", name="gelu-none", approximate="none"),
    unary("Gelu", name="gelu-tanh", approximate="tanh"), unary("Silu"), unary("Sigmoid"),
    unary("Sigmoid", name="sigmoid-large", scale=20.0), unary("Tanh"), unary("Tanh", name="tanh-large", scale=10.0), unary("Softplus"),
    unary("Softplus", name="softplus-large", scale=20.0), unary("HardSwish", scale=2.5), unary("HardSigmoid", scale=3.0),
    unary("HardSigmoid", name="hardsigmoid-alpha-beta", alpha=1 / 6, beta=0.5, scale=3.0),
    unary("Softmax"), unary("Softmax", 2, 4, 2, 3, 3, name="softmax-channels", axis=1),
    unary("Softmax", 3, 7, name="softmax-large", scale=20.0), unary("LogSoftmax"),
    unary("LogSoftmax", 2, 4, 3, 3, name="logsoftmax-channels", axis=1), unary("LogSoftmax", 3, 7, name="logsoftmax-large", scale=20.0),
    unary("Exp"), case("log", "Log", positive(2, 3, 4, 5)), case("sqrt", "Sqrt", positive(2, 3, 4, 5)), unary("Abs"), unary("Neg"),
    unary("Erf"), case("reciprocal", "Reciprocal", positive(2, 3, 4)),
    case("reciprocal-negative", "Reciprocal", x(3, 4, shift=-4.0, scale=0.5)),
    case("sign", "Sign", x(2, 3, 4, gradient=False)), case("sign-zero", "Sign", whole(4, 5)),
    case("clip", "Clip", x(2, 3, 4, 5), floats("low", -0.7), floats("high", 0.9)),
    case("clip-low-only", "Clip", x(3, 4, 5), floats("low", 0.0)),
    case("clip-high-only", "Clip", x(3, 4, 5), None, floats("high", 0.25)),
    case("clip-attributes", "Clip", x(3, 4, 5), min=-0.5, max=1.0),
    case("clip-min-attribute", "Clip", x(3, 4, 5), min=0),
    unary("Identity", 2, 3, 4), case("dropout", "Dropout", x(2, 3, 4)),
    case("dropout-ratio", "Dropout", x(2, 3, 4), floats("ratio", 0.5)),
]


def pair(op, first, second, name, **attributes):
    """A binary operation of two graph inputs."""
    make = positive if op == "Pow" else x
    return case(f"{op.lower()}-{name}", op, make(*first), x(*second, name="y"), **attributes)


ELEMENTWISE = [
    pair("Add", (2, 3, 4, 5), (2, 3, 4, 5), "same"), pair("Add", (2, 3, 2, 3, 4), (3, 1, 1, 1), "channel"),
    pair("Add", (2, 3), (), "scalar"), pair("Add", (3, 1, 4), (2, 1, 5, 1), "both-ways"),
    case("add-weight", "Add", x(2, 5, 6), w("position", 1, 5, 6)),
    pair("Sub", (2, 3, 4), (2, 3, 4), "same"), pair("Sub", (4,), (2, 3, 4), "first-smaller"),
    pair("Mul", (2, 3, 4), (2, 3, 4), "same"), pair("Mul", (2, 4, 2, 3, 3), (2, 4, 1, 1, 1), "channel-gate"),
    pair("Mul", (2, 1, 3, 1), (1, 4, 1, 5), "both-ways"),
    case("mul-same-input-twice", "Mul", x(3, 4), x(3, 4)),
    case("div-same", "Div", x(2, 3, 4), positive(2, 3, 4, name="y")),
    case("div-scalar", "Div", x(2, 3, 4), floats("divisor", 8.0)),
    case("div-keeps-channel", "Div", x(2, 3, 4, 4), positive(1, 3, 1, 1, name="y")),
    pair("Pow", (2, 3, 4), (2, 3, 4), "same"), pair("Pow", (2, 3, 4), (4,), "row"),
    case("pow-square", "Pow", x(2, 3, 4), floats("two", 2.0), notes="negative bases"),
    case("pow-cube", "Pow", x(2, 3, 4), floats("three", [3.0])), case("pow-half", "Pow", positive(2, 3, 4), floats("half", 0.5)),
    case("pow-minus-one", "Pow", positive(2, 3, 4), floats("minus_one", -1.0)),
    pair("Min", (2, 3, 4), (2, 3, 4), "same"), pair("Min", (2, 3, 4), (3, 1), "column"),
    case("min-three", "Min", x(2, 3, 4), x(4, name="y"), x(2, 1, 1, name="z")), case("min-one", "Min", x(2, 3)),
    pair("Max", (2, 3, 4), (2, 3, 4), "same"), pair("Max", (2, 1, 4), (3, 1), "both-ways"),
    case("max-three", "Max", x(2, 3, 4), x(4, name="y"), x(2, 1, 1, name="z")),
    case("max-scalar", "Max", x(2, 3, 4), floats("zero", 0.1)),
    case("equal", "Equal", whole(2, 3, 4), whole(2, 3, 4, name="y")), case("equal-row", "Equal", whole(3, 4), whole(4, name="y")),
    case("greater", "Greater", whole(2, 3, 4), whole(2, 3, 4, name="y")),
    case("greater-scalar", "Greater", x(2, 3, 4, gradient=False), floats("threshold", 0.0)),
    case("less", "Less", whole(2, 3, 4), whole(3, 1, name="y")),
    case("where", "Where", whole(2, 3, 4, name="condition", low=0, high=2), x(2, 3, 4), x(2, 3, 4, name="y")),
    case("where-broadcast", "Where", whole(2, 1, 4, name="condition", low=0, high=2), x(3, 1), x(name="y")),
    chain("where-greater", [x(2, 3, 4), floats("zero", 0.0), floats("low", -1.0)],
          node("Greater", ["x", "zero"], ["positive"]), node("Where", ["positive", "x", "low"], ["out"])),
]


def product(name, first, second, weight=False):
    other = w("weight", *second) if weight else x(*second, name="y")
    return case("matmul-" + name, "MatMul", x(*first), other)


def gemm(name, first, second, third=None, **attributes):
    return case("gemm-" + name, "Gemm", x(*first), w("weight", *second), *([w("bias", *third)] if third is not None else []), **attributes)


MATRIX = [
    product("matrices", (4, 5), (5, 3)), product("batched", (2, 4, 5), (2, 5, 3)), product("heads", (2, 2, 4, 3), (2, 2, 3, 4)),
    product("weight-shared", (2, 3, 4, 5), (5, 6), weight=True), product("broadcast", (2, 1, 4, 3), (3, 3, 2)),
    product("matrix-vector", (2, 3, 5), (5,)), product("vector-matrix", (4,), (2, 4, 3)), product("vectors", (6,), (6,)),
    product("odd-sizes", (17, 33), (33, 19)),
    gemm("plain", (3, 4), (4, 5)), gemm("linear", (2, 7), (3, 7), (3,), transB=1), gemm("transposed-both", (5, 3), (4, 5), (4,), transA=1,
                                                                                      transB=1),
    gemm("alpha-beta", (3, 4), (4, 5), (5,), alpha=0.5, beta=2.0), gemm("bias-column", (3, 4), (4, 5), (3, 1)),
    gemm("bias-full", (3, 4), (4, 5), (3, 5), transA=0, beta=0.5), gemm("bias-scalar", (3, 4), (4, 2), ()),
    gemm("wide", (1, 37), (21, 37), (21,), transB=1),
]


def reduce(op, name, axes, shape=(2, 3, 4, 5), **attributes):
    """Axes as ONNX's opset 17 has them: an input for ReduceSum, an attribute for the others."""
    if axes is not None and op == "ReduceSum":
        return case(f"{op}-{name}".lower(), op, x(*shape), ints("axes", axes), **attributes)
    return case(f"{op}-{name}".lower(), op, x(*shape), **({"axes": axes} if axes is not None else {}), **attributes)


REDUCE = [
    reduce("ReduceSum", "space", [2, 3, 4], (2, 3, 2, 3, 4)), reduce("ReduceSum", "channel", [1], keepdims=0),
    reduce("ReduceSum", "outer-and-inner", [0, -1], keepdims=0), reduce("ReduceSum", "all", None, keepdims=0),
    case("reducesum-attribute", "ReduceSum", x(2, 3, 4, 5), axes=[2, 3], keepdims=1),
    case("reducesum-noop", "ReduceSum", x(2, 3, 4), noop_with_empty_axes=1),
    reduce("ReduceMean", "space", [2, 3], keepdims=0), reduce("ReduceMean", "channel", [1], (2, 4, 2, 3, 3), keepdims=1),
    reduce("ReduceMean", "all", None), reduce("ReduceMean", "negative-axes", [-1, -3]),
    reduce("ReduceMax", "space", [2, 3]), reduce("ReduceMax", "channel", [1], keepdims=0), reduce("ReduceMax", "all", None, keepdims=0),
    reduce("ReduceMin", "space", [-2, -1], keepdims=0), reduce("ReduceMin", "batch", [0]),
    reduce("ReduceLogSumExp", "space", [2, 3], keepdims=0), reduce("ReduceLogSumExp", "channel", [1]),
    case("reducelogsumexp-large", "ReduceLogSumExp", x(3, 6, scale=30.0, shift=200.0), axes=[1], keepdims=0,
         notes="overflows unless the maximum is taken out first"),
    reduce("ReduceL1", "space", [2, 3]), reduce("ReduceL1", "all", None, keepdims=0),
    reduce("ReduceL2", "channel", [1], keepdims=0), reduce("ReduceL2", "two", [1, 3]),
    case("argmax-channel", "ArgMax", x(2, 4, 3, 3, 2, gradient=False), axis=1, keepdims=0),
    case("argmax-default", "ArgMax", x(4, 5, gradient=False)),
    case("argmax-ties-first", "ArgMax", whole(3, 12, low=0, high=3), axis=-1, keepdims=1, notes="the first of equals"),
    case("argmax-ties-last", "ArgMax", whole(3, 12, low=0, high=3), axis=-1, select_last_index=1, keepdims=0),
    case("topk-largest", "TopK", x(2, 7), ints("k", [3]), outputs=2),
    case("topk-smallest-axis-1", "TopK", x(2, 6, 3), ints("k", [2]), outputs=2, axis=1, largest=0, sorted=1),
    case("topk-attribute", "TopK", x(3, 5, 4), outputs=2, axis=-1, k=4),
    case("topk-all", "TopK", x(9), ints("k", [9]), outputs=2, axis=0),
]
