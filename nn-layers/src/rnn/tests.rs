use crate::{Activation, GRU, LSTM, SimpleRNN};
use nn_core::ops::concatenate;
use nn_core::testing::assert_close;
use nn_core::{Initializer, Layer, Shape, Tensor, UNKNOWN, random};

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
    let message = |y: Tensor| y.ok().unwrap_err().to_string();
    let e = message(GRU::new(4).forward(Tensor::ones([2, 784])));
    assert!(
        e.contains("GRU expects rank 3 [batch, time, features], found rank 2 [2, 784]"),
        "{e}"
    );
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
