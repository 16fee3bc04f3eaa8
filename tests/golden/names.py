"""Writes names.json: the public names of Keras, by kind, from which the table docs/keras.md is made.

usage: python names.py
"""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import inspect
import json
import pathlib

import keras


def classes(module, base):
    found = {}
    for name, value in vars(module).items():
        if inspect.isclass(value) and issubclass(value, base) and not name.startswith("_"):
            # A class has one name of its own; the others (`MSE`, `glorot_uniform`) are aliases.
            found.setdefault(value, []).append(name)
    return sorted(value.__name__ if value.__name__ in names else names[0] for value, names in found.items())


def functions(module):
    return sorted(n for n, v in vars(module).items() if inspect.isfunction(v) and n not in ("get", "serialize", "deserialize"))


def main():
    names = {
        "layers": classes(keras.layers, keras.layers.Layer),
        "losses": classes(keras.losses, keras.losses.Loss),
        "metrics": classes(keras.metrics, keras.metrics.Metric),
        "optimizers": classes(keras.optimizers, keras.optimizers.Optimizer),
        "schedules": classes(keras.optimizers.schedules, keras.optimizers.schedules.LearningRateSchedule),
        "initializers": classes(keras.initializers, keras.initializers.Initializer),
        "regularizers": classes(keras.regularizers, keras.regularizers.Regularizer),
        "constraints": classes(keras.constraints, keras.constraints.Constraint),
        "activations": functions(keras.activations),
        "callbacks": classes(keras.callbacks, keras.callbacks.Callback),
    }
    folder = pathlib.Path(__file__).parent
    (folder / "names.json").write_text(json.dumps(names, indent=1) + "\n")
    print({kind: len(list_) for kind, list_ in names.items()})


if __name__ == "__main__":
    main()
