//! The models of the examples, as they stand there.

use crate::cases::{Cases, Title};
use nn::prelude::*;
use nn::{Result, Tensors};

/// Of `my_model`, and of `save_and_load` with other sizes.
#[model]
struct MyModel {
    dense1: Dense,
    dropout: Dropout,
    dense2: Dense,
}

#[model]
impl MyModel {
    fn new(num_classes: usize) -> Self {
        Self {
            dense1: Dense::new(16).activation(Activation::Sigmoid),
            dropout: Dropout::new(0.5),
            dense2: Dense::new(num_classes).activation(Activation::Softmax),
        }
    }

    fn call(&self, inputs: Tensor, training: bool) -> Tensor {
        let h = self.dense1(inputs);
        let h = self.dropout.call(h, training);
        self.dense2(h)
    }
}

/// Of `my_model`.
#[derive(Layer)]
struct Noisy {
    dense: Dense,
    dropout: Dropout,
}

#[model]
impl Noisy {
    fn call(&self, inputs: Tensor) -> Tensor {
        self.dropout(self.dense(inputs))
    }
}

/// Of `cnn_block`, `resnet_like` and `declared`.
#[derive(Layer)]
struct CnnBlock {
    conv: Conv2D,
    bn: BatchNormalization,
}

#[model]
impl CnnBlock {
    fn new(out_channels: usize) -> Self {
        Self {
            conv: Conv2D::new(out_channels, 3).padding(Padding::Same),
            bn: BatchNormalization::new(),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.bn(self.conv(x)).relu()
    }
}

/// Of `resnet_like` and `declared`.
#[derive(Layer)]
struct ResBlock {
    cnn1: CnnBlock,
    cnn2: CnnBlock,
    cnn3: CnnBlock,
    pooling: MaxPooling2D,
    identity_mapping: Conv2D,
}

#[model]
impl ResBlock {
    fn new(channels: [usize; 3]) -> Self {
        Self {
            cnn1: CnnBlock::new(channels[0]),
            cnn2: CnnBlock::new(channels[1]),
            cnn3: CnnBlock::new(channels[2]),
            pooling: MaxPooling2D::new(2),
            identity_mapping: Conv2D::new(channels[1], 1).padding(Padding::Same),
        }
    }

    fn call(&self, input: Tensor) -> Tensor {
        let x = self.cnn2(self.cnn1(&input));
        let x = self.cnn3(x + self.identity_mapping(&input));
        self.pooling(x)
    }
}

/// Of `resnet_like`; `declared` has the same blocks as three fields.
#[model(input = [28, 28, 1])]
struct ResNetLike {
    blocks: Vec<ResBlock>,
    pool: GlobalAveragePooling2D,
    classifier: Dense,
}

#[model]
impl ResNetLike {
    fn new(num_classes: usize) -> Self {
        Self {
            blocks: vec![
                ResBlock::new([32, 32, 64]),
                ResBlock::new([128, 128, 256]),
                ResBlock::new([128, 256, 512]),
            ],
            pool: GlobalAveragePooling2D::new(),
            classifier: Dense::new(num_classes),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        let x = self.blocks(x);
        self.classifier(self.pool(x))
    }
}

/// Of `wide_and_deep`.
#[model]
struct WideAndDeepModel {
    hidden1: Dense,
    hidden2: Dense,
    main_output: Dense,
    aux_output: Dense,
}

#[model]
impl WideAndDeepModel {
    fn new(units: usize, activation: Activation) -> Self {
        Self {
            hidden1: Dense::new(units).activation(activation),
            hidden2: Dense::new(units).activation(activation),
            main_output: Dense::new(1),
            aux_output: Dense::new(1),
        }
    }

    fn call(&self, (wide, deep): (Tensor, Tensor)) -> (Tensor, Tensor) {
        let hidden = self.hidden2(self.hidden1(deep));
        let concat = concatenate([&wide, &hidden], -1);
        (self.main_output(concat), self.aux_output(hidden))
    }
}

/// Of `wide_and_deep`.
#[model]
struct Ensemble {
    members: Vec<WideAndDeepModel>,
}

#[model]
impl Ensemble {
    fn call(&self, inputs: (Tensor, Tensor)) -> Tensor {
        let outputs: Vec<Tensor> = self
            .members
            .iter()
            .map(|m| m.forward(inputs.clone()).0)
            .collect();
        stack(&outputs, 0).mean_axis(0)
    }
}

/// Of `custom_layer`.
#[derive(Layer)]
struct MyDense {
    #[config]
    units: usize,
    kernel: Param,
    bias: Param,
}

#[model]
impl MyDense {
    fn new(units: usize) -> Self {
        Self {
            units,
            kernel: Param::new(Initializer::GlorotUniform),
            bias: Param::new(Initializer::Zeros),
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.kernel.build([input.dim(-1)?, self.units])?;
        self.bias.build([self.units])
    }

    fn call(&self, x: Tensor) -> Tensor {
        x.matmul(&self.kernel) + &self.bias
    }
}

/// Of `custom_layer`.
#[model]
struct TwoLayers {
    first: MyDense,
    second: MyDense,
}

#[model]
impl TwoLayers {
    fn call(&self, x: Tensor) -> Tensor {
        self.second(self.first(x).relu())
    }
}

/// Of `custom_loop`.
#[model]
struct Net {
    hidden: Dense,
    bn: BatchNormalization,
    dropout: Dropout,
    output: Dense,
}

#[model]
impl Net {
    fn new() -> Self {
        Self {
            hidden: Dense::new(64).activation(Activation::Relu),
            bn: BatchNormalization::new(),
            dropout: Dropout::new(0.3),
            output: Dense::new(10),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        let x = self.bn(self.hidden(x));
        self.output(self.dropout(x))
    }
}

/// Of `dynamic`.
#[model]
struct Adaptive {
    #[config]
    max_depth: usize,
    embed: Dense,
    shared: Dense,
    skip: Option<Dense>,
    heads: Vec<Dense>,
}

#[model]
impl Adaptive {
    fn new(max_depth: usize, heads: usize) -> Self {
        Self {
            max_depth,
            embed: Dense::new(16),
            shared: Dense::new(16).activation(Activation::Tanh),
            skip: (max_depth > 2).then(|| Dense::new(16)),
            heads: (0..heads).map(|_| Dense::new(1)).collect(),
        }
    }

    fn call(&self, x: Tensor) -> Vec<Tensor> {
        let x = self.embed(x);
        let mut h = x.clone();
        let depth = self.max_depth.min(x.shape()[0]);
        for _ in 0..depth {
            h = self.shared(h);
        }
        if let Some(skip) = &self.skip {
            h += skip.forward(x);
        }
        self.heads.iter().map(|head| head.forward(&h)).collect()
    }
}

/// Writes the model of an example for inputs of the given shapes.
fn model<M: Layer>(
    cases: &mut Cases,
    example: &str,
    name: &str,
    model: M,
    shapes: &[&[usize]],
    batches: [usize; 3],
) -> Result<()> {
    let input = |shape: &&[usize]| Tensor::random_normal(Shape::new(&[&[5], *shape].concat()));
    let inputs: Vec<Tensor> = shapes.iter().map(input).collect();
    let title = Title {
        kind: "model",
        subject: example,
        name,
    };
    cases.write_closed(
        title,
        &model,
        &inputs,
        batches,
        &|x| match M::Input::from_leaves(x) {
            Ok(x) => {
                let output = nn_core::layer::call(&model, x, false);
                output.leaves().into_iter().cloned().collect()
            }
            Err(error) => vec![Tensor::failed(error)],
        },
    )
}

pub fn write(cases: &mut Cases) -> Result<()> {
    let batches = [1, 2, 7];
    model(
        cases,
        "my_model",
        "my_model",
        MyModel::new(10),
        &[&[784]],
        batches,
    )?;
    let noisy = Noisy {
        dense: Dense::new(3),
        dropout: Dropout::new(0.5),
    };
    model(cases, "my_model", "noisy", noisy, &[&[4]], batches)?;
    let stack = Sequential::new()
        .add(CnnBlock::new(32))
        .add(CnnBlock::new(64))
        .add(CnnBlock::new(128))
        .add(Flatten::new())
        .add(Dense::new(10));
    model(cases, "cnn_block", "stack", stack, &[&[28, 28, 1]], batches)?;
    let resnet = ResNetLike::new(10);
    model(
        cases,
        "resnet_like",
        "resnet",
        resnet,
        &[&[28, 28, 1]],
        batches,
    )?;
    let declared = ResNetLike::new(10);
    model(
        cases,
        "declared",
        "resnet",
        declared,
        &[&[28, 28, 1]],
        batches,
    )?;
    let wide = || WideAndDeepModel::new(30, Activation::Relu);
    model(
        cases,
        "wide_and_deep",
        "one",
        wide(),
        &[&[5], &[8]],
        batches,
    )?;
    let ensemble = Ensemble {
        members: vec![wide(), wide()],
    };
    model(
        cases,
        "wide_and_deep",
        "ensemble",
        ensemble,
        &[&[5], &[8]],
        batches,
    )?;
    let two = TwoLayers {
        first: MyDense::new(64),
        second: MyDense::new(10),
    };
    model(cases, "custom_layer", "two_layers", two, &[&[784]], batches)?;
    model(cases, "custom_loop", "net", Net::new(), &[&[784]], batches)?;
    // A smaller batch than its depth takes another branch in `call`, which no file can follow.
    model(
        cases,
        "dynamic",
        "adaptive",
        Adaptive::new(3, 2),
        &[&[5]],
        [3, 4, 7],
    )?;
    model(
        cases,
        "save_and_load",
        "my_model",
        MyModel::new(12),
        &[&[20]],
        batches,
    )
}
