"""Whole models of Keras by their JSON, with weights, inputs and outputs."""

import keras
import numpy as np
from keras import layers, ops

from .case_file import CaseFile


def sequential():
    return keras.Sequential([
        keras.Input((6,), name="features"),
        layers.Dense(5, activation="relu", kernel_regularizer="l2", name="hidden"),
        layers.Dropout(0.5),
        layers.Dense(3, activation="softmax"),
    ])


def convolutional():
    return keras.Sequential([
        keras.Input((8, 7, 2)),
        layers.Conv2D(4, 3, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(2),
    ])


def siamese():
    left, right = keras.Input((5,), name="left"), keras.Input((5,), name="right")
    encoder = keras.Sequential([layers.Dense(4, activation="tanh"), layers.Dense(3)], name="encoder")
    a, b = encoder(left), encoder(right)
    distance = ops.abs(a - b)
    score = layers.Dense(1, activation="sigmoid", name="score")(distance)
    return keras.Model([left, right], [score, a], name="siamese")


def operations():
    x = keras.Input((4, 3))
    y = ops.mean(ops.exp(-ops.square(x)), axis=1) * 2.0 + 1.0
    z = ops.max(x, axis=[1], keepdims=False) / ops.sqrt(1.0 + ops.square(y))
    w = ops.concatenate([y, z], axis=-1)
    return keras.Model(x, [ops.reshape(ops.relu(w), (-1, 2, 3)), ops.maximum(y, z)])


def merged():
    a, b = keras.Input((4,)), keras.Input((6,))
    shared = layers.Dense(5, name="shared")
    h = layers.Dense(4)(b)
    joined = layers.Concatenate()([layers.Add()([a, h]), layers.Multiply()([a, h])])
    return keras.Model([a, b], layers.Subtract()([shared(a), layers.Dense(5)(joined) + shared(h)]))


def nested():
    inner_x = keras.Input((4,))
    inner = keras.Model(inner_x, [layers.Dense(3, name="up")(inner_x), inner_x], name="inner")
    x = keras.Input((4,))
    up, same = inner(x)
    again, _ = inner(same * 0.5)
    return keras.Model(x, layers.Average()([up, again]), name="outer")


def recurrent():
    source, target = keras.Input((5, 3)), keras.Input((4, 2))
    _, h, c = layers.LSTM(6, return_state=True, name="encoder")(source)
    decoded = layers.LSTM(6, return_sequences=True, name="decoder")(target, initial_state=[h, c])
    return keras.Model([source, target], layers.Dense(2)(decoded))


def wrapped():
    x = keras.Input((5, 3))
    h = layers.TimeDistributed(layers.Dense(4, activation="tanh"))(x)
    h = layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode="sum")(h)
    cells = layers.StackedRNNCells([layers.GRUCell(3), layers.SimpleRNNCell(2)])
    return keras.Model(x, layers.RNN(cells, return_sequences=True)(h))


def keras_models():
    file = CaseFile("models/keras_json.safetensors")
    for make in (sequential, convolutional, siamese, operations, merged, nested, recurrent, wrapped):
        keras.backend.clear_session()
        model = make()
        name = make.__name__
        rng = file.random(name)
        weights = [rng.uniform(0.2, 1.0, w.shape).astype(np.float32) * rng.choice([-1, 1], w.shape).astype(np.float32)
                   if "variance" not in w.name else rng.uniform(0.5, 1.5, w.shape).astype(np.float32)
                   for w in model.weights]
        model.set_weights(weights)
        inputs = [rng.standard_normal((3, *x.shape[1:])).astype(np.float32) for x in model.inputs]
        outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        tensors = {f"weight.{i}": w for i, w in enumerate(weights)}
        tensors |= {f"input.{i}": x for i, x in enumerate(inputs)}
        tensors |= {f"output.{i}": np.asarray(y) for i, y in enumerate(outputs)}
        file.add(name, {"json": model.to_json()}, tensors)
    return file


FILES = [keras_models]
