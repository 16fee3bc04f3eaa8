"""Optimizers: five steps with given gradients. Schedules: the learning rate at many steps."""

import keras
import numpy as np

from .case_file import CaseFile, describe

K = keras.optimizers
S = K.schedules
STEPS = 5


def optimizer_case(file, case, optimizer_class, exclude=None, gradient_size=1.0, **arguments):
    optimizer = optimizer_class(**arguments)
    random = file.random(case)
    variables = [
        keras.Variable(random.standard_normal(shape).astype(np.float32), name=name)
        for name, shape in (("kernel", (3, 4)), ("bias", (4,)))
    ]
    description = describe(optimizer, **arguments)
    if exclude is not None:
        optimizer.exclude_from_weight_decay(var_names=exclude)
        description["exclude_from_weight_decay"] = exclude
    optimizer.build(variables)
    tensors = {f"before/{v.name}": v.numpy().copy() for v in variables}
    for k in range(STEPS):
        gradients = [(gradient_size * random.standard_normal(v.shape)).astype(np.float32) for v in variables]
        tensors[f"learning_rate.{k}"] = np.asarray(optimizer.learning_rate, np.float32)
        optimizer.apply(gradients, variables)
        for variable, gradient in zip(variables, gradients):
            tensors[f"grad.{k}/{variable.name}"] = gradient
            tensors[f"after.{k}/{variable.name}"] = variable.numpy().copy()
    for slot in optimizer.variables:
        for variable in variables:
            if slot.name.startswith(f"{variable.name}_"):
                tensors[f"slot/{variable.name}/{slot.name.removeprefix(variable.name + '_')}"] = slot.numpy()
    file.add(case, description, tensors)


def optimizer(path, optimizer_class, learning_rate, cases):
    """A file with the cases every optimizer gets and its own ones."""
    common = {
        "default": {},
        "weight_decay": {"weight_decay": 0.05},
        "weight_decay_excluded": {"weight_decay": 0.05, "exclude": ["bias"]},
        "clipnorm": {"clipnorm": 1.0},
        "clipvalue": {"clipvalue": 0.5},
        "global_clipnorm": {"global_clipnorm": 1.5},
        "clipnorm_not_reached": {"clipnorm": 1.0, "gradient_size": 0.01},
        "schedule": {"learning_rate": S.ExponentialDecay(learning_rate, 2, 0.5)},
        "gradient_accumulation": {"gradient_accumulation_steps": 2},
        "ema": {"use_ema": True, "ema_momentum": 0.9},
        "ema_overwrite": {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 2},
    }

    def make():
        file = CaseFile(f"optimizers/{path}.safetensors")
        for case, arguments in (common | cases).items():
            optimizer_case(file, case, optimizer_class, **{"learning_rate": learning_rate} | arguments)
        return file

    return make


SCHEDULES = {
    "exponential_decay": S.ExponentialDecay(0.1, 7, 0.5),
    "exponential_decay_staircase": S.ExponentialDecay(0.1, 7, 0.5, staircase=True),
    "inverse_time_decay": S.InverseTimeDecay(0.1, 5, 0.7),
    "inverse_time_decay_staircase": S.InverseTimeDecay(0.1, 5, 0.7, staircase=True),
    "piecewise_constant_decay": S.PiecewiseConstantDecay([3, 10, 25], [0.1, 0.05, 0.01, 0.001]),
    "polynomial_decay": S.PolynomialDecay(0.1, 20, 0.01),
    "polynomial_decay_power_2": S.PolynomialDecay(0.1, 20, 0.01, power=2.0),
    "polynomial_decay_cycle": S.PolynomialDecay(0.1, 10, 0.01, power=0.5, cycle=True),
    "cosine_decay": S.CosineDecay(0.1, 20),
    "cosine_decay_alpha": S.CosineDecay(0.1, 20, alpha=0.2),
    "cosine_decay_warmup": S.CosineDecay(0.01, 20, alpha=0.1, warmup_target=0.1, warmup_steps=5),
    "cosine_decay_warmup_without_target": S.CosineDecay(0.1, 20, warmup_steps=5),
    "cosine_decay_restarts": S.CosineDecayRestarts(0.1, 6),
    "cosine_decay_restarts_equal_periods": S.CosineDecayRestarts(0.1, 6, t_mul=1.0, m_mul=0.9),
    "cosine_decay_restarts_all": S.CosineDecayRestarts(0.1, 6, t_mul=1.5, m_mul=0.8, alpha=0.05),
}


def schedules():
    file = CaseFile("schedules.safetensors")
    steps = np.concatenate([np.arange(42), [50, 99, 100, 101, 1000]]).astype(np.int32)
    for case, schedule in SCHEDULES.items():
        values = np.array([schedule(step) for step in steps], np.float32)
        file.add(case, describe(schedule), {"steps": steps, "values": values})
    return file


FILES = [
    optimizer("sgd", K.SGD, 0.1, {
        "momentum": {"momentum": 0.9},
        "nesterov": {"momentum": 0.9, "nesterov": True},
        "momentum_weight_decay": {"momentum": 0.9, "weight_decay": 0.05},
        "nesterov_clipnorm": {"momentum": 0.8, "nesterov": True, "clipnorm": 1.0},
    }),
    optimizer("adam", K.Adam, 0.01, {
        "amsgrad": {"amsgrad": True},
        "betas_and_epsilon": {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3},
        "tiny_gradients": {"gradient_size": 1e-7},
    }),
    optimizer("adam_w", K.AdamW, 0.01, {"amsgrad": {"amsgrad": True}}),
    optimizer("rmsprop", K.RMSprop, 0.01, {
        "rho": {"rho": 0.7},
        "momentum": {"momentum": 0.9},
        "centered": {"centered": True},
        "centered_momentum": {"centered": True, "momentum": 0.8},
    }),
    schedules,
]
