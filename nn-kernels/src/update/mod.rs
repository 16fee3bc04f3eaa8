//! Optimizer steps in one pass over parameter, gradient and state, with Keras 3's formulas.
//!
//! Weight decay comes first, as in Keras: `p -= p · weight_decay · learning_rate`, apart from the gradient (decoupled).
//! Steps are exact functions of each element, so how they are cut does not matter.

mod adadelta;
mod adagrad;
mod adamax;
mod average;
mod ftrl;
mod lamb;
mod lion;
mod nadam;
mod schedule_free;

pub use adadelta::{Adadelta, adadelta};
pub use adagrad::{Adagrad, adagrad};
pub use adamax::{Adamax, adamax};
pub use average::{accumulate, descend, moving_average};
pub use ftrl::{Ftrl, ftrl};
pub use lamb::{Lamb, lamb};
pub use lion::{Lion, lion};
pub use nadam::{Nadam, nadam};
pub use schedule_free::{ScheduleFree, schedule_free};

use super::math::Float;
use super::parallel::{Parts, for_each_small_range};
use super::simd;

/// Elements that one task updates: a root and a division each are 1 to 2 µs.
const GRAIN: usize = 4096;

/// Elements that are held in registers at a time.
const BLOCK: usize = 16;

/// Elements of a task of an update of `n`: all alike, so that with two threads each has the same half as in the product that made the
/// gradient.
pub(crate) const fn update_grain(n: usize) -> usize {
    let tasks = n.div_ceil(GRAIN);
    n.div_ceil(if tasks > 1 { tasks } else { 1 })
        .next_multiple_of(BLOCK)
}

/// `step(p[i], g[i], [state[i]; N])` gives the new parameter and states.
fn update<T: Float, const N: usize>(
    p: &mut [T],
    g: &[T],
    states: [&mut [T]; N],
    step: impl Fn(T, T, [T; N]) -> (T, [T; N]) + Sync + Copy,
) {
    let n = p.len();
    assert_eq!(g.len(), n);
    states.iter().for_each(|state| assert_eq!(state.len(), n));
    let level = simd::level();
    let (p, states) = (Parts::of(p), states.map(Parts::of));
    for_each_small_range(n, update_grain(n), |range| {
        // SAFETY: tasks have disjoint ranges below `n`, the length of all of these slices, which are borrowed until the last is done.
        let mut states = states
            .each_ref()
            .map(|state| unsafe { state.part(range.clone()) });
        // SAFETY: as above.
        let p = unsafe { p.part(range.clone()) };
        let g = &g[range];
        simd::run(
            level,
            #[inline(always)]
            || {
                let whole = p.len() / BLOCK * BLOCK;
                for at in (0..whole).step_by(BLOCK) {
                    update_block::<T, N>(at, BLOCK, p, g, &mut states, step);
                }
                update_block(whole, p.len() - whole, p, g, &mut states, step);
            },
        );
    });
}

/// [`update`] for the `n` elements from `at`, at most [`BLOCK`]: through arrays of fixed length, which the compiler knows not to overlap.
#[inline(always)]
fn update_block<T: Float, const N: usize>(
    at: usize,
    n: usize,
    p: &mut [T],
    g: &[T],
    states: &mut [&mut [T]; N],
    step: impl Fn(T, T, [T; N]) -> (T, [T; N]),
) {
    let range = at..at + n;
    let (mut values, mut gradients, mut held) =
        ([T::ZERO; BLOCK], [T::ZERO; BLOCK], [[T::ZERO; BLOCK]; N]);
    values[..n].copy_from_slice(&p[range.clone()]);
    gradients[..n].copy_from_slice(&g[range.clone()]);
    for k in 0..N {
        held[k][..n].copy_from_slice(&states[k][range.clone()]);
    }
    for i in 0..BLOCK {
        let (value, new) = step(values[i], gradients[i], std::array::from_fn(|k| held[k][i]));
        values[i] = value;
        for k in 0..N {
            held[k][i] = flushed(new[k]);
        }
    }
    p[range.clone()].copy_from_slice(&values[..n]);
    for k in 0..N {
        states[k][range.clone()].copy_from_slice(&held[k][..n]);
    }
}

/// 0 for a number too small to be held with full precision. The running means of a gradient that has become 0, as behind a ReLU that
/// no input reaches any more, shrink into these numbers and stay there, and a processor takes some hundred times as long for them.
/// TensorFlow and JAX compute without them everywhere.
#[inline(always)]
fn flushed<T: Float>(x: T) -> T {
    match x.abs() < T::LEAST_NORMAL {
        true => T::ZERO,
        false => x,
    }
}

/// `baseⁿ` by squaring: with the same bits on every machine, which the standard library does not promise of its own, and in less time.
fn power(base: f64, n: u64) -> f64 {
    let [power] = powers([base], n);
    power
}

/// [`power`] of several, side by side: they take no longer than one. The bits of n are not foreseen, so that nothing branches on them.
fn powers<const N: usize>(bases: [f64; N], n: u64) -> [f64; N] {
    let (mut results, mut squares, mut left) = ([1.0; N], bases, n);
    while left > 0 {
        let taken = left % 2 == 1;
        for (result, square) in results.iter_mut().zip(&mut squares) {
            *result *= if taken { *square } else { 1.0 };
            *square *= *square;
        }
        left /= 2;
    }
    results
}

/// Stochastic gradient descent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SGD {
    /// Step size.
    pub learning_rate: f64,
    /// Share of the last step that is taken again, 0 ≤ momentum ≤ 1; used with a state only.
    pub momentum: f64,
    /// Nesterov's variant: look ahead by one more step of momentum.
    pub nesterov: bool,
    /// Share of the parameter that is taken away, times the learning rate.
    pub weight_decay: f64,
}

/// One step of [`SGD`]: without a state `p -= lr · g`; with one, `m = momentum · m - lr · g` and then `p += m`, or
/// `p += momentum · m - lr · g` for Nesterov.
pub fn sgd<T: Float>(by: &SGD, p: &mut [T], g: &[T], m: Option<&mut [T]>) {
    let [lr, momentum, decay] = [by.learning_rate, by.momentum, by.weight_decay].map(T::from_f64);
    match (m, by.nesterov) {
        (None, _) => update(p, g, [], |p, g, []| (p - p * decay * lr - lr * g, [])),
        (Some(m), false) => update(p, g, [m], |p, g, [m]| {
            let m = m * momentum - g * lr;
            (p - p * decay * lr + m, [m])
        }),
        (Some(m), true) => update(p, g, [m], |p, g, [m]| {
            let m = m * momentum - g * lr;
            (p - p * decay * lr + (m * momentum - g * lr), [m])
        }),
    }
}

/// Adam (Kingma and Ba 2014, <https://arxiv.org/abs/1412.6980>), and AdamW with a weight decay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    /// Step size.
    pub learning_rate: f64,
    /// Decay of the mean of gradients.
    pub beta_1: f64,
    /// Decay of the mean of squared gradients.
    pub beta_2: f64,
    /// Added to the root of the second mean, which is not corrected for its start at this place.
    pub epsilon: f64,
    /// Share of the parameter that is taken away, times the learning rate; 0 is plain Adam.
    pub weight_decay: f64,
    /// Number of this step, from 1.
    pub step: u64,
}

/// One step of [`Adam`]: `m += (g - m)(1 - β₁)`, `v += (g² - v)(1 - β₂)`, `p -= α m / (√v + ε)` with
/// α = lr √(1 - β₂ᵗ) / (1 - β₁ᵗ). With `v_max` (AMSGrad) the greatest `v` so far takes its place.
pub fn adam<T: Float>(
    by: &Adam,
    p: &mut [T],
    g: &[T],
    m: &mut [T],
    v: &mut [T],
    v_max: Option<&mut [T]>,
) {
    let [power_1, power_2] = powers([by.beta_1, by.beta_2], by.step);
    let (left_1, left_2) = (1.0 - power_1, 1.0 - power_2);
    // Each by itself: `map` over arrays of them took a quarter of a small parameter's step.
    let alpha = T::from_f64(by.learning_rate * left_2.sqrt() / left_1);
    let (epsilon, lr) = (T::from_f64(by.epsilon), T::from_f64(by.learning_rate));
    let decay = T::from_f64(by.weight_decay);
    let (rest_1, rest_2) = (T::from_f64(1.0 - by.beta_1), T::from_f64(1.0 - by.beta_2));
    match v_max {
        None => update(p, g, [m, v], |p, g, [m, v]| {
            let m = m + (g - m) * rest_1;
            let v = v + (g * g - v) * rest_2;
            (
                p - p * decay * lr - m * alpha / (Float::sqrt(v) + epsilon),
                [m, v],
            )
        }),
        Some(v_max) => update(p, g, [m, v, v_max], |p, g, [m, v, v_max]| {
            let m = m + (g - m) * rest_1;
            let v = v + (g * g - v) * rest_2;
            let v_max = T::maximum(v_max, v);
            (
                p - p * decay * lr - m * alpha / (Float::sqrt(v_max) + epsilon),
                [m, v, v_max],
            )
        }),
    }
}

/// RMSprop (Hinton, Neural Networks for Machine Learning, lecture 6e).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RmsProp {
    /// Step size.
    pub learning_rate: f64,
    /// Decay of the mean of squared gradients.
    pub rho: f64,
    /// Share of the last step that is taken again; used with a state only.
    pub momentum: f64,
    /// Added under the root.
    pub epsilon: f64,
    /// Share of the parameter that is taken away, times the learning rate.
    pub weight_decay: f64,
}

/// One step of [`RmsProp`]: `v = ρ v + (1 - ρ) g²`, `step = lr · g / √(v + ε)`, `p -= step`. With `m`,
/// `m = momentum · m + step` and `p -= m`. With `average` (centered), `a = ρ a + (1 - ρ) g` and the root is
/// √(v - a² + ε).
pub fn rmsprop<T: Float>(
    by: &RmsProp,
    p: &mut [T],
    g: &[T],
    v: &mut [T],
    m: Option<&mut [T]>,
    average: Option<&mut [T]>,
) {
    let [lr, rho, rest] = [by.learning_rate, by.rho, 1.0 - by.rho].map(T::from_f64);
    let [momentum, epsilon, decay] = [by.momentum, by.epsilon, by.weight_decay].map(T::from_f64);
    let second = move |v: T, g: T| rho * v + rest * (g * g);
    let first = move |a: T, g: T| rho * a + rest * g;
    let decayed = move |p: T| p - p * decay * lr;
    let step = move |g: T, square: T| lr * g / Float::sqrt(square + epsilon);
    match (m, average) {
        (None, None) => update(p, g, [v], |p, g, [v]| {
            let v = second(v, g);
            (decayed(p) - step(g, v), [v])
        }),
        (Some(m), None) => update(p, g, [v, m], |p, g, [v, m]| {
            let v = second(v, g);
            let m = momentum * m + step(g, v);
            (decayed(p) - m, [v, m])
        }),
        (None, Some(a)) => update(p, g, [v, a], |p, g, [v, a]| {
            let (v, a) = (second(v, g), first(a, g));
            (decayed(p) - step(g, v - a * a), [v, a])
        }),
        (Some(m), Some(a)) => update(p, g, [v, m, a], |p, g, [v, m, a]| {
            let (v, a) = (second(v, g), first(a, g));
            let m = momentum * m + step(g, v - a * a);
            (decayed(p) - m, [v, m, a])
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::simd::tests::{bits, random, same_everywhere};
    use super::*;

    const SIZES: [usize; 5] = [0, 1, 37, 1000, 9 * GRAIN + 11];

    /// Runs `f` on a parameter, a gradient and three states that can be squared gradients, and returns their bits;
    /// checks them against `expected`, which does the same to one element in `f64`.
    pub(in super::super) fn check(
        what: &str,
        f: impl Fn(&mut [f32], &[f32], &mut [f32], &mut [f32], &mut [f32]) + Sync,
        expected: impl Fn(f64, f64, [f64; 3]) -> (f64, [f64; 3]),
    ) {
        for n in SIZES {
            let (p, g) = (random(n, 1), random(n, 2));
            // Squares above those of the averages, as in a real run.
            let states = [3, 4, 5].map(|seed| {
                random(n, seed)
                    .iter()
                    .map(|v| v * 0.1 + 0.5)
                    .collect::<Vec<f32>>()
            });
            let found = same_everywhere(|| {
                let (mut p, [mut a, mut b, mut c]) = (p.clone(), states.clone());
                f(&mut p, &g, &mut a, &mut b, &mut c);
                [p, a, b, c].map(|v| bits(&v))
            });
            for i in 0..n {
                let (value, new) = expected(
                    p[i] as f64,
                    g[i] as f64,
                    [0, 1, 2].map(|k| states[k][i] as f64),
                );
                for (k, e) in [value, new[0], new[1], new[2]].into_iter().enumerate() {
                    let v = f32::from_bits(found[k][i]) as f64;
                    // A handful of roundings of numbers of size 1.
                    assert!(
                        (v - e).abs() <= 8.0 * f32::EPSILON as f64,
                        "{what} {k} of {n} at {i}: {v} {e}"
                    );
                }
            }
        }
    }

    #[test]
    fn sgd_agrees_with_keras_formulas() {
        let by = SGD {
            learning_rate: 0.1,
            momentum: 0.9,
            nesterov: false,
            weight_decay: 0.01,
        };
        check(
            "plain",
            |p, g, _, _, _| sgd(&by, p, g, None),
            |p, g, s| (p - p * 0.01 * 0.1 - 0.1 * g, s),
        );
        check(
            "momentum",
            |p, g, m, _, _| sgd(&by, p, g, Some(m)),
            |p, g, [m, b, c]| {
                let m = 0.9 * m - 0.1 * g;
                (p - p * 0.001 + m, [m, b, c])
            },
        );
        let by = SGD {
            nesterov: true,
            weight_decay: 0.0,
            ..by
        };
        check(
            "nesterov",
            |p, g, m, _, _| sgd(&by, p, g, Some(m)),
            |p, g, [m, b, c]| {
                let m = 0.9 * m - 0.1 * g;
                (p + 0.9 * m - 0.1 * g, [m, b, c])
            },
        );
    }

    #[test]
    fn powers_are_those_of_the_standard_library() {
        for base in [0.0, 0.5, 0.9, 0.96, 0.999, 0.9999999] {
            for n in [0, 1, 2, 3, 10, 999, 1 << 20, u64::MAX] {
                let (found, expected) = (power(base, n), base.powf(n as f64));
                // Each squaring doubles the error so far.
                let most = 1e-15 + n as f64 * f64::EPSILON * expected;
                assert!(
                    (found - expected).abs() <= most,
                    "{base}^{n}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn adam_agrees_with_keras_formulas() {
        let by = Adam {
            learning_rate: 0.1,
            beta_1: 0.9,
            beta_2: 0.99,
            epsilon: 1e-7,
            weight_decay: 0.01,
            step: 3,
        };
        let alpha = 0.1 * (1.0 - 0.99f64.powi(3)).sqrt() / (1.0 - 0.9f64.powi(3));
        for decay in [0.0, 0.01] {
            let by = Adam {
                weight_decay: decay,
                ..by
            };
            check(
                "adam",
                |p, g, m, v, _| adam(&by, p, g, m, v, None),
                |p, g, [m, v, c]| {
                    let (m, v) = (0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g);
                    (
                        p - p * decay * 0.1 - alpha * m / (v.sqrt() + 1e-7),
                        [m, v, c],
                    )
                },
            );
            check(
                "amsgrad",
                |p, g, m, v, c| adam(&by, p, g, m, v, Some(c)),
                |p, g, [m, v, c]| {
                    let (m, v) = (0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g);
                    let c = c.max(v);
                    (
                        p - p * decay * 0.1 - alpha * m / (c.sqrt() + 1e-7),
                        [m, v, c],
                    )
                },
            );
        }
    }

    #[test]
    fn rmsprop_agrees_with_keras_formulas() {
        let by = RmsProp {
            learning_rate: 0.1,
            rho: 0.9,
            momentum: 0.5,
            epsilon: 1e-3,
            weight_decay: 0.01,
        };
        for (momentum, centered) in [(false, false), (true, false), (false, true), (true, true)] {
            check(
                "rmsprop",
                |p, g, v, m, a| rmsprop(&by, p, g, v, momentum.then_some(m), centered.then_some(a)),
                |p, g, [v, m, a]| {
                    let v = 0.9 * v + 0.1 * g * g;
                    let new_a = if centered { 0.9 * a + 0.1 * g } else { a };
                    let square = if centered { v - new_a * new_a } else { v };
                    let step = 0.1 * g / (square + 1e-3).sqrt();
                    let new_m = if momentum { 0.5 * m + step } else { m };
                    let p = p - p * 0.01 * 0.1 - if momentum { new_m } else { step };
                    (p, [v, new_m, new_a])
                },
            );
        }
    }

    #[test]
    fn nan_gradients_show_in_the_parameter() {
        let by = Adam {
            learning_rate: 0.1,
            beta_1: 0.9,
            beta_2: 0.99,
            epsilon: 1e-7,
            weight_decay: 0.0,
            step: 1,
        };
        let (mut p, mut m, mut v) = ([1.0, 1.0], [0.0; 2], [0.0; 2]);
        adam(&by, &mut p, &[f32::NAN, 0.0], &mut m, &mut v, None);
        assert!(p[0].is_nan() && p[1] == 1.0);
    }

    /// A mean that shrinks by a share a step would stay at a few of the least denormal numbers for ever.
    #[test]
    fn means_of_no_gradient_end_at_zero() {
        let by = Adam {
            learning_rate: 1e-3,
            beta_1: 0.9,
            beta_2: 0.9,
            epsilon: 1e-7,
            weight_decay: 0.0,
            step: 1,
        };
        for n in [1, BLOCK, 3 * BLOCK + 5] {
            let (mut p, mut m, mut v) = (vec![1.0_f32; n], vec![0.0; n], vec![0.0; n]);
            adam(&by, &mut p, &vec![0.1; n], &mut m, &mut v, None);
            assert!(m.iter().chain(&v).all(|x| *x > 0.0));
            for _ in 0..1000 {
                adam(&by, &mut p, &vec![0.0; n], &mut m, &mut v, None);
                assert!(m.iter().chain(&v).all(|x| *x == 0.0 || x.is_normal()));
            }
            assert!(m.iter().chain(&v).all(|x| *x == 0.0));
        }
    }
}
