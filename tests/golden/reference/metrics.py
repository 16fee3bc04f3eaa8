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
    description = describe(metric, **arguments)
    if "dtype" in arguments:
        # It changes the numbers where sums are integers by default.
        description["config"]["dtype"] = arguments["dtype"]
    file.add(case, description, tensors)


def metric(path, metric_class, targets, predictions, variants, weights=None):
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
                    if weights is not None:
                        update["sample_weight"] = weights(random, (batch, *weight_shape[1:]))
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

every_class = lambda random, shape: random.integers(-1, 4, shape).astype(np.int32)
weights_up_to_3 = lambda random, shape: random.uniform(0, 3.99, shape).astype(np.float32)
unsorted = [0.7, 0.25, 0.5]
even = [0.0, 0.25, 0.5, 0.75, 1.0]
counts = [plain((7, 3)), weighted((7, 3)), ("threshold", (8,), (8,), {"thresholds": 0.3}),
          ("thresholds", (5, 3), (5,), {"thresholds": unsorted}), ("even_thresholds", (7, 3), (7,), {"thresholds": even}),
          ("rank_3_weighted", (3, 2, 5), (3, 2), {"thresholds": [0.4]})]


def at(**setting):
    """What is asked for at an operating point, at several numbers of thresholds."""
    (name, value), = setting.items()
    return [plain((9,), **setting), weighted((9, 3), **setting), ("few_thresholds", (9,), (9,), setting | {"num_thresholds": 7}),
            ("one_threshold", (9,), None, setting | {"num_thresholds": 1}),
            ("class_id", (7, 3), (7,), setting | {"class_id": 2, "num_thresholds": 11}),
            ("out_of_reach", (9, 3), (9,), {name: 1.0, "num_thresholds": 3}), ("low", (9,), None, {name: value / 5})]


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
    metric("sparse_top_k_categorical_accuracy_from_sorted_ids", K.SparseTopKCategoricalAccuracy, labels, lambda random, shape: (
        np.argsort(random.standard_normal(shape), -1).astype(np.float32)), [
            ("plain", (5, 6), None, {"k": 2, "from_sorted_ids": True}), ("weighted", (5, 6), (5,), {"k": 3, "from_sorted_ids": True})]),
    metric("cosine_similarity_axis", K.CosineSimilarity, normal, normal, [
        plain((5, 3, 4), axis=1), ("weighted", (5, 3, 4), (5, 4), {"axis": 1})]),
    *(metric(path, metric_class, bits, coarse, counts) for path, metric_class in (
        ("true_positives", K.TruePositives), ("true_negatives", K.TrueNegatives),
        ("false_positives", K.FalsePositives), ("false_negatives", K.FalseNegatives))),
    *(metric(f"{path}_selected", metric_class, bits, coarse, [
        ("thresholds_weighted", (7, 3), (7,), {"thresholds": unsorted}), ("even_thresholds", (7, 3), (7,), {"thresholds": even}),
        ("one_of_a_list", (7,), None, {"thresholds": [0.6]}), ("top_k_weighted", (6, 5), (6,), {"top_k": 3}),
        ("top_k_thresholds", (6, 5), (6,), {"top_k": 2, "thresholds": [0.3, 0.8]}),
        ("class_id_weighted", (6, 3), (6,), {"class_id": 0}), ("top_k_class_id", (6, 4), (6,), {"top_k": 2, "class_id": 3}),
        ("rank_3_top_k", (3, 4, 5), (3, 4), {"top_k": 2, "class_id": 1, "thresholds": 0.2})])
      for path, metric_class in (("precision", K.Precision), ("recall", K.Recall))),
    metric("precision_at_recall", K.PrecisionAtRecall, bits, coarse, at(recall=0.6)),
    metric("recall_at_precision", K.RecallAtPrecision, bits, coarse, at(precision=0.55)),
    metric("sensitivity_at_specificity", K.SensitivityAtSpecificity, bits, coarse, at(specificity=0.6)),
    metric("specificity_at_sensitivity", K.SpecificityAtSensitivity, bits, coarse, at(sensitivity=0.6)),
    metric("auc_options", K.AUC, bits, coarse, [
        *((f"{curve}_{method}".lower() + name, shape, shape[:1], {"curve": curve, "summation_method": method} | arguments)
          for curve in ("ROC", "PR", "PRGAIN") for method in ("interpolation", "minoring", "majoring")
          for name, shape, arguments in (
              ("_multi_label", (7, 3), {"multi_label": True, "num_thresholds": 17}),
              ("_label_weights", (7, 3), {"multi_label": True, "label_weights": [0.5, 2.0, 1.25], "num_labels": 3}),
              ("_thresholds", (9,), {"thresholds": [0.8, 0.15, 0.33]}))),
        ("weights_of_labels", (7, 3), (7,), {"label_weights": [0.5, 2.0, 1.25]}),
        ("weights_of_labels_thresholds", (7, 3), None, {"label_weights": [0.5, 2.0, 1.25], "thresholds": [0.9, 0.3]}),
        ("even_thresholds", (9,), (9,), {"thresholds": [0.25, 0.5, 0.75]}),
        ("multi_label_thresholds", (7, 3), None, {"multi_label": True, "thresholds": [0.2, 0.6, 0.7]}),
        ("rank_3_weighted", (3, 4, 2), (3, 4), {"num_thresholds": 11})]),
    metric("auc_options_from_logits", K.AUC, bits, normal, [
        ("multi_label", (7, 3), (7,), {"from_logits": True, "multi_label": True, "curve": "PR"}),
        ("thresholds", (9,), None, {"from_logits": True, "thresholds": [0.1, 0.4, 0.55]})]),
    metric("io_u", K.IoU, every_class, every_class, [
        plain((11,), num_classes=4, target_class_ids=[0, 2]), ("rank_3", (3, 5, 2), None, {"num_classes": 3, "target_class_ids": [1]}),
        ("ignore_class", (4, 5), None, {"num_classes": 4, "target_class_ids": [0, 3, 2], "ignore_class": 3}),
        ("never_there", (5,), None, {"num_classes": 9, "target_class_ids": [8, 1]})]),
    *(metric(f"{path}_weighted", metric_class, every_class, every_class, [
        ("integers", (9,), (9,), arguments), ("floats", (9,), (9,), arguments | {"dtype": "float32"}),
        ("rank_2", (4, 5), (4, 5), arguments | {"ignore_class": -1})], weights_up_to_3)
      for path, metric_class, arguments in (
          ("io_u", K.IoU, {"num_classes": 4, "target_class_ids": [2, 3]}), ("mean_io_u", K.MeanIoU, {"num_classes": 4}))),
    metric("io_u_of_scores", K.IoU, every_class, lambda random, shape: normal(random, (*shape, 4)), [
        plain((7,), num_classes=4, target_class_ids=[0, 1], sparse_y_pred=False),
        ("rank_2", (3, 5), None, {"num_classes": 4, "target_class_ids": [1, 2, 3], "sparse_y_pred": False, "ignore_class": 0})]),
    metric("mean_io_u", K.MeanIoU, every_class, every_class, [
        plain((11,), num_classes=4), ("ignore_class", (4, 5), None, {"num_classes": 4, "ignore_class": 0}),
        ("fewer_classes", (13,), None, {"num_classes": 2})]),
    metric("mean_io_u_one_hot", K.MeanIoU, one_hot, normal, [
        plain((7, 5), num_classes=5, sparse_y_true=False, sparse_y_pred=False),
        ("weighted", (3, 4, 5), (3, 4), {"num_classes": 5, "sparse_y_true": False, "sparse_y_pred": False, "ignore_class": 1,
                                         "dtype": "float32"})], weights_up_to_3),
    metric("binary_io_u", K.BinaryIoU, bits, coarse, [
        plain((11,)), ("threshold", (5, 3), None, {"threshold": 0.3}), ("weighted", (9,), (9,), {"target_class_ids": [1]}),
        ("floats", (5, 3), (5, 3), {"threshold": 0.7, "dtype": "float32"}), ("no", (4, 3, 2), None, {"target_class_ids": [0], "threshold": 0.2})],
        weights_up_to_3),
    metric("one_hot_io_u", K.OneHotIoU, one_hot, normal, [
        plain((7, 4), num_classes=4, target_class_ids=[0, 3]),
        ("weighted", (3, 5, 4), (3, 5), {"num_classes": 4, "target_class_ids": [1, 2], "ignore_class": 0})], weights_up_to_3),
    metric("one_hot_io_u_of_classes", K.OneHotIoU, lambda random, shape: one_hot(random, (*shape, 4)), every_class, [
        plain((9,), num_classes=4, target_class_ids=[2], sparse_y_pred=True)]),
    metric("one_hot_mean_io_u", K.OneHotMeanIoU, one_hot, normal, [
        plain((7, 5), num_classes=5), ("ignore_class", (3, 4, 5), None, {"num_classes": 5, "ignore_class": 2}),
        ("weighted", (8, 3), (8,), {"num_classes": 3, "dtype": "float32"})], weights_up_to_3),
    *(metric(path, metric_class, bits, coarse, [
        ("each", (7, 3), None, arguments), ("each_weighted", (7, 3), (7,), arguments | {"threshold": 0.4}),
        *((average, (7, 4), (7,), arguments | {"average": average, "threshold": 0.35}) for average in ("micro", "macro", "weighted")),
        *((f"{average}_greatest", (7, 3), None, arguments | {"average": average}) for average in ("micro", "macro", "weighted"))])
      for path, metric_class, arguments in (("f1_score", K.F1Score, {}), ("fbeta_score", K.FBetaScore, {"beta": 2.0}))),
    metric("fbeta_score_half", K.FBetaScore, one_hot, distribution, [
        ("each_weighted", (7, 5), (7,), {"beta": 0.5}), ("weighted", (7, 5), None, {"beta": 0.5, "average": "weighted"})]),
    metric("r2_score", K.R2Score, normal, normal, [
        plain((7, 1)), weighted((7, 3)), ("each", (7, 3), (7,), {"class_aggregation": None}),
        ("by_variance", (7, 3), (7,), {"class_aggregation": "variance_weighted_average"}),
        ("adjusted", (7, 2), None, {"num_regressors": 2}),
        ("adjusted_each", (7, 2), (7,), {"num_regressors": 3, "class_aggregation": None}),
        ("too_many_regressors", (5, 1), None, {"num_regressors": 11}), ("weight_of_each", (5, 3), (5, 3), {})]),
    metric("pearson_correlation", K.PearsonCorrelation, normal, normal, [
        plain((5, 6)), weighted((5, 6)), ("axis", (5, 4, 3), (5, 3), {"axis": 1}), ("rank_3", (4, 2, 7), None, {})]),
    metric("concordance_correlation", K.ConcordanceCorrelation, normal, normal, [
        plain((5, 6)), weighted((5, 6)), ("axis", (5, 4, 3), (5, 3), {"axis": 1}), ("rank_3", (4, 2, 7), None, {})]),
    metric("log_cosh_error", K.LogCoshError, normal, normal, [plain((5, 3)), weighted((5, 3)), ("rank_3", (3, 4, 2), (3, 4), {})]),
    metric("kl_divergence", K.KLDivergence, distribution, distribution, ranks_2_and_3),
    metric("poisson", K.Poisson, positive, positive, ranks_2_and_3),
    metric("squared_hinge", K.SquaredHinge, signs, normal, ranks_2_and_3),
    metric("categorical_hinge", K.CategoricalHinge, one_hot, normal, ranks_2_and_3),
    metric("mean_squared_logarithmic_error", K.MeanSquaredLogarithmicError, positive, positive, ranks_2_and_3),
    metric("categorical_crossentropy_axis", K.CategoricalCrossentropy, lambda random, shape: np.moveaxis(
        one_hot(random, shape), -1, 1), lambda random, shape: np.moveaxis(normal(random, shape), -1, 1), [
            plain((5, 3, 4), axis=1, from_logits=True), ("weighted", (5, 3, 4), (5, 3), {"axis": 1, "from_logits": True, "label_smoothing": 0.2})]),
    metric("sparse_categorical_crossentropy_ignore_class", K.SparseCategoricalCrossentropy, labels, normal, [
        plain((5, 4), from_logits=True, ignore_class=2), ("weighted", (3, 4, 5), (3, 4), {"from_logits": True, "ignore_class": 0})]),
    *(metric(path, K.MeanMetricWrapper, targets, predictions, [
        ("plain", (5, 3), None, arguments), ("weighted", (5, 3), (5,), arguments)])
      for path, targets, predictions, arguments in (
          ("mean_metric_wrapper_of_a_loss", normal, normal, {"fn": keras.losses.huber, "delta": 0.6}),
          ("mean_metric_wrapper_of_a_metric", bits, coarse, {"fn": keras.metrics.binary_accuracy, "threshold": 0.7}),
          ("mean_metric_wrapper_of_logits", bits, normal, {"fn": keras.losses.binary_crossentropy, "from_logits": True}))),
]
