"""Cases of cells, of layers that run other layers over time, and of recurrent layers over pictures."""

import keras

from .layers_shape import cases
from .layers_state import MASK

K = keras.layers


def cell(path, cell_class, count, **activations):
    """`count` is the number of states."""
    def make():
        file, add = cases(path, cell_class)
        for case, batch, features, arguments in (
            ("step", 3, 2, dict(units=4)),
            ("no_bias", 2, 3, dict(units=3, use_bias=False)),
            ("odd_sizes", 5, 7, dict(units=9)),
            ("activations", 2, 3, dict(units=3, **activations)),
        ):
            add(case, (batch, features), *[(batch, arguments["units"])] * count, states=count, **arguments)
        if cell_class is K.GRUCell:
            add("reset_before", (2, 3), (2, 4), states=1, units=4, reset_after=False)
        return file

    return make


def stack():
    """Made anew for each case: a cell has the weights of its first layer."""
    return K.StackedRNNCells([K.LSTMCell(3), K.GRUCell(2), K.SimpleRNNCell(4)])


def rnn():
    file, add = cases("rnn", K.RNN)
    add("simple", (2, 4, 3), cell=K.SimpleRNNCell(3))
    add("lstm_sequences", (2, 4, 3), cell=K.LSTMCell(3), return_sequences=True)
    add("gru_backwards_and_state", (2, 4, 3), cell=K.GRUCell(3), go_backwards=True, return_sequences=True, return_state=True)
    add("initial_state", (2, 4, 3), (2, 3), (2, 3), states=2, cell=K.LSTMCell(3), return_state=True)
    add("mask", (4, 4, 3), mask=MASK, cell=K.LSTMCell(3), return_state=True)
    add("mask_sequences", (4, 4, 3), mask=MASK, cell=K.GRUCell(3), return_sequences=True)
    add("mask_zero_output", (4, 4, 3), mask=MASK, cell=K.GRUCell(3), return_sequences=True, zero_output_for_mask=True)
    add("stack", (3, 4, 5), cell=stack())
    add("stack_sequences_and_state", (3, 4, 5), cell=stack(), return_sequences=True, return_state=True)
    add("stack_backwards", (3, 4, 5), cell=stack(), go_backwards=True)
    add("stack_mask", (4, 4, 5), mask=MASK, cell=stack(), zero_output_for_mask=True, return_sequences=True, return_state=True)
    return file


def stacked_rnn_cells():
    file, add = cases("stacked_rnn_cells", K.RNN)
    add("two", (2, 3, 4), cell=K.StackedRNNCells([K.SimpleRNNCell(3), K.LSTMCell(2)]), return_sequences=True)
    add("activity_regularized", (2, 3, 4), return_sequences=True, return_state=True, activity_regularizer=keras.regularizers.L2(0.2),
        cell=K.StackedRNNCells([K.SimpleRNNCell(3), K.LSTMCell(2)]))
    add("initial_state", (2, 3, 4), (2, 3), (2, 2), (2, 2), states=3, return_state=True,
        cell=K.StackedRNNCells([K.SimpleRNNCell(3), K.LSTMCell(2)]))
    return file


def bidirectional():
    file, add = cases("bidirectional", K.Bidirectional)
    for mode in ("sum", "mul", "ave"):
        add(f"{mode}_sequences", (2, 4, 3), layer=K.GRU(2, return_sequences=True), merge_mode=mode)
    for mode in ("concat", None):
        add(f"{mode}", (2, 4, 3), layer=K.LSTM(3), merge_mode=mode)
    add("state", (2, 4, 3), layer=K.LSTM(3, return_state=True))
    add("unmerged_sequences_and_state", (2, 4, 3), layer=K.SimpleRNN(3, return_state=True, return_sequences=True), merge_mode=None)
    add("initial_state", (2, 4, 3), *[(2, 3)] * 4, states=4, layer=K.LSTM(3, return_sequences=True))
    add("backward_layer", (2, 4, 3), layer=K.LSTM(3), backward_layer=K.GRU(2, go_backwards=True))
    add("of_cells", (2, 4, 3), layer=K.RNN(K.LSTMCell(3), return_sequences=True))
    add("mask", (4, 4, 3), mask=MASK, layer=K.LSTM(3))
    add("mask_sequences", (4, 4, 3), mask=MASK, layer=K.LSTM(3, return_sequences=True))
    add("mask_sum_sequences", (4, 4, 3), mask=MASK, layer=K.GRU(3, return_sequences=True), merge_mode="sum")
    return file


def time_distributed():
    file, add = cases("time_distributed", K.TimeDistributed)
    add("dense", (2, 4, 3), layer=K.Dense(5, activation="tanh"))
    add("conv", (2, 3, 5, 4, 2), layer=K.Conv2D(3, 2))
    add("pooling", (2, 3, 5, 4, 2), layer=K.MaxPooling2D(2))
    add("lstm", (2, 3, 4, 2), layer=K.LSTM(3))
    add("mask", (4, 4, 3), mask=MASK, layer=K.Dense(2))
    # The layer's own penalty on what it gives counts nothing, since its `call` is called.
    add("regularized", (2, 4, 3), activity_regularizer=keras.regularizers.L1(0.1),
        layer=K.Dense(2, kernel_regularizer=keras.regularizers.L2(0.1), activity_regularizer=keras.regularizers.L2(0.2)))
    for training in (False, True):
        add(f"batch_normalization_{'training' if training else 'inference'}", (3, 4, 2), training=training,
            layer=K.BatchNormalization(momentum=0.8))
    return file


def conv_lstm(path, layer_class, *pixels):
    def make():
        file, add = cases(path, layer_class)
        shape = (2, 3, *pixels, 2)
        add("last_output", shape, filters=3, kernel_size=2)
        add("strides_and_state", shape, filters=2, kernel_size=2, strides=2, return_state=True)
        add("same_strides_backwards", shape, filters=2, kernel_size=3, strides=2, padding="same", go_backwards=True,
            return_sequences=True)
        add("dilation_no_bias", shape, filters=2, kernel_size=2, dilation_rate=2, use_bias=False)
        # Unrolled: a scan on JAX takes the mask of the samples for one of the pixels.
        add("mask", (4, 4, *pixels, 1), mask=MASK, filters=2, kernel_size=2, return_sequences=True, return_state=True, unroll=True)
        if len(pixels) == 3:
            return file  # large enough
        add("same_sequences", shape, filters=2, kernel_size=3, padding="same", return_sequences=True)
        add("activations", shape, filters=2, kernel_size=2, activation="relu", recurrent_activation="hard_sigmoid",
            return_sequences=True, return_state=True)
        states = [(2, *[n - 1 for n in pixels], 3)] * 2
        add("initial_state", shape, *states, states=2, filters=3, kernel_size=2, return_state=True)
        return file

    return make


FILES = [
    cell("simple_rnn_cell", K.SimpleRNNCell, 1, activation="relu"),
    cell("lstm_cell", K.LSTMCell, 2, activation="softsign", recurrent_activation="hard_sigmoid"),
    cell("gru_cell", K.GRUCell, 1, activation="softsign", recurrent_activation="hard_sigmoid"),
    rnn,
    stacked_rnn_cells,
    bidirectional,
    time_distributed,
    conv_lstm("conv_lstm1d", K.ConvLSTM1D, 5),
    conv_lstm("conv_lstm2d", K.ConvLSTM2D, 5, 4),
    conv_lstm("conv_lstm3d", K.ConvLSTM3D, 4, 3, 4),
]
