//! Division rounded down.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps, Op};
use crate::ops::elementwise::zip::{Function, Zip, binary};
use crate::{Operand, Tensor};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct FloorDivide;

static FLOOR_DIVIDE: &dyn Op = &Zip(FloorDivide);

impl Function for FloorDivide {
    const NAME: &'static str = "floor_divide";
    const KEEPS: Keeps = Keeps::SHAPES;

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        T::from_f64(super::remainder::floor_quotient(a.to_f64(), b.to_f64()))
    }

    #[inline(always)]
    fn int(self, a: i64, b: i64) -> i64 {
        match b {
            0 => 0,
            _ => {
                let quotient = a.wrapping_div(b);
                let round_down = a.wrapping_rem(b) != 0 && (a < 0) != (b < 0);
                quotient - i64::from(round_down)
            }
        }
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        // Flat but where it jumps.
        let zeros = || at.upstream().zeros_like();
        [at.when(0, zeros), at.when(1, zeros)]
    }
}

by_name!("floor_divide", by_name::alike, |_| Zip(FloorDivide));

impl Tensor {
    /// The quotient of corresponding elements rounded down, with broadcasting, as Python's `//`: `-7 // 2 = -4`. Integers stay
    /// integers; divided by 0 they give 0, floats ±∞ or NaN.
    ///
    /// The gradient is 0. [`Tensor::remainder`] is what is left over.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([7_i64, -7]).floor_divide(2).to_vec::<i64>()?, [3, -4]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn floor_divide(&self, other: impl Operand) -> Tensor {
        binary(FLOOR_DIVIDE, self, other)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn special_values() {
        let a = Tensor::from([
            7.0_f64,
            -7.0_f64,
            5.0_f64,
            -5.0_f64,
            f64::INFINITY,
            1.0_f64,
            1.0_f64,
        ]);
        let b = Tensor::from([
            -2.0_f64,
            2.0_f64,
            0.0_f64,
            0.0_f64,
            2.0_f64,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ]);
        let expected: Vec<f64> = vec![
            -4.0_f64,
            -4.0_f64,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
            0.0_f64,
            -1.0_f64,
        ];
        let y = a.floor_divide(b);
        for (y, expected) in y.data::<f64>().iter().zip(expected) {
            assert!(
                *y == expected || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
        let i = Tensor::from([7_i64, -7, 7, -7, 5, i64::MIN])
            .floor_divide(Tensor::from([2_i64, 2, -2, -2, 0, -1]));
        assert_eq!(i.to_vec::<i64>().unwrap(), [3, -4, -4, 3, 0, i64::MIN]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].floor_divide(&x[1]) * &x[0], &[&[3, 2], &[2]]);
    }
}
