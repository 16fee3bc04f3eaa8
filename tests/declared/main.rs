//! Models in declared form: those of the examples, and two large ones.

mod resnet50;
mod transformer;

use nn::prelude::*;

/// `examples/my_model.rs`
#[model(input = [784], new(num_classes: usize = 10))]
struct MyModel {
    #[layer(16, activation = Activation::Sigmoid)]
    dense1: Dense,
    #[layer(0.5)]
    dropout: Dropout,
    #[layer(num_classes, activation = Activation::Softmax)]
    dense2: Dense,
}

#[model]
impl MyModel {
    fn call(&self, inputs: Tensor, training: bool) -> Tensor {
        let h = self.dense1(inputs);
        let h = self.dropout.call(h, training);
        self.dense2(h)
    }
}

/// `examples/cnn_block.rs`, its stack as a model.
#[model(new(out_channels: usize))]
struct CnnBlock {
    #[layer(out_channels, 3, padding = Padding::Same)]
    conv: Conv2D,
    #[layer]
    bn: BatchNormalization,
}

#[model]
impl CnnBlock {
    fn call(&self, x: Tensor, training: bool) -> Tensor {
        let x = self.conv(x);
        let x = self.bn.call(x, training);
        x.relu()
    }
}

#[model(input = [28, 28, 1], new())]
struct Cnn {
    #[layer(32)]
    block1: CnnBlock,
    #[layer(64)]
    block2: CnnBlock,
    #[layer(128)]
    block3: CnnBlock,
    #[layer]
    flatten: Flatten,
    #[layer(10)]
    classifier: Dense,
}

#[model]
impl Cnn {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.block3(self.block2(self.block1(x)));
        self.classifier(self.flatten(x))
    }
}

/// `examples/resnet_like.rs`
#[model(new(channels: [usize; 3]))]
struct ResBlock {
    #[layer(channels[0])]
    cnn1: CnnBlock,
    #[layer(channels[1])]
    cnn2: CnnBlock,
    #[layer(channels[2])]
    cnn3: CnnBlock,
    #[layer(2)]
    pooling: MaxPooling2D,
    #[layer(channels[1], 1, padding = Padding::Same)]
    identity_mapping: Conv2D,
}

#[model]
impl ResBlock {
    fn call(&self, input: Tensor) -> Tensor {
        let x = self.cnn2(self.cnn1(&input));
        let x = self.cnn3(x + self.identity_mapping(&input));
        self.pooling(x)
    }
}

#[model(input = [28, 28, 1], new(num_classes: usize = 10))]
struct ResNetLike {
    #[layer([32, 32, 64])]
    block1: ResBlock,
    #[layer([128, 128, 256])]
    block2: ResBlock,
    #[layer([128, 256, 512])]
    block3: ResBlock,
    #[layer]
    pool: GlobalAveragePooling2D,
    #[layer(num_classes)]
    classifier: Dense,
}

#[model]
impl ResNetLike {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.block3(self.block2(self.block1(x)));
        self.classifier(self.pool(x))
    }
}

/// `examples/wide_and_deep.rs`
#[model(
    input = ([5], [6]),
    new(units: usize = 30, activation: Activation = Activation::Relu)
)]
struct WideAndDeep {
    #[layer(units, activation = activation)]
    hidden1: Dense,
    #[layer(units, activation = activation)]
    hidden2: Dense,
    #[layer(1)]
    main_output: Dense,
    #[layer(1)]
    aux_output: Dense,
}

#[model]
impl WideAndDeep {
    fn call(&self, (wide, deep): (Tensor, Tensor)) -> (Tensor, Tensor) {
        let hidden = self.hidden2(self.hidden1(deep));
        let concat = concatenate([&wide, &hidden], -1);
        (self.main_output(concat), self.aux_output(hidden))
    }
}

#[test]
fn the_compiler_knows_what_comes_out() {
    assert_eq!(MyModel::OUTPUT, [10]);
    assert_eq!(Cnn::OUTPUT, [10]);
    assert_eq!(ResNetLike::OUTPUT, [10]);
    assert_eq!(WideAndDeep::OUTPUT, ([1], [1]));
    assert_eq!(WideAndDeep::OUTPUT.to_string(), "([1], [1])");
}

#[test]
fn they_are_the_models_of_the_examples() {
    let model = MyModel::default();
    model.build(MyModel::INPUT).unwrap();
    assert_eq!(model.count_params(), 784 * 16 + 16 + 16 * 10 + 10);
    let model = ResNetLike::new(10);
    model.build(ResNetLike::INPUT).unwrap();
    assert_eq!(model.count_params(), 2_400_490); // tests/resnet_summary.rs: as Keras counts
    let model = WideAndDeep::default();
    model.build(WideAndDeep::INPUT).unwrap();
    assert_eq!(
        model.count_params(),
        6 * 30 + 30 + 30 * 30 + 30 + 35 + 1 + 31
    );
}

#[test]
fn a_declared_model_is_saved_and_copied_like_any_other() {
    let model = MyModel::new(3);
    model.build(MyModel::INPUT).unwrap();
    let copy = model.clone_model();
    let x = Tensor::random_uniform([2, 784]);
    let (a, b) = (model.forward(&x), copy.forward(&x));
    assert_eq!(a.to_vec::<f32>().unwrap(), b.to_vec::<f32>().unwrap());
}
