//! Metrics agree with Keras after each of three updates.

mod golden_support;

use golden_support::{Case, cases, finish, worst};
use nn_core::{Result, Tensor};
use nn_train::metrics::{self, Mean, Sum};

/// Keras adds up in f32, some hundred terms.
const TOLERANCE: f64 = 2e-6;

/// Cases that do not apply, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "precision/thresholds",
        "Keras gives one result for each threshold; a metric here is one number",
    ),
    ("recall/thresholds", "as precision/thresholds"),
];

/// Of targets and predictions without a feature axis Keras takes the mean over the batch, and then the mean of batches, whatever their
/// size. Here every sample counts the same, as it does in Keras with a feature axis. They agree while batches are of one size.
const BATCHES_OF_ONE_SIZE: &[&str] = &[
    "mean_squared_error/rank_1",
    "mean_absolute_error/rank_1",
    "mean_absolute_percentage_error/rank_1",
];

/// The results after each update, as far as they are to be compared.
fn results(case: &Case) -> Result<Vec<f64>> {
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
                results.push(mean.result());
            }
        }
        "Sum" => {
            let mut sum = Sum::new();
            for k in 0..updates {
                sum.update(at("values", k).expect("values"), at("sample_weight", k))?;
                results.push(sum.result());
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
                copy.reset();
                assert_eq!(copy.result(), 0.0);
                results.push(metric.result());
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
    let mut checked = 0;
    for case in &cases {
        let excused = LEFT_OUT.iter().any(|(path, _)| *path == case.path());
        match results(case) {
            Err(_) if excused => continue,
            Err(error) => complaints.push(format!("{}: {error}", case.path())),
            Ok(_) if excused => complaints.push(format!("{}: works, but is left out", case.path())),
            Ok(results) => {
                for (k, result) in results.into_iter().enumerate() {
                    let expected = case.tensor(&format!("result.{k}"));
                    if worst(&Tensor::from(result), expected, TOLERANCE) > 1.0 {
                        complaints.push(format!(
                            "{}: update {k} gives {result}, expected {expected}",
                            case.path()
                        ));
                    }
                }
            }
        }
        checked += 1;
    }
    finish("metrics", checked, &complaints, LEFT_OUT, &cases);
}
