//! The graph of a model is the program: it prints, runs again with the same bits, and says what it cannot hold.

use nn::prelude::*;
use nn::random::{Stream, with_stream};

#[model]
struct Net {
    conv: Conv2D,
    bn: BatchNormalization,
    drop: Dropout,
    head: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let h = self.bn(self.conv(x)).relu();
        let rows = h.shape()[0];
        self.head(self.drop(h.reshape([rows, 4 * 4 * 2])))
    }
}

fn net() -> Net {
    Net {
        conv: Conv2D::new(2, 3).padding(Padding::Same),
        bn: BatchNormalization::new(),
        drop: Dropout::new(0.5),
        head: Dense::new(3).activation(Activation::Softmax),
    }
}

fn bits(t: &Tensor) -> Vec<u32> {
    t.to_vec::<f32>()
        .unwrap()
        .into_iter()
        .map(f32::to_bits)
        .collect()
}

#[test]
fn it_prints_as_a_person_reads_it() {
    let text = net().trace([4, 4, 1]).unwrap().to_string();
    let expected = "\
%0: f32[_, 4, 4, 1] = input
%3: f32[_, 4, 4, 2] = conv2d(%0, conv.kernel, conv.bias) strides=[1, 1] padding=same dilation=[1, 1] groups=1   # conv (Conv2D)
%8: f32[_, 4, 4, 2] = batch_norm_inference(%3, bn.gamma, bn.beta, bn.moving_mean, bn.moving_variance) epsilon=0.001   # bn (BatchNormalization)
%9: f32[_, 4, 4, 2] = relu(%8)   # Net
%10: f32[_, 32] = reshape(%9) shape=[_, 32]   # Net
%13: f32[_, 3] = matmul(%10, head.kernel, head.bias) transpose_a=false transpose_b=false   # head (Dense)
%14: f32[_, 3] = softmax(%13)   # head (Dense)
return %14
";
    assert_eq!(text, expected);
}

#[test]
fn in_training_it_has_what_training_does() {
    let model = net();
    let graph = model.trace_training([4, 4, 1]).unwrap();
    let text = graph.to_string();
    assert!(
        text.contains("random_bernoulli() probability=0.5 shape=[_, 32]"),
        "{text}"
    );
    assert!(text.contains("= batch_norm(%"), "{text}");
    assert!(text.contains("bn.moving_mean <- %"), "{text}");

    for batch in [5, 2, 5] {
        let x = with_stream(Stream::new(9), || Tensor::random_normal([batch, 4, 4, 1]));
        let graph = graph.with_parameters_of(&model);
        let gradients = |run: &dyn Fn() -> Tensor| {
            let tape = GradientTape::new();
            let y = with_stream(Stream::new(3), run);
            let all = tape.gradient(&y.square().sum(), &model).unwrap();
            let all: Vec<Tensor> = all.iter().map(|(_, gradient)| gradient.clone()).collect();
            [vec![y], all].concat().iter().map(bits).collect::<Vec<_>>()
        };
        let again =
            gradients(&|| graph.replay(std::slice::from_ref(&x)).unwrap().outputs[0].clone());
        let updates = with_stream(Stream::new(3), || graph.replay(std::slice::from_ref(&x)))
            .unwrap()
            .updates;
        let called = gradients(&|| model.call(&x, true));
        assert_eq!(again, called);
        assert_eq!(updates.len(), 2);
        for (path, value) in updates {
            let parameters = model.parameters();
            let written = parameters.iter().find(|p| p.path() == path).unwrap();
            assert_eq!(bits(&value), bits(&written.value()), "{path}");
        }
    }
}

#[test]
fn tracing_draws_nothing_and_writes_nothing() {
    let model = net();
    model.build([4, 4, 1]).unwrap();
    let before: Vec<_> = model
        .parameters()
        .iter()
        .map(|p| bits(&p.value()))
        .collect();
    let draw = || bits(&Tensor::random_uniform([3]));
    nn::set_seed(4);
    let expected = draw();
    nn::set_seed(4);
    let _ = model.trace_training([4, 4, 1]).unwrap();
    assert_eq!(draw(), expected);
    let after: Vec<_> = model
        .parameters()
        .iter()
        .map(|p| bits(&p.value()))
        .collect();
    assert_eq!(before, after);
}

#[test]
fn inputs_that_do_not_fit_are_named() {
    let graph = net().trace([4, 4, 1]).unwrap();
    let message = |inputs: &[Tensor]| graph.replay(inputs).unwrap_err().to_string();
    assert!(message(&[]).contains("the graph has 1 inputs, found 0"));
    let e = message(&[Tensor::ones([2, 5, 4, 1])]);
    assert!(
        e.contains("input 0 of the graph is [_, 4, 4, 1], found [2, 5, 4, 1]"),
        "{e}"
    );
    let e = message(&[Tensor::ones([2, 4, 4, 1]).cast(DType::F64)]);
    assert!(e.contains("input 0 of the graph is f32, found f64"), "{e}");
}

#[model]
struct Reads {
    dense: Dense,
}

#[model]
impl Reads {
    fn call(&self, x: Tensor) -> Tensor {
        let h = self.dense(x);
        let largest = h.max().item::<f32>();
        match largest {
            Ok(value) if value > 0.0 => h,
            Ok(_) => -h,
            Err(error) => Tensor::failed(error),
        }
    }
}

#[test]
fn a_value_that_is_read_cannot_be_traced() {
    let e = Reads {
        dense: Dense::new(2),
    }
    .trace([3])
    .unwrap_err()
    .to_string();
    assert!(e.contains("has no value while the model is traced"), "{e}");
}

/// What a `call` may do with the number of rows.
#[model]
struct Counts {
    dense: Dense,
    #[config]
    how: usize,
}

#[model]
impl Counts {
    fn call(&self, x: Tensor) -> Tensor {
        let rows = x.shape()[0];
        let y = self.dense(x);
        match self.how {
            0 => y.sum_axes([0], true) / rows as f64,
            1 => y * (1.0 / (rows as f32)),
            2 => y.reshape([2, -1, 3]).sum_axes([0], false),
            3 => {
                let mut each = Vec::new();
                for row in 0..rows {
                    each.push(y.slice(row..row + 1));
                }
                concatenate(&each, 0)
            }
            _ => {
                assert!(rows <= 64, "{rows} rows are too many");
                y
            }
        }
    }
}

impl Counts {
    fn that(how: usize) -> Self {
        Counts {
            dense: Dense::new(3),
            how,
        }
    }
}

#[test]
fn a_number_made_of_the_batch_is_no_constant() {
    let x = &Tensor::ones([4, 2]);
    for how in [0, 1] {
        let model = Counts::that(how);
        assert!(model.forward(x).is_concrete());
        // It can be built and looked at, but what it runs is not known.
        let graph = model.trace([2]).unwrap();
        assert!(graph.to_string().contains(", ?)"), "{graph}");
        let replayed = graph.replay(std::slice::from_ref(x)).unwrap_err();
        let path = std::env::temp_dir().join(format!("counts-{}-{how}.onnx", std::process::id()));
        let exported = model.export_onnx(&path, [2]).unwrap_err();
        for e in [replayed.to_string(), exported.to_string()] {
            assert!(e.contains("is another one for other data"), "{e}");
            assert!(e.contains("graph.rs:"), "{e}");
        }
        assert!(!path.exists());
    }
}

#[test]
fn a_share_of_the_batch_may_be_what_is_left() {
    let model = Counts::that(2);
    let graph = model.trace([2]).unwrap();
    let x = Tensor::random_uniform([4, 2]);
    let replayed = graph.replay(std::slice::from_ref(&x)).unwrap();
    assert_eq!(bits(&replayed.outputs[0]), bits(&model.forward(&x)));
    assert_eq!(model.forward(&x).shape(), [2, 3]);
    let odd = model.predict(Tensor::ones([3, 2])).unwrap_err().to_string();
    assert!(odd.contains("[3, 3] to [2, -1, 3]"), "{odd}");
}

#[test]
fn a_loop_over_the_batch_trains_and_ends_where_there_is_none() {
    for how in [2, 3, 4] {
        let mut model =
            Counts::that(how).compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
        let (x, y) = match how {
            2 => (Tensor::ones([8, 2]), Tensor::zeros([8, 3])),
            _ => (Tensor::ones([6, 2]), Tensor::zeros([6, 3])),
        };
        let fitted = model.fit((x, y), Fit::new().batch_size(4).verbose(Verbose::Silent));
        match how {
            // Half as many rows as targets.
            2 => assert!(fitted.is_err()),
            _ => assert!(fitted.is_ok(), "{fitted:?}"),
        }
    }
    let e = Counts::that(3).build([2]).unwrap_err().to_string();
    assert!(e.contains("without end"), "{e}");
    assert!(e.contains("`fit` and `predict` run it on data"), "{e}");
}

/// Shifts and fills the rows of its batch.
#[model]
struct Rows {
    dense: Dense,
    #[config]
    how: usize,
}

#[model]
impl Rows {
    fn call(&self, x: Tensor) -> Tensor {
        let n = x.shape()[0];
        let x = self.dense(x);
        match self.how {
            0 => x.roll(1, 0),
            1 => x.roll(-2, 0),
            _ => x.pad([(0, n - 1), (0, 0)]),
        }
    }
}

#[test]
fn rows_that_are_shifted_and_filled_run_again() {
    for how in 0..3 {
        let model = Rows {
            dense: Dense::new(3),
            how,
        };
        let graph = model.trace([2]).unwrap();
        for rows in [4, 7] {
            let x = Tensor::random_uniform([rows, 2]);
            let replayed = graph.replay(std::slice::from_ref(&x)).unwrap();
            assert_eq!(
                bits(&replayed.outputs[0]),
                bits(&model.forward(&x)),
                "{how}"
            );
        }
    }
}

#[derive(Clone, Tensors)]
struct Post {
    title: Tensor,
    tags: Tensor,
}

#[model]
struct Ranking {
    title: Dense,
    tags: Dense,
}

#[model]
impl Ranking {
    fn call(&self, post: Post) -> Tensor {
        self.title(post.title) + self.tags(post.tags)
    }
}

#[test]
fn inputs_have_the_names_of_their_fields() {
    let model = Ranking {
        title: Dense::new(2),
        tags: Dense::new(2),
    };
    let graph = model.trace(([3], [4])).unwrap();
    assert_eq!(graph.input_names(), ["title", "tags"]);
    let text = graph.to_string();
    assert!(
        text.starts_with("%0: f32[_, 3] = input   # title\n"),
        "{text}"
    );
    let summary = model.summary(([3], [4])).unwrap().to_string();
    assert!(summary.contains("tags"), "{summary}");

    let features = Input::new([3]).name("features");
    let model: Functional<Tensor, Tensor> =
        Functional::new(features.clone(), Dense::new(1).on(&features)).unwrap();
    assert_eq!(model.trace([3]).unwrap().input_names(), ["features"]);
    assert_eq!(net().trace([4, 4, 1]).unwrap().input_names(), ["input"]);
}
