//! Numbers of a distribution, each a function of a key and its place.

use crate::{DType, Element, Shape, Tensor};
use nn_kernels::random::bits;
use nn_kernels::{parallel, simd};

/// How numbers are distributed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Distribution {
    /// Evenly from the first number to below the second.
    Uniform(f64, f64),
    /// Normally, with a mean and a standard deviation.
    Normal(f64, f64),
    /// Normally, none further than two standard deviations from the mean.
    TruncatedNormal(f64, f64),
    /// True with a probability.
    Bernoulli(f64),
    /// Whole numbers, evenly from the first to below the second.
    Randint(i64, i64),
    /// The gamma distribution of a shape and the scale 1.
    Gamma(f64),
    /// The beta distribution.
    Beta(f64, f64),
    /// How many of so many attempts succeed, each with a probability.
    Binomial(u64, f64),
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
            generate_float(shape, dtype, move |i| gamma(bits(key, i), alpha))
        }
        Distribution::Beta(a, b) => generate_float(shape, dtype, move |i| beta(bits(key, i), a, b)),
        Distribution::Binomial(count, probability) => generate_float(shape, dtype, move |i| {
            binomial(bits(key, i), count, probability) as f64
        }),
    }
}

/// [`unit_f64`] is below a probability where `bits(..) >> 11` is below this: in whole numbers, which saves a conversion.
pub(crate) fn limit(probability: f64) -> u64 {
    (probability * (1u64 << 53) as f64).ceil() as u64
}

/// A number of mean 0 and standard deviation 1.
#[inline(always)]
fn standard_normal(key: u64, i: u64) -> f64 {
    let u = 1.0 - unit_f64(key, 2 * i); // in (0, 1]
    let angle = std::f64::consts::TAU * unit_f64(key, 2 * i + 1);
    (-2.0 * u.ln()).sqrt() * angle.cos()
}

/// A number of the gamma distribution of shape `alpha` and scale 1 (Marsaglia and Tsang 2000), from a key of its own.
fn gamma(own: u64, alpha: f64) -> f64 {
    if alpha < 1.0 {
        // Of the next shape, times a power of a uniform number.
        let u = 1.0 - unit_f64(own, u64::MAX);
        return gamma(own, alpha + 1.0) * u.powf(1.0 / alpha);
    }
    let d = alpha - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    let attempts = (0_u64..).map(|attempt| {
        let x = standard_normal(own, 2 * attempt);
        let v = (1.0 + c * x).powi(3);
        let u = 1.0 - unit_f64(own, 4 * attempt + 2);
        (v > 0.0 && u.ln() < 0.5 * x * x + d - d * v + d * v.ln()).then_some(d * v)
    });
    attempts
        .into_iter()
        .flatten()
        .next()
        .expect("attempts do not end")
}

/// A number of the beta distribution, from a key of its own.
fn beta(own: u64, a: f64, b: f64) -> f64 {
    let (first, second) = (bits(own, 0), bits(own, 1));
    if a < 1.0 && b < 1.0 {
        // Both may be too small for a number, while their ratio is not.
        return 1.0 / (1.0 + (ln_gamma(second, b) - ln_gamma(first, a)).exp());
    }
    let (x, y) = (gamma(first, a), gamma(second, b));
    x / (x + y)
}

/// The logarithm of [`gamma`] for a shape below 1.
fn ln_gamma(own: u64, alpha: f64) -> f64 {
    let u = 1.0 - unit_f64(own, u64::MAX);
    // So that the quotient is finite.
    gamma(own, alpha + 1.0).ln() + u.ln() / alpha.max(1e-300)
}

/// How many of `count` attempts succeed, from a key of its own: of many attempts the middle one of as many sorted uniform numbers is drawn,
/// which leaves half of them (Ahrens and Dieter 1974).
fn binomial(own: u64, mut count: u64, mut probability: f64) -> u64 {
    let (mut successes, mut round) = (0, 0);
    while count > 32 {
        let middle = 1 + count / 2;
        let at = beta(bits(own, round), middle as f64, (count - middle + 1) as f64);
        round += 1;
        if at >= probability {
            count = middle - 1;
            probability /= at;
        } else {
            successes += middle;
            count -= middle;
            probability = (probability - at) / (1.0 - at);
        }
    }
    let rest = bits(own, round);
    successes
        + (0..count)
            .filter(|&i| unit_f64(rest, i) < probability)
            .count() as u64
}
