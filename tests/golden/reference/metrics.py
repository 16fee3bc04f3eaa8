"""Metrics: three updates, the result after each."""

import keras
import numpy as np

from .case_file import CaseFile, describe
from .losses import bits, distribution, labels, normal, one_hot, positive, probability, signs

K = keras.metrics


def metric_case(file, case, metric_class, updates, **arguments):
    """`updates` are three dictionaries of the arguments of `update_state`."""
    metric = metric_class(**arguments)
    tensors = {}
    for k, update in enumerate(updates):
        metric.update_state(**update)
        tensors |= {f"{name}.{k}": value for name, value in update.items()}
        tensors[f"result.{k}"] = np.asarray(metric.result(), np.float32)
    file.add(case, describe(metric, **arguments), tensors)


def metric(path, metric_class, targets, predictions, variants):
    """A file. `variants` are tuples of the name of a case, the shapes of predictions and sample weights and the
    arguments of the metric; the first dimension varies by update as the last batch of an epoch does."""
    def make():
        file = CaseFile(f"metrics/{path}.safetensors")
        for case, shape, weight_shape, arguments in variants:
            random = file.random(case)
            updates = []
            for batch in (shape[0], shape[0], shape[0] - 2):
                update = {
                    "y_true": targets(random, (batch, *shape[1:])),
                    "y_pred": predictions(random, (batch, *shape[1:])),
                }
                if weight_shape is not None:
                    update["sample_weight"] = random.uniform(0, 2, (batch, *weight_shape[1:])).astype(np.float32)
                updates.append(update)
            metric_case(file, case, metric_class, updates, **arguments)
        return file

    return make


def reduction(path, metric_class):
    def make():
        file = CaseFile(f"metrics/{path}.safetensors")
        random = file.random("values")
        values = [normal(random, (5,)), normal(random, (3,)), normal(random, (4,))]
        weights = [positive(random, v.shape) for v in values]
        metric_case(file, "plain", metric_class, [{"values": v} for v in values])
        metric_case(file, "weighted", metric_class, [
            {"values": v, "sample_weight": w} for v, w in zip(values, weights)])
        metric_case(file, "scalars", metric_class, [{"values": v[0]} for v in values])
        metric_case(file, "rank_2", metric_class, [{"values": normal(random, (3, 2))} for _ in values])
        # All weights zero: the mean is 0, not NaN.
        metric_case(file, "zero_weights", metric_class, [
            {"values": v, "sample_weight": w * 0} for v, w in zip(values, weights)])
        return file

    return make


def column(labels_of):
    """Labels as a column, the shape [batch, 1]."""
    return lambda random, shape: labels_of(random, shape)[..., None]


# Predictions on a coarse grid: ties and values equal to thresholds happen.
coarse = lambda random, shape: (random.integers(0, 11, shape) / 10).astype(np.float32)
plain = lambda shape, **arguments: ("plain", shape, None, arguments)
weighted = lambda shape, **arguments: ("weighted", shape, shape[:1], arguments)
ranks_2_and_3 = [plain((5, 4)), weighted((5, 4)), ("rank_3", (3, 2, 4), None, {}),
                 ("rank_3_weighted", (3, 2, 4), (3, 2), {})]
regression = [plain((5, 3)), weighted((5, 3)), ("one_column", (6, 1), None, {}),
              ("one_column_weighted", (6, 1), (6,), {}), ("rank_1", (6,), None, {})]

FILES = [
    reduction("mean", K.Mean),
    reduction("sum", K.Sum),
    metric("mean_squared_error", K.MeanSquaredError, normal, normal, regression),
    metric("mean_absolute_error", K.MeanAbsoluteError, normal, normal, regression),
    metric("root_mean_squared_error", K.RootMeanSquaredError, normal, normal, regression),
    metric("mean_absolute_percentage_error", K.MeanAbsolutePercentageError, normal, normal, regression),
    metric("accuracy", K.Accuracy, bits, bits, [plain((6, 2)), weighted((6, 2))]),
    metric("binary_accuracy", K.BinaryAccuracy, bits, coarse, [
        plain((6, 1)), weighted((6, 1)), ("several_columns", (5, 3), None, {}),
        ("several_columns_weighted", (5, 3), (5,), {}), ("threshold", (6, 2), None, {"threshold": 0.7}),
        ("rank_1", (6,), None, {})]),
    metric("categorical_accuracy", K.CategoricalAccuracy, one_hot, distribution, ranks_2_and_3),
    metric("sparse_categorical_accuracy", K.SparseCategoricalAccuracy, labels, distribution, ranks_2_and_3),
    metric("sparse_categorical_accuracy_equal_scores", K.SparseCategoricalAccuracy, labels, coarse, [plain((6, 8))]),
    metric("sparse_categorical_accuracy_column", K.SparseCategoricalAccuracy, column(labels), distribution,
           [plain((5, 4)), weighted((5, 4))]),
    metric("top_k_categorical_accuracy", K.TopKCategoricalAccuracy, one_hot, distribution, [
        plain((5, 8)), weighted((5, 8)), ("k_2", (5, 4), None, {"k": 2}), ("k_1_weighted", (5, 4), (5,), {"k": 1})]),
    metric("sparse_top_k_categorical_accuracy", K.SparseTopKCategoricalAccuracy, labels, distribution, [
        plain((5, 8)), weighted((5, 8)), ("k_2", (5, 4), None, {"k": 2}), ("k_1_weighted", (5, 4), (5,), {"k": 1})]),
    metric("binary_crossentropy", K.BinaryCrossentropy, bits, probability, [
        plain((6, 1)), weighted((6, 1)), ("several_columns", (5, 3), None, {}),
        ("label_smoothing", (5, 3), None, {"label_smoothing": 0.1})]),
    metric("binary_crossentropy_from_logits", K.BinaryCrossentropy, bits, normal, [
        plain((6, 1), from_logits=True), weighted((5, 3), from_logits=True)]),
    metric("categorical_crossentropy", K.CategoricalCrossentropy, one_hot, distribution, [
        plain((5, 4)), weighted((5, 4)), ("label_smoothing", (5, 3), None, {"label_smoothing": 0.1})]),
    metric("categorical_crossentropy_from_logits", K.CategoricalCrossentropy, one_hot, normal, [
        plain((5, 4), from_logits=True), weighted((5, 4), from_logits=True)]),
    metric("sparse_categorical_crossentropy", K.SparseCategoricalCrossentropy, labels, distribution, ranks_2_and_3),
    metric("sparse_categorical_crossentropy_from_logits", K.SparseCategoricalCrossentropy, labels, normal, [
        plain((5, 4), from_logits=True), weighted((5, 4), from_logits=True)]),
    *(metric(path, metric_class, bits, coarse, [
        plain((8,)), weighted((8,)), ("two_columns", (6, 2), None, {}),
        ("threshold", (8,), None, {"thresholds": 0.3}), ("thresholds", (8,), None, {"thresholds": [0.2, 0.5, 0.8]}),
        ("class_id", (6, 3), None, {"class_id": 1}), ("top_k", (6, 4), None, {"top_k": 2})])
      for path, metric_class in (("precision", K.Precision), ("recall", K.Recall))),
    metric("auc", K.AUC, bits, probability, [
        plain((8,)), weighted((8,)), ("two_columns", (6, 2), None, {}),
        ("few_thresholds", (8,), None, {"num_thresholds": 5}),
        *((f"{curve}_{method}".lower(), (8,), None, {"curve": curve, "summation_method": method})
          for curve in ("ROC", "PR") for method in ("interpolation", "minoring", "majoring"))]),
    metric("auc_from_logits", K.AUC, bits, normal, [plain((8,), from_logits=True)]),
    metric("hinge", K.Hinge, signs, normal, [plain((5, 3)), weighted((5, 3))]),
    metric("cosine_similarity", K.CosineSimilarity, normal, normal, [plain((5, 3)), weighted((5, 3))]),
]
