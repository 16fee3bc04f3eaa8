//! The length of the hypotenuse.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps, Op};
use crate::ops::elementwise::floats;
use crate::ops::elementwise::zip::{Function, Zip, binary};
use crate::{Operand, Tensor};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Hypot;

static HYPOT: &dyn Op = &Zip(Hypot);

impl Function for Hypot {
    const NAME: &'static str = "hypot";
    const KEEPS: Keeps = Keeps::ALL;

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        T::from_f64(a.to_f64().hypot(b.to_f64()))
    }

    #[inline(always)]
    fn int(self, _: i64, _: i64) -> i64 {
        unreachable!("integers are taken as f32")
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        [
            at.when(0, || at.upstream() * slope(&at.inputs[0], at.output())),
            at.when(1, || at.upstream() * slope(&at.inputs[1], at.output())),
        ]
    }
}

/// The slope along one side: flat where both are 0, which is the minimum.
fn slope(side: &Tensor, hypot: &Tensor) -> Tensor {
    side.divide_no_nan(hypot)
}

by_name!("hypot", by_name::alike, |_| Zip(Hypot));

impl Tensor {
    /// `√(x² + y²)` of corresponding elements, with broadcasting, without overflow on the way; ∞ if either is infinite. Integers are
    /// taken as `f32`.
    ///
    /// Gradients: `x / h` and `y / h`, and 0 where both are 0, as those of a norm.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0_f32, 1e30]).hypot(Tensor::from([4.0_f32, 0.0])).to_vec::<f32>()?, [5.0, 1e30]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn hypot(&self, other: impl Operand) -> Tensor {
        let [a, b] = floats(self, other);
        binary(HYPOT, a, b)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{GradientTape, Tensor};

    #[test]
    fn special_values() {
        let a = Tensor::from([0.0_f64, f64::INFINITY, f64::NAN, 3.0 * 2.0_f64.powi(700)]);
        let b = Tensor::from([0.0_f64, f64::NAN, 1.0_f64, 4.0 * 2.0_f64.powi(700)]);
        let expected: Vec<f64> = vec![0.0_f64, f64::INFINITY, f64::NAN, 5.0 * 2.0_f64.powi(700)];
        let y = a.hypot(b);
        for (y, expected) in y.data::<f64>().iter().zip(expected) {
            assert!(
                *y == expected || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
    }

    #[test]
    fn is_flat_at_zero() {
        let x = Tensor::from([0.0_f32, 3.0]);
        let y = Tensor::from([0.0_f32, 4.0]);
        let tape = GradientTape::new();
        tape.watch(&x);
        tape.watch(&y);
        let h = x.hypot(&y);
        let [dx, dy] = tape.gradient(&h, [&x, &y]).unwrap();
        assert_eq!(dx.data::<f32>(), [0.0, 0.6]);
        assert_eq!(dy.data::<f32>(), [0.0, 0.8]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].hypot(&x[1]), &[&[3, 2], &[2]]);
    }
}
