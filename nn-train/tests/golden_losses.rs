//! Losses agree with Keras: values and gradients.

mod golden_support;

use golden_support::{Case, cases, finish, worst};
use nn_core::{DType, GradientTape, Result, Tensor};
use nn_train::losses;

/// f32 sums of up to 48 terms in another order, and logarithms that differ by a unit in the last place.
const TOLERANCE: f64 = 2e-6;

/// Cases that go to the ends of the clipping: there `1 - p` has one digit left, and its logarithm and inverse differ with its rounding.
const EXTREME: f64 = 1e-5;

fn check(case: &Case, dtype: DType) -> Result<Option<String>> {
    let loss = losses::from_config(&case.description)?;
    let y_pred = case.tensor("y_pred").cast(dtype);
    let weight = case.get("sample_weight");
    let tape = GradientTape::new();
    tape.watch(&y_pred);
    let value = loss.weighted(case.tensor("y_true"), &y_pred, weight);
    let gradient = tape.gradient(&value, &y_pred)?;
    assert_eq!(
        (value.dtype(), gradient.dtype()),
        (dtype, dtype),
        "{}",
        case.path()
    );
    let tolerance = if case.name.starts_with("extreme") {
        EXTREME
    } else {
        TOLERANCE
    };
    let off = [
        ("value", &value, "value"),
        ("gradient", &gradient, "grad/y_pred"),
    ]
    .map(|(what, found, name)| {
        (
            what,
            found,
            case.tensor(name),
            worst(found, case.tensor(name), tolerance),
        )
    });
    Ok(off
        .into_iter()
        .find(|(.., off)| *off > 1.0)
        .map(|(what, found, expected, off)| {
            format!(
                "the {what} is off by {off} tolerances:\n  found    {found}\n  expected {expected}"
            )
        }))
}

#[test]
fn values_and_gradients() {
    let cases = cases("losses");
    let mut complaints = Vec::new();
    for case in &cases {
        match check(case, DType::F32) {
            Ok(None) => {}
            Ok(Some(complaint)) => complaints.push(format!("{}: {complaint}", case.path())),
            Err(error) => complaints.push(format!("{}: {error}", case.path())),
        }
    }
    finish("losses", cases.len(), &complaints, &[], &cases);
}

/// In f64 what is computed is nearer to the truth than the reference in f32; both are compared where rounding is no matter.
#[test]
fn values_and_gradients_in_f64() {
    for case in cases("losses")
        .iter()
        .filter(|c| !c.name.starts_with("extreme"))
    {
        match check(case, DType::F64) {
            Ok(None) => {}
            Ok(Some(complaint)) => panic!("{}: {complaint}", case.path()),
            Err(error) => panic!("{}: {error}", case.path()),
        }
    }
}

#[test]
fn configurations_come_back() {
    for case in cases("losses") {
        let loss = losses::from_config(&case.description).unwrap();
        let again = losses::from_config(&loss.config()).unwrap();
        let (y, p) = (case.tensor("y_true"), case.tensor("y_pred"));
        let values = |t: Tensor| t.to_vec::<f32>().unwrap();
        assert_eq!(
            values(loss.call(y, p)),
            values(again.call(y, p)),
            "{}",
            case.path()
        );
        assert_eq!(loss.config(), again.config());
    }
}

/// The comparison that all reference tests rest on sees what it should.
#[test]
fn differences_are_seen() {
    let x = Tensor::from([1.0_f32, -3.0]);
    let off = |other: Tensor| worst(&other, &x, TOLERANCE);
    assert_eq!(off(x.clone()), 0.0);
    assert!(off(Tensor::from([1.0_f32, -3.00001])) > 1.0);
    assert!(off(Tensor::from([1.0_f32, 3.0])) > 1.0);
    assert_eq!(off(Tensor::from([f32::NAN, -3.0])), f64::INFINITY);
    assert_eq!(off(Tensor::from([[1.0_f32, -3.0]])), f64::INFINITY);
    assert_eq!(
        off(Tensor::failed(nn_core::Error::value("failed"))),
        f64::INFINITY
    );
}
