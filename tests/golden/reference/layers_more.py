"""Cases of layers that move, drop, normalize and merge: those without a module of their own."""

import keras
import numpy as np

from .layers_shape import cases

K = keras.layers
L1, L2 = keras.regularizers.L1, keras.regularizers.L2
# Of two samples of three steps.
MASK = [[1, 1, 0], [1, 0, 0]]


def permute():
    file, add = cases("permute", K.Permute)
    add("two", (3, 4, 5), dims=(2, 1))
    add("three", (2, 3, 4, 5), dims=(3, 1, 2))
    add("one", (2, 7), dims=(1,))
    return file


def repeat_vector():
    file, add = cases("repeat_vector", K.RepeatVector)
    add("three", (2, 5), n=3)
    add("one", (3, 1), n=1)
    return file


def cropping(dimensions):
    def make():
        file, add = cases(f"cropping{dimensions}d", getattr(K, f"Cropping{dimensions}D"))
        shape = {1: (2, 7, 3), 2: (2, 7, 5, 2), 3: (1, 6, 5, 5, 2)}[dimensions]
        add("default", shape)
        add("two", shape, cropping=2)
        by_side = ((0, 3), (2, 1), (1, 0))[:dimensions]
        add("by_side", shape, cropping=by_side[0] if dimensions == 1 else by_side)
        if dimensions > 1:
            add("by_axis", shape, cropping=(1, 2, 0)[:dimensions])
        return file

    return make


def zero_padding(dimensions):
    def make():
        file, add = cases(f"zero_padding{dimensions}d", getattr(K, f"ZeroPadding{dimensions}D"))
        shape = {1: (2, 3, 4), 3: (1, 3, 1, 2, 2)}[dimensions]
        add("default", shape)
        by_side = ((0, 3), (2, 1), (1, 0))[:dimensions]
        add("by_side", shape, padding=by_side[0] if dimensions == 1 else by_side)
        if dimensions > 1:
            add("by_axis", shape, padding=(1, 2, 0)[:dimensions])
        return file

    return make


def identity():
    file, add = cases("identity", K.Identity)
    add("rank_2", (3, 5))
    add("rank_4_training", (2, 3, 1, 4), training=True)
    add("masked", (2, 3, 2), mask=MASK)
    return file


def einsum_dense():
    file, add = cases("einsum_dense", K.EinsumDense)
    add("dense", (3, 4), equation="ab,bc->ac", output_shape=5, bias_axes="c")
    add("no_bias", (3, 4), equation="ab,bc->ac", output_shape=(5,))
    add("sequence", (2, 3, 4), equation="abc,cd->abd", output_shape=(None, 5), bias_axes="d", activation="tanh")
    add("heads", (2, 3, 4), equation="abc,cde->abde", output_shape=(None, 2, 5), bias_axes="de")
    add("heads_joined", (2, 3, 2, 5), equation="abcd,cde->abe", output_shape=(None, 7), bias_axes="e")
    add("over_time", (2, 3, 4), equation="abc,bd->adc", output_shape=(5, 4), bias_axes="d")
    add("kernel_of_time", (2, 3, 4), equation="abc,bcd->abd", output_shape=(3, 5), bias_axes="bd")
    add("ellipsis_left", (2, 3, 2, 4), equation="...x,xy->...y", output_shape=5, bias_axes="y")
    add("ellipsis_left_two", (2, 3, 2, 4), equation="...bx,xy->...by", output_shape=(2, 5), bias_axes="by")
    add("ellipsis_right", (2, 3, 2, 4), equation="ab...,bc->ac...", output_shape=5, bias_axes="c")
    add("elementwise", (2, 3, 4), equation="abc,c->abc", output_shape=(None, 4))
    # Keras compares the first axis of the output with the batch when it is built on numbers.
    add("batch_elsewhere", (3, 3, 4), equation="abc,cd->bad", output_shape=(None, 5), bias_axes="d", activity_regularizer=L2(0.03))
    add("batch_summed", (3, 3), equation="ab,bc->bc", output_shape=2)
    add("regularized", (3, 4), equation="ab,bc->ac", output_shape=2, bias_axes="c", kernel_regularizer=L2(0.01),
        bias_regularizer=L1(0.02), activity_regularizer=L2(0.03))
    return file


def reversible_embedding():
    file, add = cases("reversible_embedding", K.ReversibleEmbedding)
    indices = np.array([[1, 4, 1, 0], [0, 4, 2, 1]], np.int32)
    add("tied", inputs=[indices], input_dim=6, output_dim=3)
    add("two_matrices", inputs=[indices], input_dim=5, output_dim=3, tie_weights=False, logit_soft_cap=2.0,
        embeddings_regularizer=L2(0.1))
    return file


def spatial_dropout(dimensions):
    def make():
        file, add = cases(f"spatial_dropout{dimensions}d", getattr(K, f"SpatialDropout{dimensions}D"))
        shape = (2, *(3, 2, 4)[:dimensions], 3)
        add("inference", shape, rate=0.5, seed=7)
        add("rate_0_training", shape, rate=0.0, training=True)
        return file

    return make


def alpha_dropout():
    file, add = cases("alpha_dropout", K.AlphaDropout)
    add("inference", (4, 5), rate=0.5, noise_shape=(4, 1), seed=3)
    add("rate_0_training", (4, 5), rate=0.0, training=True)
    return file


def gaussian_dropout():
    file, add = cases("gaussian_dropout", K.GaussianDropout)
    add("inference", (4, 5), rate=0.5, seed=3)
    add("rate_0_training", (4, 5), rate=0.0, training=True)
    return file


def gaussian_noise():
    file, add = cases("gaussian_noise", K.GaussianNoise)
    add("inference", (4, 5), stddev=0.5, seed=3)
    add("stddev_0_training", (4, 5), stddev=0.0, training=True)
    return file


def activity_regularization():
    file, add = cases("activity_regularization", K.ActivityRegularization)
    add("l1", (4, 5), l1=0.1)
    add("l2_training", (2, 3, 4), l2=0.2, training=True)
    add("both", (3, 5), l1=0.1, l2=0.05)
    return file


def group_normalization():
    file, add = cases("group_normalization", K.GroupNormalization)
    add("two_groups", (3, 6), groups=2)
    add("default_groups", (2, 3, 64))
    add("images", (2, 3, 5, 6), groups=3)
    add("instance", (2, 3, 5, 4), groups=-1)
    add("one_group", (2, 3, 5), groups=1, epsilon=1e-5)
    add("axis_1", (2, 6, 5, 3), groups=2, axis=1)
    add("axis_minus_2", (2, 5, 6, 3), groups=3, axis=-2)
    add("no_center", (3, 6), groups=2, center=False)
    add("no_scale", (2, 3, 6), groups=2, scale=False)
    add("no_center_no_scale", (3, 6), groups=3, center=False, scale=False)
    add("masked", (2, 3, 4), mask=MASK, groups=2)
    add("regularized", (3, 6), groups=3, gamma_regularizer=L2(0.01), beta_regularizer=L1(0.02))
    return file


def rms_normalization():
    file, add = cases("rms_normalization", K.RMSNormalization)
    add("rank_2", (4, 6))
    add("rank_3", (2, 3, 5), epsilon=1e-2)
    add("axes_1_and_2", (2, 3, 4), axis=[1, 2])
    add("last_two_of_rank_4", (2, 2, 3, 4), axis=[-1, -2])
    return file


def spectral_normalization():
    file, add = cases("spectral_normalization", K.SpectralNormalization)
    for training in (False, True):
        mode = "training" if training else "inference"
        add(f"{mode}_dense", (3, 4), training=training, layer=K.Dense(5, activation="tanh"))
        add(f"{mode}_conv2d", (2, 4, 3, 2), training=training, layer=K.Conv2D(3, 2, use_bias=False), power_iterations=3)
        add(f"{mode}_regularized", (3, 4), training=training,
            layer=K.Dense(5, kernel_regularizer=L2(0.1), bias_regularizer=L1(0.02), activity_regularizer=L2(0.03)))
    return file


def unit_normalization():
    file, add = cases("unit_normalization", K.UnitNormalization)
    add("rank_2", (4, 6))
    add("axis_1", (2, 3, 5), axis=1)
    add("axes_1_and_2", (2, 3, 4), axis=[1, 2])
    add("masked", (2, 3, 5), mask=MASK)
    return file


def global_pooling(kind, dimensions):
    def make():
        file, add = cases(f"global_{kind.lower()}_pooling{dimensions}d", getattr(K, f"Global{kind}Pooling{dimensions}D"))
        shape = (2, *(3, 5, 2)[:dimensions], 4)
        add("default", shape)
        add("keepdims", shape, keepdims=True)
        add("one_of_each", (3, *(1, 1, 1)[:dimensions], 4))
        if (kind, dimensions) == ("Average", 1):
            add("masked", shape, mask=MASK)
            add("masked_keepdims", shape, mask=MASK, keepdims=True)
        return file

    return make


def masking():
    file, add = cases("masking", K.Masking)
    x = np.array([[[1, 0], [0, 0], [0, 2]], [[0, 0], [3, 4], [0, 0]]], np.float32)
    add("zeros", inputs=[x])
    add("value", inputs=[x + 2], mask_value=2.0)
    add("rank_4", inputs=[x.reshape(1, 2, 3, 2)])
    return file


def dot():
    file, add = cases("dot", K.Dot)
    add("vectors", (3, 4), (3, 4), axes=1)
    add("vectors_last", (3, 4), (3, 4), axes=-1)
    add("cosine", (3, 4), (3, 4), axes=1, normalize=True)
    add("matrices", (2, 3, 5), (2, 7, 3), axes=(1, 2))
    add("matrices_last", (2, 3, 5), (2, 4, 5), axes=-1)
    add("matrices_cosine", (2, 5, 3), (2, 5, 4), axes=1, normalize=True)
    add("vector_and_matrix", (2, 3), (2, 4, 3), axes=(1, 2))
    add("matrix_and_vector", (2, 4, 3), (2, 3), axes=(2, 1))
    add("rank_4", (2, 3, 4, 5), (2, 6, 4, 2), axes=(2, 2))
    return file


FILES = [
    permute,
    repeat_vector,
    *(cropping(dimensions) for dimensions in (1, 2, 3)),
    *(zero_padding(dimensions) for dimensions in (1, 3)),
    identity,
    einsum_dense,
    reversible_embedding,
    *(spatial_dropout(dimensions) for dimensions in (1, 2, 3)),
    alpha_dropout,
    gaussian_dropout,
    gaussian_noise,
    activity_regularization,
    group_normalization,
    rms_normalization,
    spectral_normalization,
    unit_normalization,
    *(global_pooling(kind, dimensions) for kind in ("Average", "Max") for dimensions in (1, 3)),
    masking,
    dot,
]
