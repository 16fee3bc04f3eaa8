"""Layers: output, gradients and updated state."""

import inspect

import jax
import keras
import numpy as np

from .case_file import describe


def layer_case(file, case, layer_class, *shapes, inputs=None, training=False, frozen=False, states=0, mask=None, **arguments):
    """Adds a case: the layer with random weights, called on random inputs of the given shapes or on `inputs`, the last
    `states` of which are the initial state of a recurrent layer. `mask` is that of the first input.

    The gradients are those of `sum(output * upstream)`. A layer that gives several outputs gets an upstream for each.
    """
    random = file.random(case)
    normal = lambda shape: random.standard_normal(shape).astype(np.float32)
    inputs = list(inputs) if inputs is not None else [normal(shape) for shape in shapes]
    layer = layer_class(**arguments)
    call = lambda tensors: tensors if len(tensors) > 1 else tensors[0]
    count = len(inputs) - states
    layer.build(call([tensor.shape for tensor in inputs[:count]]))
    layer.trainable = not frozen
    for variable in weights(layer.variables):
        variable.assign(random_weight(random, variable))
    if hasattr(layer, "finalize_state"):
        # A preprocessing layer calls what it made of its weights.
        layer.finalize_state()

    name = names(layer)
    flags = {"training": training} if "training" in inspect.signature(layer.call).parameters else {}
    if mask is not None:
        mask = np.asarray(mask, bool)
        if "mask" in inspect.signature(layer.call).parameters:
            flags["mask"] = mask
    trainable = [variable.value for variable in layer.trainable_variables]
    state = [variable.value for variable in layer.non_trainable_variables]
    floats = [tensor.dtype == np.float32 for tensor in inputs]

    def forward(parameters, tensors):
        tensors = iter(tensors)
        given = [next(tensors) if is_float else tensor for is_float, tensor in zip(floats, inputs)]
        # Not `stateless_call`, which leaves out the activity penalty.
        variables = zip(layer.trainable_variables + layer.non_trainable_variables, parameters + state)
        with keras.StatelessScope(state_mapping=variables, collect_losses=True) as scope:
            initial = with_states(layer, given[count:]) if states else ((), {})
            outputs = keras.tree.flatten(layer(call(given[:count]), *initial[0], **initial[1], **flags))
            losses = layer.losses
        new_state = [scope.get_current_value(variable) for variable in layer.non_trainable_variables]
        return outputs, new_state, losses

    sources = (trainable, [tensor for is_float, tensor in zip(floats, inputs) if is_float])
    outputs, new_state, losses = forward(*sources)
    upstream = [normal(output.shape) for output in outputs]
    objective = lambda *s: sum((output * up).sum() for output, up in zip(forward(*s)[0], upstream))
    gradients = jax.grad(objective, argnums=(0, 1))(*sources)

    description = describe(layer, **arguments)
    description["training"] = training
    description["weights"] = [name[v.path] for v in weights(layer.variables)]
    description["trainable_weights"] = [name[v.path] for v in layer.trainable_variables]
    tensors = numbered("input", inputs) | numbered("output", outputs) | numbered("upstream", upstream)
    if mask is not None:
        tensors["mask"] = mask.astype(np.int32)
        output_mask = keras.tree.flatten(layer.compute_mask(call(inputs[:count]), mask))[0]
    else:
        # That of layers that make one.
        output_mask = getattr(outputs[0], "_keras_mask", None)
    if output_mask is not None:
        tensors["output_mask"] = np.asarray(output_mask).astype(np.int32)
    for variable in weights(layer.variables):
        tensors[f"before/{name[variable.path]}"] = np.float32(variable.value)
    if training:
        for variable, value in zip(layer.non_trainable_variables, new_state):
            if name.get(variable.path) in description["weights"]:
                tensors[f"after/{name[variable.path]}"] = np.float32(value)
    tensors |= gradient_tensors("grad", layer, inputs, gradients)
    if losses:
        tensors["losses"] = np.asarray(losses, np.float32)
        total = lambda *s: sum(forward(*s)[2])
        tensors |= gradient_tensors("grad_losses", layer, inputs, jax.grad(total, argnums=(0, 1))(*sources))
    file.add(case, description, tensors)


def weights(variables):
    """The weights among the variables: states of random number generators are unsigned and left out."""
    return [variable for variable in variables if variable.dtype == "float32" or last(variable) == "count"]


def last(variable):
    return variable.path.split("/")[-1]


def parts(layer):
    """The layers inside a wrapper, by their names here: a recurrent layer and its own cell are one here."""
    K = keras.layers
    if isinstance(layer, K.Bidirectional):
        return {"forward_layer": layer.forward_layer, "backward_layer": layer.backward_layer}
    if isinstance(layer, (K.TimeDistributed, K.SpectralNormalization)):
        return {"layer": layer.layer}
    if isinstance(layer, K.StackedRNNCells):
        return {f"cells.{i}": cell for i, cell in enumerate(layer.cells)}
    if type(layer) is K.RNN:
        return {"cell": layer.cell}
    return {}


def names(layer, prefix=""):
    """The path here of every variable, by its path in Keras."""
    inner = parts(layer)
    if not inner:
        return {variable.path: prefix + last(variable) for variable in layer.variables}
    found = [names(part, f"{prefix}{name}.") for name, part in inner.items()]
    inside = {path: name for part in found for path, name in part.items()}
    return {variable.path: prefix + last(variable) for variable in layer.variables} | inside


def with_states(layer, states):
    """The arguments by which a recurrent layer, or a cell, gets its states."""
    cell = getattr(layer, "cell", None)
    if isinstance(cell, keras.layers.StackedRNNCells):
        # Plain lists: those of a layer's attributes are another type to JAX.
        sizes = [list(size) if isinstance(size, (list, tuple)) else size for size in cell.state_size]
        states = keras.tree.pack_sequence_as(sizes, states)
    return ((), {"initial_state": states}) if hasattr(layer, "return_sequences") else ((states,), {})


def random_weight(random, variable):
    """Values of a plausible size that are not the initial ones: variances and scales positive."""
    if last(variable) == "count":
        return np.zeros(variable.shape, np.int32)
    if last(variable) in ("gamma", "moving_variance", "moving_stddev", "renorm_stddev", "scale", "variance"):
        value = random.uniform(0.5, 2.0, variable.shape)
    elif last(variable) == "alpha":
        value = random.uniform(0.05, 0.5, variable.shape)
    else:
        value = 0.5 * random.standard_normal(variable.shape)
    return value.astype(np.float32)


def numbered(what, tensors):
    """`input` if there is one, `input.0`, `input.1` and so on if there are several."""
    return {what: tensors[0]} if len(tensors) == 1 else {f"{what}.{i}": t for i, t in enumerate(tensors)}


def gradient_tensors(prefix, layer, inputs, gradients):
    of_parameters, of_inputs = gradients
    name = names(layer)
    named = {f"{prefix}/{name[v.path]}": g for v, g in zip(layer.trainable_variables, of_parameters)}
    of_inputs = iter(of_inputs)
    for key, tensor in numbered("input", inputs).items():
        if tensor.dtype == np.float32:
            named[f"{prefix}/{key}"] = next(of_inputs)
    return named
