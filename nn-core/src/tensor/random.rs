//! Random numbers from counters: number `i` of a draw is a function of the seed, the draw and `i`, so results do not
//! depend on how many threads compute them.
//!
//! The seed belongs to the thread. Without [`set_seed`] it comes from the clock.

use super::variates;
use crate::graph::observer;
use crate::module::context;
use crate::ops::random::draw::{Distribution, draw};
use crate::{DType, Element, Error, Shape, Tensor};
use nn_kernels::random::mix;
use nn_kernels::{parallel, simd};
use std::panic::Location;

pub use crate::tensor::own_stream::OwnStream;
pub(crate) use crate::tensor::own_stream::Step;

pub use nn_kernels::random::bits;

/// A stream of draws: a seed and how many draws were made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Stream {
    /// What fixes all draws.
    pub seed: u64,
    /// The number of the next draw.
    pub draw: u64,
}

impl Stream {
    /// The stream of a seed, from its beginning.
    pub const fn new(seed: u64) -> Stream {
        Stream { seed, draw: 0 }
    }

    /// A key that fixes the numbers of the next draw.
    pub fn next_key(&mut self) -> u64 {
        let key = mix(self.seed ^ mix(self.draw.wrapping_add(0x6A09_E667_F3BC_C909)));
        self.draw += 1;
        key
    }
}

/// Fixes everything random on this thread: initialization, dropout, shuffling, splits.
///
/// ```
/// use nn::{Tensor, random::set_seed};
/// set_seed(7);
/// let a = Tensor::random_uniform([3]).to_vec::<f32>()?;
/// set_seed(7);
/// assert_eq!(a, Tensor::random_uniform([3]).to_vec::<f32>()?);
/// # Ok::<(), nn::Error>(())
/// ```
pub fn set_seed(seed: u64) {
    context::replace_stream(Some(Stream::new(seed)));
}

/// The key of the thread's next draw.
pub fn next_key() -> u64 {
    next_stream().next_key()
}

/// The thread's stream at its next draw, which is taken. While a model is traced nothing is drawn.
pub(crate) fn next_stream() -> Stream {
    if observer::is_tracing() {
        return Stream::new(0);
    }
    if let Some(own) = context::own_stream() {
        return own.next();
    }
    let stream = current();
    context::replace_stream(Some(Stream {
        draw: stream.draw + 1,
        ..stream
    }));
    stream
}

/// The running layer's own stream, if it draws from one.
pub(crate) fn own_stream() -> Option<OwnStream> {
    context::own_stream()
}

/// The thread's stream, which begins now if nothing was drawn yet.
pub(crate) fn current() -> Stream {
    match context::stream() {
        Some(stream) => stream,
        None => {
            use std::hash::{BuildHasher, RandomState};
            let stream = Stream::new(RandomState::new().hash_one(std::time::SystemTime::now()));
            context::replace_stream(Some(stream));
            stream
        }
    }
}

/// Runs `f` with the given stream as the thread's, and restores the thread's own afterwards.
pub fn with_stream<R>(stream: Stream, f: impl FnOnce() -> R) -> R {
    struct Restore(Option<Stream>);
    impl Drop for Restore {
        fn drop(&mut self) {
            context::replace_stream(self.0);
        }
    }
    let _restore = Restore(context::replace_stream(Some(stream)));
    f()
}

/// Runs `f` as the step of a training with this number: with the given stream as the thread's, while layers with a seed of their own draw by the
/// number of the step. Run again it draws the same.
///
/// ```
/// use nn::{Tensor, random::{OwnStream, Stream, in_step}};
/// let (a, b) = (OwnStream::new(7), OwnStream::new(7));
/// let draw = |own: &OwnStream, step| in_step(step, Stream::new(0), || own.run(|| Tensor::random_uniform([3]))).to_vec::<f32>();
/// draw(&a, 4)?;
/// assert_eq!(draw(&a, 5)?, draw(&b, 5)?); // b has not drawn before
/// assert_ne!(draw(&a, 5)?, draw(&b, 6)?);
/// # Ok::<(), nn::Error>(())
/// ```
pub fn in_step<R>(number: u64, stream: Stream, f: impl FnOnce() -> R) -> R {
    struct Restore(Option<Step>);
    impl Drop for Restore {
        fn drop(&mut self) {
            context::replace_step(self.0);
        }
    }
    let _restore = Restore(context::replace_step(Some(Step::new(number))));
    with_stream(stream, f)
}

/// A uniform number in `[0, 1)` with 24 random bits.
#[inline(always)]
pub fn unit_f32(key: u64, i: u64) -> f32 {
    (bits(key, i) >> 40) as f32 * (1.0 / (1u64 << 24) as f32)
}

/// A uniform number in `[0, 1)` with 53 random bits.
#[inline(always)]
pub fn unit_f64(key: u64, i: u64) -> f64 {
    (bits(key, i) >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A tensor whose element `i` is `f(i)`, in parallel. An `f` that is to be vectorized is `#[inline(always)]` and owns what it uses.
fn generate<T: Element>(shape: Shape, f: impl Fn(u64) -> T + Sync + Copy) -> Tensor {
    let level = simd::level();
    Tensor::created(shape, T::DTYPE, |shape| {
        Tensor::build(shape, |out: &mut [T]| {
            parallel::for_each_chunk(out, parallel::GRAIN, |start, piece| {
                simd::run(
                    level,
                    #[inline(always)]
                    || {
                        // What is read through a reference could be written in the loop, as far as the compiler knows.
                        let (f, start) = (f, start as u64);
                        for (i, v) in piece.iter_mut().enumerate() {
                            *v = f(start + i as u64);
                        }
                    },
                );
            });
        })
    })
}

fn generate_float(shape: Shape, dtype: DType, f: impl Fn(u64) -> f64 + Sync + Copy) -> Tensor {
    match dtype {
        DType::F64 => generate(shape, f),
        DType::F32 | DType::I64 | DType::U8 | DType::Bool => generate(shape, move |i| f(i) as f32),
    }
}

/// Uniform numbers in `[low, high)`.
#[track_caller]
pub fn uniform(shape: impl Into<Shape>, low: f64, high: f64, dtype: DType) -> Tensor {
    draw(Distribution::Uniform(low, high), shape.into(), dtype)
}

/// Normal numbers (Box and Muller 1958).
#[track_caller]
pub fn normal(shape: impl Into<Shape>, mean: f64, stddev: f64, dtype: DType) -> Tensor {
    draw(Distribution::Normal(mean, stddev), shape.into(), dtype)
}

/// Normal numbers no further than two standard deviations from the mean, as Keras's `truncated_normal`.
///
/// Numbers further away are drawn again: number `i` uses attempts of its own, so it does not depend on the others.
#[track_caller]
pub fn truncated_normal(shape: impl Into<Shape>, mean: f64, stddev: f64, dtype: DType) -> Tensor {
    draw(
        Distribution::TruncatedNormal(mean, stddev),
        shape.into(),
        dtype,
    )
}

/// `true` with the given probability.
#[track_caller]
pub fn bernoulli(shape: impl Into<Shape>, probability: f64) -> Tensor {
    draw(
        Distribution::Bernoulli(probability),
        shape.into(),
        DType::Bool,
    )
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
        true => draw(Distribution::Gamma(alpha), shape.into(), dtype),
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
        true => draw(Distribution::Beta(alpha, beta), shape.into(), dtype),
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
        true => draw(
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
/// num_samples]`, by the Gumbel trick.
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
/// assert_eq!(x.sort(0, false).to_vec::<i64>()?, Tensor::arange(10).to_vec::<i64>()?);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn shuffle(x: &Tensor, axis: isize) -> Tensor {
    match x.raw_shape().axis(axis) {
        _ if x.error().is_some() => x.clone(),
        Ok(i) => x.take(
            &uniform([x.raw_shape()[i]], 0.0, 1.0, DType::F64).argsort(0, false),
            axis,
        ),
        Err(error) => Tensor::failed(error.at_op("shuffle", Location::caller())),
    }
}

/// A failed tensor of settings that a distribution does not have.
#[track_caller]
fn refused(name: &'static str, needs: String) -> Tensor {
    Tensor::failed(Error::value(format!("{name} needs {needs}")).at_op(name, Location::caller()))
}

/// Numbers of a distribution from a key.
pub(crate) fn fill(distribution: Distribution, shape: Shape, dtype: DType, key: u64) -> Tensor {
    match distribution {
        Distribution::Uniform(low, high) => match dtype {
            DType::F64 => generate(
                shape,
                #[inline(always)]
                move |i| low + (high - low) * unit_f64(key, i),
            ),
            DType::F32 | DType::I64 | DType::U8 | DType::Bool => {
                let (low, high) = (low as f32, high as f32);
                // Rounding low + (high - low)·u to f32 could give `high` itself.
                generate(
                    shape,
                    #[inline(always)]
                    move |i| {
                        let v = low + (high - low) * unit_f32(key, i);
                        if v < high { v } else { low }
                    },
                )
            }
        },
        Distribution::Normal(mean, stddev) => generate_float(shape, dtype, move |i| {
            mean + stddev * standard_normal(key, i)
        }),
        Distribution::TruncatedNormal(mean, stddev) => generate_float(shape, dtype, move |i| {
            let own = bits(key, i);
            let attempts = (0..).map(|attempt| standard_normal(own, attempt));
            let near = attempts.into_iter().find(|z| z.abs() <= 2.0);
            mean + stddev * near.expect("attempts do not end")
        }),
        Distribution::Bernoulli(probability) => {
            let limit = limit(probability);
            generate(
                shape,
                #[inline(always)]
                move |i| bits(key, i) >> 11 < limit,
            )
        }
        Distribution::Randint(low, high) => {
            let span = high.wrapping_sub(low) as u64;
            // The bias of the multiplication is below the span / 2^64.
            generate(shape, move |i| {
                low.wrapping_add(((bits(key, i) as u128 * span as u128) >> 64) as i64)
            })
        }
        Distribution::Gamma(alpha) => {
            generate_float(shape, dtype, move |i| variates::gamma(bits(key, i), alpha))
        }
        Distribution::Beta(a, b) => {
            generate_float(shape, dtype, move |i| variates::beta(bits(key, i), a, b))
        }
        Distribution::Binomial(count, probability) => generate_float(shape, dtype, move |i| {
            variates::binomial(bits(key, i), count, probability) as f64
        }),
    }
}

/// [`unit_f64`] is below a probability where `bits(..) >> 11` is below this: in whole numbers, which saves a conversion.
pub(crate) fn limit(probability: f64) -> u64 {
    (probability * (1u64 << 53) as f64).ceil() as u64
}

/// A number of mean 0 and standard deviation 1.
#[inline(always)]
pub(super) fn standard_normal(key: u64, i: u64) -> f64 {
    let u = 1.0 - unit_f64(key, 2 * i); // in (0, 1]
    let angle = std::f64::consts::TAU * unit_f64(key, 2 * i + 1);
    (-2.0 * u.ln()).sqrt() * angle.cos()
}

/// The numbers `0..n` in random order (Fisher and Yates).
pub fn permutation(n: usize) -> Vec<usize> {
    let key = next_key();
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        // The bias of the multiplication is below n / 2^64.
        let j = ((bits(key, i as u64) as u128 * (i as u128 + 1)) >> 64) as usize;
        order.swap(i, j);
    }
    order
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
            let mut p = permutation(n);
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
