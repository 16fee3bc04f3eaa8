//! What layers remember beside their parameters goes on after loading, and stays as it was when a step fails.

mod common;

use common::{bits, folder, quiet};
use nn::prelude::*;
use std::path::PathBuf;

const EPOCHS: usize = 3;

/// Saves after a batch of an epoch; it stands among the other callbacks.
struct SaveAt {
    at: (usize, usize),
    path: PathBuf,
    epoch: usize,
}

impl Callback for SaveAt {
    fn on_epoch_begin(&mut self, epoch: usize, _: &mut Run<'_>) -> nn::Result<()> {
        self.epoch = epoch;
        Ok(())
    }
    fn on_train_batch_end(
        &mut self,
        batch: usize,
        _: &Scores,
        run: &mut Run<'_>,
    ) -> nn::Result<()> {
        match (self.epoch, batch) == self.at {
            true => run.save(&self.path),
            false => Ok(()),
        }
    }
}

/// Trains without a pause, and again with a load in the middle of the second epoch: both must end with the same bits.
fn goes_on(name: &str, model: impl Fn() -> Sequential, x: &Tensor) {
    let path = folder("resume_layers").join(format!("{name}.safetensors"));
    let train = |compiled: &mut Compiled<Sequential>, epochs: usize| {
        let save = SaveAt {
            at: (1, 1),
            path: path.clone(),
            epoch: 0,
        };
        let fit = quiet().epochs(epochs).batch_size(4).callback(save);
        let history = compiled.fit((x, Tensor::ones([12, 1])), fit).unwrap();
        history["loss"].to_vec()
    };
    nn::set_seed(3);
    let compile = || Compile::new(SGD::new(0.05), MeanSquaredError::new());
    let mut whole = model().compile(compile());
    let losses = train(&mut whole, EPOCHS);
    let mut second = Compiled::<Sequential>::load(&path).unwrap();
    assert_eq!(second.epochs_trained(), 1, "{name}");
    assert_eq!(train(&mut second, EPOCHS - 1), losses[1..], "{name}");
    assert!(bits(&*second) == bits(&*whole), "{name}: the weights");
}

#[test]
fn layers_with_seeds_of_their_own_draw_on_where_they_were() {
    nn::set_seed(1);
    let (rows, images) = (
        Tensor::random_uniform([12, 6]),
        Tensor::random_uniform([12, 4, 4, 1]),
    );
    let head = |model: Sequential| model.add(Flatten::new()).add(Dense::new(1));
    goes_on(
        "dropout",
        || {
            let model = Sequential::new()
                .add(Dense::new(8))
                .add(Dropout::new(0.5).seed(7));
            head(
                model
                    .add(GaussianNoise::new(0.1).seed(8))
                    .add(AlphaDropout::new(0.2).seed(9)),
            )
        },
        &rows,
    );
    goes_on(
        "pictures",
        || {
            let model = Sequential::new().add(RandomFlip::new().seed(3));
            head(
                model
                    .add(RandomBrightness::new(0.3).value_range([0.0, 1.0]).seed(4))
                    .add(Conv2D::new(2, 3)),
            )
        },
        &images,
    );
    // Inside of another layer.
    goes_on(
        "steps",
        || {
            head(
                Sequential::new()
                    .add(TimeDistributed::new(Dropout::new(0.5).seed(2)))
                    .add(GRU::new(3)),
            )
        },
        &rows.reshape([12, 3, 2]),
    );
}

#[test]
fn stateful_layers_go_on_where_they_were() {
    nn::set_seed(1);
    let x = Tensor::random_uniform([12, 3, 2]);
    goes_on(
        "gru",
        || {
            Sequential::new()
                .add(GRU::new(3).stateful(true))
                .add(Dense::new(1))
        },
        &x,
    );
    goes_on(
        "lstm",
        || {
            let both = LSTM::new(3).stateful(true).return_sequences(true);
            Sequential::new()
                .add(both)
                .add(RNN::new(SimpleRNNCell::new(2)).stateful(true))
                .add(Dense::new(1))
        },
        &x,
    );
    goes_on(
        "conv_lstm",
        || {
            let model = Sequential::new().add(Reshape::new([3, 2, 1]));
            model
                .add(ConvLSTM1D::new(2, 1).stateful(true))
                .add(Flatten::new())
                .add(Dense::new(1))
        },
        &x,
    );
}

/// A model whose loss is finite and whose gradient is not: the root of 0 has an infinite slope.
#[model]
struct Leak {
    memory: GRU,
    last: LSTM,
}

#[model]
impl Leak {
    fn call(&self, x: Tensor) -> Tensor {
        let h = self.last(self.memory(x));
        let zero = &h * 0.0;
        zero.sqrt() + h
    }
}

#[test]
fn a_step_that_fails_leaves_states_as_they_were() {
    let model = Leak {
        memory: GRU::new(2).stateful(true).return_sequences(true),
        last: LSTM::new(1).stateful(true),
    };
    model.build([3, 2]).unwrap();
    let x = Tensor::ones([4, 3, 2]);
    let mut model = model.compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
    let states = |model: &Leak| {
        let all = [model.memory.states().get(), model.last.states().get()];
        let all = all.into_iter().flatten().flatten();
        all.map(|t| t.to_vec::<f32>().unwrap()).collect::<Vec<_>>()
    };
    let fails = |model: &mut Compiled<Leak>| {
        let data = (&x, Tensor::ones([4, 1]));
        let e = model
            .fit(data, quiet().batch_size(4))
            .unwrap_err()
            .to_string();
        assert!(e.contains("changed nothing in the model"), "{e}");
    };
    fails(&mut model);
    assert!(states(&model).is_empty(), "nothing was remembered before");
    let _ = model.forward(&x);
    let before = states(&model);
    assert_eq!(before.len(), 3);
    fails(&mut model);
    assert_eq!(states(&model), before);
}
