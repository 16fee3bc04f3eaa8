//! Regularizers, constraints and initializers against Keras's.

#[path = "../nn-train/tests/golden_support/mod.rs"]
mod golden_support;

use golden_support::cases;
use nn::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

/// An object of the class and configuration that a case describes.
fn described<T: serde::de::DeserializeOwned>(description: &Value) -> T {
    let config = json!({"class_name": description["class_name"], "config": description["config"]});
    T::deserialize(&config).unwrap_or_else(|e| panic!("{e} in {config}"))
}

#[test]
fn regularizers() {
    for case in cases("regularizers") {
        let regularizer: Regularizer = described(&case.description);
        let w = case.get("input").unwrap();
        let tape = GradientTape::new();
        tape.watch(w);
        let penalty = regularizer.penalty(w);
        // Rounding of f32 sums of a few dozen terms.
        assert_close(&penalty, case.get("value").unwrap(), 1e-6);
        assert_close(
            &tape.gradient(&penalty, w).unwrap(),
            case.get("grad/input").unwrap(),
            1e-6,
        );
    }
}

#[test]
fn constraints() {
    let (mut checked, mut several) = (0, 0);
    for case in cases("constraints") {
        checked += 1;
        several += usize::from(case.description["config"]["axis"].is_array());
        let constraint: Constraint = described(&case.description);
        let projected = constraint.project(case.get("input").unwrap());
        assert_close(&projected, case.get("output").unwrap(), 1e-6);
    }
    assert!(checked >= 10 && several >= 1, "{checked}, {several}");
}

#[test]
fn initializers_draw_from_keras_distributions() {
    #[derive(Deserialize)]
    struct Case {
        class_name: String,
        config: Value,
        shape: Vec<usize>,
        expected: Value,
    }
    nn::set_seed(1);
    let all: Vec<Case> = serde_json::from_str(include_str!("golden/initializers.json")).unwrap();
    assert!(all.len() > 100);
    let mut checked = 0;
    for case in all {
        let initializer: Initializer =
            described(&json!({"class_name": case.class_name, "config": case.config}));
        let seed = case.config["seed"].as_u64();
        let written = serde_json::to_value(initializer).unwrap();
        assert_eq!(initializer, described(&written), "{written}");
        let number = |key: &str| case.expected[key].as_f64().unwrap();
        // Many draws of the shape, to compare extremes and moments with what the distribution has.
        let draws = 20_000 / case.shape.iter().product::<usize>().max(1) + 1;
        let values: Vec<f64> = (0..draws)
            .flat_map(|draw| {
                // Another seed for each, where there is one.
                let initializer = match seed {
                    Some(seed) => initializer.seed(seed + draw as u64),
                    None => initializer,
                };
                initializer
                    .sample(case.shape.clone(), DType::F64)
                    .to_vec::<f64>()
                    .unwrap()
            })
            .collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
        let who = format!("{} {} {:?}", case.class_name, case.config, case.shape);
        // Five standard errors of mean and deviation.
        let near = |found: f64, expected: f64, scale: f64| {
            assert!(
                (found - expected).abs() <= 5.0 * scale / n.sqrt() + 1e-7 * scale,
                "{who}: {found}, expected {expected}"
            );
        };
        match case.expected["distribution"].as_str().unwrap() {
            "uniform" => {
                let (low, high) = (number("minval"), number("maxval"));
                let spread = (high - low) / 12_f64.sqrt();
                near(mean, (low + high) / 2.0, spread);
                near(deviation, spread, spread);
                let slack = (high - low) * 1e-6; // the limits are f32 in Keras
                assert!(
                    values
                        .iter()
                        .all(|v| (low - slack..=high + slack).contains(v)),
                    "{who}"
                );
            }
            "normal" => {
                near(mean, number("mean"), number("stddev"));
                near(deviation, number("stddev"), number("stddev"));
            }
            "truncated_normal" => {
                let (center, stddev) = (number("mean"), number("stddev"));
                near(mean, center, stddev);
                near(deviation, 0.879_625_66 * stddev, stddev);
                let limit = 2.0 * stddev * (1.0 + 1e-6);
                assert!(values.iter().all(|v| (v - center).abs() <= limit), "{who}");
            }
            // Its values are those of any random basis; what they have in common has a test beside the rule.
            "orthogonal" => {}
            "fixed" => {
                let expected: Vec<f64> = case.expected["values"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|v| v.as_f64().unwrap())
                    .collect();
                assert!(
                    values[..expected.len()]
                        .iter()
                        .zip(&expected)
                        // Keras takes angles of up to 20 in f32.
                        .all(|(a, b)| (a - b).abs() <= 4e-6),
                    "{who}"
                );
            }
            other => panic!("{who}: distribution {other}"),
        }
        checked += 1;
    }
    assert!(checked > 50, "{checked}");
}
