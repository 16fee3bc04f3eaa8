//! The lesser of two tensors, element by element.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps, Op};
use crate::ops::elementwise::zip::{Function, Zip, binary, zip};
use crate::ops::reduce::max_min::Greater;
use crate::{Operand, Tensor};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Minimum;

static MINIMUM: &dyn Op = &Zip(Minimum);

impl Function for Minimum {
    const NAME: &'static str = "minimum";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        T::minimum(a, b)
    }

    #[inline(always)]
    fn int(self, a: i64, b: i64) -> i64 {
        a.min(b)
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        let [a, b] = [&at.inputs[0], &at.inputs[1]];
        [
            at.when(0, || at.upstream() * zip(Greater, b, a)),
            at.when(1, || at.upstream() * zip(Greater, a, b)),
        ]
    }
}

by_name!("minimum", by_name::alike, |_| Zip(Minimum));

impl Tensor {
    /// The lesser of corresponding elements, with broadcasting; NaN if either is.
    ///
    /// Where both are equal, each gets half of the gradient, as in JAX.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 5.0]);
    /// assert_eq!(x.minimum(3.0).to_vec::<f32>()?, [1.0, 3.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn minimum(&self, other: impl Operand) -> Tensor {
        binary(MINIMUM, self, other)
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
        assert!(x.minimum(y).data::<f32>().iter().all(|v| v.is_nan()));
        let i = Tensor::from([1_i64, 5]).minimum(3);
        assert_eq!(i.to_vec::<i64>().unwrap(), [1, 3]);

        let x = Tensor::from([1.0_f32, 2.0, 3.0]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let g = tape.gradient(&x.minimum(2.0), &x).unwrap();
        assert_eq!(g.to_vec::<f32>().unwrap(), [1.0, 0.5, 0.0]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].minimum(&x[1]) * &x[0], &[&[3, 2], &[2]]);
    }
}
