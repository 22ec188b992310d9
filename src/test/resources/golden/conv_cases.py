"""Golden cases of convolution, transposed convolution and pooling."""
from cases import between, case, chain, node, w, x


def conv(name, shape, weight, bias=True, op="Conv", notes=None, **attributes):
    """A convolution; its number of output channels follows from the weight and the groups."""
    channels = weight[0] if op == "Conv" else weight[1] * attributes.get("group", 1)
    sources = [x(*shape), w("weight", *weight)] + ([w("bias", channels)] if bias else [])
    return case(name, op, *sources, notes=notes, **attributes)


def transposed(name, shape, weight, bias=True, notes=None, **attributes):
    return conv(name, shape, weight, bias, "ConvTranspose", notes, **attributes)


CONV = [
    conv("conv-1d", (2, 3, 11), (4, 3, 3)),
    conv("conv-1d-stride-dilation", (1, 2, 13), (3, 2, 3), strides=[2], dilations=[3], pads=[2, 2]),
    conv("conv-1d-group-asymmetric", (1, 4, 9), (6, 2, 4), group=2, pads=[2, 1], kernel_shape=[4]),
    conv("conv-2d", (2, 3, 7, 6), (4, 3, 3, 3), pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
    conv("conv-2d-no-bias", (1, 3, 6, 7), (5, 3, 3, 3), bias=False),
    conv("conv-2d-stride-per-axis", (1, 2, 9, 8), (3, 2, 3, 3), strides=[2, 1], pads=[1, 1, 1, 1]),
    conv("conv-2d-dilation-per-axis", (1, 2, 9, 10), (3, 2, 3, 3), dilations=[2, 3], pads=[2, 3, 2, 3]),
    conv("conv-2d-asymmetric", (1, 2, 7, 7), (3, 2, 3, 4), pads=[0, 1, 2, 3], strides=[2, 3]),
    conv("conv-2d-depthwise", (1, 6, 7, 5), (6, 1, 3, 3), group=6, pads=[1, 1, 1, 1]),
    conv("conv-2d-depthwise-multiplier", (2, 3, 5, 6), (6, 1, 3, 3), group=3, pads=[1, 1, 1, 1], strides=[2, 2]),
    conv("conv-2d-even-kernel", (1, 3, 8, 9), (4, 3, 2, 4), strides=[2, 2]),
    conv("conv-2d-whole-input", (2, 4, 6, 6), (3, 4, 6, 6), notes="the kernel covers the input: a linear layer"),
    conv("conv-3d", (1, 2, 5, 6, 7), (3, 2, 3, 3, 3), pads=[1] * 6, kernel_shape=[3, 3, 3], strides=[1, 1, 1], dilations=[1, 1, 1],
         group=1),
    conv("conv-3d-batch-2", (2, 2, 4, 5, 5), (4, 2, 3, 3, 3), pads=[1] * 6),
    conv("conv-3d-no-pads", (1, 3, 5, 4, 6), (2, 3, 3, 3, 3), bias=False),
    conv("conv-3d-1x1x1", (2, 5, 3, 4, 3), (4, 5, 1, 1, 1)),
    conv("conv-3d-1x1x1-stride", (1, 4, 5, 5, 4), (6, 4, 1, 1, 1), bias=False, strides=[2, 2, 2]),
    conv("conv-3d-unit-volume", (1, 5, 1, 1, 1), (3, 5, 3, 3, 3), pads=[1] * 6),
    conv("conv-3d-1x3x3", (1, 2, 4, 5, 6), (3, 2, 1, 3, 3), pads=[0, 1, 1, 0, 1, 1]),
    conv("conv-3d-3x1x1", (1, 3, 6, 4, 3), (2, 3, 3, 1, 1), pads=[1, 0, 0, 1, 0, 0]),
    conv("conv-3d-3x7x7", (1, 1, 4, 9, 8), (3, 1, 3, 7, 7), bias=False, strides=[1, 2, 2], pads=[1, 3, 3, 1, 3, 3]),
    conv("conv-3d-7x7x7", (1, 1, 7, 8, 9), (2, 1, 7, 7, 7), bias=False, strides=[2, 2, 2], pads=[3] * 6),
    conv("conv-3d-7x7x7-stride-1", (1, 1, 5, 4, 6), (2, 1, 7, 7, 7), bias=False, pads=[3] * 6),
    conv("conv-3d-stride-2", (1, 3, 7, 6, 5), (4, 3, 3, 3, 3), strides=[2, 2, 2], pads=[1] * 6),
    conv("conv-3d-stride-per-axis", (1, 2, 7, 6, 8), (3, 2, 3, 2, 2), strides=[3, 2, 1]),
    conv("conv-3d-stride-3-1-1", (1, 4, 8, 5, 5), (3, 4, 3, 3, 3), strides=[3, 1, 1]),
    conv("conv-3d-dilation-2", (1, 3, 6, 7, 5), (3, 3, 3, 3, 3), dilations=[2, 2, 2], pads=[2] * 6),
    conv("conv-3d-dilation-beyond-input", (1, 2, 5, 6, 4), (3, 2, 3, 3, 3), dilations=[8, 8, 8], pads=[8] * 6,
         notes="only the centre tap meets the input"),
    conv("conv-3d-dilation-stride", (1, 2, 9, 8, 7), (2, 2, 3, 3, 3), dilations=[2, 1, 3], strides=[2, 2, 1], pads=[2, 1, 3, 2, 1, 3]),
    conv("conv-3d-group", (1, 6, 4, 5, 4), (4, 3, 3, 3, 3), group=2, pads=[1] * 6),
    conv("conv-3d-group-stride", (2, 8, 4, 5, 4), (8, 2, 3, 3, 3), bias=False, group=4, pads=[1] * 6, strides=[2, 2, 2]),
    conv("conv-3d-depthwise", (1, 5, 5, 4, 6), (5, 1, 3, 3, 3), group=5, pads=[1] * 6),
    conv("conv-3d-depthwise-dilation", (1, 4, 6, 5, 6), (4, 1, 3, 3, 3), group=4, pads=[2] * 6, dilations=[2, 2, 2]),
    conv("conv-3d-asymmetric", (1, 2, 4, 5, 6), (3, 2, 3, 3, 3), pads=[0, 1, 2, 1, 0, 2]),
    conv("conv-3d-asymmetric-stride", (1, 3, 5, 5, 5), (2, 3, 2, 3, 4), pads=[1, 0, 3, 0, 2, 1], strides=[2, 2, 2]),
    conv("conv-3d-channels-17-to-19", (1, 17, 3, 4, 3), (19, 17, 1, 3, 3), pads=[0, 1, 1, 0, 1, 1],
         notes="no multiple of a block of 16 channels"),
    conv("conv-3d-channels-16-to-32", (1, 16, 3, 3, 4), (32, 16, 1, 1, 3), pads=[0, 0, 1, 0, 0, 1]),
    conv("conv-3d-wide-row", (1, 2, 2, 3, 37), (3, 2, 1, 3, 3), pads=[0, 1, 1, 0, 1, 1]),
]

TRANSPOSED = [
    transposed("conv-transpose-1d", (2, 3, 5), (3, 2, 4), strides=[2], pads=[1, 1]),
    transposed("conv-transpose-2d", (1, 3, 4, 5), (3, 2, 4, 4), strides=[2, 2], pads=[1, 1, 1, 1]),
    transposed("conv-transpose-2d-group-dilation", (1, 4, 4, 3), (4, 2, 3, 3), group=2, dilations=[2, 2], pads=[2, 2, 2, 2]),
    transposed("conv-transpose-3d-k2-s2", (1, 3, 3, 2, 4), (3, 2, 2, 2, 2), strides=[2, 2, 2], kernel_shape=[2, 2, 2]),
    transposed("conv-transpose-3d-k3-s2-output-padding", (1, 3, 3, 4, 2), (3, 2, 3, 3, 3), strides=[2, 2, 2], pads=[1] * 6,
               output_padding=[1, 1, 1]),
    transposed("conv-transpose-3d-no-bias", (2, 2, 3, 3, 3), (2, 3, 3, 3, 3), bias=False, pads=[1] * 6),
    transposed("conv-transpose-3d-stride-per-axis", (1, 2, 2, 3, 3), (2, 3, 1, 2, 3), strides=[1, 2, 3]),
    transposed("conv-transpose-3d-group", (1, 4, 3, 3, 2), (4, 3, 3, 3, 3), group=2, strides=[2, 2, 2], pads=[1] * 6),
    transposed("conv-transpose-3d-depthwise", (1, 4, 2, 3, 3), (4, 1, 2, 2, 2), group=4, strides=[2, 2, 2]),
    transposed("conv-transpose-3d-dilation", (1, 2, 3, 3, 4), (2, 2, 3, 2, 3), dilations=[2, 3, 1], strides=[2, 1, 2],
               output_padding=[1, 0, 1]),
    transposed("conv-transpose-3d-asymmetric", (1, 2, 3, 4, 3), (2, 3, 3, 3, 3), strides=[2, 2, 2], pads=[1, 0, 2, 0, 1, 1]),
    transposed("conv-transpose-3d-stride-over-kernel", (1, 2, 3, 2, 2), (2, 2, 2, 2, 2), strides=[3, 3, 3], output_padding=[0, 1, 2],
               notes="cells that no tap reaches hold the bias"),
]

FOLLOWS = "follows PyTorch: a window that would start in the padding at the end is dropped"
DIVISOR = "follows PyTorch: the divisor counts cells of the input and its padding, not those that ceil_mode adds"


def pool(name, op, *shape, notes=None, **attributes):
    return case(name, op, x(*shape), notes=notes, **attributes)


POOL = [
    pool("max-pool-1d", "MaxPool", 2, 2, 9, kernel_shape=[3], strides=[2], pads=[1, 1]),
    pool("max-pool-2d", "MaxPool", 1, 3, 7, 8, kernel_shape=[2, 2], strides=[2, 2]),
    pool("max-pool-2d-stride-default", "MaxPool", 1, 2, 5, 6, kernel_shape=[3, 2], notes="ONNX's default stride is 1"),
    pool("max-pool-2d-asymmetric", "MaxPool", 1, 2, 6, 6, kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1]),
    pool("max-pool-3d-k3-s2-p1", "MaxPool", 1, 2, 7, 6, 5, kernel_shape=[3, 3, 3], strides=[2, 2, 2], pads=[1] * 6),
    pool("max-pool-3d-k2-s2", "MaxPool", 2, 2, 4, 5, 6, kernel_shape=[2, 2, 2], strides=[2, 2, 2]),
    pool("max-pool-3d-ceil", "MaxPool", 1, 3, 6, 7, 8, kernel_shape=[3, 3, 3], strides=[2, 2, 2], ceil_mode=1),
    pool("max-pool-3d-ceil-drops-window", "MaxPool", 1, 2, 5, 5, 6, kernel_shape=[2, 2, 2], strides=[3, 3, 2], pads=[1] * 6, ceil_mode=1,
         notes=FOLLOWS),
    pool("max-pool-3d-dilation", "MaxPool", 1, 2, 7, 8, 6, kernel_shape=[3, 2, 2], dilations=[2, 3, 1], pads=[1, 1, 0, 1, 1, 0]),
    pool("max-pool-3d-1x2x2", "MaxPool", 1, 2, 3, 4, 6, kernel_shape=[1, 2, 2], strides=[1, 2, 2]),
    case("max-pool-3d-all-negative", "MaxPool", x(1, 2, 4, 4, 4, scale=0.1, shift=-5.0), kernel_shape=[3, 3, 3], strides=[2, 2, 2],
         pads=[1] * 6, notes="padding never wins"),
    pool("average-pool-1d", "AveragePool", 1, 2, 12, kernel_shape=[12], strides=[12]),
    pool("average-pool-2d-excludes-pad", "AveragePool", 1, 2, 7, 6, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4),
    pool("average-pool-2d-includes-pad", "AveragePool", 1, 2, 7, 6, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4,
         count_include_pad=1),
    pool("average-pool-2d-asymmetric-excludes-pad", "AveragePool", 1, 2, 5, 6, kernel_shape=[3, 3], pads=[0, 1, 2, 0]),
    pool("average-pool-2d-asymmetric-includes-pad", "AveragePool", 1, 2, 5, 6, kernel_shape=[3, 3], pads=[0, 1, 2, 0],
         count_include_pad=1),
    pool("average-pool-3d-k2-s2", "AveragePool", 2, 2, 4, 5, 6, kernel_shape=[2, 2, 2], strides=[2, 2, 2]),
    pool("average-pool-3d-k1-s2", "AveragePool", 1, 3, 5, 6, 4, kernel_shape=[1, 1, 1], strides=[2, 2, 2],
         notes="plain sub-sampling, as in shortcut A"),
    pool("average-pool-3d-excludes-pad", "AveragePool", 1, 2, 5, 5, 6, kernel_shape=[3, 3, 3], strides=[2, 2, 2], pads=[1] * 6),
    pool("average-pool-3d-includes-pad", "AveragePool", 1, 2, 5, 5, 6, kernel_shape=[3, 3, 3], strides=[2, 2, 2], pads=[1] * 6,
         count_include_pad=1),
    pool("average-pool-3d-ceil-excludes-pad", "AveragePool", 1, 2, 6, 7, 5, kernel_shape=[3, 3, 3], strides=[2, 2, 2], ceil_mode=1,
         notes=DIVISOR),
    pool("average-pool-3d-ceil-includes-pad", "AveragePool", 1, 2, 6, 5, 7, kernel_shape=[3, 3, 3], strides=[2, 3, 2], pads=[1] * 6,
         ceil_mode=1, count_include_pad=1, notes=DIVISOR),
    pool("average-pool-3d-whole-grid", "AveragePool", 1, 3, 3, 4, 2, kernel_shape=[3, 4, 2]),
    pool("global-average-pool-1d", "GlobalAveragePool", 2, 3, 7),
    pool("global-average-pool-2d", "GlobalAveragePool", 2, 3, 4, 5),
    pool("global-average-pool-3d", "GlobalAveragePool", 2, 3, 3, 4, 5),
    pool("global-max-pool-2d", "GlobalMaxPool", 1, 3, 4, 5),
    pool("global-max-pool-3d", "GlobalMaxPool", 2, 3, 3, 4, 5),
    pool("adaptive-average-pool-1d", "AdaptiveAveragePool", 1, 2, 10, output_size=[4]),
    pool("adaptive-average-pool-2d", "AdaptiveAveragePool", 1, 2, 7, 5, output_size=[3, 2]),
    pool("adaptive-average-pool-3d", "AdaptiveAveragePool", 1, 2, 7, 5, 6, output_size=[3, 2, 4], notes="windows overlap"),
    pool("adaptive-average-pool-3d-to-1", "AdaptiveAveragePool", 2, 3, 3, 4, 5, output_size=[1, 1, 1]),
    pool("adaptive-average-pool-3d-enlarges", "AdaptiveAveragePool", 1, 2, 2, 3, 4, output_size=[3, 3, 6]),
    pool("adaptive-max-pool-2d", "AdaptiveMaxPool", 1, 2, 7, 5, output_size=[3, 2]),
    pool("adaptive-max-pool-3d", "AdaptiveMaxPool", 1, 2, 5, 6, 7, output_size=[2, 4, 3], notes="windows overlap"),
]

BATCH_NORM = ["scale", "shift", "mean", "variance"]


def folded(name, nodes, channels=4, skip=False, bias=True, **attributes):
    """A convolution followed by operations that a backend may fuse into it."""
    sources = [x(1, 3, 4, 5, 6), w("weight", channels, 3, 3, 3, 3)]
    sources += [w("bias", channels)] if bias else []
    if "BatchNormalization" in nodes:
        sources += [w("scale", channels, shift=1.0), w("shift", channels), between("mean", (channels,), -0.5, 0.5),
                    between("variance", (channels,), 0.5, 2.0)]
    if skip:
        sources += [x(1, channels, 4, 5, 6, name="skip")]
    extra = {"BatchNormalization": BATCH_NORM, "Add": ["skip"], "PRelu": ["slope"]}
    if "PRelu" in nodes:
        sources += [w("slope", channels, 1, 1, 1)]
    steps, before = [node("Conv", ["x", "weight"] + (["bias"] if bias else []), ["conv"], {"pads": [1] * 6} | attributes)], "conv"
    for i, op in enumerate(nodes):
        after = "out" if i == len(nodes) - 1 else op.lower() + str(i)
        steps.append(node(op, [before] + extra.get(op, []), [after]))
        before = after
    return chain(name, sources, *steps)


FUSED = [
    folded("fused-conv-relu", ["Relu"]),
    folded("fused-conv-batch-norm", ["BatchNormalization"], bias=False),
    folded("fused-conv-bias-batch-norm-relu", ["BatchNormalization", "Relu"]),
    folded("fused-conv-batch-norm-add-relu", ["BatchNormalization", "Add", "Relu"], bias=False, skip=True, channels=5),
    folded("fused-conv-add", ["Add"], skip=True),
    folded("fused-conv-leaky-relu", ["LeakyRelu"]),
    folded("fused-conv-prelu", ["PRelu"]),
    folded("fused-conv-silu", ["Silu"]),
    folded("fused-conv-relu-batch-norm", ["Relu", "BatchNormalization"]),
]
