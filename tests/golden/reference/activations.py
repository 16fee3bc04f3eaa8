"""Activation functions."""

import jax
import keras
import numpy as np

from .case_file import CaseFile

# Each function with arguments. The points are away from kinks, where the derivative jumps.
FUNCTIONS = {
    "linear": [{}],
    "relu": [{}, {"negative_slope": 0.1}, {"max_value": 1.5}, {"threshold": 0.5},
             {"negative_slope": 0.2, "max_value": 2.0, "threshold": 0.3}],
    "relu6": [{}],
    "leaky_relu": [{}, {"negative_slope": 0.05}],
    "elu": [{}, {"alpha": 0.5}],
    "selu": [{}],
    "celu": [{}, {"alpha": 0.5}],
    "gelu": [{"approximate": False}, {"approximate": True}],
    "silu": [{}],
    "mish": [{}],
    "sigmoid": [{}],
    "hard_sigmoid": [{}],
    "hard_silu": [{}],
    "log_sigmoid": [{}],
    "tanh": [{}],
    "hard_tanh": [{}],
    "tanh_shrink": [{}],
    "softplus": [{}],
    "softsign": [{}],
    "soft_shrink": [{}, {"threshold": 1.2}],
    "hard_shrink": [{}, {"threshold": 1.2}],
    "squareplus": [{}, {"b": 1.5}],
    "sparse_plus": [{}],
    "sparse_sigmoid": [{}],
    "sparsemax": [{}, {"axis": 1}],
    "threshold": [{"threshold": 0.4, "default_value": -1.5}],
    "exponential": [{}],
    "softmax": [{}, {"axis": 1}],
    "log_softmax": [{}, {"axis": 1}],
}
# Up to where exp(x) leaves f32 and beyond, with one point near zero in a row for the scale.
# `exponential` stops before it.
FAR = np.array(
    [[-1000, -200, -100, -89, -50, -20, -12, -1.5, -0.7], [0.6, 9.5, 12, 20, 50, 80, 87, 100, 1000]], np.float32)


def activation_case(file, case, function, x, arguments):
    call = lambda x: getattr(keras.activations, function)(x, **arguments)
    upstream = file.random(case).standard_normal(call(x).shape).astype(np.float32)
    gradient = jax.grad(lambda x: (call(x) * upstream).sum())(x)
    tensors = {"input": x, "output": call(x), "upstream": upstream, "grad/input": gradient}
    file.add(case, {"class_name": function, "config": arguments}, tensors)


def activations():
    file = CaseFile("activations.safetensors")
    for function, variants in FUNCTIONS.items():
        for arguments in variants:
            case = "_".join([function] + [f"{key}_{value}" for key, value in arguments.items()])
            x = file.random(function).uniform(-4, 4, (2, 3, 7)).astype(np.float32)
            activation_case(file, case, function, x, arguments)
        if function == "exponential":
            activation_case(file, f"{function}_far", function, np.clip(FAR, -1000, 80), {})
        elif function not in ("linear", "squareplus", "sparsemax", "threshold"):
            activation_case(file, f"{function}_far", function, FAR, {})
    # It halves its axis: one of an even size.
    for arguments in ({}, {"axis": 1}):
        case = "_".join(["glu"] + [f"{key}_{value}" for key, value in arguments.items()])
        activation_case(file, case, "glu", file.random("glu").uniform(-4, 4, (3, 4, 6)).astype(np.float32), arguments)
    # The kink of relu has the derivative 0, as in every backend.
    kink = np.array([[-1, 0, 1, 0]], np.float32)
    activation_case(file, "relu_at_zero", "relu", kink, {})
    return file


FILES = [activations]
