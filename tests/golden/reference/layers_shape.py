"""Cases of layers without weights: pooling, reshaping, padding, merging, dropout, activation layers."""

import keras
import numpy as np

from .case_file import CaseFile
from .layers import layer_case

K = keras.layers


def cases(path, layer_class):
    """A file and the function that adds cases of `layer_class` to it."""
    file = CaseFile(f"layers/{path}.safetensors")
    return file, lambda case, *shapes, **arguments: layer_case(file, case, layer_class, *shapes, **arguments)


def pooling(path, layer_class):
    def make():
        file, add_with = cases(path, layer_class)
        add = lambda case, *shapes, pool_size=2, **arguments: add_with(case, *shapes, pool_size=pool_size, **arguments)
        add("pool_2", (2, 6, 4, 3))
        for padding in ("valid", "same"):
            add(f"{padding}_odd", (2, 7, 5, 2), padding=padding)
            add(f"{padding}_overlapping", (1, 7, 6, 2), pool_size=3, strides=2, padding=padding)
            add(f"{padding}_stride_1", (1, 5, 4, 2), strides=1, padding=padding)
            add(f"{padding}_stride_wider_than_pool", (1, 8, 7, 2), strides=3, padding=padding)
            add(f"{padding}_pool_3x2_stride_2x1", (1, 7, 5, 3), pool_size=(3, 2), strides=(2, 1), padding=padding)
            add(f"{padding}_pool_3", (1, 8, 7, 2), pool_size=3, padding=padding)
        add("same_pool_wider_than_input", (2, 2, 3, 2), pool_size=4, strides=1, padding="same")
        add("odd_channels", (1, 4, 4, 17))
        add("activity_regularized", (2, 4, 4, 3), activity_regularizer=keras.regularizers.L2(0.2))
        # Small integers: most windows hold their maximum more than once, some are all below zero.
        random = file.random("ties")
        tied = lambda *shape: random.integers(-2, 1, shape).astype(np.float32)
        add("ties", inputs=[tied(2, 6, 6, 2)])
        add("ties_overlapping", inputs=[tied(1, 7, 7, 2)], pool_size=3, strides=2, padding="same")
        return file

    return make


def global_pooling(path, layer_class):
    def make():
        file, add = cases(path, layer_class)
        add("default", (2, 3, 5, 4))
        add("keepdims", (2, 3, 5, 4), keepdims=True)
        add("one_pixel", (3, 1, 1, 4))
        return file

    return make


def flatten():
    file, add = cases("flatten", K.Flatten)
    add("rank_2", (2, 3))
    add("rank_3", (2, 3, 4))
    add("rank_4", (2, 3, 4, 2))
    return file


def reshape():
    file, add = cases("reshape", K.Reshape)
    add("plain", (2, 3, 4), target_shape=(6, 2))
    add("unknown_first", (2, 3, 4), target_shape=(-1, 2))
    add("unknown_last", (2, 12), target_shape=(2, 3, -1))
    add("to_rank_2", (2, 3, 4), target_shape=(-1,))
    return file


def zero_padding2d():
    file, add = cases("zero_padding2d", K.ZeroPadding2D)
    add("default", (2, 3, 2, 2))
    add("symmetric", (1, 3, 4, 2), padding=(2, 1))
    add("asymmetric", (1, 3, 4, 2), padding=((0, 2), (3, 1)))
    add("by_axis", (1, 3, 4, 2), padding=(0, 2))
    return file


def dropout():
    file, add = cases("dropout", K.Dropout)
    add("inference", (4, 5), rate=0.5)
    add("rate_0_training", (4, 5), rate=0.0, training=True)
    add("noise_shape_and_seed", (4, 5, 2), rate=0.5, noise_shape=(None, 1, 2), seed=5)
    return file


def merging(path, layer_class):
    def make():
        file, add = cases(path, layer_class)
        add("two", (2, 3, 4), (2, 3, 4))
        add("broadcast", (2, 3, 4), (2, 1, 4))
        if layer_class is not K.Subtract:
            add("three", (4, 5), (4, 5), (4, 5))
        return file

    return make


def concatenate():
    file, add = cases("concatenate", K.Concatenate)
    add("last_axis", (2, 3), (2, 5))
    add("three", (2, 3, 2), (2, 3, 1), (2, 3, 4))
    add("axis_1", (2, 3, 4), (2, 2, 4), axis=1)
    add("axis_minus_2", (2, 3, 4), (2, 1, 4), axis=-2)
    add("channels", (1, 3, 2, 2), (1, 3, 2, 3))
    add("activity_regularized", (3, 4), (3, 5), activity_regularizer=keras.regularizers.L2(0.2))
    return file


def activation():
    file, add = cases("activation", K.Activation)
    for name in ("linear", "relu", "sigmoid", "tanh", "softmax", "gelu", "hard_silu"):
        add(name, (3, 5), activation=name)
    return file


def relu():
    file, add = cases("relu", K.ReLU)
    add("default", (3, 7))
    add("max_value", (3, 7), max_value=0.8)
    add("negative_slope", (3, 7), negative_slope=0.1)
    add("threshold", (3, 7), threshold=0.4)
    add("all", (3, 7), max_value=1.0, negative_slope=0.3, threshold=0.2)
    return file


def leaky_relu():
    file, add = cases("leaky_relu", K.LeakyReLU)
    add("default", (3, 7))
    add("slope", (3, 7), negative_slope=0.05)
    return file


def elu():
    file, add = cases("elu", K.ELU)
    add("default", (3, 7))
    add("alpha", (3, 7), alpha=0.5)
    return file


def prelu():
    file, add = cases("prelu", K.PReLU)
    add("default", (3, 4))
    add("rank_4", (2, 3, 2, 4))
    add("shared_axes", (2, 3, 2, 4), shared_axes=[1, 2])
    return file


def softmax():
    file, add = cases("softmax", K.Softmax)
    add("default", (3, 5))
    add("axis_1", (2, 3, 4), axis=1)
    add("axes_1_and_2", (2, 3, 4), axis=[1, 2])
    add("masked", (2, 3), mask=[[1, 1, 0], [0, 0, 0]])
    add("activity_regularized", (2, 3), activity_regularizer=keras.regularizers.L2(0.2))
    return file


MERGES = [K.Add, K.Subtract, K.Multiply, K.Average, K.Maximum, K.Minimum]

FILES = [
    pooling("max_pooling2d", K.MaxPooling2D),
    pooling("average_pooling2d", K.AveragePooling2D),
    global_pooling("global_average_pooling2d", K.GlobalAveragePooling2D),
    global_pooling("global_max_pooling2d", K.GlobalMaxPooling2D),
    flatten,
    reshape,
    zero_padding2d,
    dropout,
    *(merging(layer_class.__name__.lower(), layer_class) for layer_class in MERGES),
    concatenate,
    activation,
    relu,
    leaky_relu,
    elu,
    prelu,
    softmax,
]
