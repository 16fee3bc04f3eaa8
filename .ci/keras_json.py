"""Reads with Keras what `cargo run -p nn-layers --example keras_json` wrote; see .ci/keras_json."""

import json
import sys

import keras
import numpy as np

# What names an object, a module or a dtype policy, and seeds of initializers: no settings of a layer.
NOISE = ("module", "registered_name", "build_config", "name", "dtype", "seed", "input_axes", "output_axes")


# What Keras 3.15 cannot read of its own: `RandomShear` writes the range of its factor, and refuses its lower end, which is negative.
REFUSED_BY_KERAS = ("RandomShear",)


def plain(value):
    if isinstance(value, dict):
        kept = {k: plain(v) for k, v in value.items() if k not in NOISE}
        return {k: v for k, v in kept.items() if not (k == "config" and v == {})}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


def close(a, b):
    if isinstance(a, float) or isinstance(b, float):
        return a == b or abs(a - b) <= 1e-6 * max(abs(a), abs(b))
    if isinstance(a, dict) and isinstance(b, dict):
        # What one of them alone says is its default, as in the layer itself.
        return all(close(a[k], b[k]) for k in a.keys() & b.keys())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(close, a, b))
    return a == b


def check_layer(case):
    layer = keras.layers.deserialize(json.loads(case["json"]))
    found = plain(json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))["config"])
    expected = plain(case["config"])
    for key, value in expected.items():
        if key in found and not close(found[key], value):
            raise ValueError(f"`{key}` is {found[key]!r} in Keras and {value!r} in the case")


def tensor(described):
    return np.array(described["numbers"], "float32").reshape(described["shape"])


def check_model(case):
    model = keras.models.model_from_json(case["json"])
    shapes = [list(w.shape) for w in model.weights]
    if shapes != case["weights"]:
        raise ValueError(f"the weights have the shapes {shapes} in Keras, {case['weights']} here")
    model.set_weights(list(map(tensor, case["values"])))
    inputs = [tensor(x).astype(i.dtype) for x, i in zip(case["inputs"], model.inputs)]
    outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    for place, (found, expected) in enumerate(zip(outputs, map(tensor, case["outputs"]), strict=True)):
        if not np.allclose(found, expected, rtol=1e-4, atol=1e-5):
            raise ValueError(f"output {place} is off by {np.abs(found - expected).max():.1e}")


def main():
    cases = json.load(open(sys.argv[1]))
    failures = []
    for case in cases:
        if json.loads(case["json"])["class_name"] in REFUSED_BY_KERAS:
            continue
        try:
            (check_layer if case["kind"] == "layer" else check_model)(case)
        except Exception as error:  # noqa: BLE001: whatever Keras raises is the finding
            failures.append(f"{case['kind']} {case['name']}: {type(error).__name__}: {str(error)[:300]}")
    print("\n".join(failures))
    print(f"{len(cases)} read by Keras {keras.__version__}, {len(failures)} failures")
    sys.exit(1 if failures or not cases else 0)


if __name__ == "__main__":
    main()
