//! The greater of two tensors, element by element.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps, Op};
use crate::ops::elementwise::zip::{Function, Zip, binary, zip};
use crate::ops::reduce::max_min::Greater;
use crate::{Operand, Tensor};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Maximum;

static MAXIMUM: &dyn Op = &Zip(Maximum);

impl Function for Maximum {
    const NAME: &'static str = "maximum";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        T::maximum(a, b)
    }

    #[inline(always)]
    fn int(self, a: i64, b: i64) -> i64 {
        a.max(b)
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        let [a, b] = [&at.inputs[0], &at.inputs[1]];
        [
            at.when(0, || at.upstream() * zip(Greater, a, b)),
            at.when(1, || at.upstream() * zip(Greater, b, a)),
        ]
    }
}

by_name!("maximum", by_name::alike, |_| Zip(Maximum));

impl Tensor {
    /// The greater of corresponding elements, with broadcasting; NaN if either is.
    ///
    /// Where both are equal, each gets half of the gradient, as in JAX.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 5.0]);
    /// assert_eq!(x.maximum(3.0).to_vec::<f32>()?, [3.0, 5.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn maximum(&self, other: impl Operand) -> Tensor {
        binary(MAXIMUM, self, other)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{GradientTape, Tensor};

    #[test]
    fn propagates_nan_and_shares_the_gradient_of_ties() {
        let x = Tensor::from([f32::NAN, 1.0]);
        let y = Tensor::from([1.0, f32::NAN]);
        assert!(x.maximum(y).data::<f32>().iter().all(|v| v.is_nan()));
        let i = Tensor::from([1_i64, 5]).maximum(3);
        assert_eq!(i.to_vec::<i64>().unwrap(), [3, 5]);

        let x = Tensor::from([1.0_f32, 2.0, 3.0]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let g = tape.gradient(&x.maximum(2.0), &x).unwrap();
        assert_eq!(g.to_vec::<f32>().unwrap(), [0.0, 0.5, 1.0]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].maximum(&x[1]) * &x[0], &[&[3, 2], &[2]]);
    }
}
