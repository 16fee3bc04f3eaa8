"""Writes the reference cases beside this file, computed by Keras on JAX. See README.md.

usage: python generate.py            write every case file
       python generate.py --check    compute them again and compare with those committed
"""

import os

# Before Keras and JAX are imported: f32 on one thread of the processor, with the same instructions wherever it runs.
os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["JAX_ENABLE_X64"] = "0"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false --xla_cpu_max_isa=AVX2"

import argparse
import pathlib
import sys

import keras
import numpy as np

from reference import (
    activations,
    applications,
    keras_models,
    layers_attention,
    layers_conv,
    layers_core,
    layers_preprocessing,
    layers_more,
    layers_rnn,
    layers_shape,
    layers_state,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    text,
    weights,
)
from reference.case_file import deviation

FOLDER = pathlib.Path(__file__).parent
MODULES = [
    layers_core, layers_shape, layers_state, layers_rnn, activations, losses, metrics, optimizers,
    weights, models, keras_models, layers_conv, ops, layers_preprocessing, text, layers_more,
    layers_attention, applications,
]
# What another processor may round differently, relative to the largest magnitude of a tensor.
TOLERANCE = 1e-5


def differs(path, content):
    """Whether a committed file is not what was computed, beyond rounding. Says which way it is not."""
    if not path.exists():
        print(f"missing: {path.relative_to(FOLDER)}")
        return True
    committed = path.read_bytes()
    if committed == content:
        return False
    far = deviation(committed, content) if path.suffix == ".safetensors" else np.inf
    print(f"different by {far:.1e}: {path.relative_to(FOLDER)}")
    return not far <= TOLERANCE


def main():
    parser = argparse.ArgumentParser(description="Reference cases computed by Keras on JAX.")
    parser.add_argument("--check", action="store_true", help="compare with the committed files and write nothing")
    check = parser.parse_args().check
    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    files = [make() for module in MODULES for make in module.FILES]
    contents = {FOLDER / file.path: file.to_bytes() for file in files}
    committed = [path for pattern in ("*.safetensors", "*.json") for depth in ("", "[!.]*/")
                 for path in FOLDER.glob(depth + pattern)]
    stray = sorted(set(committed) - contents.keys())
    for path in stray:
        print(f"no case file of generate.py: {path.relative_to(FOLDER)}")
    different = len(stray)
    for path, content in contents.items():
        if check:
            different += differs(path, content)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    cases, size = sum(len(file.descriptions) for file in files), sum(map(len, contents.values()))
    print(f"{len(files)} files, {cases} cases, {size} bytes, {different} different or stray")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
