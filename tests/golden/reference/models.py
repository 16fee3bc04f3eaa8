"""Whole models: trainings of a few steps, and the facts of a summary."""

import json

import keras
import numpy as np

from .case_file import CaseFile, describe
from .layers import last, random_weight

L = keras.layers


class CnnBlock(L.Layer):
    def __init__(self, channels):
        super().__init__()
        self.conv = L.Conv2D(channels, 3, padding="same")
        self.bn = L.BatchNormalization()

    def call(self, x, training=False):
        return keras.ops.relu(self.bn(self.conv(x), training=training))


class CnnBlocks(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [CnnBlock(4), CnnBlock(8), L.Flatten(), L.Dense(10)]

    def call(self, x, training=False):
        for layer in self.blocks:
            x = layer(x, training=training) if isinstance(layer, CnnBlock) else layer(x)
        return x


class ResBlock(L.Layer):
    def __init__(self, channels):
        super().__init__()
        self.cnn1, self.cnn2, self.cnn3 = (CnnBlock(c) for c in channels)
        self.pooling = L.MaxPooling2D(2)
        self.identity_mapping = L.Conv2D(channels[1], 1, padding="same")

    def call(self, x, training=False):
        y = self.cnn2(self.cnn1(x, training=training), training=training)
        return self.pooling(self.cnn3(y + self.identity_mapping(x), training=training))


class ResNetLike(keras.Model):
    def __init__(self, classes):
        super().__init__()
        self.blocks = [ResBlock((32, 32, 64)), ResBlock((128, 128, 256)), ResBlock((128, 256, 512))]
        self.pool = L.GlobalAveragePooling2D()
        self.classifier = L.Dense(classes)

    def call(self, x, training=False):
        for block in self.blocks:
            x = block(x, training=training)
        return self.classifier(self.pool(x))


class WideAndDeep(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden1 = L.Dense(30, activation="relu")
        self.hidden2 = L.Dense(30, activation="relu")
        self.main_output = L.Dense(1)
        self.aux_output = L.Dense(1)

    def call(self, inputs):
        wide, deep = inputs
        hidden = self.hidden2(self.hidden1(deep))
        return self.main_output(keras.ops.concatenate([wide, hidden], axis=-1)), self.aux_output(hidden)


def children(layer):
    """Attribute path and layer of each direct child, in the order in which they were assigned."""
    for attribute, value in vars(layer).items():
        if attribute.startswith("_"):
            continue
        if isinstance(value, L.Layer):
            yield attribute, value
        elif isinstance(value, list):
            yield from ((f"{attribute}.{i}", entry) for i, entry in enumerate(value) if isinstance(entry, L.Layer))


def walk(layer, path=""):
    """Every layer below this one with its path, blocks before their content."""
    for attribute, child in children(layer):
        below = f"{path}.{attribute}".lstrip(".")
        yield below, child
        yield from walk(child, below)


def weights_by_path(model, prefix=""):
    """Weights under `0.conv.kernel`; `prefix` is cut from the paths."""
    return {
        f"{path}.{last(variable)}".removeprefix(prefix): variable
        for path, layer in walk(model)
        for variable in layer.variables
        if not list(children(layer)) and variable.dtype == "float32"
    }


def training(path, model, batches, steps, prefix="", **compiled):
    """A file with one case named `training`. Each batch is a list of inputs and a list of targets."""
    file = CaseFile(path)
    single = lambda tensors: tensors[0] if len(tensors) == 1 else tuple(tensors)
    model(single(batches[0][0]))
    weights = weights_by_path(model, prefix)
    for weight_path, weight in weights.items():
        value = random_weight(file.random(weight_path), weight)
        # Kernels of the size of a usual initialization, so that a few steps at this rate go down.
        weight.assign(value / np.sqrt(np.prod(weight.shape[:-1])) if last(weight) == "kernel" else value)
    tensors = {f"before/{weight_path}": weight.numpy().copy() for weight_path, weight in weights.items()}
    model.compile(**compiled)
    for k in range(steps):
        inputs, targets = batches[k]
        for what, values in (("x", inputs), ("y", targets)):
            for i, value in enumerate(values):
                tensors[f"{what}.{k}" + (f".{i}" if len(values) > 1 else "")] = value
        model.reset_metrics()
        logs = model.train_on_batch(single(inputs), single(targets), return_dict=True)
        tensors[f"loss.{k}"] = np.asarray(logs["loss"], np.float32)
    tensors |= {f"after/{weight_path}": weight.numpy() for weight_path, weight in weights.items()}
    outputs = model(single(batches[0][0]), training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    for i, output in enumerate(outputs):
        tensors["output" + (f".{i}" if len(outputs) > 1 else "")] = output
    losses = compiled["loss"] if isinstance(compiled["loss"], list) else [compiled["loss"]]
    description = {
        "class_name": type(model).__name__,
        "optimizer": describe(compiled["optimizer"]),
        "loss": [describe(loss) for loss in losses],
        "loss_weights": compiled.get("loss_weights"),
        "steps": steps,
    }
    file.add("training", description, tensors)
    return file


def cnn_blocks():
    path = "models/cnn_blocks.safetensors"
    random = CaseFile(path).random("data")
    batches = [
        ([random.random((6, 8, 8, 1), np.float32)], [random.integers(0, 10, 6).astype(np.int32)]) for _ in range(3)
    ]
    return training(path, CnnBlocks(), batches, steps=3, prefix="blocks.",
                    optimizer=keras.optimizers.SGD(0.01, momentum=0.9),
                    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))


def wide_and_deep():
    path = "models/wide_and_deep.safetensors"
    random = CaseFile(path).random("data")
    normal = lambda *shape: random.standard_normal(shape).astype(np.float32)
    batches = [([normal(8, 5), normal(8, 8)], [normal(8, 1), normal(8, 1)]) for _ in range(3)]
    return training(path, WideAndDeep(), batches, steps=3, optimizer=keras.optimizers.Adam(0.01),
                    loss=[keras.losses.MeanSquaredError(), keras.losses.MeanSquaredError()], loss_weights=[0.9, 0.1])


class ResNetSummary:
    """`models/resnet_like.json`: shapes and parameter counts of the model at full size."""

    path = "models/resnet_like.json"

    def __init__(self):
        model = ResNetLike(10)
        shapes = {}
        # The shapes are those that pass through each layer's own `__call__` during one symbolic call.
        for layer_path, layer in walk(model):
            layer.__dict__["call"] = recording(layer.call, layer_path, shapes)
        model(keras.KerasTensor((None, 28, 28, 1)))
        self.descriptions = [
            {
                "path": layer_path,
                "class_name": type(layer).__name__,
                "output_shape": shapes[layer_path],
                "params": layer.count_params(),
                "trainable_params": count(layer.trainable_weights),
                "non_trainable_params": count(layer.non_trainable_weights),
            }
            for layer_path, layer in walk(model)
        ]
        self.totals = {
            "total_params": model.count_params(),
            "trainable_params": count(model.trainable_weights),
            "non_trainable_params": count(model.non_trainable_weights),
        }

    def to_bytes(self):
        rows = ",\n".join("  " + json.dumps(row) for row in self.descriptions)
        totals = "".join(f',\n"{key}": {value}' for key, value in self.totals.items())
        return f'{{"layers": [\n{rows}\n]{totals}}}\n'.encode()


def recording(call, path, shapes):
    def recorded(*args, **kwargs):
        output = call(*args, **kwargs)
        shapes[path] = [None, *output.shape[1:]]
        return output

    return recorded


def count(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


FILES = [cnn_blocks, wide_and_deep, ResNetSummary]
