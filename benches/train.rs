//! Times one training step and one prediction of a workload, and prints one line:
//!
//! ```text
//! nn resnet t2 train best 160.1234 med 162.0123 ms | predict best 42.1234 med 43.0123 ms  (batch 64)
//! ```
//!
//! usage: `cargo bench --bench train -- WORKLOAD [THREADS] [profile]`, with WORKLOAD one of resnet, cnn, mlp, widedeep, lstm, gru, mobile,
//! textcnn, transformer; with `profile` it prints where the time of a step goes instead.

use nn::prelude::*;
use std::time::{Duration, Instant};

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

#[model]
struct ResNetLike {
    blocks: Vec<ResBlock>,
    pool: GlobalAveragePooling2D,
    classifier: Dense,
}

#[model]
impl ResNetLike {
    fn call(&self, x: Tensor) -> Tensor {
        self.classifier(self.pool(self.blocks(x)))
    }
}

#[model]
struct Cnn {
    blocks: Vec<CnnBlock>,
    classifier: Dense,
}

#[model]
impl Cnn {
    fn call(&self, x: Tensor) -> Tensor {
        self.classifier(self.blocks(x).flatten_from(1))
    }
}

#[model]
struct Mlp {
    dense1: Dense,
    dropout: Dropout,
    dense2: Dense,
}

#[model]
impl Mlp {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense2(self.dropout(self.dense1(x)))
    }
}

#[model]
struct WideAndDeep {
    hidden1: Dense,
    hidden2: Dense,
    main_output: Dense,
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

/// Images read row by row.
#[model]
struct RowLstm {
    lstm: LSTM,
    classifier: Dense,
}

#[model]
impl RowLstm {
    fn call(&self, x: Tensor) -> Tensor {
        self.classifier(self.lstm(x))
    }
}

#[model]
struct RowGru {
    gru: GRU,
    classifier: Dense,
}

#[model]
impl RowGru {
    fn call(&self, x: Tensor) -> Tensor {
        self.classifier(self.gru(x))
    }
}

/// A depthwise convolution and one of single pixels, each normalized.
#[derive(Layer)]
struct SeparableBlock {
    depthwise: DepthwiseConv2D,
    bn1: BatchNormalization,
    pointwise: Conv2D,
    bn2: BatchNormalization,
}

#[model]
impl SeparableBlock {
    fn new(out_channels: usize, strides: usize) -> Self {
        Self {
            depthwise: DepthwiseConv2D::new(3)
                .strides(strides)
                .padding(Padding::Same)
                .use_bias(false),
            bn1: BatchNormalization::new(),
            pointwise: Conv2D::new(out_channels, 1).use_bias(false),
            bn2: BatchNormalization::new(),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        let x = self.bn1(self.depthwise(x)).relu6();
        self.bn2(self.pointwise(x)).relu6()
    }
}

#[model]
struct Mobile {
    conv: Conv2D,
    bn: BatchNormalization,
    blocks: Vec<SeparableBlock>,
    pool: GlobalAveragePooling2D,
    classifier: Dense,
}

#[model]
impl Mobile {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.bn(self.conv(x)).relu6();
        self.classifier(self.pool(self.blocks(x)))
    }
}

/// Windows of 3, 4 and 5 words, the strongest of each kind.
#[model]
struct TextCnn {
    embedding: Embedding,
    conv3: Conv1D,
    conv4: Conv1D,
    conv5: Conv1D,
    classifier: Dense,
}

#[model]
impl TextCnn {
    fn call(&self, tokens: Tensor) -> Tensor {
        let x = self.embedding(tokens);
        let convs = [self.conv3(&x), self.conv4(&x), self.conv5(&x)];
        let strongest = convs.map(|y| y.max_axes([1], false));
        self.classifier(concatenate(&strongest, -1))
    }
}

#[derive(Layer)]
struct EncoderBlock {
    attention: MultiHeadAttention,
    norm1: LayerNormalization,
    expand: Dense,
    project: Dense,
    norm2: LayerNormalization,
}

#[model]
impl EncoderBlock {
    fn new(heads: usize, width: usize, inner: usize) -> Self {
        Self {
            attention: MultiHeadAttention::new(heads, width / heads),
            norm1: LayerNormalization::new().epsilon(1e-6),
            expand: Dense::new(inner).activation(Activation::Relu),
            project: Dense::new(width),
            norm2: LayerNormalization::new().epsilon(1e-6),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        let x = self.norm1(self.attention((&x, &x)) + &x);
        self.norm2(self.project(self.expand(&x)) + &x)
    }
}

/// Sequences of words.
#[model]
struct Transformer {
    words: Embedding,
    places: Param,
    blocks: Vec<EncoderBlock>,
    classifier: Dense,
}

#[model]
impl Transformer {
    fn build(&self, input: &Shape) -> nn::Result<()> {
        self.places.build([input.dim(1)?, 128])
    }

    fn call(&self, x: Tensor) -> Tensor {
        let x = self.blocks(self.words(x) + &self.places);
        self.classifier(x.mean_axis(1))
    }
}

/// Best and median milliseconds of a call, over at least `seconds` and 7 calls.
fn time(seconds: f64, mut call: impl FnMut()) -> (f64, f64) {
    call();
    call();
    let began = Instant::now();
    let mut times: Vec<Duration> = Vec::new();
    while began.elapsed().as_secs_f64() < seconds || times.len() < 7 {
        let start = Instant::now();
        call();
        times.push(start.elapsed());
    }
    times.sort();
    let ms = |d: Duration| d.as_secs_f64() * 1e3;
    (ms(times[0]), ms(times[times.len() / 2]))
}

fn run<M: Model>(
    name: &str,
    threads: usize,
    mut model: Compiled<M>,
    x: M::Input,
    y: Vec<Tensor>,
    leaves: Vec<Tensor>,
) where
    M::Input: nn::IntoInput<M::Input>,
{
    if std::env::args().any(|argument| argument == "profile") {
        println!("{}", nn::profile(&mut model, leaves, y).expect("a profile"));
        return;
    }
    let batch = leaves[0].shape()[0];
    let (best, median) = time(6.0, || {
        model
            .train_on_batch(leaves.clone(), y.clone())
            .expect("a training step");
    });
    let (predict_best, predict_median) = time(3.0, || {
        model.predict_on_batch(x.clone()).expect("a prediction");
    });
    println!(
        "nn {name} t{threads} train best {best:.4} med {median:.4} ms | predict best {predict_best:.4} med {predict_median:.4} ms  (batch {batch})"
    );
}

/// [`run`] for a model that tells ten classes apart.
fn classify<M: Model<Input = Tensor>>(name: &str, threads: usize, model: M, x: Tensor) {
    let labels: Vec<i64> = (0..x.shape()[0] as i64).map(|i| i * 7 % 10).collect();
    let loss = SparseCategoricalCrossentropy::from_logits();
    let model = model.compile(Compile::new(Adam::new(1e-3), loss));
    run(
        name,
        threads,
        model,
        x.clone(),
        vec![Tensor::from(labels)],
        vec![x],
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with("--"))
        .collect();
    let workload = arguments.first().map_or("mlp", String::as_str);
    let threads: usize = arguments.get(1).and_then(|t| t.parse().ok()).unwrap_or(2);
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .expect("the pool is not built yet");
    nn::set_seed(0);
    match workload {
        "resnet" => {
            let model = ResNetLike {
                blocks: vec![
                    ResBlock::new([32, 32, 64]),
                    ResBlock::new([128, 128, 256]),
                    ResBlock::new([128, 256, 512]),
                ],
                pool: GlobalAveragePooling2D::new(),
                classifier: Dense::new(10),
            };
            let x = Tensor::random_uniform([64, 28, 28, 1]);
            classify(workload, threads, model, x);
        }
        "cnn" => {
            let model = Cnn {
                blocks: [32, 64, 128].map(CnnBlock::new).into(),
                classifier: Dense::new(10),
            };
            let x = Tensor::random_uniform([64, 28, 28, 1]);
            classify(workload, threads, model, x);
        }
        "mlp" => {
            let model = Mlp {
                dense1: Dense::new(16).activation(Activation::Sigmoid),
                dropout: Dropout::new(0.5),
                dense2: Dense::new(10),
            };
            let x = Tensor::random_uniform([32, 784]);
            classify(workload, threads, model, x);
        }
        "widedeep" => {
            let model = WideAndDeep {
                hidden1: Dense::new(30).activation(Activation::Relu),
                hidden2: Dense::new(30).activation(Activation::Relu),
                main_output: Dense::new(1),
                aux_output: Dense::new(1),
            };
            let losses = (MeanSquaredError::new(), MeanSquaredError::new());
            let model =
                model.compile(Compile::new(Adam::new(1e-3), losses).loss_weights([0.9, 0.1]));
            let x = (
                Tensor::random_uniform([32, 5]),
                Tensor::random_uniform([32, 6]),
            );
            let y = Tensor::random_uniform([32, 1]);
            run(
                workload,
                threads,
                model,
                x.clone(),
                vec![y.clone(), y],
                vec![x.0, x.1],
            );
        }
        "lstm" => {
            let model = RowLstm {
                lstm: LSTM::new(128),
                classifier: Dense::new(10),
            };
            let x = Tensor::random_uniform([64, 28, 28]);
            classify(workload, threads, model, x);
        }
        "gru" => {
            let model = RowGru {
                gru: GRU::new(128),
                classifier: Dense::new(10),
            };
            let x = Tensor::random_uniform([64, 28, 28]);
            classify(workload, threads, model, x);
        }
        "mobile" => {
            let blocks = [
                (32, 1),
                (64, 2),
                (64, 1),
                (128, 2),
                (128, 1),
                (256, 2),
                (256, 1),
            ];
            let model = Mobile {
                conv: Conv2D::new(16, 3)
                    .strides(2)
                    .padding(Padding::Same)
                    .use_bias(false),
                bn: BatchNormalization::new(),
                blocks: blocks
                    .map(|(out, strides)| SeparableBlock::new(out, strides))
                    .into(),
                pool: GlobalAveragePooling2D::new(),
                classifier: Dense::new(10),
            };
            let x = Tensor::random_uniform([32, 64, 64, 3]);
            classify(workload, threads, model, x);
        }
        "textcnn" => {
            let conv = |size| Conv1D::new(64, size).activation(Activation::Relu);
            let model = TextCnn {
                embedding: Embedding::new(5000, 64),
                conv3: conv(3),
                conv4: conv(4),
                conv5: conv(5),
                classifier: Dense::new(10),
            };
            let tokens: Vec<i64> = (0..64 * 128).map(|i| i * 7919 % 5000).collect();
            classify(
                workload,
                threads,
                model,
                Tensor::from_vec(tokens, [64, 128]),
            );
        }
        "transformer" => {
            let model = Transformer {
                words: Embedding::new(1000, 128),
                places: Param::new(Initializer::Zeros),
                blocks: (0..2).map(|_| EncoderBlock::new(4, 128, 512)).collect(),
                classifier: Dense::new(10),
            };
            let words = (0..32 * 64_i64).map(|i| i * 7919 % 1000).collect();
            classify(workload, threads, model, Tensor::from_vec(words, [32, 64]));
        }
        other => {
            eprintln!(
                "no workload `{other}`; there are resnet, cnn, mlp, widedeep, lstm, gru, mobile, textcnn, transformer"
            );
            std::process::exit(2);
        }
    }
}
