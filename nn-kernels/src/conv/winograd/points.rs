//! The one-dimensional maps of F(m, 3) for m up to 4 and their transposes.
//!
//! Names follow Lavin and Gray (2016): `y = Aᵀ((G·g) ⊙ (Bᵀ·d))`, interpolation at m + 2 points. F(4, 3) uses 0, ±3/4,
//! ±3/2, ∞ instead of their 0, ±1, ±2, ∞: the same number of steps, but a quarter of the error, because the powers of
//! the points stay nearer to 1 (as Vincent et al. found, "On Improving the Numerical Stability of Winograd
//! Convolutions", 2017), and their squares are exact.
//!
//! F(m, 3) with m < 4 takes the first m + 2 of these points. G divides by the derivative at the point p of the
//! polynomial of *all* points, so that all sizes share the transformed filter; Bᵀ makes up for it with `Π (p − q)` over the
//! finite points q that are left out. Left out are ∞, 0 and 3/2, in this order, each time the point without which the error is
//! smallest; it is smaller than that of F(4, 3).

use crate::gemm::vector::Vector;
use std::mem::MaybeUninit;

/// Outputs of a whole tile along an axis.
pub const SIZE: usize = 4;

/// Points of a whole tile: 3/4, −3/4, −3/2, 3/2, 0, ∞.
pub const POINTS: usize = points(SIZE);

/// Points, and inputs, of a tile of `size` outputs.
pub const fn points(size: usize) -> usize {
    size + 2
}

/// A linear map along one axis of a tile.
pub trait Map {
    /// Values that it takes, for a tile of `size` outputs.
    fn inputs(size: usize) -> usize;
    /// Values that it gives.
    fn outputs(size: usize) -> usize;
    /// Maps the first [`Map::inputs`] values, the others being zero, to the first [`Map::outputs`], the others having no
    /// meaning.
    ///
    /// # Safety
    /// The processor must have the instructions of V.
    unsafe fn map<V: Vector, const M: usize>(x: [V; POINTS]) -> [V; POINTS];
}

/// The points ±A and ±B, their squares, and the derivatives of x(x² − A²)(x² − B²) at 0, ±A and ±B.
const A: f64 = 0.75;
const B: f64 = 1.5;
const A2: f64 = A * A;
const B2: f64 = B * B;
const AT_0: f64 = A2 * B2;
const AT_A: f64 = 2.0 * A2 * (A2 - B2);
const AT_B: f64 = 2.0 * B2 * (B2 - A2);

/// Bᵀ, of the data.
pub struct Data;

impl Map for Data {
    fn inputs(size: usize) -> usize {
        points(size)
    }

    fn outputs(size: usize) -> usize {
        points(size)
    }

    #[inline(always)]
    unsafe fn map<V: Vector, const M: usize>([a, b, c, d, e, f]: [V; POINTS]) -> [V; POINTS] {
        // SAFETY: arithmetic alone; the caller has the instructions.
        unsafe {
            match M {
                1 => {
                    let row = |factor: f64, b_factor: f64, a_factor: f64| {
                        times(factor, scaled(a_factor, a, scaled(b_factor, b, c)))
                    };
                    [
                        row(A * (A - B), A + B, A * B),
                        row(A * (A + B), B - A, -A * B),
                        row(2.0 * B2, 0.0, -A2),
                        V::zero(),
                        V::zero(),
                        V::zero(),
                    ]
                }
                2 => {
                    let (even, odd) = (times(A2, scaled(-B2, a, c)), scaled(-B2, b, d));
                    let (even_b, odd_b) = (times(B2, scaled(-A2, a, c)), scaled(-A2, b, d));
                    [
                        scaled(A, odd, even),
                        scaled(-A, odd, even),
                        scaled(-B, odd_b, even_b),
                        scaled(B, odd_b, even_b),
                        V::zero(),
                        V::zero(),
                    ]
                }
                _ => {
                    let (even, odd) = (scaled(-B2, c, e), scaled(-B2, b, d));
                    let (even_b, odd_b) = (scaled(-A2, c, e), scaled(-A2, b, d));
                    [
                        scaled(A, odd, even),
                        scaled(-A, odd, even),
                        scaled(-B, odd_b, even_b),
                        scaled(B, odd_b, even_b),
                        scaled(AT_0, a, scaled(-A2 - B2, c, e)),
                        scaled(AT_0, b, scaled(-A2 - B2, d, f)),
                    ]
                }
            }
        }
    }
}

/// G, of the filter, for tiles of all sizes.
pub struct Filter;

impl Map for Filter {
    fn inputs(_: usize) -> usize {
        3
    }

    fn outputs(_: usize) -> usize {
        POINTS
    }

    #[inline(always)]
    unsafe fn map<V: Vector, const M: usize>([a, b, c, ..]: [V; POINTS]) -> [V; POINTS] {
        // SAFETY: arithmetic alone; the caller has the instructions.
        unsafe {
            let even = scaled(A2 / AT_A, c, times(1.0 / AT_A, a));
            let even_b = scaled(B2 / AT_B, c, times(1.0 / AT_B, a));
            [
                scaled(A / AT_A, b, even),
                scaled(-A / AT_A, b, even),
                scaled(-B / AT_B, b, even_b),
                scaled(B / AT_B, b, even_b),
                times(1.0 / AT_0, a),
                c,
            ]
        }
    }
}

/// Aᵀ, to the output.
pub struct Output;

impl Map for Output {
    fn inputs(size: usize) -> usize {
        points(size)
    }

    fn outputs(size: usize) -> usize {
        size
    }

    #[inline(always)]
    unsafe fn map<V: Vector, const M: usize>([a, b, c, d, e, f]: [V; POINTS]) -> [V; POINTS] {
        // SAFETY: arithmetic alone; the caller has the instructions.
        unsafe {
            let (even, even_b) = (a.add(b), d.add(c));
            let (odd, odd_b) = (a.sub(b), d.sub(c));
            [
                e.add(even).add(even_b),
                scaled(B, odd_b, times(A, odd)),
                scaled(B2, even_b, times(A2, even)),
                scaled(B2 * B, odd_b, scaled(A2 * A, odd, f)),
                V::zero(),
                V::zero(),
            ]
        }
    }
}

/// A, of the gradient with respect to the output.
pub struct OutputGradient;

impl Map for OutputGradient {
    fn inputs(size: usize) -> usize {
        size
    }

    fn outputs(size: usize) -> usize {
        points(size)
    }

    #[inline(always)]
    unsafe fn map<V: Vector, const M: usize>([a, b, c, d, ..]: [V; POINTS]) -> [V; POINTS] {
        // SAFETY: arithmetic alone; the caller has the instructions.
        unsafe {
            let (even, odd) = (scaled(A2, c, a), scaled(A2, d, b));
            let (even_b, odd_b) = (scaled(B2, c, a), scaled(B2, d, b));
            [
                scaled(A, odd, even),
                scaled(-A, odd, even),
                scaled(-B, odd_b, even_b),
                scaled(B, odd_b, even_b),
                a,
                d,
            ]
        }
    }
}

/// Gᵀ, to the gradient with respect to the filter, of the sums over tiles of all sizes.
pub struct FilterGradient;

impl Map for FilterGradient {
    fn inputs(_: usize) -> usize {
        POINTS
    }

    fn outputs(_: usize) -> usize {
        3
    }

    #[inline(always)]
    unsafe fn map<V: Vector, const M: usize>([a, b, c, d, e, f]: [V; POINTS]) -> [V; POINTS] {
        // SAFETY: arithmetic alone; the caller has the instructions.
        unsafe {
            let (even, even_b) = (a.add(b), d.add(c));
            let (odd, odd_b) = (a.sub(b), d.sub(c));
            [
                scaled(
                    1.0 / AT_0,
                    e,
                    scaled(1.0 / AT_A, even, times(1.0 / AT_B, even_b)),
                ),
                scaled(A / AT_A, odd, times(B / AT_B, odd_b)),
                scaled(A2 / AT_A, even, scaled(B2 / AT_B, even_b, f)),
                V::zero(),
                V::zero(),
                V::zero(),
            ]
        }
    }
}

/// `x·factor + y`
///
/// # Safety
/// The processor must have the instructions of V.
#[inline(always)]
unsafe fn scaled<V: Vector>(factor: f64, x: V, y: V) -> V {
    // SAFETY: arithmetic alone.
    unsafe { y.multiply_add(V::constant(factor), x) }
}

/// `x·factor`
///
/// # Safety
/// The processor must have the instructions of V.
#[inline(always)]
unsafe fn times<V: Vector>(factor: f64, x: V) -> V {
    // SAFETY: arithmetic alone.
    unsafe { V::zero().multiply_add(V::constant(factor), x) }
}

/// Applies a map along both axes of a tile of `size` outputs: `store(i, j, v)` gets what comes of the values `load(i, j)`.
///
/// # Safety
/// The processor must have the instructions of V; `size` must be within 1..=[`SIZE`].
#[inline(always)]
pub unsafe fn map_2d<L: Map, V: Vector>(
    size: [usize; 2],
    load: impl Fn(usize, usize) -> V,
    store: impl FnMut(usize, usize, V),
) {
    let mut half = [[MaybeUninit::<V>::uninit(); POINTS]; POINTS];
    // SAFETY: the first pass writes `half` at [line, i] for the lines that the second one takes as its inputs and each output i
    // of the first, which are the lines of the second. The rest is passed on to the caller.
    unsafe {
        along::<L, V>(
            size[0],
            L::inputs(size[1]),
            |line, i| load(i, line),
            |line, i, v| half[line][i] = MaybeUninit::new(v),
        );
        along::<L, V>(
            size[1],
            L::outputs(size[0]),
            |line, j| half[j][line].assume_init(),
            store,
        );
    }
}

/// Applies a map to each of some lines.
///
/// # Safety
/// As [`map_2d`].
#[inline(always)]
unsafe fn along<L: Map, V: Vector>(
    size: usize,
    lines: usize,
    load: impl Fn(usize, usize) -> V,
    store: impl FnMut(usize, usize, V),
) {
    // SAFETY: passed on to the caller.
    unsafe {
        match size {
            1 => sized::<L, V, 1>(lines, load, store),
            2 => sized::<L, V, 2>(lines, load, store),
            3 => sized::<L, V, 3>(lines, load, store),
            _ => sized::<L, V, SIZE>(lines, load, store),
        }
    }
}

/// [`along`] for one size: loops over lines are left as loops, so that the code for all sizes stays small.
///
/// # Safety
/// As [`map_2d`].
#[inline(always)]
unsafe fn sized<L: Map, V: Vector, const M: usize>(
    lines: usize,
    load: impl Fn(usize, usize) -> V,
    mut store: impl FnMut(usize, usize, V),
) {
    for line in 0..lines {
        // SAFETY: arithmetic alone; the caller has the instructions.
        unsafe {
            let mut x = [V::zero(); POINTS];
            for (i, x) in x.iter_mut().enumerate().take(L::inputs(M)) {
                *x = load(line, i);
            }
            for (i, v) in L::map::<V, M>(x)
                .into_iter()
                .enumerate()
                .take(L::outputs(M))
            {
                store(line, i, v);
            }
        }
    }
}
