"""Optimizers: five or eight steps with given gradients. Schedules: the learning rate at many steps."""

import keras
import numpy as np

from .case_file import CaseFile, describe

K = keras.optimizers
S = K.schedules
# Variables of the cases of five steps.
FEW = {"kernel": (3, 4), "bias": (4,)}
# Variables of odd shapes, for the cases of eight: a wide and a tall matrix, a vector, a single number, a kernel of a convolution.
ODD = {"kernel": (3, 7), "tall": (5, 2), "bias": (7,), "scale": (), "filters": (3, 1, 2, 5), "embeddings": (4, 3)}


def learning_rate(optimizer):
    """The rate of the next step; of the default optimizer where there are several."""
    if isinstance(optimizer, K.MultiOptimizer):
        return learning_rate(optimizer._optimizer_map.default_optimizer)
    return np.asarray(optimizer.learning_rate, np.float32)


def apply(optimizer, gradients, variables):
    """One step. On JAX a `LossScaleOptimizer` makes it without state only."""
    if not isinstance(optimizer, K.LossScaleOptimizer):
        return optimizer.apply(gradients, variables)
    state = [v.value for v in optimizer.variables]
    new_variables, new_state = optimizer.stateless_apply(state, gradients, [v.value for v in variables])
    for variable, value in zip(variables + optimizer.variables, new_variables + new_state):
        variable.assign(value)


def optimizer_case(
    file, case, optimizer_class, exclude=None, gradient_size=1.0, shapes=FEW, steps=5, **arguments
):
    optimizer = optimizer_class(**arguments)
    random = file.random(case)
    variables = [
        keras.Variable(random.standard_normal(shape).astype(np.float32), name=name) for name, shape in shapes.items()
    ]
    description = describe(optimizer, **arguments)
    if exclude is not None:
        optimizer.exclude_from_weight_decay(var_names=exclude)
        description["exclude_from_weight_decay"] = exclude
    optimizer.build(variables)
    tensors = {f"before/{v.name}": v.numpy().copy() for v in variables}
    for k in range(steps):
        gradients = [np.float32(gradient_size * random.standard_normal(v.shape)) for v in variables]
        tensors[f"learning_rate.{k}"] = learning_rate(optimizer)
        apply(optimizer, gradients, variables)
        for variable, gradient in zip(variables, gradients):
            tensors[f"grad.{k}/{variable.name}"] = gradient
            tensors[f"after.{k}/{variable.name}"] = variable.numpy().copy()
    for slot in optimizer.variables:
        for variable in variables:
            if slot.name.startswith(f"{variable.name}_"):
                tensors[f"slot/{variable.name}/{slot.name.removeprefix(variable.name + '_')}"] = slot.numpy()
    file.add(case, description, tensors)


def optimizer(path, optimizer_class, learning_rate, cases, **size):
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
            optimizer_case(file, case, optimizer_class, **{"learning_rate": learning_rate} | size | arguments)
        return file

    return make


def odd(path, optimizer_class, learning_rate, cases):
    """As `optimizer`, eight steps on variables of odd shapes."""
    schedules = {
        "cosine": {"learning_rate": S.CosineDecay(learning_rate, 6, warmup_target=2 * learning_rate, warmup_steps=2)},
        "accumulation_schedule_ema": {
            "learning_rate": S.PiecewiseConstantDecay([2, 5], [learning_rate, learning_rate / 2, learning_rate / 4]),
            "gradient_accumulation_steps": 3, "use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 2,
            "clipnorm": 1.0, "loss_scale_factor": 4.0, "gradient_size": 4.0,
        },
        "everything": {
            "weight_decay": 0.03, "exclude": ["bias", "scale"], "global_clipnorm": 2.5, "use_ema": True, "ema_momentum": 0.95,
            "loss_scale_factor": 0.5,
        },
    }
    return optimizer(path, optimizer_class, learning_rate, schedules | cases, shapes=ODD, steps=8)


def wrappers(path, cases):
    """A file of optimizers that are made of others."""

    def make():
        file = CaseFile(f"optimizers/{path}.safetensors")
        for case, made in cases.items():
            optimizer_case(file, case, made, shapes=ODD, steps=8)
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
    odd("adadelta", K.Adadelta, 0.5, {"rho_and_epsilon": {"rho": 0.8, "epsilon": 1e-3}, "rate_1": {"learning_rate": 1.0}}),
    odd("adafactor", K.Adafactor, 0.01, {
        "clip_threshold": {"clip_threshold": 0.4, "beta_2_decay": -0.6},
        "epsilons": {"epsilon_1": 1e-3, "epsilon_2": 2.0, "relative_step": False},
        "great_rate": {"learning_rate": 0.9},
    }),
    odd("adagrad", K.Adagrad, 0.05, {
        "initial_accumulator_value": {"initial_accumulator_value": 0.7}, "epsilon": {"epsilon": 0.3, "initial_accumulator_value": 0.0},
    }),
    odd("adamax", K.Adamax, 0.02, {"betas_and_epsilon": {"beta_1": 0.7, "beta_2": 0.8, "epsilon": 1e-2}}),
    odd("ftrl", K.Ftrl, 0.05, {
        "regularized": {
            "l1_regularization_strength": 0.4, "l2_regularization_strength": 0.3, "l2_shrinkage_regularization_strength": 0.1, "beta": 0.2,
        },
        "power": {"learning_rate_power": -0.3, "initial_accumulator_value": 0.6},
        "power_0": {"learning_rate_power": 0.0, "l1_regularization_strength": 0.1},
    }),
    odd("lamb", K.Lamb, 0.01, {"betas_and_epsilon": {"beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-3}}),
    odd("lion", K.Lion, 0.01, {"betas": {"beta_1": 0.6, "beta_2": 0.8}, "beta_1_one": {"beta_1": 1.0, "weight_decay": 0.1}}),
    odd("muon", K.Muon, 0.02, {
        "without_nesterov": {"nesterov": False, "momentum": 0.8, "rms_rate": None},
        "excluded": {"exclude_layers": ["ta[l]+", "^nothing"], "adam_lr_ratio": 0.3, "adam_weight_decay": 0.2},
        "embeddings": {"exclude_embeddings": False, "ns_steps": 2, "adam_weight_decay": None},
        "coefficients": {"muon_a": 1.5, "muon_b": -0.5, "muon_c": 0.0, "adam_beta_1": 0.7, "adam_beta_2": 0.9, "epsilon": 1e-3},
    }),
    odd("nadam", K.Nadam, 0.02, {"betas_and_epsilon": {"beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-3}}),
    odd("schedule_free_adam_w", K.ScheduleFreeAdamW, 0.02, {
        "warmup": {"warmup_steps": 5}, "betas_and_epsilon": {"beta_1": 0.6, "beta_2": 0.9, "epsilon": 1e-3},
        "beta_1_one": {"beta_1": 1.0},
    }),
    wrappers("multi_optimizer", {
        "default_only": lambda: K.MultiOptimizer(K.OptimizerMap(K.SGD(0.1))),
        "mapped": lambda: K.MultiOptimizer(K.OptimizerMap(
            K.SGD(S.ExponentialDecay(0.1, 2, 0.5), momentum=0.9),
            {".*s": K.Adam(0.02), "kernel": K.Lion(0.01, weight_decay=0.1), "(tall|scale)": K.Adagrad(0.1)},
        ), loss_scale_factor=2.0),
    }),
    wrappers("loss_scale_optimizer", {
        "default": lambda: K.LossScaleOptimizer(K.SGD(0.1), initial_scale=4.0),
        "growing": lambda: K.LossScaleOptimizer(K.Adam(0.02, clipnorm=0.1), initial_scale=2.0, dynamic_growth_steps=3),
    }),
    schedules,
]
