//! Metrics agree with Keras after each of three updates.

mod golden_support;

use golden_support::{Case, cases, finish, worst};
use nn_core::{Result, Tensor};
use nn_train::metrics::{self, Mean, Sum};

/// Keras adds up in f32, some hundred terms.
const TOLERANCE: f64 = 2e-6;

/// Cases in which Keras takes what passes a threshold from the sum of all weights, in f32: three roundings of a sum of 13.
const DIFFERENCES: &[&str] = &["false_negatives/even_thresholds"];
const TOLERANCE_OF_DIFFERENCES: f64 = 5e-6;

/// Of targets and predictions without a feature axis Keras takes the mean over the batch, and then the mean of batches, whatever their
/// size. Here every sample counts the same, as it does in Keras with a feature axis. They agree while batches are of one size.
const BATCHES_OF_ONE_SIZE: &[&str] = &[
    "mean_squared_error/rank_1",
    "mean_absolute_error/rank_1",
    "mean_absolute_percentage_error/rank_1",
];

/// The results after each update, as far as they are to be compared: one number, or one for each class or threshold.
fn results(case: &Case) -> Result<Vec<Vec<f64>>> {
    let at = |what: &str, k: usize| case.get(&format!("{what}.{k}"));
    let updates = if BATCHES_OF_ONE_SIZE.contains(&case.path().as_str()) {
        2
    } else {
        3
    };
    let mut results = Vec::new();
    match case.description["class_name"]
        .as_str()
        .expect("a class name")
    {
        "Mean" => {
            let mut mean = Mean::new();
            for k in 0..updates {
                mean.update(at("values", k).expect("values"), at("sample_weight", k))?;
                results.push(vec![mean.result()]);
            }
        }
        "Sum" => {
            let mut sum = Sum::new();
            for k in 0..updates {
                sum.update(at("values", k).expect("values"), at("sample_weight", k))?;
                results.push(vec![sum.result()]);
            }
        }
        _ => {
            let mut metric = metrics::from_config(&case.description)?;
            assert_eq!(metric.result(), 0.0, "{}: nothing yet", case.path());
            for k in 0..updates {
                let (y_true, y_pred) = (
                    at("y_true", k).expect("targets"),
                    at("y_pred", k).expect("predictions"),
                );
                metric.update(y_true, y_pred, at("sample_weight", k))?;
                // A copy has what was added, and a reset forgets it.
                let mut copy = metric.boxed_clone();
                assert_eq!(copy.result(), metric.result());
                assert_eq!(copy.results(), metric.results());
                copy.reset();
                assert_eq!(copy.result(), 0.0);
                // What was added goes on where it is taken up.
                copy.restore(&metric.state().expect("a state"))?;
                assert_eq!(copy.results(), metric.results());
                results.push(metric.results());
            }
            let again = metrics::from_config(&metric.config())?;
            assert_eq!(
                (again.name(), again.config()),
                (metric.name(), metric.config())
            );
        }
    }
    Ok(results)
}

#[test]
fn results_after_each_update() {
    let cases = cases("metrics");
    let mut complaints = Vec::new();
    for case in &cases {
        match results(case) {
            Err(error) => complaints.push(format!("{}: {error}", case.path())),
            Ok(results) => {
                for (k, result) in results.into_iter().enumerate() {
                    let expected = case.tensor(&format!("result.{k}"));
                    let result = match expected.rank() {
                        0 => Tensor::from_vec(result, []),
                        _ => Tensor::from(result),
                    };
                    let tolerance = match DIFFERENCES.contains(&case.path().as_str()) {
                        true => TOLERANCE_OF_DIFFERENCES,
                        false => TOLERANCE,
                    };
                    if worst(&result, expected, tolerance) > 1.0 {
                        complaints.push(format!(
                            "{}: update {k} gives {result}, expected {expected}",
                            case.path()
                        ));
                    }
                }
            }
        }
    }
    finish("metrics", cases.len(), &complaints, &[], &cases);
}
