"""The golden classifiers. A builder takes a Network and gives the name of the logits."""


def flatten_linear(net):
    x = net.conv_norm_relu(("conv1", "bn1", "relu1"), "input", 4)
    x = net.max_pool("pool1", x)
    x = net.conv_norm_relu(("conv2", "bn2", "relu2"), x, 6)
    return net.linear("fc", net.add("flatten", "Flatten", x, axis=1), 3)


def basic_block(net, name, x, out, stride=1, dilation=1, shortcut="B"):
    skip = x
    y = net.conv_norm_relu([f"{name}.{part}" for part in ("conv1", "bn1", "relu1")], x, out, stride=stride, dilation=dilation)
    y = net.batch_norm(f"{name}.bn2", net.conv(f"{name}.conv2", y, out, dilation=dilation, bias=False))
    if stride > 1 or net.channels(x) != out:
        skip = shortcut_a(net, name, x, out, stride) if shortcut == "A" else net.batch_norm(
            f"{name}.downsample.1", net.conv(f"{name}.downsample.0", x, out, kernel=1, stride=stride, bias=False))
    return net.relu(f"{name}.relu2", net.add(f"{name}.add", "Add", y, skip))


def shortcut_a(net, name, x, out, stride):
    y = net.average_pool(f"{name}.shortcut.pool", x, 1, stride)
    more = out - net.channels(x)
    return net.add(f"{name}.shortcut", "Pad", y, net.numbers(f"{name}.shortcut.pads", [0] * 6 + [more, 0, 0, 0])) if more else y


def resnet(net):
    x = net.conv_norm_relu(("conv1", "bn1", "relu"), "input", 4, kernel=5, stride=(1, 2, 2))
    x = net.max_pool("maxpool", x, 3, 2, 1)
    x = basic_block(net, "layer1.1", basic_block(net, "layer1.0", x, 4), 4)
    x = basic_block(net, "layer2.0", x, 8, stride=2)
    return net.classify(x, 4)


def mlp_head(net):
    x = net.relu("relu1", net.conv("conv1", "input", 5, stride=2))
    x = net.relu("relu2", net.conv("conv2", x, 4))
    x = net.add("flatten", "Flatten", x, axis=1)
    x = net.relu("head.relu", net.linear("head.0", x, 12))
    return net.linear("head.3", net.add("head.dropout", "Dropout", x), 3)


def squeeze_excitation(net):
    x = net.conv_norm_relu(("layer0.conv1", "layer0.bn1", "layer0.relu1"), "input", 8, stride=2)
    y = net.conv_norm_relu(("layer1.conv1", "layer1.bn1", "layer1.relu1"), x, 8)
    y = net.batch_norm("layer1.bn2", net.conv("layer1.conv2", y, 8, bias=False))
    gate = net.relu("layer1.se.relu", net.conv("layer1.se.fc1", net.add("layer1.se.pool", "GlobalAveragePool", y), 2, kernel=1))
    gate = net.add("layer1.se.sigmoid", "Sigmoid", net.conv("layer1.se.fc2", gate, 8, kernel=1))
    y = net.add("layer1.se.scale", "Mul", y, gate)
    x = net.relu("layer1.relu2", net.add("layer1.add", "Add", y, x))
    return net.classify(x, 3, name="last_linear")


def flat_2d(net):
    x = net.add("act1", "LeakyRelu", net.conv("conv1", "input", 6, kernel=(3, 5)), alpha=0.1)
    x = net.average_pool("pool1", x, 3, 2, pads=[1, 1, 1, 1], count_include_pad=1)
    x = net.conv_norm_relu(("conv2", "bn2", "relu2"), x, 8, stride=(2, 1))
    return net.linear("fc", net.add("flatten", "Flatten", x, axis=1), 3)


def dense_layer(net, name, x, growth):
    y = net.relu(f"{name}.relu1", net.batch_norm(f"{name}.norm1", x))
    y = net.conv(f"{name}.conv1", y, 2 * growth, kernel=1, bias=False)
    y = net.relu(f"{name}.relu2", net.batch_norm(f"{name}.norm2", y))
    y = net.conv(f"{name}.conv2", y, growth, bias=False)
    return net.add(f"{name}.concat", "Concat", x, y, axis=1)


def densenet(net):
    x = net.conv_norm_relu(("features.conv0", "features.norm0", "features.relu0"), "input", 4)
    for i in (1, 2):
        x = dense_layer(net, f"features.denseblock1.layer{i}", x, 3)
    x = net.relu("features.transition1.relu", net.batch_norm("features.transition1.norm", x))
    x = net.average_pool("features.transition1.pool", net.conv("features.transition1.conv", x, 5, kernel=1, bias=False))
    for i in (1, 2):
        x = dense_layer(net, f"features.denseblock2.layer{i}", x, 3)
    x = net.relu("class_layers.relu", net.batch_norm("features.norm5", x))
    return net.classify(x, 3, name="class_layers.out")


def dilated(net):
    x = net.conv_norm_relu(("conv1", "bn1", "relu"), "input", 4, stride=2)
    x = basic_block(net, "layer1.0", x, 4, shortcut="A")
    x = basic_block(net, "layer2.0", x, 6, stride=2, shortcut="A")
    x = basic_block(net, "layer3.0", x, 8, dilation=2, shortcut="A")
    x = basic_block(net, "layer4.0", x, 10, dilation=4, shortcut="A")
    return net.classify(x, 3)


def depthwise_silu(net):
    x = net.add("stem.silu", "Silu", net.batch_norm("stem.bn", net.conv("stem.conv", "input", 8, stride=2, bias=False)))
    y = net.add("block.silu1", "Silu", net.batch_norm("block.bn1", net.conv("block.expand", x, 12, kernel=1, group=4, bias=False)))
    y = net.add("block.silu2", "Silu", net.batch_norm("block.bn2", net.conv("block.depthwise", y, 12, group=12, bias=False)))
    x = net.add("block.add", "Add", net.batch_norm("block.bn3", net.conv("block.project", y, 8, kernel=1, bias=False)), x)
    x = net.add("head.silu", "Silu", net.conv("head.conv", x, 10, kernel=1))
    return net.classify(x, 3)


def max_head(net):
    x = net.relu("relu1", net.conv("conv1", "input", 4, kernel=(1, 3, 3)))
    x = net.relu("relu2", net.conv("conv2", x, 6, kernel=(3, 1, 1), stride=(1, 2, 2)))
    return net.classify(x, 3, pool="GlobalMaxPool")


def attention(net, name, x, heads, tokens, size):
    """Multi-head self-attention over [N, tokens, size]."""
    y = net.layer_norm(f"{name}.norm1", x)
    parts = {}
    for part in ("query", "key", "value"):
        split = net.reshape(f"{name}.{part}.heads", net.dense(f"{name}.{part}", y, size), [0, tokens, heads, size // heads])
        parts[part] = net.add(f"{name}.{part}.transpose", "Transpose", split, perm=[0, 2, 3, 1] if part == "key" else [0, 2, 1, 3])
    y = net.add(f"{name}.scores", "MatMul", parts["query"], parts["key"])
    y = net.add(f"{name}.scaled", "Div", y, net.weight(f"{name}.temperature", net.draw.uniform((), 1.7, 1.8)))
    y = net.add(f"{name}.mix", "MatMul", net.add(f"{name}.softmax", "Softmax", y, axis=-1), parts["value"])
    y = net.reshape(f"{name}.joined", net.add(f"{name}.back", "Transpose", y, perm=[0, 2, 1, 3]), [0, tokens, size])
    x = net.add(f"{name}.add1", "Add", x, net.dense(f"{name}.out", y, size))
    y = net.add(f"{name}.gelu", "Gelu", net.dense(f"{name}.mlp1", net.layer_norm(f"{name}.norm2", x), 2 * size))
    return net.add(f"{name}.add2", "Add", x, net.dense(f"{name}.mlp2", y, size))


def vit(net):
    size, grid = 6, (2, 3, 2)
    tokens = grid[0] * grid[1] * grid[2]
    x = net.conv("patch", "input", size, kernel=4, stride=4, pads=[0] * 6)
    x = net.add("tokens", "Transpose", net.reshape("patches", x, [0, size, tokens]), perm=[0, 2, 1])
    x = net.add("embedded", "Add", x, net.weight("position", net.draw.normal((1, tokens, size), 0.3)))
    x = attention(net, "block0", x, 2, tokens, size)
    x = net.layer_norm("norm", attention(net, "block1", x, 2, tokens, size))
    x = net.reshape("grid", net.add("channels_first", "Transpose", x, perm=[0, 2, 1]), [0, size, *grid])
    return net.classify(x, 3)


def classifier(name, build, shape, layers, guaranteed=(), task="multiclass", labels=("first", "second", "third"), targets=(0, 2), **more):
    return {"name": name, "build": build, "shape": shape, "declared": ["N", *shape[1:]], "layers": layers, "guaranteed": guaranteed,
            "task": task, "labels": list(labels), "targets": list(targets), **more}


CLASSIFIERS = [
    classifier("flatten-linear", flatten_linear, (2, 1, 10, 8, 12), ["relu2", "relu1"], ["relu2"], "multilabel",
               ("nodule", "effusion", "cyst"), recipe=[{"step": "clip", "min": -100, "max": 400}, {"step": "zscore", "mask": "all"}]),
    classifier("resnet", resnet, (2, 2, 9, 16, 14), ["layer2.0.relu2", "layer1.1.relu2"], ["layer2.0.relu2"],
               labels=("none", "benign", "malignant", "unsure"), targets=(1, 3)),
    classifier("mlp-head", mlp_head, (1, 1, 9, 8, 10), ["relu2", "relu1"]),
    classifier("squeeze-excitation", squeeze_excitation, (1, 2, 8, 10, 9), ["layer1.relu2", "layer1.bn2"], ["layer1.relu2"]),
    classifier("flat-2d", flat_2d, (2, 3, 13, 12), ["relu2", "act1"], ["relu2"]),
    classifier("densenet", densenet, (1, 1, 8, 8, 10), ["class_layers.relu", "features.transition1.pool"], ["class_layers.relu"]),
    classifier("dilated-shortcut-a", dilated, (1, 1, 16, 15, 14), ["layer4.0.relu2", "layer2.0.relu2"], ["layer4.0.relu2"]),
    classifier("depthwise-silu", depthwise_silu, (1, 1, 10, 8, 9), ["head.silu", "block.add"], ["head.silu"]),
    classifier("max-head", max_head, (1, 1, 6, 8, 8), ["relu2", "relu1"]),
    classifier("vit", vit, (1, 1, 8, 12, 8), ["grid", "patch"], ["grid"]),
]
