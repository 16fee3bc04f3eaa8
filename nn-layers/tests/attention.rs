//! Attention layers called with a causal mask, and for their scores, against the numbers that Keras gives: what no call by name can ask for.
//!
//! The cases are in `tests/golden/attention`; the README of `tests/golden` says what is in them.

use nn_core::registry::DynLayer;
use nn_core::{GradientTape, Module, Tensor, testing};
use nn_layers::{
    AdditiveAttention, Attention, AttentionArguments, GroupQueryAttention, MultiHeadAttention,
};
use safetensors::tensor::{Dtype, SafeTensors};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// As for the other layers.
const TOLERANCE: f64 = 1e-5;

/// Output and, if they are asked for, scores of a call.
type Call<L> = fn(&L, (Tensor, Tensor), AttentionArguments, bool) -> Vec<Tensor>;

fn tensors(file: &SafeTensors<'_>, case: &str) -> BTreeMap<String, Tensor> {
    let own = file.tensors().into_iter().filter_map(|(name, view)| {
        let name = name.strip_prefix(&format!("{case}/"))?.to_string();
        let words = view
            .data()
            .chunks_exact(4)
            .map(|b| [b[0], b[1], b[2], b[3]]);
        let tensor = match view.dtype() {
            Dtype::F32 => Tensor::from_vec(words.map(f32::from_le_bytes).collect(), view.shape()),
            _ => {
                let whole = words.map(|b| i64::from(i32::from_le_bytes(b)));
                Tensor::from_vec(whole.collect(), view.shape())
            }
        };
        Some((name, tensor))
    });
    own.collect()
}

fn run<L: Module + DynLayer>(description: &Value, case: &BTreeMap<String, Tensor>, call: Call<L>) {
    let config =
        json!({ "class_name": description["class_name"], "config": description["config"] });
    let layer = L::from_config(&config).unwrap();
    let input = |i: usize| {
        let x = case.get(&format!("input.{i}"))?;
        let mask = match i {
            0 => case.get("mask"),
            _ => case.get(&format!("mask.{i}")),
        };
        Some(x.with_mask(mask.map(|mask| mask.not_equal(0))))
    };
    let (query, value) = (input(0).unwrap(), input(1).unwrap());
    layer.call_dyn(vec![query.clone(), value.clone()], false);
    for p in layer.parameters() {
        p.set_value(&case[&format!("before/{}", p.path())]).unwrap();
    }
    let is = |what: &str| description["call"][what] == json!(true);
    let mut arguments = AttentionArguments::new().use_causal_mask(is("use_causal_mask"));
    let key = input(2);
    if let Some(key) = &key {
        arguments = arguments.key(key);
    }
    if let Some(mask) = input(3) {
        arguments = arguments.attention_mask(mask);
    }
    let tape = GradientTape::new();
    let sources = [Some(query.clone()), Some(value.clone()), key];
    let sources: Vec<Tensor> = sources.into_iter().flatten().collect();
    sources.iter().for_each(|x| tape.watch(x));
    let scores = is("return_attention_scores");
    let outputs = call(&layer, (query, value), arguments, scores);
    let of = |what: &str, i: usize| match outputs.len() {
        1 => case[what].clone(),
        _ => case[&format!("{what}.{i}")].clone(),
    };
    for (i, output) in outputs.iter().enumerate() {
        testing::assert_close(output, &of("output", i), TOLERANCE);
    }
    let mask = outputs[0].mask().map(|mask| mask.to_vec::<bool>().unwrap());
    let expected = case.get("output_mask");
    let expected = expected.map(|mask| mask.not_equal(0).to_vec::<bool>().unwrap());
    assert_eq!(mask, expected, "the mask of the output");

    let target = outputs
        .iter()
        .enumerate()
        .map(|(i, output)| (output * of("upstream", i)).sum())
        .reduce(|a, b| a + b)
        .unwrap();
    let weights = layer.parameters();
    let mut names: Vec<String> = (0..sources.len()).map(|i| format!("input.{i}")).collect();
    names.extend(weights.iter().map(|p| p.path().to_string()));
    let mut all = sources;
    all.extend(weights.iter().map(|p| p.value()));
    for (name, gradient) in names
        .iter()
        .zip(tape.gradient_or_zeros(&target, &all).unwrap())
    {
        testing::assert_close(&gradient, &case[&format!("grad/{name}")], TOLERANCE);
    }
}

fn run_all<L: Module + DynLayer>(file: &str, call: Call<L>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../tests/golden/attention/{file}.safetensors"));
    let bytes = std::fs::read(path).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let descriptions = header.metadata().as_ref().unwrap();
    assert!(descriptions.len() >= 5);
    for (name, description) in descriptions {
        println!("{name}");
        let description: Value = serde_json::from_str(description).unwrap();
        run(&description, &tensors(&file, name), call);
    }
}

/// Calls a layer, for its scores or without.
macro_rules! call {
    ($layer:ident) => {
        |layer: &$layer, input, arguments, scores| match scores {
            true => {
                let (output, scores) = layer.call_with_scores(input, arguments);
                vec![output, scores]
            }
            false => vec![layer.call_with(input, arguments)],
        }
    };
}

#[test]
fn multi_head_attention() {
    run_all("multi_head_attention", call!(MultiHeadAttention));
}

#[test]
fn group_query_attention() {
    run_all("group_query_attention", call!(GroupQueryAttention));
}

#[test]
fn attention() {
    run_all("attention", call!(Attention));
}

#[test]
fn additive_attention() {
    run_all("additive_attention", call!(AdditiveAttention));
}

fn bits(x: &Tensor) -> Vec<u32> {
    let numbers = x.to_vec::<f32>().unwrap();
    numbers.into_iter().map(f32::to_bits).collect()
}

#[test]
fn weights_start_by_all_numbers_that_go_in_and_come_out() {
    let layer = MultiHeadAttention::new(8, 16);
    let x = Tensor::ones([1, 2, 32]);
    let _ = layer
        .call_with((&x, &x), AttentionArguments::new())
        .into_result()
        .unwrap();
    // Glorot's limit of 32 inputs and 8 · 16 outputs; that of the last two axes alone would be smaller.
    let limit = (6.0_f32 / 160.0).sqrt();
    for projection in [layer.query(), layer.output()] {
        let largest = projection
            .kernel()
            .value()
            .abs()
            .max()
            .item::<f32>()
            .unwrap();
        assert!(
            largest <= limit && largest > 0.95 * limit,
            "{largest} {limit}"
        );
    }
}

#[test]
fn builder_methods_reach_every_projection() {
    use nn_core::{Constraint, Initializer, Regularizer};
    let layer = MultiHeadAttention::new(2, 3)
        .use_gate(true)
        .kernel_initializer(Initializer::Ones)
        .bias_initializer(Initializer::Constant { value: 0.5 })
        .kernel_regularizer(Regularizer::l2(0.1))
        .bias_regularizer(Regularizer::l1(0.2))
        .kernel_constraint(Constraint::NonNeg)
        .bias_constraint(Constraint::NonNeg);
    let again = MultiHeadAttention::from_config(&layer.config()).unwrap();
    for layer in [layer, again] {
        let parameters = layer.parameters();
        assert_eq!(parameters.len(), 10);
        for p in parameters {
            let is_kernel = p.path().ends_with("kernel");
            let (start, penalty) = match is_kernel {
                true => (Initializer::Ones, Regularizer::l2(0.1)),
                false => (Initializer::Constant { value: 0.5 }, Regularizer::l1(0.2)),
            };
            assert_eq!(p.initializer(), start);
            assert_eq!(p.regularizer(), Some(penalty));
            assert_eq!(p.constraint(), Some(Constraint::NonNeg));
        }
    }
    assert!(
        MultiHeadAttention::new(2, 3)
            .use_bias(false)
            .query()
            .bias()
            .is_none()
    );
}

#[test]
fn padding_changes_nothing() {
    let layer = MultiHeadAttention::new(2, 3);
    let x = Tensor::random_normal([2, 5, 4]);
    let masked = |x: &Tensor, kept: usize| {
        let places = x.slice_axis(2, ..1).squeeze(2).ones_like().cumsum(1);
        x.with_mask(places.less_equal(kept as f64))
    };
    let run = |x: Tensor| layer.call_with((&x, &x), AttentionArguments::new());
    let short = run(masked(&x.slice_axis(1, ..3), 3));
    let long = run(masked(&x, 3));
    testing::assert_close(&short, &long.slice_axis(1, ..3), 1e-6);
}

#[test]
fn dropout_acts_in_training_and_follows_the_seed() {
    use nn_core::{Layer, random};
    let layer = MultiHeadAttention::new(2, 3).dropout(0.5);
    let x = Tensor::random_normal([2, 5, 4]);
    let run = |training: bool| {
        random::set_seed(9);
        bits(&layer.call((&x, &x), training))
    };
    run(false);
    assert_eq!(run(false), run(false));
    assert_eq!(run(true), run(true));
    assert_ne!(run(true), run(false));
}

#[test]
fn what_does_not_fit_is_an_error_with_the_way_out() {
    use nn_core::Layer;
    let message = |y: Tensor| y.into_result().unwrap_err().to_string();
    let x = Tensor::ones([2, 5, 4]);
    let of = |layer: MultiHeadAttention| message(layer.forward((&x, &x)));
    let e = of(MultiHeadAttention::new(0, 3));
    assert!(e.contains("at least one head"), "{e}");
    let e = of(MultiHeadAttention::new(2, 3).attention_axes([0]));
    assert!(e.contains("axes between the batch and the features"), "{e}");
    let e = of(MultiHeadAttention::new(2, 3).sliding_window(0));
    assert!(e.contains("sliding window of 0"), "{e}");
    let e = of(MultiHeadAttention::new(2, 3).dropout(1.5));
    assert!(e.contains("the dropout of MultiHeadAttention"), "{e}");
    let e = message(GroupQueryAttention::new(2, 3, 2).forward((&x, &x)));
    assert!(e.contains("3 is no multiple of 2"), "{e}");
    let layer = MultiHeadAttention::new(2, 3);
    let e = message(layer.call_with(
        (&x, &x),
        AttentionArguments::new().attention_mask(Tensor::ones([5])),
    ));
    assert!(e.contains("an axis for each of queries and of keys"), "{e}");
    let e = message(layer.forward((&x, Tensor::ones([2, 5, 7]))));
    assert!(
        e.contains("expected 4 features in the value, found 7"),
        "{e}"
    );
    let e = layer.call_dyn(vec![x.clone()], false).remove(0);
    assert!(message(e).contains("takes a query and a value"));
    let given = AttentionArguments::new().attention_mask(Tensor::ones([2, 5, 5]));
    let e = message(Attention::new().call_with((&x, &x), given));
    assert!(e.contains("masked in the value"), "{e}");
}
