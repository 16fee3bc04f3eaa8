//! Checks that every op and layer goes through.

use crate::tensor::random;
use crate::{DType, GradientTape, Tensor};

/// Whether two numbers agree within `tolerance`, absolute plus relative. NaN agrees with nothing.
pub fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * (1.0 + b.abs()) || a == b
}

/// Panics unless two tensors have the same shape and their elements agree within `tolerance`, absolute plus relative.
///
/// # Panics
/// With the first element that differs. NaN differs from everything.
///
/// ```
/// use nn::{Tensor, testing::assert_close};
/// assert_close(&Tensor::from([1.0_f32]), &Tensor::from([1.0000001_f32]), 1e-6);
/// ```
#[track_caller]
pub fn assert_close(actual: &Tensor, expected: &Tensor, tolerance: f64) {
    let values = |t: &Tensor| match t.cast(DType::F64).to_vec::<f64>() {
        Ok(values) => values,
        Err(error) => panic!("a tensor to compare has no value: {error}"),
    };
    let (a, b) = (values(actual), values(expected));
    assert_eq!(actual.shape(), expected.shape(), "the shapes differ");
    for (i, (a, b)) in a.iter().zip(&b).enumerate() {
        assert!(
            close(*a, *b, tolerance),
            "element {i} of shape {} is {a}, expected {b} (tolerance {tolerance}, absolute plus relative)",
            actual.shape()
        );
    }
}

/// Checks first and second derivatives of a function of `f64` tensors of the given shapes against central differences.
///
/// The inputs are random numbers of both signs, at least 0.1 from 0 and from each other's neighbourhood, so that kinks are not met;
/// the upstream gradient is random too.
///
/// # Panics
/// When a derivative is off, or the second one cannot be taken.
#[track_caller]
pub fn check_gradient(f: impl Fn(&[Tensor]) -> Tensor, shapes: &[&[usize]]) {
    check_gradient_at(f, &inputs(shapes, 11));
}

/// As [`check_gradient`], at given points.
///
/// # Panics
/// As [`check_gradient`].
#[track_caller]
pub fn check_gradient_at(f: impl Fn(&[Tensor]) -> Tensor, at: &[Tensor]) {
    check(&f, at);
}

/// [`check_gradient_at`], compiled once for all functions.
#[track_caller]
fn check(f: &dyn Fn(&[Tensor]) -> Tensor, at: &[Tensor]) {
    let upstream = inputs(
        &[&f(at)
            .into_result()
            .expect("the function itself fails")
            .shape()],
        5,
    )
    .remove(0);
    let target = |x: &[Tensor]| (f(x) * &upstream).sum();
    compare("first", &target, at);

    // The gradient, weighted, is a function whose gradient is checked in turn.
    let weights: Vec<Tensor> = at
        .iter()
        .enumerate()
        .map(|(i, x)| inputs(&[&x.shape()], 23 + i as u64).remove(0))
        .collect();
    let slope = |x: &[Tensor]| {
        let tape = GradientTape::new();
        x.iter().for_each(|x| tape.watch(x));
        let gradients = tape
            .gradient_or_zeros(&target(x), x)
            .expect("a first gradient");
        let sums = gradients.iter().zip(&weights).map(|(g, w)| (g * w).sum());
        sums.reduce(|a, b| a + b).expect("at least one input")
    };
    compare("second", &slope, at);
}

/// Compares the tape's gradient of a scalar function with central differences.
#[track_caller]
fn compare(which: &str, f: &dyn Fn(&[Tensor]) -> Tensor, at: &[Tensor]) {
    let tape = GradientTape::new();
    at.iter().for_each(|x| tape.watch(x));
    let gradients = tape
        .gradient_or_zeros(&f(at), at)
        .unwrap_or_else(|e| panic!("{which} gradient: {e}"));
    // The error of a central difference is about h² times the third derivative, and rounding 1e-16 / h.
    let (h, tolerance) = (1e-5, 1e-5);
    for (k, x) in at.iter().enumerate() {
        let values = x.to_vec::<f64>().expect("f64 inputs");
        for i in 0..values.len() {
            let moved = |by: f64| {
                let mut values = values.clone();
                values[i] += by;
                let mut all = at.to_vec();
                all[k] = Tensor::from_vec(values, x.shape());
                f(&all).item::<f64>().expect("a scalar")
            };
            let expected = (moved(h) - moved(-h)) / (2.0 * h);
            let found = gradients[k].to_vec::<f64>().expect("f64 gradients")[i];
            assert!(
                close(found, expected, tolerance),
                "{which} derivative with respect to element {i} of input {k}: {found}, by differences {expected}"
            );
        }
    }
}

/// Random `f64` tensors with elements of both signs, well apart from 0 and from each other.
fn inputs(shapes: &[&[usize]], seed: u64) -> Vec<Tensor> {
    let draw = |shape: &[usize], seed: u64| {
        let n: usize = shape.iter().product();
        let order = random::with_stream(random::Stream::new(seed), || random::permutation(n))
            .expect("a test's inputs are small");
        let step = 1.6 / n.max(1) as f64;
        let value = |k: usize| {
            (0.2 + step * (k as f64 + 0.5)) * if k.is_multiple_of(2) { 1.0 } else { -1.0 }
        };
        Tensor::from_vec(order.into_iter().map(value).collect(), shape)
    };
    shapes
        .iter()
        .enumerate()
        .map(|(i, s)| draw(s, seed * 101 + i as u64))
        .collect()
}
