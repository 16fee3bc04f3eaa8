//! The large kernels, compiled in this crate, once for each element type. A generic function is compiled again in every crate that calls
//! it, and these are most of what the compiler has to do; a method of an implementation for one type is compiled where it stands.

use crate::conv::{self, Conv2d, Finish};
use crate::gemm::{self, After, Mat, Start};
use crate::simd::Level;

/// The generic functions of the same names, for one element type.
pub trait Compiled: Sized {
    /// The matrix product, and `after` of every element of the result.
    #[allow(clippy::too_many_arguments)]
    fn multiply_then(
        level: Level,
        sizes: [usize; 3],
        a: Mat<Self>,
        b: Mat<Self>,
        c: &mut [Self],
        ldc: usize,
        start: Start<Self>,
        after: Option<After<Self>>,
    );

    /// The convolution, and `finish` of every element of the result.
    fn convolve(
        level: Level,
        g: &Conv2d,
        x: &[Self],
        kernel: &[Self],
        finish: Finish<Self>,
        y: &mut [Self],
    );

    /// The convolution's gradient with respect to its input.
    fn convolve_input_gradient(
        level: Level,
        g: &Conv2d,
        dy: &[Self],
        kernel: &[Self],
        dx: &mut [Self],
    );

    /// The convolution's gradient with respect to its kernel.
    fn convolve_kernel_gradient(level: Level, g: &Conv2d, x: &[Self], dy: &[Self], dk: &mut [Self]);
}

macro_rules! compiled {
    ($($element:ty),*) => {$(
        impl Compiled for $element {
            fn multiply_then(
                level: Level,
                sizes: [usize; 3],
                a: Mat<Self>,
                b: Mat<Self>,
                c: &mut [Self],
                ldc: usize,
                start: Start<Self>,
                after: Option<After<Self>>,
            ) {
                gemm::multiply_then(level, sizes, a, b, c, ldc, start, after);
            }

            fn convolve(
                level: Level,
                g: &Conv2d,
                x: &[Self],
                kernel: &[Self],
                finish: Finish<Self>,
                y: &mut [Self],
            ) {
                conv::forward_at(level, g, x, kernel, finish, y);
            }

            fn convolve_input_gradient(
                level: Level,
                g: &Conv2d,
                dy: &[Self],
                kernel: &[Self],
                dx: &mut [Self],
            ) {
                conv::input_gradient_at(level, g, dy, kernel, dx);
            }

            fn convolve_kernel_gradient(
                level: Level,
                g: &Conv2d,
                x: &[Self],
                dy: &[Self],
                dk: &mut [Self],
            ) {
                conv::kernel_gradient_at(level, g, x, dy, dk);
            }
        }
    )*};
}
compiled!(f32, f64);
