"""Published models of Keras: the names of their layers, the paths and shapes of their weights, and what they give for weights and inputs
that a formula makes on both sides.

BERT's encoder is that of KerasHub, `BertBackbone`, written here with Keras's own layers, under the same names.
"""

import json

import keras
import numpy as np
from keras import applications, layers, ops

PATH = "applications.json"


def numbers(seed, shape):
    """Numbers from -0.5 on, below 0.5, of 16 bits, so that they are the same everywhere."""
    i = np.arange(int(np.prod(shape)), dtype=np.uint64)
    h = (i * np.uint64(2654435761) + np.uint64(97 * seed)) & np.uint64(0xFFFFFFFF)
    h ^= h >> np.uint64(15)
    h = (h * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    h ^= h >> np.uint64(13)
    return ((h >> np.uint64(16)).astype(np.float64) / 65536.0 - 0.5).reshape(shape)


def weight(seed, path, shape):
    """A weight that keeps what goes through the model near its size."""
    name = path.split("/")[-1]
    values = numbers(seed, shape)
    if name in ("gamma", "variance", "moving_variance"):
        return 1.0 + 0.5 * values
    if name == "count":
        return np.zeros(shape)
    if len(shape) < 2 or name == "bias":
        return 0.2 * values
    if name == "embeddings":
        return values
    fan_in = np.prod(shape[:2]) if shape[-1] == 1 else np.prod(shape[:-1])
    return values * np.sqrt(24.0 / fan_in)


def positions(sequence_length, initializer, name):
    class PositionEmbedding(layers.Layer):
        def build(self, shape):
            self.embeddings = self.add_weight(name="embeddings", shape=(sequence_length, shape[-1]), initializer=initializer)

        def compute_output_shape(self, shape):
            return shape

        def call(self, x):
            return ops.broadcast_to(self.embeddings[: ops.shape(x)[1]], ops.shape(x))

    return PositionEmbedding(name=name)


def encoder_block(num_heads, intermediate_dim, dropout, initializer, name):
    class TransformerEncoder(layers.Layer):
        def build(self, shape):
            hidden_dim = shape[-1]
            self.attention = layers.MultiHeadAttention(
                num_heads, hidden_dim // num_heads, dropout=dropout, kernel_initializer=initializer(), name="self_attention_layer")
            self.attention.build(shape, shape)
            self.norm1 = layers.LayerNormalization(epsilon=1e-12, name="self_attention_layer_norm")
            self.norm1.build(shape)
            self.norm2 = layers.LayerNormalization(epsilon=1e-12, name="feedforward_layer_norm")
            self.norm2.build(shape)
            gelu = keras.activations.gelu
            self.expand = layers.Dense(intermediate_dim, lambda x: gelu(x, approximate=True), kernel_initializer=initializer(),
                                       name="feedforward_intermediate_dense")
            self.expand.build(shape)
            self.project = layers.Dense(hidden_dim, kernel_initializer=initializer(), name="feedforward_output_dense")
            self.project.build((*shape[:-1], intermediate_dim))

        def compute_output_shape(self, x_shape, padding_mask_shape=None):
            return x_shape

        def call(self, x, padding_mask):
            mask = ops.expand_dims(ops.cast(padding_mask, "bool"), 1)
            x = self.norm1(self.attention(x, x, attention_mask=mask) + x)
            return self.norm2(self.project(self.expand(x)) + x)

    return TransformerEncoder(name=name)


def bert_encoder(vocabulary_size, num_layers, num_heads, hidden_dim, intermediate_dim, max_sequence_length=512, num_segments=2,
                 dropout=0.1):
    def initializer():
        return keras.initializers.TruncatedNormal(stddev=0.02)

    token_ids, segment_ids, padding_mask = (
        keras.Input((None,), dtype="int32", name=name) for name in ("token_ids", "segment_ids", "padding_mask"))
    tokens = layers.ReversibleEmbedding(vocabulary_size, hidden_dim, embeddings_initializer=initializer(), name="token_embedding")(token_ids)
    at = positions(max_sequence_length, initializer(), "position_embedding")(tokens)
    segments = layers.Embedding(num_segments, hidden_dim, embeddings_initializer=initializer(), name="segment_embedding")(segment_ids)
    x = layers.Add(name="embeddings_add")((tokens, at, segments))
    x = layers.LayerNormalization(epsilon=1e-12, name="embeddings_layer_norm")(x)
    x = layers.Dropout(dropout, name="embeddings_dropout")(x)
    for i in range(num_layers):
        x = encoder_block(num_heads, intermediate_dim, dropout, initializer, f"transformer_layer_{i}")(x, padding_mask)
    pooled = layers.Dense(hidden_dim, kernel_initializer=initializer(), activation="tanh", name="pooled_dense")(x[:, 0, :])
    return keras.Model([token_ids, segment_ids, padding_mask], [x, pooled])


def listed(model):
    """The names of the layers, inputs and operations aside, and the weights."""
    named = [layer.name for layer in model.layers if type(layer).__name__ not in ("InputLayer", "GetItem")]
    return {"params": model.count_params(), "layers": named, "weights": [[v.path, list(v.shape)] for v in model.weights]}


def run(model, inputs):
    model.set_weights([weight(i, v.path, tuple(v.shape)) for i, v in enumerate(model.weights)])
    outputs = model(inputs, training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return [{"shape": list(y.shape), "values": [float(f"{v:.9g}") for v in np.asarray(y).reshape(-1)]} for y in outputs]


def images(shape, preprocess):
    """A batch of one image of pixels from 0 to 255."""
    return preprocess(((numbers(1000, (1, *shape)) + 0.5) * 255.0).astype("float32"))


class Applications:
    path = PATH

    def __init__(self):
        self.descriptions = {}
        sizes = [40, 2, 2, 8, 16]
        keras.utils.clear_session()
        model = bert_encoder(*sizes, max_sequence_length=9, num_segments=3)
        tokens = [[5, 9, 7, 39, 0, 0], [1, 2, 3, 4, 5, 6]]
        segments = [[0, 0, 1, 2, 0, 0], [0, 0, 0, 1, 1, 1]]
        mask = [[1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1]]
        outputs = run(model, [np.array(t, "int32") for t in (tokens, segments, mask)])
        self.descriptions["BertEncoder"] = listed(model) | {"inputs": [tokens, segments, mask], "outputs": outputs}
        published = [
            ("ResNet50", applications.ResNet50, applications.resnet50.preprocess_input, [
                {"include_top": False, "input_shape": [32, 32, 3]},
            ]),
            ("MobileNetV2", applications.MobileNetV2, applications.mobilenet_v2.preprocess_input, [
                {"include_top": False, "input_shape": [33, 40, 3], "alpha": 0.5, "pooling": "max"},
                {"include_top": True, "input_shape": [32, 32, 1], "alpha": 1.4, "classes": 5, "classifier_activation": "linear"},
            ]),
            ("EfficientNetB0", applications.EfficientNetB0, applications.efficientnet.preprocess_input, [
                {"include_top": True, "input_shape": [37, 32, 3], "classes": 10},
                {"include_top": False, "input_shape": [32, 32, 3], "pooling": "avg"},
            ]),
        ]
        for name, make, preprocess, cases in published:
            keras.utils.clear_session()
            description = listed(make(weights=None))
            description["preprocessed"] = np.asarray(images((2, 2, 3), preprocess)).reshape(-1).tolist()
            description["cases"] = []
            for settings in cases:
                keras.utils.clear_session()
                arguments = settings | {"input_shape": tuple(settings["input_shape"])}
                model = make(weights=None, **arguments)
                whole = preprocess if settings["input_shape"][-1] == 3 else applications.mobilenet_v2.preprocess_input
                outputs = run(model, images(settings["input_shape"], whole))
                description["cases"].append({"settings": settings, "params": model.count_params(), "outputs": outputs})
            self.descriptions[name] = description

    def to_bytes(self):
        return (json.dumps(self.descriptions, separators=(",", ":")) + "\n").encode()


FILES = [Applications]
