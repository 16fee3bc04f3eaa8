//! Random numbers from counters: number `i` of a draw is a function of the seed, the draw and `i`, so results do not
//! depend on how many threads compute them.
//!
//! The seed belongs to the thread. Without [`set_seed`] it comes from the clock.

use crate::graph::observer;
use crate::module::context;
use crate::ops::random::draw::{Distribution, draw};
use crate::{DType, Element, Shape, Tensor};
use nn_kernels::{parallel, simd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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

/// A stream of draws that belongs to one layer, which has a seed of its own: what it draws depends on nothing else that is drawn.
///
/// Clones go on with the same draws.
///
/// ```
/// use nn_core::{Tensor, random::OwnStream};
/// let (a, b) = (OwnStream::new(7), OwnStream::new(7));
/// let draw = |stream: &OwnStream| stream.run(|| Tensor::random_uniform([3])).to_vec::<f32>();
/// assert_eq!(draw(&a)?, draw(&b)?);
/// assert_ne!(draw(&a)?, draw(&OwnStream::new(7))?);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OwnStream {
    seed: u64,
    draws: Arc<AtomicU64>,
}

impl OwnStream {
    /// The stream of a seed, from its beginning.
    pub fn new(seed: u64) -> OwnStream {
        OwnStream {
            seed,
            draws: Arc::default(),
        }
    }

    /// Runs `f`, in which everything random comes from this stream instead of the thread's. What a graph takes down of it draws from
    /// this stream too, whenever it runs.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        struct Restore(Option<OwnStream>);
        impl Drop for Restore {
            fn drop(&mut self) {
                context::replace_own_stream(self.0.take());
            }
        }
        let _restore = Restore(context::replace_own_stream(Some(self.clone())));
        f()
    }

    /// The next draw, which is taken.
    pub(crate) fn next(&self) -> Stream {
        Stream {
            seed: self.seed,
            draw: self.draws.fetch_add(1, Ordering::Relaxed),
        }
    }
}

/// Fixes everything random on this thread: initialization, dropout, shuffling, splits.
///
/// ```
/// use nn_core::{Tensor, random::set_seed};
/// set_seed(7);
/// let a = Tensor::random_uniform([3]).to_vec::<f32>()?;
/// set_seed(7);
/// assert_eq!(a, Tensor::random_uniform([3]).to_vec::<f32>()?);
/// # Ok::<(), nn_core::Error>(())
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

/// SplitMix64's finalizer: every bit of the result depends on every bit of `x`.
#[inline(always)]
const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// 64 random bits: number `i` of the draw with the given key (SplitMix64, Steele et al. 2014).
#[inline(always)]
pub const fn bits(key: u64, i: u64) -> u64 {
    mix(key.wrapping_add(i.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
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
        _ => generate(shape, move |i| f(i) as f32),
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

/// Numbers of a distribution from a key.
pub(crate) fn fill(distribution: Distribution, shape: Shape, dtype: DType, key: u64) -> Tensor {
    match distribution {
        Distribution::Uniform(low, high) if dtype == DType::F64 => generate(
            shape,
            #[inline(always)]
            move |i| low + (high - low) * unit_f64(key, i),
        ),
        Distribution::Uniform(low, high) => {
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
            // [`unit_f64`] below the probability, in whole numbers, which saves a conversion.
            let limit = (probability * (1u64 << 53) as f64).ceil() as u64;
            generate(
                shape,
                #[inline(always)]
                move |i| bits(key, i) >> 11 < limit,
            )
        }
    }
}

/// A number of mean 0 and standard deviation 1.
#[inline(always)]
fn standard_normal(key: u64, i: u64) -> f64 {
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
    fn a_graph_goes_on_with_a_layers_own_stream() {
        use crate::UNKNOWN;
        use crate::graph::trace::trace_with;
        let own = OwnStream::new(3);
        let call = |x: &Tensor| own.run(|| x + uniform(x.shape(), 0.0, 1.0, DType::F32));
        let open = vec![Tensor::abstract_of([UNKNOWN, 2], DType::F32)];
        let layer = crate::Param::new(crate::Initializer::Zeros);
        let graph = trace_with(&layer, open, true, |x| vec![call(&x[0])]).unwrap();
        let x = Tensor::zeros([4, 2]);
        let replay = || {
            let outputs = graph.replay(std::slice::from_ref(&x)).unwrap().outputs;
            outputs[0].to_vec::<f32>().unwrap()
        };
        let called = |own: &OwnStream| own.run(|| uniform([4, 2], 0.0, 1.0, DType::F32));
        let fresh = OwnStream::new(3);
        set_seed(1);
        assert_eq!(replay(), called(&fresh).to_vec::<f32>().unwrap());
        assert_eq!(
            call(&x).to_vec::<f32>().unwrap(),
            called(&fresh).to_vec::<f32>().unwrap()
        );
        assert_eq!(replay(), called(&fresh).to_vec::<f32>().unwrap());
        assert_eq!(
            current(),
            Stream::new(1),
            "the thread's stream is left alone"
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
