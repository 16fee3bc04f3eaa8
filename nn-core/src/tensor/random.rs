//! Random numbers from counters: number `i` of a draw is a function of the seed, the draw and `i`, so results do not
//! depend on how many threads compute them.
//!
//! The seed belongs to the thread. Without [`set_seed`] it comes from the clock.

use crate::ops::random::draw::draw;
use crate::tensor::variates::Distribution;
use crate::{DType, Error, Result, Shape, Tensor, no_gradient};
use std::panic::Location;

pub use crate::tensor::own_stream::OwnStream;
pub(crate) use crate::tensor::seed::current;
pub use crate::tensor::seed::{in_step, next_key, set_seed, with_stream};
pub use crate::tensor::stream::Stream;
pub use crate::tensor::variates::{unit_f32, unit_f64};

use nn_kernels::memory;
pub use nn_kernels::random::bits;

/// Uniform numbers in `[low, high)`; all of them `low` where both are the same. Limits that are not finite, or as far apart as no number of the
/// type is, are an error, and so is an upper one below the lower one.
#[track_caller]
pub fn uniform(shape: impl Into<Shape>, low: f64, high: f64, dtype: DType) -> Tensor {
    match low <= high && finite(high - low, dtype) && finite(low, dtype) {
        true => floats(
            "uniform",
            Distribution::Uniform(low, high),
            shape.into(),
            dtype,
        ),
        false => refused(
            "uniform",
            format!("a finite range from a number up to another of {dtype}, found {low} to {high}"),
        ),
    }
}

/// Normal numbers (Box and Muller 1958). A mean that is not finite and a deviation that is not, or is below 0, are errors.
#[track_caller]
pub fn normal(shape: impl Into<Shape>, mean: f64, stddev: f64, dtype: DType) -> Tensor {
    around(
        "normal",
        Distribution::Normal,
        [mean, stddev],
        shape.into(),
        dtype,
    )
}

/// Normal numbers no further than two standard deviations from the mean, as Keras's `truncated_normal`.
///
/// Numbers further away are drawn again: number `i` uses attempts of its own, so it does not depend on the others.
#[track_caller]
pub fn truncated_normal(shape: impl Into<Shape>, mean: f64, stddev: f64, dtype: DType) -> Tensor {
    around(
        "truncated_normal",
        Distribution::TruncatedNormal,
        [mean, stddev],
        shape.into(),
        dtype,
    )
}

/// `true` with the given probability, from 0 to 1.
#[track_caller]
pub fn bernoulli(shape: impl Into<Shape>, probability: f64) -> Tensor {
    match (0.0..=1.0).contains(&probability) {
        true => draw(
            Distribution::Bernoulli(probability),
            shape.into(),
            DType::Bool,
        ),
        false => refused(
            "bernoulli",
            format!("a probability from 0 to 1, found {probability}"),
        ),
    }
}

/// Whole numbers (`i64`) in `low..high`, all equally probable. A range without a number is an error.
///
/// ```
/// use nn::random;
/// let dice = random::randint([100], 1, 7).to_vec::<i64>()?;
/// assert!(dice.iter().all(|n| (1..=6).contains(n)));
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn randint(shape: impl Into<Shape>, low: i64, high: i64) -> Tensor {
    match low < high {
        true => draw(Distribution::Randint(low, high), shape.into(), DType::I64),
        false => refused(
            "randint",
            format!("a range from a number up to below a greater one, found {low} to {high}"),
        ),
    }
}

/// Numbers of the gamma distribution of shape `alpha` and scale 1, whose mean and variance are `alpha`.
///
/// ```
/// use nn::{DType, random};
/// let x = random::gamma([1000], 3.0, DType::F32);
/// assert!((x.mean().item::<f32>()? - 3.0).abs() < 0.5);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn gamma(shape: impl Into<Shape>, alpha: f64, dtype: DType) -> Tensor {
    match alpha > 0.0 && alpha.is_finite() {
        true => floats("gamma", Distribution::Gamma(alpha), shape.into(), dtype),
        false => refused("gamma", format!("a positive shape, found {alpha}")),
    }
}

/// Numbers between 0 and 1 of the beta distribution, whose mean is `alpha / (alpha + beta)`.
///
/// ```
/// use nn::{DType, random};
/// let x = random::beta([1000], 1.0, 3.0, DType::F32);
/// assert!((x.mean().item::<f32>()? - 0.25).abs() < 0.1);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn beta(shape: impl Into<Shape>, alpha: f64, beta: f64, dtype: DType) -> Tensor {
    let positive = |v: f64| v > 0.0 && v.is_finite();
    match positive(alpha) && positive(beta) {
        true => floats("beta", Distribution::Beta(alpha, beta), shape.into(), dtype),
        false => refused(
            "beta",
            format!("two positive numbers, found {alpha} and {beta}"),
        ),
    }
}

/// How many of `count` attempts succeed, each with the given probability; whole numbers as floats, as in Keras.
///
/// ```
/// use nn::{DType, random};
/// let x = random::binomial([1000], 10, 0.5, DType::F32);
/// assert!((x.mean().item::<f32>()? - 5.0).abs() < 0.5);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn binomial(shape: impl Into<Shape>, count: u64, probability: f64, dtype: DType) -> Tensor {
    match (0.0..=1.0).contains(&probability) {
        true => floats(
            "binomial",
            Distribution::Binomial(count, probability),
            shape.into(),
            dtype,
        ),
        false => refused(
            "binomial",
            format!("a probability from 0 to 1, found {probability}"),
        ),
    }
}

/// Classes (`i64`) drawn by unnormalized logarithms of their probabilities: of logits `[batch, classes]` `num_samples` each, `[batch,
/// num_samples]`, by the Gumbel trick. NaN is an error, and so is a row without a class that is possible.
///
/// ```
/// use nn::{Tensor, random};
/// let draws = random::categorical(&Tensor::from([[0.0, f32::NEG_INFINITY]]), 5);
/// assert_eq!(draws.to_vec::<i64>()?, [0; 5]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn categorical(logits: &Tensor, num_samples: usize) -> Tensor {
    let dtype = logits.dtype().float();
    match logits.raw_shape()[..] {
        _ if logits.error().is_some() => logits.clone(),
        [batch, classes] => {
            let greatest = no_gradient(|| logits.cast(dtype).max_axis(-1));
            let impossible = |row: &f64| row.is_nan() || *row == f64::NEG_INFINITY;
            if greatest.is_concrete()
                && let Ok(rows) = greatest.cast(DType::F64).to_vec::<f64>()
                && let Some(row) = rows.iter().position(impossible)
            {
                let found = if rows[row].is_nan() { "NaN" } else { "none" };
                return refused(
                    "categorical",
                    format!("a class that is possible in each row, found {found} in row {row}"),
                );
            }
            let uniform = uniform([batch, num_samples, classes], 0.0, 1.0, dtype);
            let gumbel = -(-uniform.log()).log();
            (logits.cast(dtype).expand_dims(1) + gumbel).argmax(-1)
        }
        _ => refused(
            "categorical",
            format!("logits [batch, classes], found {}", logits.raw_shape()),
        ),
    }
}

/// The slices of an axis (counted from the end if negative) in random order.
///
/// ```
/// use nn::{Tensor, random};
/// let x = random::shuffle(&Tensor::arange(10), 0);
/// assert_eq!(x.sort_axis(0).to_vec::<i64>()?, Tensor::arange(10).to_vec::<i64>()?);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn shuffle(x: &Tensor, axis: isize) -> Tensor {
    match x.raw_shape().axis(axis) {
        _ if x.error().is_some() => x.clone(),
        Ok(i) => x.take(
            &uniform([x.raw_shape()[i]], 0.0, 1.0, DType::F64).argsort_axis(0),
            axis,
        ),
        Err(error) => Tensor::failed(error.at_op("shuffle", Location::caller())),
    }
}

/// A draw of floats.
#[track_caller]
fn floats(name: &'static str, distribution: Distribution, shape: Shape, dtype: DType) -> Tensor {
    match dtype.is_float() {
        true => draw(distribution, shape, dtype),
        false => refused(name, format!("f32 or f64 for its numbers, found {dtype}")),
    }
}

/// A draw of numbers around a mean.
#[track_caller]
fn around(
    name: &'static str,
    distribution: fn(f64, f64) -> Distribution,
    [mean, stddev]: [f64; 2],
    shape: Shape,
    dtype: DType,
) -> Tensor {
    match finite(mean, dtype) && finite(stddev, dtype) && stddev >= 0.0 {
        true => floats(name, distribution(mean, stddev), shape, dtype),
        false => refused(
            name,
            format!("a finite mean and a finite deviation from 0 on, found {mean} and {stddev}"),
        ),
    }
}

/// Whether a type of floats holds a number.
fn finite(number: f64, dtype: DType) -> bool {
    match dtype {
        DType::F64 => number.is_finite(),
        DType::F32 | DType::I64 | DType::U8 | DType::Bool => (number as f32).is_finite(),
    }
}

/// A failed tensor of settings that a distribution does not have.
#[track_caller]
fn refused(name: &'static str, needs: String) -> Tensor {
    Tensor::failed(Error::value(format!("{name} needs {needs}")).at_op(name, Location::caller()))
}

/// The numbers `0..n` in random order (Fisher and Yates).
///
/// ```
/// use nn::random;
/// let mut order = random::permutation(3)?;
/// order.sort();
/// assert_eq!(order, [0, 1, 2]);
/// # Ok::<(), nn::Error>(())
/// ```
///
/// # Errors
/// More numbers than there is memory for.
pub fn permutation(n: usize) -> Result<Vec<usize>> {
    let mut order = memory::try_collected(0..n).map_err(|refused| {
        Error::value(format!("an order of {n} numbers cannot be made: {refused}"))
    })?;
    let key = next_key();
    for i in (1..n).rev() {
        // The bias of the multiplication is below n / 2^64.
        let j = ((bits(key, i as u64) as u128 * (i as u128 + 1)) >> 64) as usize;
        order.swap(i, j);
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(t: &Tensor) -> (f64, f64) {
        let v = t.to_vec::<f64>().unwrap();
        let mean = v.iter().sum::<f64>() / v.len() as f64;
        (
            mean,
            (v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / v.len() as f64).sqrt(),
        )
    }

    #[test]
    fn moments_are_those_of_the_distribution() {
        set_seed(1);
        // Five standard errors of the mean and of the deviation over n = 200 000 draws.
        let n = 200_000;
        let tolerance = 5.0 / (n as f64).sqrt();
        let (mean, std) = moments(&uniform([n], -1.0, 1.0, DType::F64));
        assert!(mean.abs() <= tolerance && (std - 1.0 / 3f64.sqrt()).abs() <= tolerance);
        let (mean, std) = moments(&normal([n], 2.0, 1.0, DType::F64));
        assert!((mean - 2.0).abs() <= tolerance && (std - 1.0).abs() <= tolerance);
        // A normal cut at two deviations has standard deviation 0.87962566.
        let t = truncated_normal([n], 0.0, 1.0, DType::F64);
        let (mean, std) = moments(&t);
        assert!(mean.abs() <= tolerance && (std - 0.879_625_66).abs() <= tolerance);
        assert!(t.data::<f64>().iter().all(|v| v.abs() <= 2.0));
        let kept = bernoulli([n], 0.3)
            .data::<bool>()
            .iter()
            .filter(|v| **v)
            .count();
        assert!((kept as f64 / n as f64 - 0.3).abs() <= tolerance);
    }

    #[test]
    fn moments_of_gamma_beta_binomial_and_randint() {
        set_seed(2);
        let n = 100_000;
        // Five standard errors of the mean, in units of the deviation; the deviation's own error is as large but for a factor.
        let tolerance = 5.0 / (n as f64).sqrt();
        let check = |t: Tensor, mean: f64, std: f64| {
            let (m, s) = moments(&t.cast(DType::F64));
            assert!(
                (m - mean).abs() <= tolerance * std,
                "mean {m}, expected {mean}"
            );
            assert!(
                (s - std).abs() <= 3.0 * tolerance * std,
                "deviation {s}, expected {std}"
            );
        };
        for alpha in [0.3, 1.0, 4.5] {
            check(gamma([n], alpha, DType::F64), alpha, alpha.sqrt());
        }
        check(beta([n], 2.0, 3.0, DType::F64), 0.4, 0.2);
        for (count, p) in [(0, 0.5), (7, 0.3), (1000, 0.7), (1_000_000, 0.001)] {
            let (mean, variance) = (count as f64 * p, count as f64 * p * (1.0 - p));
            check(binomial([n], count, p, DType::F64), mean, variance.sqrt());
        }
        check(randint([n], -3, 4), 0.0, 2.0);
        assert!(randint([9], i64::MIN, i64::MAX).error().is_none());
        let draws = categorical(&Tensor::from([[0.0_f32, 3f32.ln()]]), n).cast(DType::F64);
        check(draws, 0.75, 0.1875_f64.sqrt());
    }

    #[test]
    fn settings_that_no_distribution_has_are_refused() {
        assert!(randint([2], 3, 3).error().is_some());
        let inf = f64::INFINITY;
        for (low, high) in [
            (0.0, inf),
            (0.0, f64::NAN),
            (f64::NAN, 1.0),
            (5.0, 2.0),
            (-1e308, 1e308),
        ] {
            assert!(uniform([3], low, high, DType::F64).error().is_some());
        }
        assert!(uniform([3], 0.0, 1e39, DType::F32).error().is_some());
        assert!(uniform([3], 0.0, 1.0, DType::I64).error().is_some());
        assert_eq!(uniform([2], 2.0, 2.0, DType::F64).data::<f64>(), [2.0; 2]);
        for (mean, stddev) in [(0.0, -1.0), (0.0, f64::NAN), (inf, 1.0), (0.0, inf)] {
            assert!(normal([3], mean, stddev, DType::F32).error().is_some());
            assert!(
                truncated_normal([3], mean, stddev, DType::F32)
                    .error()
                    .is_some()
            );
        }
        for probability in [-0.1, 1.1, f64::NAN] {
            assert!(bernoulli([3], probability).error().is_some());
        }
        for row in [[0.0, f64::NAN], [-inf, -inf]] {
            let logits = Tensor::from([[0.0, 1.0], row]);
            let e = categorical(&logits, 2).into_result().unwrap_err();
            assert!(e.to_string().contains("in row 1"), "{e}");
        }
        assert!(gamma([2], 0.0, DType::F32).error().is_some());
        assert!(beta([2], 1.0, f64::NAN, DType::F32).error().is_some());
        assert!(binomial([2], 3, 1.1, DType::F32).error().is_some());
        assert!(categorical(&Tensor::ones([3]), 2).error().is_some());
        assert!(shuffle(&Tensor::ones([3]), 1).error().is_some());
    }

    #[test]
    fn a_shuffle_moves_whole_slices() {
        set_seed(4);
        let x = shuffle(&Tensor::arange(20).reshape([2, 10]), -1);
        let rows = x.unstack(0);
        assert_eq!((&rows[1] - &rows[0]).to_vec::<i64>().unwrap(), [10; 10]);
        assert_ne!(
            rows[0].to_vec::<i64>().unwrap(),
            Tensor::arange(10).to_vec::<i64>().unwrap()
        );
    }

    #[test]
    fn a_permutation_holds_everything_once() {
        set_seed(3);
        for n in [0, 1, 2, 100] {
            let mut p = permutation(n).unwrap();
            p.sort_unstable();
            assert_eq!(p, (0..n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_borrowed_stream_leaves_the_threads_own_alone() {
        set_seed(5);
        let expected = (next_key(), next_key());
        set_seed(5);
        let first = next_key();
        let inside = with_stream(Stream::new(9), next_key);
        assert_eq!((first, next_key()), expected);
        assert_eq!(inside, Stream::new(9).next_key());
    }
}
