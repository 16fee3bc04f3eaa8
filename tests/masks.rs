//! Masks go from layer to layer, through the graph and its replay, into files, and to losses and metrics.

use nn::UNKNOWN;
use nn::io::onnx::model_with;
use nn::metrics::LossMetric;
use nn::prelude::*;

/// Makes a mask of the steps that are not all 0, as Keras's `Masking` does: a user's layer that sets one.
#[model]
struct Steps {}

#[model]
impl Steps {
    fn call(&self, x: Tensor) -> Tensor {
        let mask = x.not_equal(0.0).any_axis(-1);
        x.with_mask(mask)
    }
}

/// The mean over the steps that count: a user's layer that reads the mask.
#[model]
struct Mean {}

#[model]
impl Mean {
    fn call(&self, x: Tensor) -> Tensor {
        match x.mask() {
            None => x.mean_axis(1),
            Some(mask) => {
                let mask = mask.cast(x.dtype()).expand_dims(-1);
                (&x * &mask).sum_axis(1) / mask.sum_axis(1).maximum(1.0)
            }
        }
    }
}

#[model]
struct Pooled {
    steps: Steps,
    first: Dense,
    second: Dense,
    drop: Dropout,
    mean: Mean,
}

#[model]
impl Pooled {
    fn call(&self, x: Tensor) -> Tensor {
        let h = self.first(self.steps(x));
        self.mean(self.drop(self.second(&h)) + h)
    }
}

/// A number for each step, of which those of padding do not count.
#[model]
struct Tagger {
    steps: Steps,
    hidden: Dense,
    head: Dense,
}

#[model]
impl Tagger {
    fn call(&self, x: Tensor) -> Tensor {
        self.head(self.hidden(self.steps(x)))
    }
}

fn pooled() -> Pooled {
    Pooled {
        steps: Steps {},
        first: Dense::new(6).activation(Activation::Relu),
        second: Dense::new(6).activation(Activation::Gelu),
        drop: Dropout::new(0.5),
        mean: Mean {},
    }
}

fn tagger() -> Tagger {
    Tagger {
        steps: Steps {},
        hidden: Dense::new(5).activation(Activation::Tanh),
        head: Dense::new(1),
    }
}

/// `[2, 4, 3]`, where the first row has two steps and the second three.
fn sequences() -> Tensor {
    let x = nn::random::with_stream(nn::random::Stream::new(5), || {
        Tensor::random_normal([2, 4, 3])
    });
    let keep = Tensor::from([[1.0_f32, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0]]);
    x * keep.expand_dims(-1)
}

fn bits(x: &Tensor) -> Vec<u32> {
    let numbers = x.to_vec::<f32>().unwrap();
    numbers.into_iter().map(f32::to_bits).collect()
}

#[test]
fn padding_changes_nothing() {
    let (model, x) = (pooled(), sequences());
    let y = model.call(&x, false);
    let longer = concatenate([&x, &Tensor::zeros([2, 3, 3])], 1);
    // Zeros are added at the end of the same sums.
    nn::testing::assert_close(&model.call(&longer, false), &y, 1e-6);
    let row = model.call(x.slice(..1).slice_axis(1, ..2), false);
    nn::testing::assert_close(&row, &y.slice(..1), 1e-6);
}

#[test]
fn the_graph_shows_the_mask_and_runs_again_with_it() {
    let (model, x) = (pooled(), sequences());
    for training in [false, true] {
        let graph = match training {
            true => model.trace_training([4, 3]).unwrap(),
            false => model.trace([4, 3]).unwrap(),
        };
        let graph = graph.with_parameters_of(&model);
        let text = graph.to_string();
        // Made once, and of one mask there is nothing to combine.
        assert_eq!(text.matches("any(").count(), 1, "{text}");
        assert!(!text.contains("logical_and"), "{text}");
        let run = |f: &dyn Fn() -> Tensor| nn::random::with_stream(nn::random::Stream::new(3), f);
        let again = run(&|| graph.replay(std::slice::from_ref(&x)).unwrap().outputs[0].clone());
        assert_eq!(bits(&again), bits(&run(&|| model.call(&x, training))));
        assert!(again.mask().is_none());
    }
}

#[test]
fn masks_go_in_and_come_out_of_a_graph() {
    let (model, x) = (tagger(), sequences());
    let y = model.call(&x, false);
    let graph = model.trace([4, 3]).unwrap().with_parameters_of(&model);
    assert!(graph.to_string().contains(" with masks %"), "{graph}");
    let again = &graph.replay(std::slice::from_ref(&x)).unwrap().outputs[0];
    assert_eq!(bits(again), bits(&y));
    assert_eq!(
        again.mask().unwrap().to_vec::<bool>().unwrap(),
        y.mask().unwrap().to_vec::<bool>().unwrap()
    );

    let mean = Mean {};
    let mask = |batch| Tensor::abstract_of([batch, 4], DType::Bool);
    let input = Tensor::abstract_of([UNKNOWN, 4, 3], DType::F32).with_mask(mask(UNKNOWN));
    let graph = nn::trace::trace_on(&mean, vec![input]).unwrap();
    let steps = Steps {};
    let masked = steps.call(&x, false);
    let again = &graph.replay(std::slice::from_ref(&masked)).unwrap().outputs[0];
    assert_eq!(bits(again), bits(&mean.call(&masked, false)));
    let e = graph
        .replay(std::slice::from_ref(&x))
        .unwrap_err()
        .to_string();
    assert!(
        e.contains("input 0 of the graph was traced with a mask, found one without a mask"),
        "{e}"
    );
    let plain = nn::trace::trace(&mean, [4, 3]).unwrap();
    let e = plain
        .replay(std::slice::from_ref(&masked))
        .unwrap_err()
        .to_string();
    assert!(e.contains("was traced without a mask"), "{e}");
}

#[test]
fn what_reads_a_mask_is_exported_and_nothing_else_of_it() {
    let operations = |model: &dyn Fn(Vec<Tensor>) -> Vec<Tensor>, layer: &dyn nn::Module| {
        let model = model_with(layer, [4, 3], model).unwrap();
        let nodes = model.graph.node.iter();
        nodes.map(|node| node.op_type.clone()).collect::<Vec<_>>()
    };
    let pooled = pooled();
    let found = operations(&|x| vec![pooled.call(&x[0], false)], &pooled);
    assert!(
        found.iter().any(|name| name == "Equal" || name == "Not"),
        "{found:?}"
    );
    let tagger = tagger();
    let found = operations(&|x| vec![tagger.call(&x[0], false)], &tagger);
    assert!(
        !found.iter().any(|name| name == "Equal" || name == "Not"),
        "{found:?}"
    );
}

#[test]
fn training_and_evaluation_leave_padding_out() {
    let x = sequences();
    let y = Tensor::full([2, 4, 1], 3.0_f32);
    let mut model = tagger().compile(
        Compile::new(SGD::new(0.1), MeanSquaredError::new())
            .metric(LossMetric::new(MeanAbsoluteError::new()).name("mae")),
    );
    let p = model.predict(&x).unwrap();
    assert!(p.mask().is_none());
    let p = p.to_vec::<f32>().unwrap();
    let counted = [0, 1, 4, 5, 6].map(|i| f64::from(3.0 - p[i]));
    let scores = model.evaluate((&x, &y)).unwrap();
    let mean = |f: fn(f64) -> f64| counted.into_iter().map(f).sum::<f64>() / 5.0;
    assert!((scores["loss"] - mean(|d| d * d)).abs() < 1e-5, "{scores}");
    assert!((scores["mae"] - mean(f64::abs)).abs() < 1e-5, "{scores}");

    // Targets of padding do not matter to what is learned.
    let padding = Tensor::from([[0.0_f32, 0.0, 9.0, 9.0], [0.0, 0.0, 0.0, 9.0]]).expand_dims(-1);
    let gradients = |targets: &Tensor| {
        let tape = GradientTape::new();
        let loss = MeanSquaredError::new().call(targets, &model.call(&x, true));
        let all = tape.gradient(&loss, model.model()).unwrap();
        all.iter()
            .map(|(_, gradient)| bits(gradient))
            .collect::<Vec<_>>()
    };
    assert_eq!(gradients(&y), gradients(&(&y + padding)));
    let trained = model.train_on_batch(&x, &y).unwrap();
    assert!((trained["loss"] - scores["loss"]).abs() < 1e-6, "{trained}");
}
