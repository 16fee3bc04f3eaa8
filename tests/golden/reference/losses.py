"""Losses: value and gradient with respect to the prediction."""

import jax
import keras
import numpy as np

from .case_file import CaseFile, describe

K = keras.losses


def loss_case(file, case, loss_class, y_true, y_pred, sample_weight=None, **arguments):
    """The gradient is that of the sum of the value, which is a scalar unless the reduction is none."""
    loss = loss_class(**arguments)
    y_pred = np.asarray(y_pred, np.float32)
    value = lambda prediction: loss(y_true, prediction, sample_weight)
    tensors = {"y_true": y_true, "y_pred": y_pred}
    if sample_weight is not None:
        tensors["sample_weight"] = sample_weight = np.asarray(sample_weight, np.float32)
    tensors["value"] = value(y_pred)
    gradient = jax.grad(lambda prediction: value(prediction).sum())(y_pred)
    if loss_class is K.MeanAbsoluteError:
        # The gradient of |x| at 0 is 0 on TensorFlow and PyTorch; JAX alone has 1, which would move a perfect model.
        gradient = np.where(np.asarray(y_true) == y_pred, np.float32(0), gradient)
    tensors["grad/y_pred"] = gradient
    file.add(case, describe(loss, **arguments), tensors)


def softmax(logits):
    exponentials = np.exp(logits - logits.max(-1, keepdims=True))
    return (exponentials / exponentials.sum(-1, keepdims=True)).astype(np.float32)


def sigmoid(logits):
    return (1 / (1 + np.exp(-logits))).astype(np.float32)


def variations(file, loss_class, targets, predictions, weighted=True):
    """The cases every loss gets: ranks 2, 1 and 4, and on rank 2 each reduction with and without sample weights.

    `targets` and `predictions` take random numbers and a shape.
    """
    def add(case, shape, weights=None, **arguments):
        random = file.random(case)
        y_true, y_pred = targets(random, shape), predictions(random, shape)
        weights = None if weights is None else random.uniform(0, 2, weights).astype(np.float32)
        loss_case(file, case, loss_class, y_true, y_pred, weights, **arguments)

    add("plain", (4, 5))
    add("per_pixel", (2, 3, 2, 4))
    add("sum", (4, 5), reduction="sum")
    add("none", (4, 5), reduction="none")
    add("mean_with_sample_weight_unweighted", (4, 5), reduction="mean_with_sample_weight")
    if weighted:
        add("weighted", (4, 5), (4,))
        add("weighted_column", (4, 5), (4, 1))
        add("weighted_sum", (4, 5), (4,), reduction="sum")
        add("weighted_none", (4, 5), (4,), reduction="none")
        add("weighted_mean_with_sample_weight", (4, 5), (4,), reduction="mean_with_sample_weight")
        add("per_pixel_weighted", (2, 3, 2, 4), (2, 3, 2))
    return add


normal = lambda random, shape: random.standard_normal(shape).astype(np.float32)
positive = lambda random, shape: random.uniform(0.1, 3, shape).astype(np.float32)
probability = lambda random, shape: random.uniform(0.02, 0.98, shape).astype(np.float32)
distribution = lambda random, shape: softmax(random.standard_normal(shape))
bits = lambda random, shape: random.integers(0, 2, shape).astype(np.float32)
signs = lambda random, shape: (2 * random.integers(0, 2, shape) - 1).astype(np.float32)
labels = lambda random, shape: random.integers(0, shape[-1], shape[:-1]).astype(np.int32)


def one_hot(random, shape):
    return np.eye(shape[-1], dtype=np.float32)[labels(random, shape)]


def regression(loss_class, file_name, targets=normal, predictions=normal):
    def make():
        file = CaseFile(f"losses/{file_name}.safetensors")
        add = variations(file, loss_class, targets, predictions)
        if loss_class is not K.CosineSimilarity:  # of one column it is constant, and its gradient rounding
            add("one_column", (6, 1))
        return file

    return make


def mean_absolute_error():
    file = regression(K.MeanAbsoluteError, "mean_absolute_error")()
    # Where prediction and target agree the gradient is zero.
    y = np.array([[1.0, -2.0, 0.0], [0.5, 0.0, 3.0]], np.float32)
    loss_case(file, "exact_hits", K.MeanAbsoluteError, y, y + np.array([0, 1, 0], np.float32))
    return file


def huber():
    file = regression(K.Huber, "huber")()
    random = file.random("delta")
    loss_case(file, "delta", K.Huber, normal(random, (4, 5)), 2 * normal(random, (4, 5)), delta=0.5)
    return file


def log_cosh():
    file = regression(K.LogCosh, "log_cosh")()
    y_pred = np.array([[-100.0, 100.0, 0.0], [1e-3, -30.0, 5.0]], np.float32)
    loss_case(file, "far_off", K.LogCosh, np.zeros((2, 3), np.float32), y_pred)
    return file


def binary_crossentropy():
    file = CaseFile("losses/binary_crossentropy.safetensors")
    add = variations(file, K.BinaryCrossentropy, bits, probability)
    add("label_smoothing", (4, 5), label_smoothing=0.2)
    add("one_column", (6, 1))
    random = file.random("from_logits")
    y_true, logits = bits(random, (4, 5)), 3 * normal(random, (4, 5))
    loss_case(file, "from_logits", K.BinaryCrossentropy, y_true, logits, from_logits=True)
    loss_case(file, "from_logits_smoothed", K.BinaryCrossentropy, y_true, logits, from_logits=True,
              label_smoothing=0.1)
    loss_case(file, "from_logits_weighted", K.BinaryCrossentropy, y_true, logits,
              random.uniform(0, 2, 4), from_logits=True)
    loss_case(file, "soft_targets", K.BinaryCrossentropy, probability(random, (4, 5)), probability(random, (4, 5)))
    # Every pair of target and extreme prediction: probabilities are clipped to [1e-7, 1 - 1e-7], logits are not.
    y_true = np.array([[0, 1, 0, 1, 0, 1, 0, 1, 0, 1]], np.float32)
    y_pred = np.array([[0, 0, 1, 1, 1e-9, 1e-9, 1e-6, 1e-6, 0.5, 0.5]], np.float32)
    loss_case(file, "extreme_probabilities", K.BinaryCrossentropy, y_true, y_pred)
    logits = np.array([[-200, -200, 200, 200, -30, -30, 30, 30, 0, 0]], np.float32)
    loss_case(file, "extreme_logits", K.BinaryCrossentropy, y_true, logits, from_logits=True)
    return file


EXTREME_PROBABILITIES = np.array(
    [[0, 0, 1], [0, 0, 1], [0, 0.25, 0.75], [1e-9, 0.5, 0.5], [1, 1, 2], [0.2, 0.2, 0.2]], np.float32)
EXTREME_LOGITS = np.array(
    [[0, 0, 200], [0, 0, 200], [-500, 0, 1], [90, 91, 92], [-90, -91, -92], [0, 0, 0]], np.float32)
EXTREME_LABELS = np.array([0, 2, 0, 0, 1, 2], np.int32)


def categorical_crossentropy():
    file = CaseFile("losses/categorical_crossentropy.safetensors")
    add = variations(file, K.CategoricalCrossentropy, one_hot, distribution)
    add("label_smoothing", (4, 5), label_smoothing=0.1)
    random = file.random("from_logits")
    y_true, logits = one_hot(random, (4, 5)), 3 * normal(random, (4, 5))
    loss_case(file, "from_logits", K.CategoricalCrossentropy, y_true, logits, from_logits=True)
    loss_case(file, "from_logits_smoothed", K.CategoricalCrossentropy, y_true, logits, from_logits=True,
              label_smoothing=0.1)
    loss_case(file, "from_logits_weighted", K.CategoricalCrossentropy, y_true, logits, random.uniform(0, 2, 4),
              from_logits=True)
    loss_case(file, "from_logits_per_pixel", K.CategoricalCrossentropy, one_hot(random, (2, 3, 2, 4)),
              normal(random, (2, 3, 2, 4)), from_logits=True)
    loss_case(file, "soft_targets", K.CategoricalCrossentropy, distribution(random, (4, 5)),
              distribution(random, (4, 5)))
    # Probabilities are divided by their sum before they are clipped to [1e-7, 1 - 1e-7].
    loss_case(file, "unnormalized", K.CategoricalCrossentropy, one_hot(random, (4, 5)), positive(random, (4, 5)))
    y_true = np.eye(3, dtype=np.float32)[EXTREME_LABELS]
    loss_case(file, "extreme_probabilities", K.CategoricalCrossentropy, y_true, EXTREME_PROBABILITIES)
    loss_case(file, "extreme_logits", K.CategoricalCrossentropy, y_true, EXTREME_LOGITS, from_logits=True)
    return file


def sparse_categorical_crossentropy():
    file = CaseFile("losses/sparse_categorical_crossentropy.safetensors")
    loss_class = K.SparseCategoricalCrossentropy
    variations(file, loss_class, labels, distribution)
    random = file.random("from_logits")
    y_true, logits = labels(random, (4, 5)), 3 * normal(random, (4, 5))
    loss_case(file, "from_logits", loss_class, y_true, logits, from_logits=True)
    loss_case(file, "from_logits_weighted", loss_class, y_true, logits, random.uniform(0, 2, 4), from_logits=True)
    loss_case(file, "label_column", loss_class, y_true[:, None], logits, from_logits=True)
    loss_case(file, "from_logits_per_pixel", loss_class, labels(random, (2, 3, 2, 4)), normal(random, (2, 3, 2, 4)),
              from_logits=True)
    loss_case(file, "from_logits_sequence", loss_class, labels(random, (2, 3, 4)), normal(random, (2, 3, 4)),
              from_logits=True)
    loss_case(file, "unnormalized", loss_class, labels(random, (4, 5)), positive(random, (4, 5)))
    y_ignored = np.array([1, 3, 3, 0], np.int32)
    loss_case(file, "ignore_class", loss_class, y_ignored, logits, from_logits=True, ignore_class=3)
    loss_case(file, "ignore_class_sum", loss_class, y_ignored, logits, from_logits=True, ignore_class=3,
              reduction="sum")
    loss_case(file, "extreme_probabilities", loss_class, EXTREME_LABELS, EXTREME_PROBABILITIES)
    loss_case(file, "extreme_logits", loss_class, EXTREME_LABELS, EXTREME_LOGITS, from_logits=True)
    return file


def moved(make, axis):
    """Numbers with their last axis at another place."""
    return lambda random, shape: np.ascontiguousarray(np.moveaxis(make(random, shape), -1, axis))


def on_other_axes():
    """Losses with an axis, which is not the last one here."""
    file = CaseFile("losses/axis.safetensors")
    for case, loss_class, targets, predictions, arguments in (
            ("binary_crossentropy", K.BinaryCrossentropy, bits, probability, {"label_smoothing": 0.3}),
            ("binary_crossentropy_from_logits", K.BinaryCrossentropy, bits, normal, {"from_logits": True}),
            ("binary_focal_crossentropy", K.BinaryFocalCrossentropy, bits, probability, {"gamma": 1.5}),
            ("categorical_crossentropy", K.CategoricalCrossentropy, one_hot, distribution, {"label_smoothing": 0.2}),
            ("categorical_crossentropy_from_logits", K.CategoricalCrossentropy, one_hot, normal, {"from_logits": True}),
            ("categorical_focal_crossentropy", K.CategoricalFocalCrossentropy, one_hot, positive, {"label_smoothing": 0.1}),
            ("categorical_focal_crossentropy_from_logits", K.CategoricalFocalCrossentropy, one_hot, normal,
             {"from_logits": True, "alpha": 0.4}),
            ("cosine_similarity", K.CosineSimilarity, normal, normal, {})):
        random = file.random(case)
        targets, predictions = moved(targets, 1), moved(predictions, 1)
        y_true, y_pred = targets(random, (3, 2, 5)), predictions(random, (3, 2, 5))
        loss_case(file, case, loss_class, y_true, y_pred, axis=1, **arguments)
        loss_case(file, f"{case}_weighted", loss_class, y_true, y_pred, random.uniform(0, 2, (3, 2)), axis=-2, **arguments)
        loss_case(file, f"{case}_none", loss_class, y_true, y_pred, axis=1, reduction="none", **arguments)
    # Keras takes labels only where their shape is that of the predictions without the last axis: all sizes are the same.
    random = file.random("sparse")
    y_true, y_pred = random.integers(0, 3, (3, 3)).astype(np.int32), normal(random, (3, 3, 3))
    loss_case(file, "sparse_categorical_crossentropy", K.SparseCategoricalCrossentropy, y_true, y_pred, axis=1, from_logits=True)
    loss_case(file, "sparse_categorical_crossentropy_ignore_class", K.SparseCategoricalCrossentropy, y_true, softmax(y_pred), axis=1,
              ignore_class=1)
    return file


def binary_focal_crossentropy():
    file = CaseFile("losses/binary_focal_crossentropy.safetensors")
    loss_class = K.BinaryFocalCrossentropy
    add = variations(file, loss_class, bits, probability)
    add("balanced", (4, 5), apply_class_balancing=True, alpha=0.7)
    add("gamma", (4, 5), (4,), gamma=0.5, label_smoothing=0.2)
    add("gamma_0", (3, 5), gamma=0.0)
    add("soft_gamma", (3, 7), gamma=3.0, label_smoothing=0.1, apply_class_balancing=True)
    add("one_column", (7, 1))
    random = file.random("from_logits")
    y_true, logits = bits(random, (3, 5)), 3 * normal(random, (3, 5))
    loss_case(file, "from_logits", loss_class, y_true, logits, from_logits=True)
    loss_case(file, "from_logits_balanced", loss_class, y_true, logits, random.uniform(0, 2, 3), from_logits=True,
              apply_class_balancing=True, gamma=1.0, label_smoothing=0.05)
    return file


def categorical_focal_crossentropy():
    file = CaseFile("losses/categorical_focal_crossentropy.safetensors")
    loss_class = K.CategoricalFocalCrossentropy
    add = variations(file, loss_class, one_hot, distribution)
    add("alpha_gamma", (4, 5), (4,), alpha=0.6, gamma=1.3)
    add("label_smoothing", (4, 3), label_smoothing=0.15)
    add("alphas", (5, 3), alpha=[0.1, 0.7, 0.4])
    random = file.random("from_logits")
    y_true, logits = one_hot(random, (3, 5)), 3 * normal(random, (3, 5))
    loss_case(file, "from_logits", loss_class, y_true, logits, from_logits=True)
    loss_case(file, "from_logits_smoothed", loss_class, y_true, logits, random.uniform(0, 2, 3), from_logits=True, label_smoothing=0.1,
              gamma=0.7, alpha=0.9)
    loss_case(file, "unnormalized", loss_class, one_hot(random, (4, 5)), positive(random, (4, 5)))
    return file


def categorical_generalized_cross_entropy():
    file = CaseFile("losses/categorical_generalized_cross_entropy.safetensors")
    add = variations(file, K.CategoricalGeneralizedCrossEntropy, labels, distribution)
    add("q_low", (5, 3), (5,), q=0.1)
    add("q_high", (5, 7), q=0.95)
    add("rank_3", (2, 3, 5), (2, 3), q=0.7, reduction="sum")
    return file


def circle():
    file = CaseFile("losses/circle.safetensors")

    def add(case, batch, components, classes, weighted=False, **arguments):
        random = file.random(case)
        y_true = random.integers(0, classes, batch).astype(np.int32)
        embeddings = normal(random, (batch, components))
        embeddings /= np.linalg.norm(embeddings, axis=-1, keepdims=True)
        loss_case(file, case, K.Circle, y_true, embeddings, random.uniform(0.1, 2, batch) if weighted else None, **arguments)

    add("plain", 7, 5, 3, gamma=2.0)
    add("weighted", 8, 3, 2, True, gamma=4.0, margin=0.25)
    add("with_diagonal", 7, 4, 3, gamma=3.0, remove_diagonal=False)
    add("defaults", 6, 16, 2)
    for reduction in ("sum", "none", "mean", "mean_with_sample_weight"):
        add(reduction, 7, 5, 3, True, gamma=2.0, reduction=reduction)
    return file


def circle_alone():
    """A sample without another of its class has no loss, and counts in no mean."""
    file = CaseFile("losses/circle_alone.safetensors")
    random = file.random("alone")
    embeddings = normal(random, (5, 4))
    embeddings /= np.linalg.norm(embeddings, axis=-1, keepdims=True)
    y_true = np.array([0, 1, 0, 2, 1], np.int32)
    loss_case(file, "mean", K.Circle, y_true, embeddings, gamma=2.0)
    loss_case(file, "weighted", K.Circle, y_true, embeddings, random.uniform(0.1, 2, 5), gamma=2.0, reduction="mean_with_sample_weight")
    loss_case(file, "none", K.Circle, y_true[:, None], embeddings, gamma=2.0, reduction="none")
    return file


def ctc():
    file = CaseFile("losses/ctc.safetensors")

    def add(case, lengths, time, classes, weighted=False, **arguments):
        random = file.random(case)
        y_true = random.integers(1, classes, (len(lengths), max(lengths))).astype(np.int32)
        for row, length in enumerate(lengths):
            y_true[row, length:] = 0
        logits = normal(random, (len(lengths), time, classes))
        loss_case(file, case, K.CTC, y_true, logits, random.uniform(0, 2, len(lengths)) if weighted else None, **arguments)

    add("plain", [3, 1, 2], 7, 5)
    add("repetitions", [4, 3], 9, 2)
    add("weighted", [2, 5, 3], 11, 4, True)
    add("just_enough", [3, 3], 6, 7, reduction="sum")
    add("nothing_said", [0, 2], 5, 3, reduction="none")
    add("mean_with_sample_weight", [2, 4, 1], 8, 6, True, reduction="mean_with_sample_weight")
    return file


def regions(loss_class, file_name, **settings):
    def make():
        file = CaseFile(f"losses/{file_name}.safetensors")
        add = variations(file, loss_class, bits, probability, weighted=False)
        add("weighted", (4, 5), (4,))
        add("each_sample", (3, 5, 2, 3), axis=[1, 2, 3], reduction="none")
        add("each_sample_weighted", (3, 5, 2, 3), (3,), axis=[1, 2, 3])
        add("each_class", (3, 5, 2, 4), axis=[1, 2])
        add("last_axis", (3, 5), (3,), axis=-1, reduction="mean_with_sample_weight", **settings)
        if settings:
            add("settings", (4, 5), **settings)
            add("settings_each", (3, 4, 7), (3,), axis=[1, 2], **settings)
        return file

    return make


FILES = [
    regression(K.MeanSquaredError, "mean_squared_error"),
    mean_absolute_error,
    regression(K.MeanAbsolutePercentageError, "mean_absolute_percentage_error"),
    regression(K.MeanSquaredLogarithmicError, "mean_squared_logarithmic_error", positive, positive),
    huber,
    log_cosh,
    regression(K.KLDivergence, "kl_divergence", distribution, distribution),
    regression(K.Poisson, "poisson", positive, positive),
    regression(K.Hinge, "hinge", signs, normal),
    regression(K.SquaredHinge, "squared_hinge", signs, normal),
    regression(K.CategoricalHinge, "categorical_hinge", one_hot, normal),
    regression(K.CosineSimilarity, "cosine_similarity"),
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
    on_other_axes,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
    circle,
    circle_alone,
    ctc,
    regions(K.Dice, "dice"),
    regions(K.Tversky, "tversky", alpha=0.3, beta=0.8),
]
