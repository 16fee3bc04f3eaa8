//! Recurrent layers in models: training, states handed from layer to layer, summaries, saving, errors, determinism.

mod common;

use common::{bits, folder, quiet, same_on_any_threads};
use nn::prelude::*;

/// Whether the numbers of a sequence add up to more than 0.
#[model(input = [6, 1], check = "build")]
struct Sign {
    lstm: LSTM,
    gru: GRU,
    rnn: SimpleRNN,
    classifier: Dense,
}

#[model]
impl Sign {
    fn new() -> Sign {
        Sign {
            lstm: LSTM::new(8).return_sequences(true),
            gru: GRU::new(8).return_sequences(true).go_backwards(true),
            rnn: SimpleRNN::new(8),
            classifier: Dense::new(1),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.classifier(self.rnn(self.gru(self.lstm(x))))
    }
}

/// A decoder that goes on where an encoder ended.
#[model(input = ([5, 2], [3, 4]), check = "build")]
struct Translator {
    encoder: LSTM,
    decoder: LSTM,
    words: Dense,
}

#[model]
impl Translator {
    fn new() -> Translator {
        Translator {
            encoder: LSTM::new(6),
            decoder: LSTM::new(6).return_sequences(true),
            words: Dense::new(4),
        }
    }

    fn call(&self, (source, target): (Tensor, Tensor)) -> Tensor {
        let (_, state) = self.encoder.call_with_state(source, None);
        let (y, _) = self.decoder.call_with_state(target, Some(state));
        self.words(y)
    }
}

fn data() -> (Tensor, Tensor) {
    nn::set_seed(2);
    let x = Tensor::random_normal([128, 6, 1]);
    let y = x.sum_axes([1], false).greater(0.0).cast(DType::F32);
    (x, y)
}

fn compile() -> Compile {
    Compile::new(Adam::new(0.02), BinaryCrossentropy::from_logits())
}

#[test]
fn a_stack_learns_and_is_saved() {
    let (x, y) = data();
    nn::set_seed(3);
    let mut model = Sign::new().compile(compile());
    let history = model
        .fit((&x, &y), quiet().epochs(30).batch_size(32))
        .unwrap();
    let losses = &history["loss"];
    // Half of what knowing nothing costs.
    assert!(losses[29] < 0.5 * std::f64::consts::LN_2, "{losses:?}");
    let path = folder("recurrent").join("model.safetensors");
    model.save(&path).unwrap();
    let loaded = Compiled::<Sign>::load(&path).unwrap();
    assert!(bits(&*loaded) == bits(&*model));
    let predict = |model: &Compiled<Sign>| model.predict(&x).unwrap().to_vec::<f32>().unwrap();
    assert_eq!(predict(&loaded), predict(&model));
}

#[test]
fn training_gives_the_same_bits_on_1_2_and_7_threads() {
    let (x, y) = data();
    same_on_any_threads(|| {
        nn::set_seed(3);
        let mut model = Sign::new().compile(compile());
        model.fit((&x, &y), quiet().epochs(2)).unwrap();
        bits(&*model)
    });
}

#[test]
fn states_flow_from_layer_to_layer_and_so_do_gradients() {
    let model = Translator::new();
    let (source, target) = (
        Tensor::random_normal([2, 5, 2]),
        Tensor::random_normal([2, 3, 4]),
    );
    let tape = GradientTape::new();
    let y = model.forward((&source, &target));
    assert_eq!(y.shape(), [2, 3, 4]);
    let gradients = tape.gradient(&y.square().sum(), &model).unwrap();
    let paths: Vec<&str> = gradients.iter().map(|(path, _)| path).collect();
    let expected = [
        "encoder.kernel",
        "encoder.recurrent_kernel",
        "encoder.bias",
        "decoder.kernel",
        "decoder.recurrent_kernel",
        "decoder.bias",
        "words.kernel",
        "words.bias",
    ];
    assert_eq!(paths, expected);
    assert!(
        gradients
            .iter()
            .all(|(_, g)| g.abs().sum().item::<f32>().unwrap() > 0.0)
    );

    let summary = Translator::new()
        .summary(Translator::INPUT)
        .unwrap()
        .to_string();
    for part in [
        "encoder (LSTM)",
        "decoder (LSTM)",
        "(None, 3, 6)",
        "216",
        "264",
    ] {
        assert!(summary.contains(part), "no {part} in\n{summary}");
    }
    let error = model
        .forward((&source, Tensor::zeros([2, 3, 7])))
        .into_result()
        .unwrap_err();
    let message = error.to_string();
    assert!(message.contains("decoder (LSTM)"), "{message}");
    assert!(
        message.contains("expected 4 features, found 7 in [2, 3, 7]"),
        "{message}"
    );
}

/// Sequences of different lengths, padded with zeros: the mask follows from them, and reaches every layer over time.
#[model(input = [6, 1], new(), not_const, check = "build")]
struct Padded {
    #[layer(LSTM::new(4).return_sequences(true))]
    both: Bidirectional<LSTM>,
    #[layer(Dense::new(4))]
    each: TimeDistributed<Dense>,
    #[layer(GRUCell::new(6))]
    last: RNN<GRUCell>,
    #[layer(1)]
    classifier: Dense,
}

#[model]
impl Padded {
    fn call(&self, x: Tensor) -> Tensor {
        let x = x.with_mask(x.squeeze(-1).not_equal(0.0));
        self.classifier(self.last(self.each(self.both(x))))
    }
}

#[test]
fn padding_changes_neither_predictions_nor_gradients() {
    let (x, y) = data();
    nn::set_seed(3);
    let mut model = Padded::new().compile(compile());
    let history = model.fit((&x, &y), quiet().epochs(8)).unwrap();
    let losses = &history["loss"];
    assert!(losses[7] < losses[0], "{losses:?}");
    let path = folder("recurrent").join("padded.safetensors");
    model.save(&path).unwrap();
    let loaded = Compiled::<Padded>::load(&path).unwrap();
    let predict = |model: &Compiled<Padded>, x: &Tensor| model.predict(x).unwrap();
    assert_close(&predict(&loaded, &x), &predict(&model, &x), 0.0);

    let gradients = |x: &Tensor| {
        let tape = GradientTape::new();
        let target = model.forward(x).square().mean();
        let gradients = tape.gradient(&target, &*model).unwrap();
        let all: Vec<Tensor> = gradients.iter().map(|(_, g)| g.clone()).collect();
        all
    };
    // Steps of zeros at the end, and one in the middle.
    let longer = x.pad([(0, 0), (0, 3), (0, 0)]);
    let zero = Tensor::zeros([128, 1, 1]);
    let holed = concatenate([x.slice_axis(1, 0..2), zero, x.slice_axis(1, 2..6)], 1);
    for padded in [longer, holed] {
        // The same sums, some in another order.
        assert_close(&predict(&model, &padded), &predict(&model, &x), 1e-5);
        for (found, expected) in gradients(&padded).iter().zip(gradients(&x)) {
            assert_close(found, &expected, 1e-5);
        }
    }
}

#[test]
fn a_stateful_model_goes_on_until_its_states_are_reset() {
    let model = Sequential::new()
        .add(GRU::new(4).stateful(true).return_sequences(true))
        .add(Bidirectional::new(GRU::new(3)))
        .add(Dense::new(1));
    let x = Tensor::random_normal([2, 3, 1]);
    let first = model.forward(&x).to_vec::<f32>().unwrap();
    assert_ne!(model.forward(&x).to_vec::<f32>().unwrap(), first);
    model.reset_state();
    assert_eq!(model.forward(&x).to_vec::<f32>().unwrap(), first);
}
