"""Cases of normalization and recurrent layers."""

import keras

from .layers_shape import cases

K = keras.layers


def batch_normalization():
    file, add = cases("batch_normalization", K.BatchNormalization)
    for training in (False, True):
        mode = "training" if training else "inference"
        add(f"{mode}_rank_2", (6, 4), training=training)
        add(f"{mode}_rank_3", (2, 3, 4), training=training)
        add(f"{mode}_rank_4", (2, 3, 4, 5), training=training)
        add(f"{mode}_no_center", (6, 4), training=training, center=False)
        add(f"{mode}_no_scale", (6, 4), training=training, scale=False)
        add(f"{mode}_no_center_no_scale", (2, 3, 3, 2), training=training, center=False, scale=False)
        add(f"{mode}_frozen", (2, 3, 3, 2), training=training, frozen=True)
        add(f"{mode}_momentum_and_epsilon", (5, 3), training=training, momentum=0.8, epsilon=1e-5)
    add("training_axis_1", (3, 4, 5), training=True, axis=1)
    add("training_two_samples", (2, 3), training=True)
    add("training_odd_channels", (2, 3, 3, 17), training=True)
    add("renorm_training", (5, 3), training=True, renorm=True)
    add("renorm_training_clipped", (2, 3, 4), training=True, renorm=True, momentum=0.7, renorm_momentum=0.6,
        renorm_clipping={"rmax": 1.3, "rmin": 0.8, "dmax": 0.4})
    add("renorm_training_no_center_no_scale_axis_1", (2, 3, 4), training=True, renorm=True, axis=1, center=False, scale=False)
    for mode, training in (("inference", False), ("training", True)):
        add(f"{mode}_masked", (2, 3, 4), mask=[[1, 1, 0], [1, 0, 0]], training=training)
    add("training_masked_rank_2", (5, 3), mask=[1, 0, 1, 1, 0], training=True)
    add("renorm_training_masked", (2, 3, 4), mask=[[1, 1, 0], [1, 0, 1]], training=True, renorm=True)
    add("renorm_inference", (5, 3), renorm=True, renorm_clipping={"rmax": 3.0})
    add("renorm_frozen", (5, 3), training=True, renorm=True, frozen=True)
    return file


def layer_normalization():
    file, add = cases("layer_normalization", K.LayerNormalization)
    add("rank_2", (4, 6))
    add("rank_3", (2, 3, 5))
    add("no_center", (4, 6), center=False)
    add("no_scale", (4, 6), scale=False)
    add("no_center_no_scale", (4, 6), center=False, scale=False)
    add("epsilon", (4, 6), epsilon=1e-6)
    add("axis_1", (2, 3, 4), axis=1)
    add("axes_1_and_2", (2, 3, 4), axis=[1, 2])
    add("last_two_of_rank_4", (2, 2, 3, 4), axis=[-2, -1])
    add("masked", (2, 3, 4), mask=[[1, 1, 0], [1, 0, 0]])
    add("rms_scaling", (4, 6), rms_scaling=True)
    add("activity_regularized", (4, 6), gamma_regularizer=keras.regularizers.L1(0.1), activity_regularizer=keras.regularizers.L2(0.2))
    add("rms_scaling_no_scale_axis_1", (2, 3, 4), rms_scaling=True, scale=False, axis=1)
    return file


# Padding at the end, holes, nothing left out, nothing left.
MASK = [[1, 1, 0, 0], [0, 1, 0, 1], [1, 1, 1, 1], [0, 0, 0, 0]]


def masked(add, states, activations):
    """Cases of a recurrent layer of three units with a mask of its steps."""
    shape = (4, 4, 3)
    states = [(4, 3)] * len(states)
    add("mask", shape, mask=MASK, units=3)
    add("mask_sequences_and_state", shape, mask=MASK, units=3, return_sequences=True, return_state=True)
    add("mask_backwards_sequences", shape, mask=MASK, units=3, go_backwards=True, return_sequences=True)
    add("mask_zero_output", shape, mask=MASK, units=3, zero_output_for_mask=True, return_state=True)
    add("mask_activations", shape, mask=MASK, units=3, return_sequences=True, return_state=True, **activations)
    # Unrolled: a scan on JAX gives the initial state for a first step that is left out, where all others give zeros.
    for sequences in (False, True):
        add(f"mask_initial_state_{'sequences' if sequences else 'last'}", shape, *states, states=len(states), mask=MASK,
            units=3, unroll=True, return_sequences=sequences, return_state=True)
    add("stateful_initial_state", shape, *states, states=len(states), units=3, stateful=True, return_state=True)


def recurrent(path, layer_class, *activations):
    """`activations` are other than the default ones."""
    def make():
        file, add = cases(path, layer_class)
        add("last_output", (3, 5, 2), units=4)
        add("sequences", (3, 5, 2), units=4, return_sequences=True)
        add("state", (2, 4, 3), units=3, return_state=True)
        add("sequences_and_state", (2, 4, 3), units=3, return_sequences=True, return_state=True)
        # Each output has its penalty.
        add("sequences_and_state_activity", (2, 4, 3), units=3, return_sequences=True, return_state=True,
            activity_regularizer=keras.regularizers.L1L2(0.02, 0.03))
        add("backwards", (2, 4, 3), units=3, go_backwards=True)
        add("backwards_sequences", (2, 4, 3), units=3, go_backwards=True, return_sequences=True)
        add("one_step", (3, 1, 2), units=4)
        add("no_bias", (2, 4, 3), units=3, use_bias=False)
        add("odd_sizes", (5, 3, 7), units=9, return_sequences=True)
        add("activations", (2, 4, 3), units=3, return_sequences=True, **dict(activations))
        states = [(2, 3)] * (2 if layer_class is K.LSTM else 1)
        add("initial_state", (2, 4, 3), *states, states=len(states), units=3, return_state=True)
        add("initial_state_backwards_sequences", (2, 4, 3), *states, states=len(states), units=3, return_sequences=True,
            go_backwards=True)
        add("initial_state_activations", (2, 4, 3), *states, states=len(states), units=3, return_state=True,
            return_sequences=True, **dict(activations))
        masked(add, states, dict(activations))
        if layer_class is K.GRU:
            add("reset_before", (3, 5, 2), units=4, reset_after=False)
            add("reset_before_sequences", (2, 4, 3), units=3, reset_after=False, return_sequences=True)
            add("reset_before_no_bias", (2, 4, 3), units=3, reset_after=False, use_bias=False)
        return file

    return make


FILES = [
    batch_normalization,
    layer_normalization,
    recurrent("simple_rnn", K.SimpleRNN, ("activation", "relu")),
    recurrent("lstm", K.LSTM, ("activation", "softsign"), ("recurrent_activation", "hard_sigmoid")),
    recurrent("gru", K.GRU, ("activation", "softsign"), ("recurrent_activation", "hard_sigmoid")),
]
