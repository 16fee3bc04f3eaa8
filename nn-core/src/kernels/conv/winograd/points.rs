//! The one-dimensional maps of F(2, 3) and F(4, 3) and their transposes.
//!
//! Names follow Lavin and Gray (2016): `y = Aᵀ((G·g) ⊙ (Bᵀ·d))`, interpolation at 0, ±1, ∞ for F(2, 3). F(4, 3) uses
//! 0, ±3/4, ±3/2, ∞ instead of their 0, ±1, ±2, ∞: the same number of steps, but a quarter of the error, because the
//! powers of the points stay nearer to 1 (as Vincent et al. found, "On Improving the Numerical Stability of Winograd
//! Convolutions", 2017), and their squares are exact.

use crate::kernels::gemm::vector::Vector;

/// A linear map from I to O vectors.
pub trait Map<const I: usize, const O: usize> {
    /// # Safety
    /// The processor must have the instructions of V.
    unsafe fn map<V: Vector>(x: [V; I]) -> [V; O];
}

/// The maps of one algorithm: M outputs of a three-tap filter from N = M + 2 inputs.
pub trait Points<const M: usize, const N: usize> {
    /// Bᵀ, of the data.
    type Data: Map<N, N>;
    /// G, of the filter.
    type Filter: Map<3, N>;
    /// Aᵀ, to the output.
    type Output: Map<N, M>;
    /// A, of the gradient with respect to the output.
    type OutputGradient: Map<M, N>;
    /// Gᵀ, to the gradient with respect to the filter.
    type FilterGradient: Map<N, 3>;
}

/// F(2, 3): 4 products instead of 6.
pub struct Two;
/// F(4, 3): 6 products instead of 12.
pub struct Four;

macro_rules! algorithm {
    ($points:ident, $m:literal, $n:literal: $($role:ident = $name:ident, $i:literal => $o:literal, |$x:pat_param| $body:expr;)*) => {
        impl Points<$m, $n> for $points {
            $(type $role = $name;)*
        }
        $(
            #[doc(hidden)]
            pub struct $name;
            impl Map<$i, $o> for $name {
                #[inline(always)]
                unsafe fn map<V: Vector>($x: [V; $i]) -> [V; $o] {
                    // SAFETY: arithmetic alone; the caller has the instructions.
                    unsafe { $body }
                }
            }
        )*
    };
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

algorithm! { Two, 2, 4:
    Data = DataOfTwo, 4 => 4, |[a, b, c, d]| [a.sub(c), b.add(c), c.sub(b), b.sub(d)];
    Filter = FilterOfTwo, 3 => 4, |[a, b, c]| {
        let s = times(0.5, a.add(c));
        [a, scaled(0.5, b, s), scaled(-0.5, b, s), c]
    };
    Output = OutputOfTwo, 4 => 2, |[a, b, c, d]| [a.add(b).add(c), b.sub(c).sub(d)];
    OutputGradient = OutputGradientOfTwo, 2 => 4, |[a, b]| [a, a.add(b), a.sub(b), V::zero().sub(b)];
    FilterGradient = FilterGradientOfTwo, 4 => 3, |[a, b, c, d]| {
        let s = times(0.5, b.add(c));
        [a.add(s), times(0.5, b.sub(c)), s.add(d)]
    };
}

/// The points ±A and ±B of F(4, 3), their squares, and the derivatives of x(x² − A²)(x² − B²) at 0, ±A and ±B.
const A: f64 = 0.75;
const B: f64 = 1.5;
const A2: f64 = A * A;
const B2: f64 = B * B;
const AT_0: f64 = A2 * B2;
const AT_A: f64 = 2.0 * A2 * (A2 - B2);
const AT_B: f64 = 2.0 * B2 * (B2 - A2);

algorithm! { Four, 4, 6:
    Data = DataOfFour, 6 => 6, |[a, b, c, d, e, f]| {
        let (even, odd) = (scaled(-B2, c, e), scaled(-B2, b, d));
        let (even_b, odd_b) = (scaled(-A2, c, e), scaled(-A2, b, d));
        [
            scaled(AT_0, a, scaled(-A2 - B2, c, e)),
            scaled(A, odd, even),
            scaled(-A, odd, even),
            scaled(B, odd_b, even_b),
            scaled(-B, odd_b, even_b),
            scaled(AT_0, b, scaled(-A2 - B2, d, f)),
        ]
    };
    Filter = FilterOfFour, 3 => 6, |[a, b, c]| {
        let even = scaled(A2 / AT_A, c, times(1.0 / AT_A, a));
        let even_b = scaled(B2 / AT_B, c, times(1.0 / AT_B, a));
        [
            times(1.0 / AT_0, a),
            scaled(A / AT_A, b, even),
            scaled(-A / AT_A, b, even),
            scaled(B / AT_B, b, even_b),
            scaled(-B / AT_B, b, even_b),
            c,
        ]
    };
    Output = OutputOfFour, 6 => 4, |[a, b, c, d, e, f]| {
        let (even, even_b) = (b.add(c), d.add(e));
        let (odd, odd_b) = (b.sub(c), d.sub(e));
        [
            a.add(even).add(even_b),
            scaled(B, odd_b, times(A, odd)),
            scaled(B2, even_b, times(A2, even)),
            scaled(B2 * B, odd_b, scaled(A2 * A, odd, f)),
        ]
    };
    OutputGradient = OutputGradientOfFour, 4 => 6, |[a, b, c, d]| {
        let (even, odd) = (scaled(A2, c, a), scaled(A2, d, b));
        let (even_b, odd_b) = (scaled(B2, c, a), scaled(B2, d, b));
        [a, scaled(A, odd, even), scaled(-A, odd, even), scaled(B, odd_b, even_b), scaled(-B, odd_b, even_b), d]
    };
    FilterGradient = FilterGradientOfFour, 6 => 3, |[a, b, c, d, e, f]| {
        let (even, even_b) = (b.add(c), d.add(e));
        let (odd, odd_b) = (b.sub(c), d.sub(e));
        [
            scaled(1.0 / AT_0, a, scaled(1.0 / AT_A, even, times(1.0 / AT_B, even_b))),
            scaled(A / AT_A, odd, times(B / AT_B, odd_b)),
            scaled(A2 / AT_A, even, scaled(B2 / AT_B, even_b, f)),
        ]
    };
}

/// Applies a map along both axes: `store(i, j, v)` gets what comes of the values `load(i, j)`.
///
/// # Safety
/// The processor must have the instructions of V.
#[inline(always)]
pub unsafe fn map_2d<L: Map<I, O>, V: Vector, const I: usize, const O: usize>(
    load: impl Fn(usize, usize) -> V,
    mut store: impl FnMut(usize, usize, V),
) {
    // SAFETY: passed on to the caller.
    unsafe {
        let mut half = [[V::zero(); I]; O];
        for j in 0..I {
            let mut column = [V::zero(); I];
            for (i, v) in column.iter_mut().enumerate() {
                *v = load(i, j);
            }
            let column = L::map(column);
            for (half, v) in half.iter_mut().zip(column) {
                half[j] = v;
            }
        }
        for (i, half) in half.into_iter().enumerate() {
            for (j, v) in L::map(half).into_iter().enumerate() {
                store(i, j, v);
            }
        }
    }
}
