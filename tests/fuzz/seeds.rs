//! What is changed: configurations and models of every kind that there is.

use nn::layers::{ActivationLayer, AveragePooling2D, Concatenate, Subtract};
use nn::prelude::*;
use nn::saving::registry::{Class, inventory};
use nn::{losses, metrics, optimizers};
use serde_json::{Value, json};

/// Configurations of layers. Those that are missing here are not fuzzed yet.
pub fn layers() -> Vec<Value> {
    let conv = Conv2D::new(3, 2).padding(Padding::Same).strides(2);
    vec![
        Dense::new(3)
            .kernel_regularizer(Regularizer::l2(0.1))
            .activation(Activation::Gelu)
            .config(),
        conv.groups(1).config(),
        Embedding::new(9, 4).config(),
        LSTM::new(3).recurrent_dropout(0.1).config(),
        GRU::new(3).return_sequences(true).config(),
        SimpleRNN::new(3).go_backwards(true).config(),
        BatchNormalization::new().config(),
        LayerNormalization::new().config(),
        Dropout::new(0.3).config(),
        Flatten::new().config(),
        Reshape::new([-1, 2]).config(),
        ZeroPadding2D::new(1).config(),
        MaxPooling2D::new(2).config(),
        AveragePooling2D::new(2).config(),
        GlobalAveragePooling2D::new().config(),
        GlobalMaxPooling2D::new().config(),
        ReLU::new().config(),
        LeakyReLU::new().config(),
        PReLU::new().config(),
        ELU::new().config(),
        Softmax::new().config(),
        ActivationLayer::new(Activation::Elu).config(),
        Add::new().config(),
        nn::layers::Average::new().config(),
        Concatenate::new().config(),
        Maximum::new().config(),
        Minimum::new().config(),
        Multiply::new().config(),
        Subtract::new().config(),
        Sequential::new()
            .add(Dense::new(4).use_bias(false))
            .add(Sequential::new().add(Dropout::new(0.1)))
            .config(),
    ]
}

/// The full configurations of the registered classes of a kind, made of empty ones.
fn registered<T: ?Sized + 'static>(
    classes: impl Iterator<Item = &'static Class<T>>,
    config: impl Fn(&T) -> Value,
) -> Vec<Value> {
    let full = |class: &Class<T>| {
        let empty = json!({"class_name": class.class_name, "config": {}});
        (class.from_config)(&empty).map_or(empty, |object| config(&object))
    };
    classes.map(full).collect()
}

pub fn losses() -> Vec<Value> {
    registered(inventory::iter::<Class<dyn losses::Loss>>(), |l| l.config())
}

pub fn metrics() -> Vec<Value> {
    let mut all = registered(inventory::iter::<Class<dyn metrics::Metric>>(), |m| {
        m.config()
    });
    all.push(metrics::LossMetric::new(Huber::new()).config());
    all
}

pub fn schedules() -> Vec<Value> {
    let mut all = registered(inventory::iter::<Class<dyn Schedule>>(), |s| s.config());
    all.push(PiecewiseConstantDecay::new([1.0, 5.0], [0.1, 0.01, 0.001]).config());
    all
}

pub fn optimizers() -> Vec<Value> {
    let mut all = registered(inventory::iter::<Class<dyn optimizers::Optimizer>>(), |o| {
        o.config()
    });
    for schedule in schedules() {
        all.push(
            json!({"class_name": "Adam", "config": {"learning_rate": schedule, "clipnorm": 1.0}}),
        );
    }
    all
}

/// Models of several kinds of layers, which have been trained for a step.
pub fn models() -> Vec<Compiled<Sequential>> {
    let images = Sequential::new()
        .add(Conv2D::new(3, 3).activation(Activation::Relu))
        .add(BatchNormalization::new())
        .add(MaxPooling2D::new(2))
        .add(Flatten::new())
        .add(Dropout::new(0.5))
        .add(Dense::new(2));
    let sequences = Sequential::new()
        .add(GRU::new(3).return_sequences(true))
        .add(LSTM::new(2))
        .add(PReLU::new())
        .add(Dense::new(2));
    let words = Sequential::new()
        .add(Embedding::new(9, 4))
        .add(LayerNormalization::new())
        .add(SimpleRNN::new(2));
    let inner = Sequential::new().add(Dense::new(3)).add(Softmax::new());
    let nested = Sequential::new().add(inner).add(Dense::new(2));
    let compile = || Compile::new(Adam::new(0.01), MeanSquaredError::new()).metric(Accuracy::new());
    let train = |model: Sequential, compile: Compile, x: Tensor| {
        let mut model = model.compile(compile);
        let y = Tensor::zeros([x.shape()[0], 2]);
        model.train_on_batch(x, y).expect("a step");
        model
    };
    let sgd = SGD::new(ExponentialDecay::new(0.1, 5.0, 0.9)).momentum(0.9);
    vec![
        train(images, compile(), Tensor::ones([2, 8, 8, 1])),
        train(sequences, compile(), Tensor::ones([2, 5, 3])),
        train(words, compile(), Tensor::zeros([2, 4])),
        train(
            nested,
            Compile::new(sgd, Huber::new()),
            Tensor::ones([2, 4]),
        ),
    ]
}
