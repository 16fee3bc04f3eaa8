"""Cases of dense, convolutional and embedding layers."""

import keras
import numpy as np

from .case_file import CaseFile
from .layers import layer_case

L1, L2 = keras.regularizers.L1, keras.regularizers.L2


def dense():
    file = CaseFile("layers/dense.safetensors")
    add = lambda case, *shapes, **arguments: layer_case(file, case, keras.layers.Dense, *shapes, **arguments)
    add("plain", (3, 4), units=5)
    add("no_bias", (3, 4), units=5, use_bias=False)
    add("one_sample", (1, 7), units=3)
    add("one_unit", (5, 3), units=1)
    add("odd_sizes", (5, 17), units=19)
    add("rank_3", (2, 3, 4), units=5)
    add("rank_4", (2, 2, 3, 4), units=2, activation="tanh")
    for activation in ("relu", "sigmoid", "tanh", "softmax", "gelu", "elu", "softplus", "silu"):
        add(activation, (3, 4), units=5, activation=activation)
    add("rank_3_softmax", (2, 3, 4), units=5, activation="softmax")
    add("regularized", (3, 4), units=5, kernel_regularizer=L2(0.01), bias_regularizer=L1(0.02))
    add("activity_regularized", (3, 4), units=5, activation="tanh", activity_regularizer=L2(0.03),
        kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02))
    return file


def conv2d():
    file = CaseFile("layers/conv2d.safetensors")
    add = lambda case, shape, filters, kernel_size, **arguments: layer_case(
        file, case, keras.layers.Conv2D, shape, filters=filters, kernel_size=kernel_size, **arguments)
    add("valid", (2, 6, 5, 3), 4, 3)
    add("same", (2, 6, 5, 3), 4, 3, padding="same")
    add("no_bias", (2, 5, 5, 2), 3, 3, use_bias=False)
    add("relu", (2, 5, 5, 2), 3, 3, padding="same", activation="relu")
    add("one_channel", (2, 7, 7, 1), 8, 3, padding="same")
    add("odd_channels", (1, 4, 4, 9), 17, 3, padding="same")
    for stride in (2, 3, (2, 1)):
        text = "x".join(map(str, np.atleast_1d(stride)))
        for padding in ("valid", "same"):
            add(f"{padding}_stride_{text}_odd", (2, 7, 5, 2), 3, 3, strides=stride, padding=padding)
            add(f"{padding}_stride_{text}_even", (1, 8, 6, 2), 3, 3, strides=stride, padding=padding)
    for padding in ("valid", "same"):
        add(f"{padding}_dilation_2", (1, 7, 8, 2), 3, 3, dilation_rate=2, padding=padding)
        add(f"{padding}_dilation_2x1", (1, 7, 5, 2), 2, 3, dilation_rate=(2, 1), padding=padding)
        add(f"{padding}_groups_2", (1, 5, 6, 4), 6, 3, groups=2, padding=padding)
        add(f"{padding}_groups_of_one_channel", (1, 5, 6, 4), 8, 3, groups=4, padding=padding)
        add(f"{padding}_kernel_1x3", (1, 4, 6, 2), 3, (1, 3), padding=padding)
        add(f"{padding}_kernel_3x1", (1, 4, 6, 2), 3, (3, 1), padding=padding)
        add(f"{padding}_kernel_2x2", (1, 5, 6, 2), 3, 2, padding=padding)
        add(f"{padding}_kernel_4x4_stride_2", (1, 7, 8, 2), 3, 4, strides=2, padding=padding)
        add(f"{padding}_kernel_1x1", (2, 4, 5, 3), 4, 1, padding=padding)
        add(f"{padding}_kernel_1x1_stride_2", (2, 5, 4, 3), 4, 1, strides=2, padding=padding)
    add("same_kernel_wider_than_input", (2, 3, 2, 2), 3, 5, padding="same")
    add("valid_kernel_as_wide_as_input", (2, 3, 4, 2), 3, (3, 4))
    add("same_stride_wider_than_kernel", (1, 7, 8, 2), 3, 2, strides=3, padding="same")
    add("same_groups_2_stride_2", (1, 5, 6, 4), 4, 3, groups=2, strides=2, padding="same")
    add("regularized", (2, 4, 4, 2), 2, 3, kernel_regularizer=L2(0.01), bias_regularizer=L1(0.02))
    return file


def embedding():
    file = CaseFile("layers/embedding.safetensors")

    def add(case, indices, **arguments):
        layer_case(file, case, keras.layers.Embedding, inputs=[np.array(indices, np.int32)], **arguments)

    add("rank_1", [2, 0, 3], input_dim=4, output_dim=3)
    add("repeated_indices", [[1, 4, 1, 1], [0, 4, 2, 1]], input_dim=6, output_dim=3)
    add("rank_3", [[[1], [0]], [[2], [2]]], input_dim=3, output_dim=5)
    add("regularized", [[1, 0], [1, 2]], input_dim=3, output_dim=2, embeddings_regularizer=L2(0.1))
    add("mask_zero", [[1, 0, 3], [0, 0, 2]], input_dim=4, output_dim=2, mask_zero=True)
    add("activity_regularized", [[1, 0], [1, 2]], input_dim=3, output_dim=2, embeddings_regularizer=L2(0.1), activity_regularizer=L2(0.2))
    return file


FILES = [dense, conv2d, embedding]
