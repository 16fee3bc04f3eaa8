//! A setting that is not a number makes sense nowhere: every registered class refuses it, when it is made, built or used for the first
//! time. One that is infinite, negative, or out of the range of single precision is refused, or means something.

#[allow(dead_code)]
#[path = "fuzz/seeds.rs"]
mod seeds;

use nn::extend::layer_from_config;
use nn::prelude::*;
use nn::{losses, metrics, optimizers, schedules};
use serde_json::{Value, json};

/// The places of all numbers in a configuration.
fn numbers(value: &Value, at: &str, into: &mut Vec<String>) {
    match value {
        Value::Number(_) => into.push(at.to_string()),
        Value::Array(list) => {
            let items = list.iter().enumerate();
            items.for_each(|(i, v)| numbers(v, &format!("{at}/{i}"), into));
        }
        Value::Object(object) => {
            let entries = object.iter();
            entries.for_each(|(key, v)| numbers(v, &format!("{at}/{key}"), into));
        }
        _ => {}
    }
}

/// The configurations of a class with one number exchanged, and which.
fn with(class: &[Value], word: &str) -> Vec<(String, Value)> {
    let mut all: Vec<(String, Value)> = Vec::new();
    for case in class {
        let mut places = Vec::new();
        numbers(&case["config"], "", &mut places);
        for place in places {
            let name = format!("{}{place}", case["class_name"].as_str().unwrap_or_default());
            // Once for each setting is enough.
            if all.iter().any(|(known, _)| *known == name) {
                continue;
            }
            let mut config = case.clone();
            let number = config["config"].pointer_mut(&place).expect("its place");
            *number = match (word, word.parse::<f64>()) {
                ("-1", _) => json!(-1),
                (_, Ok(value)) if value.is_finite() => json!(value),
                _ => json!({"class_name": "__float__", "config": word}),
            };
            all.push((name, config));
        }
    }
    all
}

fn float(t: &Tensor) -> Tensor {
    t.cast(DType::F64)
}

/// What a use gives: an error, or whether all that comes out are numbers.
fn judged(outputs: &[Tensor]) -> Result<bool, ()> {
    let mut numbers = true;
    for output in outputs {
        let values = float(output).to_vec::<f64>().map_err(drop)?;
        numbers &= !values.iter().any(|v| v.is_nan());
    }
    Ok(numbers)
}

/// What a layer gives with several draws, so that what some draws bring is seen each time the test runs.
fn layer(config: &Value) -> Result<bool, ()> {
    let layer = layer_from_config(config).map_err(drop)?;
    let inputs = seeds::inputs(config);
    let mut numbers = true;
    for seed in 0..16 {
        nn::set_seed(seed);
        numbers &= judged(&layer.call_dyn(inputs.clone(), true))?;
    }
    Ok(numbers)
}

fn targets() -> Vec<(Tensor, Tensor)> {
    let p = Tensor::from([[0.25_f32, 0.75], [0.4, 0.6]]);
    vec![
        (Tensor::from([[0.0_f32, 1.0], [1.0, 0.0]]), p.clone()),
        (Tensor::from([0_i64, 1]), p),
        (Tensor::from([[1_i64, 2], [1, 0]]), Tensor::ones([2, 4, 3])),
        (
            Tensor::ones([2, 3, 3, 2]),
            Tensor::full([2, 3, 3, 2], 0.5_f32),
        ),
    ]
}

fn loss(config: &Value) -> Result<bool, ()> {
    let loss = losses::from_config(config).map_err(drop)?;
    let all = targets()
        .into_iter()
        .map(|(y, p)| judged(&[loss.call(&y, &p)]));
    // Targets of one kind are enough.
    all.flatten().next().ok_or(())
}

fn metric(config: &Value) -> Result<bool, ()> {
    let found = targets().into_iter().find_map(|(y, p)| {
        let mut metric = metrics::from_config(config).ok()?;
        metric.update(&y, &p, None).ok()?;
        Some(!metric.result().is_nan())
    });
    found.ok_or(())
}

fn optimizer(config: &Value) -> Result<bool, ()> {
    let mut optimizer = optimizers::from_config(config).map_err(drop)?;
    let model = Sequential::new().add(Dense::new(3));
    model.build([4]).unwrap();
    for _ in 0..3 {
        let tape = GradientTape::new();
        let loss = model.call(Tensor::ones([2, 4]), true).square().mean();
        let gradients = tape.gradient(&loss, &model).unwrap();
        optimizer.apply(&model, &gradients).map_err(drop)?;
    }
    let values: Vec<Tensor> = model.parameters().iter().map(|p| p.value()).collect();
    judged(&values)
}

fn schedule(config: &Value) -> Result<bool, ()> {
    let schedule = schedules::from_config(config).map_err(drop)?;
    Ok([0, 1, 7]
        .into_iter()
        .all(|step| !schedule.at(step).is_nan()))
}

type Use = fn(&Value) -> Result<bool, ()>;

fn kinds() -> Vec<(&'static str, Vec<Vec<Value>>, Use)> {
    vec![
        ("layers", seeds::layers(), layer),
        ("parts of layers", seeds::parts(), layer),
        ("losses", seeds::losses(), loss),
        ("metrics", seeds::metrics(), metric),
        ("optimizers", seeds::optimizers(), optimizer),
        ("schedules", seeds::schedules(), schedule),
    ]
}

#[test]
fn what_is_not_a_number_is_refused_everywhere() {
    let mut taken = Vec::new();
    for (kind, classes, try_one) in kinds() {
        for class in classes {
            for (name, config) in with(&class, "NaN") {
                if try_one(&config).is_ok() {
                    taken.push(format!("{kind}: {name}"));
                }
            }
        }
    }
    assert!(
        taken.is_empty(),
        "{} settings can be NaN:\n{}",
        taken.len(),
        taken.join("\n")
    );
}

/// Numbers that single precision does not hold, or just holds.
const WIDE: [&str; 8] = [
    "1e300", "-1e300", "1e39", "-1e39", "3e38", "1e-300", "1e-46", "-1e-46",
];

/// What settings of a kind are tried with: infinite and negative ones, and layers with those of [`WIDE`] too.
fn words(kind: &str) -> Vec<&'static str> {
    let mut words = vec!["Infinity", "-Infinity", "-1"];
    if kind.contains("layers") {
        words.extend(WIDE);
    }
    words
}

#[test]
fn infinite_and_negative_settings_are_refused_or_mean_something() {
    let mut wrong = Vec::new();
    for (kind, classes, try_one) in kinds() {
        for class in classes {
            for word in words(kind) {
                for (name, config) in with(&class, word) {
                    // An initializer is no part of its layer: it takes whatever is finite in double precision.
                    let excused = WIDE.contains(&word) && name.contains("_initializer/");
                    if !excused && try_one(&config) == Ok(false) {
                        wrong.push(format!("{kind}: {name} = {word}"));
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} settings make NaN of numbers:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
