"""Regularizers, constraints and initializers."""

import inspect
import json
from unittest import mock

import jax
import keras
import numpy as np

from keras.src.initializers import random_initializers

from .case_file import CaseFile, describe

R, C, N = keras.regularizers, keras.constraints, keras.initializers


def regularizers():
    file = CaseFile("regularizers.safetensors")
    x = file.random("x").standard_normal((4, 5)).astype(np.float32)
    for case, regularizer in {
        "l1": R.L1(0.03), "l1_default": R.L1(), "l2": R.L2(0.03), "l2_default": R.L2(), "l1_l2": R.L1L2(0.02, 0.05),
        "orthogonal": R.OrthogonalRegularizer(), "orthogonal_columns": R.OrthogonalRegularizer(0.3, mode="columns"),
    }.items():
        # A tensor of the backend: Keras computes norms of others by numpy, and not alike.
        call = lambda x: regularizer(jax.numpy.asarray(x)) + 0.0
        file.add(case, describe(regularizer), {"input": x, "value": call(x), "grad/input": jax.grad(call)(x)})
    return file


def constraints():
    file = CaseFile("constraints.safetensors")
    for case, constraint, shape in [
        ("max_norm", C.MaxNorm(1.5), (4, 5)),
        ("max_norm_default", C.MaxNorm(), (9, 5)),
        ("max_norm_axis_1", C.MaxNorm(1.5, axis=1), (4, 5)),
        ("max_norm_convolution", C.MaxNorm(2.5, axis=[0, 1, 2]), (3, 3, 2, 3)),
        ("non_neg", C.NonNeg(), (4, 5)),
        ("unit_norm", C.UnitNorm(), (4, 5)),
        ("unit_norm_axis_1", C.UnitNorm(axis=1), (4, 5)),
        ("min_max_norm", C.MinMaxNorm(1.2, 1.9), (4, 5)),
        ("min_max_norm_rate", C.MinMaxNorm(1.2, 1.9, rate=0.3), (4, 5)),
        ("min_max_norm_axis_1", C.MinMaxNorm(0.5, 1.5, axis=1), (4, 5)),
    ]:
        x = file.random(case).standard_normal(shape).astype(np.float32)
        x.reshape(-1)[:shape[-1] + 1] = 0  # the first row zero: a norm of zero must not divide
        file.add(case, describe(constraint), {"input": x, "output": constraint(x)})
    return file


class Initializers:
    """`initializers.json`: what Keras draws from for a shape, taken from the arguments of its random functions."""

    path = "initializers.json"
    shapes = [(7,), (4, 6), (3, 3, 5, 8), (1, 3, 2, 4), (1, 1, 16, 4), (5, 2, 3), (3, 3, 4, 1)]

    def __init__(self):
        scaled = (N.GlorotUniform, N.GlorotNormal, N.HeUniform, N.HeNormal, N.LecunUniform, N.LecunNormal)
        made = [(initializer, {}, self.shapes) for initializer in scaled]
        for mode in ("fan_in", "fan_out", "fan_avg"):
            for distribution in ("uniform", "truncated_normal", "untruncated_normal"):
                arguments = {"scale": 0.7, "mode": mode, "distribution": distribution}
                made.append((N.VarianceScaling, arguments, self.shapes))
        for initializer, arguments in [
            (N.RandomUniform, {}), (N.RandomUniform, {"minval": -0.2, "maxval": 0.7}),
            (N.RandomNormal, {}), (N.RandomNormal, {"mean": 0.5, "stddev": 0.2}),
            (N.TruncatedNormal, {}), (N.TruncatedNormal, {"mean": -0.5, "stddev": 0.2}),
            (N.GlorotNormal, {"seed": 7}), (N.Orthogonal, {"gain": 1.5, "seed": 3}),
            (N.Zeros, {}), (N.Ones, {}), (N.Constant, {"value": 0.25}), (N.Identity, {}), (N.Identity, {"gain": 0.5}),
        ]:
            made.append((initializer, arguments, [(2, 3)]))
        for arguments in [
            {}, {"side": "imag", "scaling": "spectrum"}, {"window": None}, {"window": "hamming", "periodic": True}, {"scaling": None},
            *({"window": window} for window in ("boxcar", "triang", "bartlett", "bohman", "cosine", "blackman", "nuttall",
                                                "blackmanharris", "flattop")),
        ]:
            made.append((N.STFT, arguments, [(8, 1, 5), (5, 1, 3)]))
        made.append((N.VarianceScaling, {"mode": "fan_avg", "input_axes": [0, 2], "output_axes": [1]}, [(3, 5, 2)]))
        made.append((N.GlorotUniform, {"input_axes": [0], "output_axes": [1, 2]}, [(3, 5, 2)]))
        self.cases = [self.case(*rest, shape) for *rest, shapes in made for shape in shapes]
        self.descriptions = self.cases

    def case(self, initializer_class, arguments, shape):
        initializer = initializer_class(**arguments)
        calls = []

        def spy(distribution):
            original = getattr(random_initializers.random, distribution)
            signature = inspect.signature(original)

            def drawing(*args, **kwargs):
                bound = signature.bind(*args, **kwargs)
                bound.apply_defaults()
                names = ("minval", "maxval") if distribution == "uniform" else ("mean", "stddev")
                calls.append({"distribution": distribution} | {n: float(bound.arguments[n]) for n in names})
                return original(*args, **kwargs)

            return mock.patch.object(random_initializers.random, distribution, drawing)

        with spy("uniform"), spy("normal"), spy("truncated_normal"):
            values = np.asarray(initializer(shape))
        expected = calls[0] if calls else {"distribution": "fixed", "values": values.reshape(-1).tolist()}
        if initializer_class is N.Orthogonal:
            expected = {"distribution": "orthogonal"}
        return describe(initializer, **arguments) | {"shape": list(shape), "expected": expected}

    def to_bytes(self):
        rows = ",\n".join(json.dumps(case, sort_keys=True, allow_nan=False) for case in self.cases)
        return f"[\n{rows}\n]\n".encode()


FILES = [regularizers, constraints, Initializers]
