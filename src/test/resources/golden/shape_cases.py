"""Golden cases of operations that move values: shape, selection, padding, resizing."""
from cases import case, floats, ints, w, x

SHAPE = [
    case("reshape", "Reshape", x(2, 3, 4), ints("shape", [4, 6])),
    case("reshape-zero-and-rest", "Reshape", x(2, 3, 4, 5), ints("shape", [0, -1, 5])),
    case("reshape-to-grid", "Reshape", x(2, 24, 3), ints("shape", [0, 2, 3, 4, 3])),
    case("reshape-attribute", "Reshape", x(3, 4), shape=[2, -1]),
    case("flatten", "Flatten", x(2, 3, 2, 2, 3)), case("flatten-axis-0", "Flatten", x(2, 3, 4), axis=0),
    case("flatten-axis-2", "Flatten", x(2, 3, 4, 2), axis=2), case("flatten-negative", "Flatten", x(2, 3, 4), axis=-1),
    case("flatten-axis-rank", "Flatten", x(2, 3, 4), axis=3),
    case("transpose-default", "Transpose", x(2, 3, 4)), case("transpose-channels-last", "Transpose", x(2, 3, 2, 3, 4), perm=[0, 2, 3, 4, 1]),
    case("transpose-matrix", "Transpose", x(5, 3), perm=[1, 0]), case("transpose-heads", "Transpose", x(2, 5, 2, 3), perm=[0, 2, 1, 3]),
    case("concat-channels", "Concat", x(1, 2, 3, 2, 3), x(1, 3, 3, 2, 3, name="y"), axis=1),
    case("concat-three-negative-axis", "Concat", x(2, 3), x(2, 1, name="y"), x(2, 4, name="z"), axis=-1),
    case("concat-batch", "Concat", x(1, 2, 3), x(2, 2, 3, name="y"), axis=0),
    case("concat-token", "Concat", w("token", 1, 1, 4), x(1, 5, 4), axis=1), case("concat-one", "Concat", x(2, 3), axis=1),
    case("slice", "Slice", x(4, 5, 6), ints("starts", [1, 2]), ints("ends", [3, 5]), ints("axes", [0, 2])),
    case("slice-default-axes", "Slice", x(4, 5), ints("starts", [1, 0]), ints("ends", [4, 3])),
    case("slice-negative", "Slice", x(4, 5, 6), ints("starts", [-3]), ints("ends", [-1]), ints("axes", [-2])),
    case("slice-steps", "Slice", x(7, 6), ints("starts", [0, 1]), ints("ends", [7, 6]), ints("axes", [0, 1]), ints("steps", [2, 3])),
    case("slice-backwards", "Slice", x(5, 6), ints("starts", [-1, 4]), ints("ends", [-1000, 0]), ints("axes", [0, 1]),
         ints("steps", [-1, -2])),
    case("slice-to-the-end", "Slice", x(3, 5, 4), ints("starts", [2]), ints("ends", [2**63 - 1]), ints("axes", [1]), ints("steps", [1])),
    case("slice-attributes", "Slice", x(2, 6, 3), starts=[1], ends=[-1], axes=[1]),
    case("pad-constant", "Pad", x(1, 2, 3, 4), ints("pads", [0, 0, 1, 2, 0, 0, 0, 1])),
    case("pad-constant-value", "Pad", x(2, 3), ints("pads", [1, 0, 0, 2]), floats("value", 1.5), mode="constant"),
    case("pad-channels", "Pad", x(1, 2, 3, 2, 3), ints("pads", [0, 0, 0, 0, 0, 0, 3, 0, 0, 0]), notes="as in shortcut A"),
    case("pad-negative", "Pad", x(2, 5, 6), ints("pads", [0, -1, 2, 0, 1, -3]), notes="negative pads crop"),
    case("pad-edge", "Pad", x(1, 2, 3, 4, 3), ints("pads", [0, 0, 1, 2, 0, 0, 0, 2, 0, 1]), mode="edge"),
    case("pad-reflect", "Pad", x(1, 2, 4, 5), ints("pads", [0, 0, 3, 1, 0, 0, 2, 4]), mode="reflect"),
    case("pad-reflect-3d", "Pad", x(1, 1, 4, 3, 5), ints("pads", [0, 0, 1, 2, 3, 0, 0, 3, 0, 1]), mode="reflect"),
    case("pad-attribute", "Pad", x(1, 2, 3, 3), pads=[0, 0, 1, 1, 0, 0, 1, 1]),
    case("expand", "Expand", x(3, 1), ints("shape", [2, 3, 4])),
    case("expand-ones-keep", "Expand", x(2, 3, 4), ints("shape", [1, 1, 4]), notes="a 1 in the shape keeps the input's size"),
    case("expand-channel", "Expand", x(1, 3, 1, 1, 1), ints("shape", [2, 3, 2, 2, 3])), case("expand-attribute", "Expand", x(1, 4), shape=[3, 4]),
    case("squeeze", "Squeeze", x(2, 1, 3, 1), ints("axes", [1, -1])), case("squeeze-all", "Squeeze", x(1, 3, 1, 2, 1)),
    case("squeeze-to-scalar", "Squeeze", x(1, 1)),
    case("squeeze-attribute", "Squeeze", x(2, 3, 1, 1), axes=[2, 3]),
    case("unsqueeze", "Unsqueeze", x(2, 3), ints("axes", [0, 3])), case("unsqueeze-negative", "Unsqueeze", x(2, 3), ints("axes", [-1, 1])),
    case("unsqueeze-attribute", "Unsqueeze", x(4), axes=[0]),
    case("gather-rows", "Gather", x(5, 4), ints("indices", [3, 0, 3])), case("gather-axis-1", "Gather", x(2, 5, 3), ints("indices", [[4, 1], [0, 4]]),
                                                                         axis=1),
    case("gather-negative", "Gather", x(3, 4), ints("indices", [-1, 0, -4]), axis=-1),
    case("gather-scalar", "Gather", x(2, 5, 3), ints("indices", 0), axis=1, notes="a scalar index takes the axis away"),
]


def resize(name, shape, by, linear=True, coordinates=None, rounding=None, short=False):
    """By scales (floats) or sizes (integers) of the spatial axes."""
    scaled = any(isinstance(v, float) for v in by)
    values = [1.0, 1.0, *by] if scaled else [*shape[:2], *by]
    attributes = {"mode": "linear" if linear else "nearest"}
    if coordinates:
        attributes["coordinate_transformation_mode"] = coordinates
    if rounding:
        attributes["nearest_mode"] = rounding
    if short:
        return case("resize-" + name, "Resize", x(*shape), **attributes, **{"scales" if scaled else "sizes": values})
    inputs = (floats("scales", values),) if scaled else (None, ints("sizes", values))
    return case("resize-" + name, "Resize", x(*shape), None, *inputs, **attributes)


CORNERS, ASYMMETRIC, PYTORCH = "align_corners", "asymmetric", "pytorch_half_pixel"
RESIZE = [
    resize("linear-1d-up", (1, 2, 5), [2.0]), resize("linear-1d-down", (1, 2, 9), [4]),
    resize("linear-2d-up", (1, 2, 3, 4), [2.0, 3.0]), resize("linear-2d-sizes", (2, 2, 4, 5), [7, 3]),
    resize("linear-3d-up", (1, 2, 3, 2, 4), [2.0, 2.0, 2.0]), resize("linear-3d-down", (1, 2, 6, 4, 8), [0.5, 0.5, 0.5]),
    resize("linear-3d-sizes", (1, 2, 3, 5, 4), [5, 3, 7]), resize("linear-3d-scale-1.5", (1, 1, 4, 3, 5), [1.5, 2.5, 1.25]),
    resize("linear-3d-from-1", (1, 2, 1, 2, 1), [3, 4, 5]), resize("linear-3d-same", (1, 2, 2, 3, 2), [2, 3, 2]),
    resize("linear-3d-align-corners", (1, 2, 3, 2, 4), [5, 4, 7], coordinates=CORNERS),
    resize("linear-3d-align-corners-down", (1, 2, 6, 5, 7), [3, 2, 1], coordinates=CORNERS),
    resize("linear-2d-align-corners-scales", (1, 2, 3, 4), [2.0, 2.0], coordinates=CORNERS),
    resize("linear-1d-align-corners", (1, 2, 4), [9], coordinates=CORNERS),
    resize("linear-3d-asymmetric", (1, 2, 3, 2, 4), [2.0, 2.0, 2.0], coordinates=ASYMMETRIC),
    resize("linear-2d-asymmetric-down", (1, 2, 6, 7), [4, 5], coordinates=ASYMMETRIC),
    resize("linear-3d-pytorch-half-pixel", (1, 2, 3, 4, 2), [6, 2, 5], coordinates=PYTORCH),
    resize("linear-3d-pytorch-half-pixel-to-1", (1, 2, 4, 3, 5), [1, 1, 2], coordinates=PYTORCH),
    resize("linear-2d-attribute", (1, 2, 3, 4), [2.0, 0.5], short=True), resize("linear-3d-attribute-sizes", (1, 1, 2, 3, 2), [4, 4, 4], short=True),
    resize("nearest-1d-floor", (1, 2, 5), [3.0], False, ASYMMETRIC, "floor"),
    resize("nearest-2d-floor", (1, 2, 3, 4), [2.0, 2.0], False, ASYMMETRIC, "floor"),
    resize("nearest-3d-floor", (1, 2, 2, 3, 2), [2.0, 2.0, 2.0], False, ASYMMETRIC, "floor"),
    resize("nearest-3d-floor-sizes", (1, 2, 5, 4, 7), [3, 6, 5], False, ASYMMETRIC, "floor"),
    resize("nearest-3d-defaults", (1, 2, 3, 4, 2), [5, 7, 3], False),
    resize("nearest-2d-prefer-floor", (1, 2, 4, 6), [0.5, 0.5], False, "half_pixel", "round_prefer_floor"),
    resize("nearest-2d-prefer-ceil", (1, 2, 4, 6), [0.5, 0.5], False, "half_pixel", "round_prefer_ceil"),
    resize("nearest-3d-prefer-ceil", (1, 2, 3, 5, 4), [4, 3, 7], False, "half_pixel", "round_prefer_ceil"),
    resize("nearest-2d-ceil", (1, 2, 3, 5), [7, 4], False, ASYMMETRIC, "ceil"),
    resize("nearest-2d-align-corners", (1, 2, 3, 4), [6, 7], False, CORNERS, "round_prefer_floor"),
    resize("nearest-2d-attribute", (1, 2, 3, 4), [2.0, 2.0], False, ASYMMETRIC, "floor", short=True),
]
