"""Cases of attention layers."""

import jax
import keras
import numpy as np

from .case_file import CaseFile, describe
from .layers import numbered, weights

K = keras.layers
R, C = keras.regularizers, keras.constraints


def attention_case(file, case, layer_class, *shapes, mask=None, masks=(), call=None, **arguments):
    """Adds a case: the layer with random weights, called on a query, a value and, if there is a third shape, a key.

    `mask` is the attention mask, `masks` are those of query and value, `call` further arguments of the call. The gradients are those of
    `sum(output * upstream)`.
    """
    random = file.random(case)
    normal = lambda shape: random.standard_normal(shape).astype(np.float32)
    inputs = [normal(shape) for shape in shapes]
    layer = layer_class(**arguments)
    listed = isinstance(layer, K.Attention)
    layer.build(list(shapes)) if listed else layer.build(*shapes)
    for variable in layer.trainable_variables:
        variable.assign((0.5 * random.standard_normal(variable.shape)).astype(np.float32))
    masks = [None if m is None else np.asarray(m, bool) for m in masks]
    mask = None if mask is None else np.asarray(mask, np.int32)
    state = [variable.value for variable in layer.non_trainable_variables]
    options = dict(call or {})
    if mask is not None:
        options["attention_mask"] = mask.astype(bool)

    def forward(parameters, tensors):
        variables = zip(layer.trainable_variables + layer.non_trainable_variables, parameters + state)
        given = [keras.ops.convert_to_tensor(tensor) for tensor in tensors]
        for tensor, its_mask in zip(given, masks):
            if its_mask is not None:
                keras.src.backend.set_keras_mask(tensor, keras.ops.convert_to_tensor(its_mask))
        with keras.StatelessScope(state_mapping=variables, collect_losses=True):
            outputs = layer(given, **options) if listed else layer(*given, **options)
            losses = layer.losses
        return keras.tree.flatten(outputs), losses

    sources = ([variable.value for variable in layer.trainable_variables], inputs)
    outputs, losses = forward(*sources)
    upstream = [normal(output.shape) for output in outputs]
    objective = lambda *s: sum((output * up).sum() for output, up in zip(forward(*s)[0], upstream))

    name = lambda variable: ".".join(variable.path.split("/")[1:]).replace("attention_output", "output")
    description = describe(layer, **arguments)
    description["training"] = False
    description["weights"] = [name(variable) for variable in weights(layer.variables)]
    description["trainable_weights"] = [name(variable) for variable in layer.trainable_variables]
    if call:
        description["call"] = call
    given = inputs if mask is None else inputs + [mask]
    tensors = numbered("input", given) | numbered("output", outputs) | numbered("upstream", upstream)
    for i, its_mask in enumerate(masks):
        if its_mask is not None:
            tensors["mask" if i == 0 else f"mask.{i}"] = its_mask.astype(np.int32)
    if masks and masks[0] is not None:
        tensors["output_mask"] = np.asarray(outputs[0]._keras_mask).astype(np.int32)
    for variable in weights(layer.variables):
        tensors[f"before/{name(variable)}"] = variable.value

    def gradients(prefix, target):
        of_parameters, of_inputs = jax.grad(target, argnums=(0, 1))(*sources)
        found = {f"{prefix}/{name(v)}": g for v, g in zip(layer.trainable_variables, of_parameters)}
        return found | {f"{prefix}/{key}": g for key, g in zip(numbered("input", given), of_inputs)}

    tensors |= gradients("grad", objective)
    if losses:
        tensors["losses"] = np.asarray(losses, np.float32)
        tensors |= gradients("grad_losses", lambda *s: sum(forward(*s)[1]))
    file.add(case, description, tensors)


def cases(path, layer_class, folder="layers"):
    file = CaseFile(f"{folder}/{path}.safetensors")
    return file, lambda case, *shapes, **arguments: attention_case(file, case, layer_class, *shapes, **arguments)


# Query and value of two sequences, the first padded, with other features and numbers of steps.
Q, V = (2, 3, 5), (2, 4, 7)
QUERY_MASK, VALUE_MASK = [[1, 1, 0], [1, 1, 1]], [[1, 1, 0, 0], [1, 1, 1, 1]]
SEEN = [[1, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1]]  # The second query sees nothing.
REGULARIZED = {"kernel_regularizer": R.L2(0.01), "bias_regularizer": R.L1(0.02), "activity_regularizer": R.L2(0.03),
               "kernel_constraint": C.MaxNorm(2.0), "bias_constraint": C.NonNeg()}


def multi_head(path, layer_class, **sizes):
    """What the layers of several heads have in common."""
    def make():
        file, add = cases(path, layer_class)
        add("plain", Q, V, **sizes)
        add("self_sized", (2, 5, 3), (2, 5, 3), **sizes)
        add("key", Q, V, (2, 4, 6), **sizes)
        add("no_bias", Q, V, use_bias=False, **sizes)
        add("gate", Q, V, use_gate=True, **sizes)
        add("gate_no_bias", Q, V, use_gate=True, use_bias=False, **sizes)
        add("window", (2, 5, 3), (2, 5, 3), sliding_window=2, **sizes)
        add("masks", Q, V, masks=(QUERY_MASK, VALUE_MASK), **sizes)
        add("value_mask", Q, V, masks=(None, VALUE_MASK), **sizes)
        add("attention_mask", Q, V, V, mask=[SEEN, SEEN[::-1]], **sizes)
        add("all_masks", Q, V, V, mask=[SEEN, SEEN[::-1]], masks=(QUERY_MASK, VALUE_MASK), **sizes)
        add("dropout_in_inference", Q, V, V, mask=[SEEN, SEEN], dropout=0.3, **sizes)
        add("regularized", Q, V, **REGULARIZED, **sizes)
        add("regularized_gate", Q, V, use_gate=True, **REGULARIZED, **sizes)
        if layer_class is K.MultiHeadAttention:
            heads = [[[1, 0, 1, 1]] * 3, [[0, 1, 1, 0]] * 3]
            add("attention_mask_of_heads", Q, V, V, mask=[heads[0:1] * 2, heads[1:2] * 2], **sizes)
            # Keras's fused attention on JAX takes values of the size of keys only; with dropout it is not used.
            add("value_dim", Q, V, value_dim=2, dropout=0.3, **sizes)
            add("output_shape", Q, V, output_shape=3, **sizes)
            add("output_shapes", Q, V, output_shape=(2, 3), value_dim=1, dropout=0.3, **sizes)
            add("two_axes", (2, 2, 3, 4), (2, 3, 2, 4), **sizes)
            add("first_axis", (2, 3, 2, 4), (2, 4, 2, 4), attention_axes=1, **sizes)
            add("last_axis", (2, 2, 3, 4), (2, 2, 4, 5), attention_axes=-2, **sizes)
            add("last_axis_masked", (2, 2, 3, 4), (2, 2, 4, 5), (2, 2, 4, 5), mask=[SEEN, SEEN[::-1]], attention_axes=(2,), **sizes)
            add("turned_axes", (2, 2, 3, 4), (2, 2, 3, 4), attention_axes=(2, 1), **sizes)
        return file

    return make


def called(path, layer_class, **sizes):
    """Calls with arguments that are no tensors, and with scores."""
    def make():
        file, add = cases(path, layer_class, folder="attention")
        is_single = layer_class in (K.Attention, K.AdditiveAttention)
        value = (2, 4, 5) if is_single else V
        causal, scores = {"use_causal_mask": True}, {"return_attention_scores": True}
        add("causal", Q, value, call=causal, **sizes)
        add("causal_scores", Q, value, call=causal | scores, **sizes)
        add("scores", Q, value, call=scores, **sizes)
        add("scores_masks", Q, value, masks=(QUERY_MASK, VALUE_MASK), call=scores, **sizes)
        add("causal_masks", Q, value, masks=(QUERY_MASK, [[0, 1, 0, 0], [1, 1, 1, 1]]), call=causal, **sizes)
        if not is_single:
            add("causal_window", (2, 5, 3), (2, 5, 3), call=causal, sliding_window=2, **sizes)
            add("attention_mask_of_all", Q, value, value, mask=SEEN, **sizes)
            add("causal_attention_mask", Q, value, value, mask=SEEN, call=causal, **sizes)
        if layer_class is K.MultiHeadAttention:
            add("scores_two_axes", (2, 2, 3, 4), (2, 3, 2, 4), call=scores, **sizes)
            add("scores_first_axis", (2, 3, 2, 4), (2, 4, 2, 4), attention_axes=1, call=scores, **sizes)
        return file

    return make


def single(path, layer_class, *variants):
    """What the layers without projections have in common."""
    def make():
        file, add = cases(path, layer_class)
        q, v = (2, 3, 5), (2, 4, 5)
        for name, arguments in [("plain", {}), *variants]:
            add(name, q, v, **arguments)
            add(f"{name}_key", q, (2, 4, 3), v, **arguments)
            add(f"{name}_masks", q, v, masks=(QUERY_MASK, VALUE_MASK), **arguments)
            add(f"{name}_nothing_seen", q, v, masks=(None, [[0, 0, 0, 0], [0, 1, 0, 1]]), **arguments)
        add("query_mask", q, v, masks=(QUERY_MASK, None))
        return file

    return make


S = {"use_scale": True}
FILES = [
    multi_head("multi_head_attention", K.MultiHeadAttention, num_heads=2, key_dim=3),
    multi_head("group_query_attention", K.GroupQueryAttention, head_dim=3, num_query_heads=4, num_key_value_heads=2),
    single("attention", K.Attention, ("scaled", S), ("concat", {"score_mode": "concat"}), ("scaled_concat", S | {"score_mode": "concat"}),
           ("dropout_in_inference", {"dropout": 0.4})),
    single("additive_attention", K.AdditiveAttention, ("unscaled", {"use_scale": False})),
    called("multi_head_attention", K.MultiHeadAttention, num_heads=2, key_dim=3),
    called("group_query_attention", K.GroupQueryAttention, head_dim=3, num_query_heads=4, num_key_value_heads=2),
    called("attention", K.Attention, use_scale=True),
    called("additive_attention", K.AdditiveAttention),
]
