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


def tokens(features=4):
    x = keras.Input((5,), dtype="int32", name="tokens")
    return x, layers.Embedding(5, features, mask_zero=True)(x)


def masked_recurrent():
    x, h = tokens()
    h = layers.LSTM(4, return_sequences=True)(layers.BatchNormalization()(h))
    h = layers.Bidirectional(layers.GRU(3, return_sequences=True))(h)
    return keras.Model(x, [layers.SimpleRNN(2)(h), layers.TimeDistributed(layers.Dense(2))(h)])


def masked_merged():
    x, h = tokens()
    steps = keras.Input((5, 4), name="steps")
    other = layers.Masking(0.5)(steps * ops.cast(ops.greater(steps, 0.0), "float32") + 0.5)
    both = layers.Add()([h, other])
    beside = layers.Concatenate()([both, layers.Conv1D(2, 1)(h)])
    behind = layers.Concatenate(axis=1)([other, layers.Multiply()([h, both])])
    pool = layers.GlobalAveragePooling1D
    return keras.Model([x, steps], [pool()(both), pool(keepdims=True)(beside), layers.GRU(3)(behind),
                                    layers.Flatten()(both)])


def masked_operations():
    x, h = tokens()
    pool = layers.GlobalAveragePooling1D()
    return keras.Model(x, [pool(h * 2.0), pool(layers.Dense(3)(h)), pool(layers.Add()([h, ops.tanh(h)]))])


def masked_nested():
    inner_x = keras.Input((5, 4))
    inner_h = layers.Dense(4)(inner_x)
    inner = keras.Model(inner_x, [layers.LSTM(2)(inner_h), layers.GRU(2)(inner_h * 2.0), inner_h], name="inner")
    x, h = tokens()
    a, b, c = inner(h)
    sequence = keras.Sequential([layers.Dense(3), layers.GRU(2, return_sequences=True), layers.GlobalAveragePooling1D()])
    return keras.Model(x, [a, b, layers.LSTM(2)(c), sequence(h)])


def masks_given():
    x, h = tokens()
    keep = keras.Input((5,), dtype="bool", name="keep")
    weights = layers.Softmax(axis=-1)(layers.Reshape((5,))(layers.Dense(1)(h)), mask=keep)
    read = layers.LSTM(3, return_sequences=True)(h, mask=ops.logical_and(keep, ops.not_equal(x, 2)))
    return keras.Model([x, keep], [layers.GlobalAveragePooling1D()(h, keep), weights, read,
                                   layers.GlobalAveragePooling1D()(read)])


def masked_decoder():
    x, h = tokens()
    state = keras.Input((3,), name="state")
    sequence = layers.GRU(3, return_sequences=True)(h, initial_state=state)
    _, *states = layers.LSTM(3, return_state=True)(h)
    last = layers.LSTM(3)(h, initial_state=states)
    given = layers.LSTM(3)(h, initial_state=states, mask=ops.not_equal(x, 1))
    return keras.Model([x, state], [sequence, last, given, layers.GlobalAveragePooling1D()(sequence)])


def attention():
    x, h = tokens()
    seen = keras.Input((5, 5), dtype="bool", name="seen")
    keep = keras.Input((5,), dtype="bool", name="keep")
    # Keras's layer takes the masks off the very tensors that it is called with: each has its own.
    own = layers.Dense(4)(h)
    heads, scores = layers.MultiHeadAttention(2, 3)(
        own, own, attention_mask=seen, return_attention_scores=True, use_causal_mask=True)
    causal = layers.GroupQueryAttention(2, 2, 1)(h, h, use_causal_mask=True)
    named = layers.MultiHeadAttention(2, 3)(query=heads, key=layers.Dense(4)(h), value=causal, value_mask=keep)
    plain, plain_scores = layers.Attention()([h, named], return_attention_scores=True)
    additive = layers.AdditiveAttention()([plain, h], mask=[None, keep], use_causal_mask=True)
    return keras.Model([x, seen, keep], [heads, scores, causal, named, plain, plain_scores, additive,
                                         layers.GlobalAveragePooling1D()(own), layers.GlobalAveragePooling1D()(named)])


def indexed():
    x = keras.Input((6, 4))
    return keras.Model(x, [x[:, 0] * 2.0, x[:, -1, 1:], x[..., ::2][:, 1:40], x[:, ::-1, None, 2], x[:, 4:-5:-2]])


def reductions():
    """Over all axes, which stay or go."""
    x = keras.Input((3, 4))
    kept = [f(x, axis=None, keepdims=True) for f in (ops.mean, ops.sum, ops.max, ops.min, ops.prod, ops.var, ops.std, ops.logsumexp)]
    return keras.Model(x, [x * y for y in kept] + [x - ops.mean(x), x * ops.cast(ops.any(x > 0.0, keepdims=True), "float32")])


def read_only():
    """Operations that are read and not written."""
    x = keras.Input((6, 4))
    left, right = ops.split(x, 2, axis=1)
    first, _, second = ops.split(x, [1, 3], axis=-1)
    values, places = ops.top_k(x, 2)
    chosen = ops.cast(ops.argmax(x, axis=1, keepdims=True), "float32")
    summed = ops.cumsum(ops.flip(x, axis=1), axis=1) + ops.roll(x, 2, axis=1)
    wide = ops.pad(ops.tile(x, [1, 2, 1]), [[0, 0], [1, 2], [0, 0]], constant_values=0.5)
    mirrored = ops.pad(ops.repeat(x, 2, axis=2), [[0, 0], [2, 1], [0, 0]], mode="reflect")
    products = ops.einsum("bij,bkj->bik", left, right) + ops.logsumexp(x, axis=[1, 2], keepdims=True)
    turned = ops.moveaxis(ops.swapaxes(ops.expand_dims(x, 1), 1, 2), -1, 1)
    kept = ops.where(ops.greater(x, 0.0), x % 0.7, ops.floor_divide(x, 0.3))
    spread = ops.var(x, axis=1) + ops.std(x, axis=1, keepdims=False) * ops.prod(x, axis=1)
    last = x + ops.cast(ops.argmin(x, axis=None, keepdims=True), "float32")
    hot = ops.one_hot(ops.argmin(x, axis=-1), 4)
    return keras.Model(x, [left - right, first, second, values, ops.cast(places, "float32"), chosen, summed, wide, mirrored,
                           products, turned, kept, spread, last, hot, ops.take(x, [3, 1], axis=1), ops.unstack(x, axis=2)[1]])


def inputs_of(model, rng):
    """Three rows for each input. Tokens and truth values are whole numbers."""
    for x in model.inputs:
        shape = (3, *x.shape[1:])
        match x.dtype:
            case "int32":
                yield rng.integers(0, 5, shape).astype(np.float32)
            case "bool":
                yield (rng.random(shape) < 0.6).astype(np.float32)
            case _:
                yield rng.standard_normal(shape).astype(np.float32)


def keras_models():
    file = CaseFile("models/keras_json.safetensors")
    for make in (sequential, convolutional, siamese, operations, merged, nested, recurrent, wrapped,
                 masked_recurrent, masked_merged, masked_operations, masked_nested, masks_given, masked_decoder, attention,
                 indexed, reductions, read_only):
        keras.backend.clear_session()
        model = make()
        name = make.__name__
        rng = file.random(name)
        weights = [rng.uniform(0.2, 1.0, w.shape).astype(np.float32) * rng.choice([-1, 1], w.shape).astype(np.float32)
                   if "variance" not in w.name else rng.uniform(0.5, 1.5, w.shape).astype(np.float32)
                   for w in model.weights]
        model.set_weights(weights)
        inputs = list(inputs_of(model, rng))
        typed = [value.astype(x.dtype) for value, x in zip(inputs, model.inputs)]
        outputs = model(typed if len(typed) > 1 else typed[0], training=False)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        tensors = {f"weight.{i}": w for i, w in enumerate(weights)}
        tensors |= {f"input.{i}": x for i, x in enumerate(inputs)}
        tensors |= {f"output.{i}": np.asarray(y) for i, y in enumerate(outputs)}
        file.add(name, {"json": model.to_json()}, tensors)
    return file


FILES = [keras_models]
