"""Case files: named tensors and one JSON description a case, in the safetensors format."""

import inspect
import json
import struct
import zlib

import keras
import numpy as np

# Entries of Keras configurations that name an object, a module or a dtype policy: they do not change the numbers.
NOISE = ("module", "registered_name", "build_config", "name", "dtype", "quantization_config")
# Order of the tensors in a file and their safetensors names: all have elements of four bytes.
DTYPES = {np.dtype("float32"): "F32", np.dtype("int32"): "I32"}


def prune(value):
    """The JSON-able part of a serialized configuration, without the noise."""
    if isinstance(value, dict):
        return {key: prune(entry) for key, entry in value.items() if key not in NOISE}
    if isinstance(value, (list, tuple)):
        return [prune(entry) for entry in value]
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    raise TypeError(f"a configuration entry is of type {type(value)}: {value!r}")


def describe(keras_object, **arguments):
    """`{"class_name": ..., "config": {...}}` of a layer, loss, metric, optimizer and the like.

    `arguments` are those it was made with: they, and for anything but a layer the defaults of the constructor, complete
    what the `get_config` of some classes leaves out (`Huber` its `delta`, `Identity` its `gain`).
    """
    config = {}
    if not isinstance(keras_object, keras.layers.Layer):
        parameters = inspect.signature(type(keras_object).__init__).parameters
        config = {name: p.default for name, p in parameters.items() if p.default is not inspect.Parameter.empty}
    config = config | arguments | keras_object.get_config()
    if isinstance(config.get("learning_rate"), float):
        # An optimizer keeps it as f32: the shortest decimal number that is the same f32.
        config["learning_rate"] = float(str(np.float32(config["learning_rate"])))
    config = keras.saving.serialize_keras_object(config)
    return {"class_name": type(keras_object).__name__, "config": prune(config)}


class CaseFile:
    """One case file in the making."""

    # Whether every number is to be finite.
    finite = True

    def __init__(self, path):
        self.path = path
        self.descriptions = {}
        self.tensors = {}

    def random(self, case):
        """The case's own random numbers: adding a case leaves the others as they are."""
        return np.random.Generator(np.random.PCG64(zlib.crc32(f"{self.path}/{case}".encode())))

    def add(self, case, description, tensors):
        if case in self.descriptions or "/" in case:
            raise ValueError(f"case {case!r} of {self.path} exists already or holds a slash")
        self.descriptions[case] = description
        for name, value in tensors.items():
            array = np.asarray(value, order="C")
            if array.dtype not in DTYPES:
                raise TypeError(f"{self.path}: {case}/{name} is {array.dtype}")
            if self.finite and not np.all(np.isfinite(array)):
                raise ValueError(f"{self.path}: {case}/{name} is not finite")
            self.tensors[f"{case}/{name}"] = array

    def to_bytes(self):
        """The file: written here rather than by the safetensors package, which keeps metadata in no fixed order."""
        header = {"__metadata__": {case: dump(self.descriptions[case]) for case in sorted(self.descriptions)}}
        data = b""
        for name in sorted(self.tensors):
            array = self.tensors[name]
            end = len(data) + array.nbytes
            header[name] = {
                "dtype": DTYPES[array.dtype],
                "shape": list(array.shape),
                "data_offsets": [len(data), end],
            }
            data += array.astype(array.dtype.newbyteorder("<")).tobytes()
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        return struct.pack("<Q", len(text)) + text + data


def dump(description):
    return json.dumps(description, sort_keys=True, allow_nan=False)


def parse(content):
    """Descriptions and tensors of a case file."""
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8:8 + length])
    descriptions = {case: json.loads(text) for case, text in header.pop("__metadata__").items()}
    dtypes = {name: dtype for dtype, name in DTYPES.items()}
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        data = np.frombuffer(content[8 + length + begin:8 + length + end], dtypes[entry["dtype"]])
        tensors[name] = data.reshape(entry["shape"])
    return descriptions, tensors


def deviation(committed, computed):
    """The largest difference between two case files, relative to the largest magnitude of the tensor; infinite if
    anything but floating-point values differs."""
    (descriptions, tensors), (other_descriptions, other_tensors) = parse(committed), parse(computed)
    if descriptions != other_descriptions or tensors.keys() != other_tensors.keys():
        return np.inf
    largest = 0.0
    for name, tensor in tensors.items():
        other = other_tensors[name]
        if tensor.shape != other.shape or tensor.dtype != other.dtype:
            return np.inf
        if not np.array_equal(tensor, other, equal_nan=tensor.dtype == np.float32):
            finite = np.isfinite(tensor)
            if tensor.dtype != np.float32 or not np.array_equal(tensor[~finite], other[~finite], equal_nan=True):
                return np.inf
            difference, scale = np.abs(tensor[finite] - other[finite]).max(), np.abs(tensor[finite]).max()
            largest = max(largest, float(difference / scale))
    return largest
