"""Cases of the layers that look up, hash and split: they need TensorFlow beside Keras.

Without TensorFlow the committed file is left as it is.
"""

import importlib.util
import json
import pathlib

import keras
import numpy as np

from .case_file import describe

K = keras.layers
PATH = "text.json"


class Text:
    """The cases of one file, in the making."""

    def __init__(self):
        self.path = PATH
        self.descriptions = {}

    def add(self, case, layer_class, given, adapt=None, **arguments):
        """Calls a layer, after `adapt` if that is given. Whole numbers in `given` are a tensor, texts a column or rows of them, and a
        tuple holds the columns of a crossing."""
        layer = layer_class(**arguments)
        description = describe(layer, **arguments)
        # What a layer writes of itself where it is made without.
        description["config"].pop("trainable", None)
        if adapt is not None:
            layer.adapt(adapt)
        columns = [tensor(column) for column in given] if isinstance(given, tuple) else tensor(given)
        output = np.asarray(layer(columns))
        description |= {"adapt": adapt, "input": given, "shape": list(output.shape)}
        description["output"] = [number(value) for value in output.reshape(-1)]
        if hasattr(layer, "get_vocabulary"):
            description["vocabulary"] = [v if isinstance(v, str) else int(v) for v in layer.get_vocabulary()]
        if case in self.descriptions:
            raise ValueError(f"case {case!r} exists already")
        self.descriptions[case] = description

    def to_bytes(self):
        return (json.dumps(self.descriptions, sort_keys=True, ensure_ascii=False, indent=0) + "\n").encode()


class Kept:
    """The committed file, where it cannot be made."""

    path = PATH

    def __init__(self):
        self.content = (pathlib.Path(__file__).parent.parent / PATH).read_bytes()
        self.descriptions = json.loads(self.content)

    def to_bytes(self):
        return self.content


def tensor(given):
    import tensorflow as tf

    ragged = isinstance(given[0], list) and len({len(row) for row in given}) > 1
    return tf.ragged.constant(given) if ragged else tf.constant(given)


def number(value):
    value = value.decode() if isinstance(value, bytes) else value.item()
    return float(np.float32(value)) if isinstance(value, float) else value


def text():
    if importlib.util.find_spec("tensorflow") is None:
        return Kept()
    file = Text()
    hashing(file)
    integer_lookup(file)
    string_lookup(file)
    text_vectorization(file)
    return file


WORDS = ["", "a", "New York", "é日本", "x" * 40, "y" * 70, "12"]
NUMBERS = [[0, 1], [-5, 123456789], [7, 7]]


def hashing(file):
    add = lambda case, *args, **kwargs: file.add(f"hashing_{case}", K.Hashing, *args, **kwargs)
    for salt in (None, 7, [133, 137]):
        name = "plain" if salt is None else f"salt_{salt if isinstance(salt, int) else 'pair'}"
        add(f"{name}_text", WORDS, num_bins=1000, salt=salt)
        add(f"{name}_numbers", NUMBERS, num_bins=1000, salt=salt)
    add("mask_text", WORDS, num_bins=4, mask_value="")
    add("mask_number", NUMBERS, num_bins=4, mask_value=7)
    for mode in ("one_hot", "multi_hot", "count"):
        add(f"{mode}_numbers", NUMBERS, num_bins=5, output_mode=mode)
    add("one_hot_column", [[3], [4]], num_bins=5, output_mode="one_hot")
    add("one_hot_text", WORDS, num_bins=3, output_mode="one_hot")
    add = lambda case, *args, **kwargs: file.add(f"crossing_{case}", K.HashedCrossing, *args, **kwargs)
    add("numbers", ([1, 2, -3], [101, 0, 5]), num_bins=1000)
    add("three", ([1, 2, -3], [101, 0, 5], [7, 7, 7]), num_bins=50)
    add("column", ([[1], [2]], [[3], [4]]), num_bins=10)
    add("one_hot", ([[1], [2]], [[3], [4]]), num_bins=6, output_mode="one_hot")
    add("mixed", (["a", "b", "a"], [101, 101, 101]), num_bins=1000)


def integer_lookup(file):
    add = lambda case, *args, **kwargs: file.add(f"integer_{case}", K.IntegerLookup, *args, **kwargs)
    data, given = [[12, 1138, 42], [42, 1000, 36]], [12, 36, 1138, 42]
    add("plain", data, vocabulary=given)
    add("mask", [[0, 12], [0, -4]], vocabulary=given, mask_token=0)
    add("special_tokens_given", data, vocabulary=[0, -1] + given, mask_token=0)
    add("several_oov", [[12, 7, -7, 8, 9]], vocabulary=given, num_oov_indices=3)
    add("several_oov_hashed", [[12, 7, -7, 8, 9]], vocabulary=given, num_oov_indices=3, oov_method="farmhash")
    add("several_oov_salted", [[12, 7, -7, 8, 9]], vocabulary=given, num_oov_indices=3, oov_method="farmhash", salt=[1, 2])
    add("no_oov", [[12, 36]], vocabulary=given, num_oov_indices=0)
    add("invert", [[1, 3], [0, 9]], vocabulary=given, invert=True)
    add("invert_mask", [[1, 3], [0, 9]], vocabulary=given, invert=True, mask_token=-9, oov_token=-3)
    for mode in ("one_hot", "multi_hot", "count"):
        add(mode, [12, 5, 42] if mode == "one_hot" else data, vocabulary=given, output_mode=mode)
        add(f"{mode}_mask", [[0], [12]] if mode == "one_hot" else [[0, 12], [42, 42]], vocabulary=given, output_mode=mode,
            mask_token=0, num_oov_indices=2)
    add("padded", data, vocabulary=given, output_mode="count", max_tokens=9, pad_to_max_tokens=True)
    add("tf_idf", data, vocabulary=given, output_mode="tf_idf", idf_weights=[0.25, 0.75, 0.6, 0.4])
    add("tf_idf_padded", data, vocabulary=given, output_mode="tf_idf", idf_weights=[0.25, 0.75, 0.6, 0.4], max_tokens=8,
        pad_to_max_tokens=True)
    seen = [[5, 3, 3], [9, 9, 1], [3, 1, 9]]
    add("adapted", [[3, 9, 1, 5, 7]], adapt=seen)
    add("adapted_max_tokens", [[3, 9, 1, 5, 7]], adapt=seen, max_tokens=3)
    add("adapted_mask", [[3, 9, 1, 5, 7]], adapt=seen, mask_token=9)
    add("adapted_tf_idf", [[3, 9, 1], [5, 7, 3]], adapt=seen, output_mode="tf_idf")
    add("adapted_tf_idf_padded", [[3, 9, 1], [5, 7, 3]], adapt=seen, output_mode="tf_idf", max_tokens=6, pad_to_max_tokens=True)


def string_lookup(file):
    add = lambda case, *args, **kwargs: file.add(f"string_{case}", K.StringLookup, *args, **kwargs)
    rows, given = [["a", "c", "d"], ["d", "z", "b"]], ["a", "b", "c", "d"]
    add("column", ["c", "z", "a"], vocabulary=given)
    add("rows", rows, vocabulary=given)
    add("mask", [["", "a"], ["z", "d"]], vocabulary=given, mask_token="")
    add("special_tokens_given", rows, vocabulary=["", "[UNK]"] + given, mask_token="")
    add("several_oov", [["a", "x", "y", "z", "é"]], vocabulary=given, num_oov_indices=3)
    add("several_oov_salted", [["a", "x", "y", "z", "é"]], vocabulary=given, num_oov_indices=3, salt=5)
    for mode in ("one_hot", "multi_hot", "count"):
        add(mode, ["c", "z", "a"] if mode == "one_hot" else rows, vocabulary=given, output_mode=mode)
    add("multi_hot_column", ["c", "z", "a"], vocabulary=given, output_mode="multi_hot")
    add("tf_idf", rows, vocabulary=given, output_mode="tf_idf", idf_weights=[0.25, 0.75, 0.6, 0.4])
    seen = [["b", "é", "b"], ["a", "Z", "é"], ["é", "b", "z"]]
    add("adapted", rows, adapt=seen)
    add("adapted_column", ["b", "q"], adapt=["b", "a", "b", "c", "a", "b"], max_tokens=3)
    add("adapted_tf_idf", rows, adapt=seen, output_mode="tf_idf")


def text_vectorization(file):
    add = lambda case, *args, **kwargs: file.add(f"vectorization_{case}", K.TextVectorization, *args, **kwargs)
    texts = ["The cat sat, didn't it?", "  THE\tdog\u000bran ", "", "É-tude: a cat."]
    seen = ["the cat sat on the mat", "the dog, the dog!", "a cat ran"]
    add("plain", texts, adapt=seen)
    add("cut", texts, adapt=seen, output_sequence_length=3)
    add("filled_up", texts, adapt=seen, output_sequence_length=7, max_tokens=6)
    add("vocabulary", texts, vocabulary=["the", "cat", "dog"], output_sequence_length=4)
    add("lower", texts, adapt=seen, standardize="lower")
    add("strip_punctuation", texts, adapt=seen, standardize="strip_punctuation")
    add("as_it_is", texts, adapt=seen, standardize=None)
    add("characters", ["abc é!", "cab"], adapt=["abca", "é b"], split="character")
    add("bigrams", texts, adapt=seen, ngrams=2)
    add("single_words_and_triples", texts, adapt=seen, ngrams=(1, 3))
    add("not_split", [["the cat", "a cat"], ["dog", "the cat"]], adapt=[["the cat", "dog"], ["a", "dog"]], split=None)
    for mode in ("multi_hot", "count", "tf_idf"):
        add(mode, texts, adapt=seen, output_mode=mode)
        add(f"{mode}_padded", texts, adapt=seen, output_mode=mode, max_tokens=12, pad_to_max_tokens=True)
    add("bigram_counts", texts, adapt=seen, output_mode="count", ngrams=2, max_tokens=8)
    add("tf_idf_given", texts, vocabulary=["the", "cat", "dog"], idf_weights=[0.5, 1.5, 2.5], output_mode="tf_idf")


FILES = [text]
