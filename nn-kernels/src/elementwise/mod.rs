//! Functions of one, two or three elements at the same place, with broadcasting, and copies that change the
//! order of elements.
//!
//! Lengths that do not agree with the dims are a bug of the caller and panic. Functions that are more than a few
//! instructions should be `#[inline(always)]`, closures included, or loops over them are not vectorized; for the same
//! reason loops here are `for` loops: the `for_each` of an iterator is one more function that may not be inlined.

mod broadcast;
mod strided;

pub use broadcast::{BroadcastLoop, Operand, broadcast_to, broadcast_zip, select};
pub(super) use strided::check as check_slices;
pub use strided::{AxisSlice, permute, strided_copy};

use super::parallel::{GRAIN, pieces};
use super::simd::{self, Level};
use crate::Element;

/// The number of elements of a shape: 0 if an axis has none, however long the others are.
///
/// # Panics
/// When there are more than can be counted.
pub(super) fn elements(dims: &[usize]) -> usize {
    product(dims.iter().copied())
}

/// [`elements`] of lengths that are no slice.
pub(super) fn product(dims: impl Iterator<Item = usize>) -> usize {
    let (mut nonzero, mut empty) = (Some(1_usize), false);
    for n in dims {
        empty |= n == 0;
        nonzero = nonzero.and_then(|product| product.checked_mul(n.max(1)));
    }
    match empty {
        true => 0,
        false => nonzero.expect("a shape of more elements than can be counted"),
    }
}

/// What is done with two pieces of one task.
type Body2<'a, A, B> = &'a (dyn Fn(usize, &mut [A], &mut [B]) + Sync);

/// The same for two outputs, cut at multiples of their own grains; the body gets the number of the task.
pub(super) fn pieces2<A: Send, B: Send>(
    (a, a_grain): (&mut [A], usize),
    (b, b_grain): (&mut [B], usize),
    body: Body2<A, B>,
) {
    let mut tasks: Vec<_> = a.chunks_mut(a_grain).zip(b.chunks_mut(b_grain)).collect();
    pieces(&mut tasks, 1, &|task, piece| {
        piece.iter_mut().for_each(|(a, b)| body(task, a, b))
    });
}

/// A function of elements, with which [`map`], [`zip`] and [`broadcast_zip`] run. Where `WIDE`, as where a function takes its time (an
/// exponential or a division), its loops are compiled for vectors of every width where the elements are `f32`; otherwise, where it is so cheap that
/// memory is the limit, once, for the narrowest. A function is copied in front of its loop: what it holds and is read through a reference could be
/// written in the loop, as far as the compiler knows, which then makes no vectors of it.
pub struct Each<F, const WIDE: bool>(pub F);

/// The loop over one task's elements that a function is run in: the one part of [`map`] that is compiled for each function. A trait, and not a
/// closure behind `dyn Fn`, with which come two functions more.
pub trait MapLoop<A, B>: Sync {
    /// `out[i] = f(x[i])`, with the vectors of a level.
    fn run(&self, level: Level, x: &[A], out: &mut [B]);
}

impl<A: Element, B, F: Fn(A) -> B + Copy + Sync, const WIDE: bool> MapLoop<A, B> for Each<F, WIDE> {
    fn run(&self, level: Level, x: &[A], out: &mut [B]) {
        simd::run_if::<WIDE, A, _>(
            level,
            #[inline(always)]
            || {
                let f = self.0;
                for (o, &a) in out.iter_mut().zip(x) {
                    *o = f(a);
                }
            },
        );
    }
}

/// `out[i] = f(x[i])`. Compiled once for all functions.
#[inline(never)]
pub fn map<A: Sync, B: Send>(x: &[A], out: &mut [B], f: &dyn MapLoop<A, B>) {
    assert_eq!(x.len(), out.len());
    let level = simd::level();
    pieces(out, GRAIN, &|start, piece| {
        f.run(level, &x[start..start + piece.len()], piece);
    });
}

/// `x[i] = f(x[i])`.
pub fn map_in_place<T: Copy + Send>(x: &mut [T], f: impl Fn(T) -> T + Sync + Copy) {
    pieces(x, GRAIN, &|_, piece| {
        for v in piece {
            *v = f(*v);
        }
    });
}

/// [`map_in_place`] for an `f` that takes its time, as where [`Each`] is wide.
pub fn map_in_place_wide<T: Element>(x: &mut [T], f: impl Fn(T) -> T + Sync + Copy) {
    let level = simd::level();
    pieces(x, GRAIN, &|_, piece| {
        simd::run_if::<true, T, _>(
            level,
            #[inline(always)]
            || {
                for v in piece.iter_mut() {
                    *v = f(*v);
                }
            },
        );
    });
}

/// [`map_in_place_wide`] on the calling thread alone: for a block that is in its cache.
pub fn map_block_wide<T: Element>(x: &mut [T], f: impl Fn(T) -> T + Copy) {
    simd::run_if::<true, T, _>(
        simd::level(),
        #[inline(always)]
        || {
            for v in x {
                *v = f(*v);
            }
        },
    );
}

/// As [`MapLoop`], for [`zip`].
pub trait ZipLoop<A, B, C>: Sync {
    /// `out[i] = f(x[i], y[i])`, with the vectors of a level.
    fn run(&self, level: Level, x: &[A], y: &[B], out: &mut [C]);
}

impl<A: Element, B: Copy, C, F: Fn(A, B) -> C + Copy + Sync, const WIDE: bool> ZipLoop<A, B, C>
    for Each<F, WIDE>
{
    fn run(&self, level: Level, x: &[A], y: &[B], out: &mut [C]) {
        simd::run_if::<WIDE, A, _>(
            level,
            #[inline(always)]
            || {
                let f = self.0;
                for ((o, &a), &b) in out.iter_mut().zip(x).zip(y) {
                    *o = f(a, b);
                }
            },
        );
    }
}

/// `out[i] = f(x[i], y[i])`. Compiled once for all functions.
#[inline(never)]
pub fn zip<A: Sync, B: Sync, C: Send>(x: &[A], y: &[B], out: &mut [C], f: &dyn ZipLoop<A, B, C>) {
    assert_eq!(x.len(), out.len());
    assert_eq!(y.len(), out.len());
    let level = simd::level();
    pieces(out, GRAIN, &|start, piece| {
        let range = start..start + piece.len();
        f.run(level, &x[range.clone()], &y[range], piece);
    });
}

#[cfg(test)]
mod tests {
    use super::super::math::Float;
    use super::super::simd::tests::{bits, random, same_everywhere};
    use super::*;

    #[test]
    fn maps_agree_with_plain_loops_on_every_level() {
        for n in [0, 1, 3, 17, 64, 1001, 3 * GRAIN + 5] {
            let (x, y) = (random(n, 1), random(n, 2));
            let expected: Vec<f32> = x.iter().map(|&v| Float::tanh(v)).collect();
            let found = same_everywhere(|| {
                let mut out = vec![f32::NAN; n];
                map(&x, &mut out, &Each::<_, true>(Float::tanh));
                let mut again = x.clone();
                map_in_place(&mut again, Float::tanh);
                assert_eq!(bits(&again), bits(&out));
                map(&x, &mut again, &Each::<_, false>(Float::tanh));
                assert_eq!(bits(&again), bits(&out));
                bits(&out)
            });
            assert_eq!(found, bits(&expected));

            let expected: Vec<f32> = x.iter().zip(&y).map(|(&a, &b)| a * 2.0 - b).collect();
            let found = same_everywhere(|| {
                let mut out = vec![f32::NAN; n];
                zip(&x, &y, &mut out, &Each::<_, true>(|a, b| a * 2.0 - b));
                let mut again = vec![f32::NAN; n];
                zip(&x, &y, &mut again, &Each::<_, false>(|a, b| a * 2.0 - b));
                assert_eq!(bits(&again), bits(&out));
                bits(&out)
            });
            assert_eq!(found, bits(&expected));
        }
    }

    #[test]
    fn every_function_gives_the_same_bits_on_every_level() {
        // Arguments over the whole range of exponents, NaN and infinities among them.
        let x: Vec<f32> = (0..60_000u32)
            .map(|i| f32::from_bits(i.wrapping_mul(71_583)))
            .collect();
        let functions: [fn(f32) -> f32; 8] = [
            Float::exp,
            Float::expm1,
            Float::ln,
            Float::log1p,
            Float::tanh,
            Float::sigmoid,
            Float::softplus,
            Float::erf,
        ];
        macro_rules! check {
            ($($i:literal $f:path),*) => {$(
                let scalar: Vec<bool> = x.iter().map(|&v| functions[$i](v).is_nan()).collect();
                let found = same_everywhere(|| {
                    let mut out = vec![0.0; x.len()];
                    map(&x, &mut out, &Each::<_, true>($f));
                    // Which bits a NaN carries is left open.
                    out.iter().map(|v: &f32| if v.is_nan() { u32::MAX } else { v.to_bits() }).collect::<Vec<_>>()
                });
                assert!(found.iter().zip(&scalar).all(|(&b, &nan)| (b == u32::MAX) == nan));
            )*};
        }
        check!(0 Float::exp, 1 Float::expm1, 2 Float::ln, 3 Float::log1p, 4 Float::tanh);
        check!(5 Float::sigmoid, 6 Float::softplus, 7 Float::erf);
    }
}
