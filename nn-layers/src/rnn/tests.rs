//! What recurrent layers promise together.

use crate::{
    Activation, BatchNormalization, Bidirectional, ConvLSTM1D, Dense, GRU, GRUCell, LSTM, LSTMCell,
    MergeMode, RNN, Sequential, SimpleRNN, SimpleRNNCell, StackedRNNCells, TimeDistributed,
};
use nn_core::ops::concatenate;
use nn_core::registry::DynLayer;
use nn_core::testing::assert_close;
use nn_core::{
    DType, GradientTape, Initializer, Layer, Module, Regularizer, Shape, Tensor, UNKNOWN,
    collect_losses, random,
};
use serde_json::json;

#[test]
fn the_compiler_follows_shapes() {
    const SHAPE: Shape = {
        let gru = GRU::new(8)
            .return_sequences(true)
            .bias_initializer(Initializer::Ones);
        let input = Shape::new(&[UNKNOWN, UNKNOWN, 28]);
        let shape = match gru.output_shape(&input) {
            Ok(shape) => shape,
            Err(_) => panic!(),
        };
        std::mem::forget(gru);
        shape
    };
    assert_eq!(SHAPE, [UNKNOWN, UNKNOWN, 8]);
    static LSTM_LAYER: LSTM = LSTM::new(16);
    let shape = LSTM_LAYER.output_shape(&Shape::from([UNKNOWN, 5, 28]));
    assert_eq!(shape.unwrap(), [UNKNOWN, 16]);
}

#[test]
fn the_forget_gate_starts_at_one() {
    let bias = |lstm: LSTM| {
        lstm.build([3, 5]).unwrap();
        let bias = lstm.bias().as_ref().expect("a bias").value();
        bias.to_vec::<f32>().unwrap()
    };
    assert_eq!(bias(LSTM::new(2)), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(bias(LSTM::new(1).unit_forget_bias(false)), [0.0; 4]);
}

#[test]
fn a_sequence_in_two_parts_is_the_whole() {
    let x = Tensor::random_normal([3, 7, 4]);
    let (head, tail) = (x.slice_axis(1, 0..3), x.slice_axis(1, 3..7));
    for activation in [Activation::Tanh, Activation::Softsign] {
        let lstm = LSTM::new(5).return_sequences(true).activation(activation);
        let (first, state) = lstm.call_with_state(&head, None);
        let (second, _) = lstm.call_with_state(&tail, Some(state));
        // Two orders of the same f32 sums, some steps deep.
        assert_close(&concatenate([first, second], 1), &lstm.forward(&x), 1e-5);
        let gru = GRU::new(5).activation(activation);
        let (_, state) = gru.call_with_state(&head, None);
        let (y, h) = gru.call_with_state(&tail, Some(state));
        assert_close(&y, &gru.forward(&x), 1e-5);
        assert_close(&y, &h, 0.0);
    }
}

#[test]
fn dropout_acts_in_training_and_follows_the_seed() {
    let x = Tensor::ones([4, 6, 8]);
    for layer in [
        SimpleRNN::new(8).dropout(0.5),
        SimpleRNN::new(8).recurrent_dropout(0.5),
    ] {
        let run = |training: bool| {
            random::set_seed(9);
            layer.call(&x, training).to_vec::<f32>().unwrap()
        };
        run(false);
        let calm = run(false);
        assert_eq!(calm, layer.forward(&x).to_vec::<f32>().unwrap());
        assert_ne!(calm, run(true));
        assert_eq!(run(true), run(true));
    }
}

#[test]
fn what_does_not_fit_is_an_error_with_the_way_out() {
    let x = Tensor::ones([2, 5, 3]);
    let message = |y: Tensor| y.into_result().unwrap_err().to_string();
    let e = message(GRU::new(4).forward(Tensor::ones([2, 784])));
    assert!(
        e.contains("GRU expects rank 3 [batch, time, features], found rank 2 [2, 784]"),
        "{e}"
    );
    // A recurrent layer behind one that gives only its last step.
    let last = LSTM::new(3).forward(&x);
    let behind = [
        message(LSTM::new(3).forward(&last)),
        message(SimpleRNN::new(3).forward(&last)),
        message(Bidirectional::new(GRU::new(3)).forward(&last)),
        message(TimeDistributed::new(crate::Dense::new(3)).forward(&last)),
        message(crate::ConvLSTM1D::new(3, 1).forward(&last)),
    ];
    for e in behind {
        assert!(e.contains("found rank 2 [2, 3]"), "{e}");
        assert!(e.contains("`return_sequences`"), "{e}");
    }
    let e = message(LSTM::new(0).forward(&x));
    assert!(
        e.contains("at least one unit and one step of time, found 0 units"),
        "{e}"
    );
    for rate in [-0.1, 1.0, f64::NAN] {
        let e = message(LSTM::new(4).recurrent_dropout(rate).forward(&x));
        assert!(
            e.contains("recurrent_dropout of LSTM is a probability from 0 to below 1"),
            "{e}"
        );
    }
    let lstm = LSTM::new(4);
    lstm.build([5, 3]).unwrap();
    let e = message(lstm.forward(Tensor::ones([2, 5, 6])));
    assert!(
        e.contains("expected 3 features, found 6 in [2, 5, 6]: LSTM keeps"),
        "{e}"
    );
    let state = [Tensor::zeros([2, 4]), Tensor::zeros([3, 4])];
    let e = message(lstm.call_with_state(&x, Some(state)).0);
    assert!(
        e.contains("LSTM") && e.contains("first state c of shape [2, 4], found [3, 4]"),
        "{e}"
    );
}

/// Padding at the end, holes, nothing left out, nothing left.
fn mask() -> Tensor {
    Tensor::from([
        [true, true, false, false],
        [false, true, false, true],
        [true; 4],
        [false; 4],
    ])
}

#[test]
fn what_a_mask_leaves_out_might_as_well_not_be_there() {
    let x = Tensor::random_normal([4, 4, 3]);
    for activation in [Activation::Tanh, Activation::Softsign] {
        for go_backwards in [false, true] {
            let gru = GRU::new(5)
                .activation(activation)
                .go_backwards(go_backwards);
            let y = gru.forward(x.with_mask(mask()));
            let short = gru.forward(x.slice(0..1).slice_axis(1, 0..2));
            // The same sums in another order.
            assert_close(&y.slice(0..1), &short, 1e-6);
            let holes = concatenate([x.slice_axis(1, 1..2), x.slice_axis(1, 3..4)], 1);
            assert_close(&y.slice(1..2), &gru.forward(holes.slice(1..2)), 1e-6);
            assert_close(&y.slice(2..3), &gru.forward(x.slice(2..3)), 1e-6);
            assert_eq!(y.slice(3..4).to_vec::<f32>().unwrap(), [0.0; 5]);
        }
    }
}

#[test]
fn all_steps_at_once_and_one_by_one_agree_under_a_mask() {
    let x = Tensor::random_normal([4, 4, 3]);
    let first = Tensor::random_normal([4, 5]);
    for (sequences, zeros, backwards) in (0..8).map(|i| (i & 1 > 0, i & 2 > 0, i & 4 > 0)) {
        let gru = GRU::new(5)
            .return_sequences(sequences)
            .zero_output_for_mask(zeros)
            .go_backwards(backwards);
        gru.build([4, 3]).unwrap();
        let run = |layer: &dyn Fn(&Tensor) -> (Tensor, Tensor)| {
            let tape = GradientTape::new();
            tape.watch(&x);
            tape.watch(&first);
            let (y, h) = layer(&x.with_mask(mask()));
            let target = (&y * &y).sum() + (&h * 0.7).sum();
            let gradients = tape.gradient(&target, [&x, &first]).unwrap();
            [vec![y, h], gradients.to_vec()].concat()
        };
        let at_once = run(&|x| gru.call_with_state(x, Some(first.clone())));
        let cell = GRUCell::new(5);
        let rnn = RNN::new(cell)
            .return_sequences(sequences)
            .zero_output_for_mask(zeros)
            .go_backwards(backwards);
        rnn.build([4, 3]).unwrap();
        for (to, from) in rnn.parameters().iter().zip(gru.parameters()) {
            to.set_value(&from.value()).unwrap();
        }
        let one_by_one = run(&|x| {
            let (y, mut states) = rnn.call_with_state(x, Some(vec![first.clone()]));
            (y, states.remove(0))
        });
        for (a, b) in at_once.iter().zip(&one_by_one) {
            assert_close(a, b, 1e-5);
        }
    }
}

#[test]
fn sequences_keep_their_mask_and_last_outputs_have_none() {
    let x = Tensor::ones([4, 4, 3]).with_mask(mask());
    let steps = |y: &Tensor| y.mask().map(|m| m.to_vec::<bool>().unwrap());
    let expected = steps(&x);
    assert!(expected.is_some());
    assert_eq!(
        steps(&LSTM::new(2).return_sequences(true).forward(&x)),
        expected
    );
    assert_eq!(steps(&LSTM::new(2).forward(&x)), None);
    let both = Bidirectional::new(LSTM::new(2).return_sequences(true));
    assert_eq!(steps(&both.forward(&x)), expected);
    assert_eq!(steps(&Bidirectional::new(LSTM::new(2)).forward(&x)), None);
    assert_eq!(
        steps(&TimeDistributed::new(Dense::new(2)).forward(&x)),
        expected
    );
    let rnn = RNN::new(GRUCell::new(2));
    assert_eq!(steps(&rnn.forward(&x)), None);
    assert_eq!(steps(&rnn.return_sequences(true).forward(&x)), expected);
}

#[test]
fn a_stateful_layer_goes_on_where_it_ended() {
    fn check<L: Layer<Input = Tensor, Output = Tensor>>(layer: L, plain: L, x: &Tensor) {
        let _ = layer.forward(x).into_result().unwrap();
        let _ = plain.forward(x).into_result().unwrap();
        for (to, from) in plain.parameters().iter().zip(layer.parameters()) {
            to.set_value(&from.value()).unwrap();
        }
        let whole = plain.forward(x);
        let parts = || {
            let parts = [x.slice_axis(1, 0..3), x.slice_axis(1, 3..7)];
            concatenate(parts.map(|part| layer.forward(part)), 1)
        };
        layer.reset_state();
        assert_close(&parts(), &whole, 1e-5);
        assert!(
            (parts() - &whole).abs().sum().item::<f32>().unwrap() > 1e-3,
            "it went on"
        );
        layer.reset_state();
        assert_close(&parts(), &whole, 1e-5);
        let error = layer
            .forward(x.slice(0..1))
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("goes on where a batch of 2 ended, found one of 1"),
            "{error}"
        );
        // Neither saved nor trained.
        assert!(layer.parameters().iter().all(|p| !p.is_buffer()));
    }
    let x = Tensor::random_normal([2, 7, 3]);
    let lstm = || LSTM::new(4).return_sequences(true);
    check(lstm().stateful(true), lstm(), &x);
    let steps = || lstm().activation(Activation::Softsign);
    check(steps().stateful(true), steps(), &x);
    let simple = || SimpleRNN::new(4).return_sequences(true);
    check(simple().stateful(true), simple(), &x);
    let rnn = || {
        RNN::new(
            StackedRNNCells::new()
                .add(LSTMCell::new(3))
                .add(GRUCell::new(2)),
        )
        .return_sequences(true)
    };
    check(rnn().stateful(true), rnn(), &x);
    let x = Tensor::random_normal([2, 7, 4, 1]);
    let conv = || ConvLSTM1D::new(2, 2).return_sequences(true);
    check(conv().stateful(true), conv(), &x);
}

#[test]
fn gradients_end_at_kept_states() {
    let rnn = SimpleRNN::new(2).stateful(true);
    let x = Tensor::ones([1, 3, 2]);
    rnn.build([3, 2]).unwrap();
    let tape = GradientTape::persistent();
    tape.watch(&x);
    let _ = rnn.forward(&x);
    let y = rnn.forward(Tensor::ones([1, 3, 2]));
    assert!(
        tape.gradient(&y.sum(), [&x]).is_err(),
        "x is not connected to the second call"
    );
}

#[test]
fn a_seed_of_its_own_fixes_what_is_dropped() {
    let x = Tensor::ones([4, 6, 8]);
    let run = |rnn: &SimpleRNN| rnn.call(&x, true).to_vec::<f32>().unwrap();
    let make = || {
        let ones = Initializer::Constant { value: 0.1 };
        let rnn = SimpleRNN::new(8).dropout(0.5).kernel_initializer(ones);
        rnn.recurrent_initializer(ones).seed(3)
    };
    let (one, other) = (make(), make());
    one.build([6, 8]).unwrap();
    let first = run(&one);
    assert_eq!(first, run(&other));
    let second = run(&one);
    assert_ne!(first, second, "another draw");
    assert_eq!(second, run(&other));
    random::set_seed(5);
    let next = Tensor::random_uniform([2]).to_vec::<f32>().unwrap();
    random::set_seed(5);
    run(&one);
    assert_eq!(
        Tensor::random_uniform([2]).to_vec::<f32>().unwrap(),
        next,
        "the thread's own go on"
    );
}

#[test]
fn a_cell_drops_the_same_at_all_steps() {
    // Of one draw in fifty half of the inputs of every row are kept, whose sum is that of all.
    random::set_seed(1);
    let ones = Initializer::Ones;
    let cell = SimpleRNNCell::new(16)
        .activation(Activation::Linear)
        .dropout(0.5);
    let cell = cell
        .kernel_initializer(ones)
        .recurrent_initializer(Initializer::Zeros);
    let rnn = RNN::new(StackedRNNCells::new().add(cell)).return_sequences(true);
    let y = rnn.call(Tensor::ones([3, 5, 8]), true);
    let steps = y.unstack(1);
    for step in &steps {
        assert_close(step, &steps[0], 0.0);
    }
    assert_ne!(y.to_vec::<f32>().unwrap(), [8.0; 240]);
}

#[test]
fn wrappers_are_loaded_by_name_with_what_is_in_them() {
    let model = Sequential::new()
        .add(TimeDistributed::new(Dense::new(4)))
        .add(
            Bidirectional::new(RNN::new(LSTMCell::new(3)).return_sequences(true))
                .merge_mode(MergeMode::Ave),
        )
        .add(RNN::new(
            StackedRNNCells::new()
                .add(GRUCell::new(2))
                .add(SimpleRNNCell::new(3)),
        ));
    let x = Tensor::random_normal([2, 4, 5]);
    let y = model.forward(&x);
    let copy = model.clone_model();
    assert_eq!(copy.config(), model.config());
    assert_close(&copy.forward(&x), &y, 0.0);
    let paths: Vec<String> = copy
        .parameters()
        .iter()
        .map(|p| p.path().to_string())
        .collect();
    assert_eq!(paths[0], "0.layer.kernel");
    assert_eq!(paths[5], "1.backward_layer.cell.kernel");
    assert_eq!(paths[8], "2.cell.cells.0.kernel");
    assert_eq!(
        model.forward(Tensor::ones([1, 9, 5])).shape(),
        [1, 3],
        "another length"
    );
}

#[test]
fn a_bidirectional_of_layers_that_do_not_fit_is_an_error() {
    let x = Tensor::ones([2, 4, 3]);
    let message = |layer: &dyn DynLayer| {
        let y = layer.call_dyn(vec![x.clone()], false);
        y[0].clone().into_result().unwrap_err().to_string()
    };
    let e = message(&Bidirectional::new(Dense::new(2)));
    assert!(e.contains("needs a recurrent layer"), "{e}");
    let lstm = || LSTM::new(2);
    let e = message(&Bidirectional::new(lstm()).backward_layer(lstm()));
    assert!(e.contains("must run in different directions"), "{e}");
    let other = lstm().go_backwards(true).return_sequences(true);
    let e = message(&Bidirectional::new(lstm()).backward_layer(other));
    assert!(e.contains("must agree in return_sequences"), "{e}");
    let unmerged = Bidirectional::new(lstm()).unmerged();
    assert_eq!(unmerged.call_any(vec![x.clone()], false).len(), 2);
    let e = unmerged.forward(&x).into_result().unwrap_err().to_string();
    assert!(e.contains("gives two tensors"), "{e}");
}

#[test]
fn sequences_of_any_length_are_followed_and_run() {
    let open = |layer: &dyn DynLayer| {
        let x = Tensor::abstract_of([UNKNOWN, UNKNOWN, 3], nn_core::DType::F32);
        layer.call_dyn(vec![x], false)[0].shape().to_string()
    };
    assert_eq!(open(&LSTM::new(2).return_sequences(true)), "[_, _, 2]");
    assert_eq!(
        open(&RNN::new(GRUCell::new(2)).return_sequences(true)),
        "[_, _, 2]"
    );
    assert_eq!(
        open(&Bidirectional::new(GRU::new(2).return_sequences(true))),
        "[_, _, 4]"
    );
    assert_eq!(open(&TimeDistributed::new(Dense::new(2))), "[_, _, 2]");
}

/// The numbers of Keras 3.15.1's `layer.losses`.
#[test]
fn what_layers_inside_add_to_the_loss_counts_at_every_step() {
    let penalty = Regularizer::L1 { l1: 0.1 };
    let x = (Tensor::arange(12).cast(DType::F32) / 10.0).reshape([2, 3, 2]);
    let losses = |layer: &dyn DynLayer, training| {
        let (outputs, losses) = collect_losses(|| layer.call_dyn(vec![x.clone()], training));
        assert!(outputs[0].error().is_none());
        let losses = losses.iter().map(|loss| loss.item::<f32>().unwrap());
        losses.collect::<Vec<f32>>()
    };
    let close = |found: f32, expected: f32| assert!((found - expected).abs() < 1e-5, "{found}");
    let dense = || {
        Dense::new(2)
            .kernel_initializer(Initializer::Ones)
            .activity_regularizer(penalty)
    };
    // Keras calls the `call` of the layer, which leaves its own penalty out.
    assert!(losses(&TimeDistributed::new(dense()), false).is_empty());
    assert_eq!(losses(&dense(), false).len(), 1);
    let model = Sequential::new().add(dense());
    // There 0.14, 0.22 and 0.3, one for each step.
    let found = losses(&TimeDistributed::new(model), false);
    close(found.iter().sum(), 0.66);
    let model = Sequential::new()
        .add(dense())
        .add(BatchNormalization::new());
    let found = losses(&TimeDistributed::new(model), true);
    close(found[0], 0.14);
    close(found[1], 0.22);
    close(found[2], 0.3);

    let cell = json!({"class_name": "SimpleRNNCell", "config": {
        "units": 2, "activation": "linear", "kernel_initializer": "ones", "recurrent_initializer": "ones",
        "activity_regularizer": {"class_name": "L1", "config": {"l1": 0.1}},
    }});
    let config = json!({"class_name": "RNN", "config": {"cell": cell, "unroll": true}});
    let rnn = nn_core::registry::layer_from_config(&config).unwrap();
    for layer in [&rnn, &rnn.clone()] {
        let found = losses(&**layer, false);
        assert_eq!(found.len(), 6);
        for (found, expected) in found.iter().zip([0.14, 0.14, 0.5, 0.5, 1.3, 1.3]) {
            close(*found, expected);
        }
        let written = &layer.config()["config"]["cell"]["config"];
        assert_eq!(written["activity_regularizer"]["config"]["l1"], 0.1);
    }
}
