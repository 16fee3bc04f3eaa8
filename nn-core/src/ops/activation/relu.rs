//! The rectified linear unit.

use crate::Tensor;
use crate::graph::apply::apply_static;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps};
use crate::ops::elementwise::map::{self, Map};
use crate::ops::elementwise::zip::{self, Zip};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
pub(crate) struct Relu;

impl map::Function for Relu {
    const NAME: &'static str = "relu";
    const KEEPS: Keeps = Keeps::OUTPUT;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        T::maximum(x, T::ZERO)
    }

    fn gradient(self, _: &Tensor, y: &Tensor, upstream: &Tensor) -> Tensor {
        apply_static(&Zip(Gate), &[upstream.clone(), y.clone()])
    }
}

by_name!("relu", by_name::float, |_| Map(Relu));

/// `a` where `b > 0`, else 0.
#[derive(Clone, Copy)]
struct Gate;

impl zip::Function for Gate {
    const NAME: &'static str = "relu_gradient";
    const KEEPS: Keeps = Keeps {
        inputs: 0b10,
        outputs: 0,
    };

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        if b > T::ZERO { a } else { T::ZERO }
    }

    #[inline(always)]
    fn int(self, a: i64, b: i64) -> i64 {
        if b > 0 { a } else { 0 }
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        [
            at.when(0, || {
                apply_static(&Zip(Gate), &[at.upstream().clone(), at.inputs[1].clone()])
            }),
            None,
        ]
    }
}

impl Tensor {
    /// `max(x, 0)` of every element; its gradient at 0 is 0. Integers stay integers, at least `i64`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([-1.0_f32, 2.0]).relu().to_vec::<f32>()?, [0.0, 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn relu(&self) -> Tensor {
        match self.dtype().is_float() {
            true => apply_static(&Map(Relu), std::slice::from_ref(self)),
            false => self.maximum(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::batch_norm_train;
    use crate::testing::check_gradient;
    use crate::{GradientTape, Tensor, no_gradient};

    #[test]
    fn keeps_nan() {
        assert!(Tensor::from([f32::NAN]).relu().data::<f32>()[0].is_nan());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].relu() * &x[0], &[&[4, 3]]);
    }

    #[test]
    fn after_a_normalization() {
        let f = |x: &[Tensor]| batch_norm_train(&x[0], &x[1], &x[2], 1e-2).0;
        check_gradient(|x| f(x).relu(), &[&[5, 2], &[2], &[2]]);
        // The normalized value is used a second time, before and after the rectifier.
        let twice = |x: &[Tensor], first: bool| {
            let y = f(x);
            match first {
                true => &y * y.relu(),
                false => y.relu() * y,
            }
        };
        check_gradient(|x| twice(x, true), &[&[5, 2], &[2], &[2]]);
        check_gradient(|x| twice(x, false), &[&[2, 1, 3, 2], &[2], &[2]]);
    }

    #[test]
    fn the_value_between_has_its_gradient() {
        let x = Tensor::from([[1.0_f32], [3.0], [-1.0]]);
        let tape = GradientTape::persistent();
        tape.watch(&x);
        let y = batch_norm_train(&x, Tensor::ones([1]), Tensor::zeros([1]), 1e-3).0;
        let z = y.relu().sum();
        let slopes = tape.gradient(&z, &y).unwrap();
        assert_eq!(slopes.to_vec::<f32>().unwrap(), [0.0, 1.0, 0.0]);
        // Nothing flows around a value that was computed apart.
        let apart =
            no_gradient(|| batch_norm_train(&x, Tensor::ones([1]), Tensor::zeros([1]), 1e-3).0);
        assert!(tape.gradient(&apart.relu().sum(), &x).is_err());
    }

    #[test]
    fn together_and_apart_agree_to_the_bit() {
        let (n, channels) = (700, 67);
        let x = Tensor::random_normal([n, channels]);
        let (gamma, beta) = (
            Tensor::random_normal([channels]),
            Tensor::random_normal([channels]),
        );
        let gradients = |apart: bool| {
            let tape = GradientTape::new();
            [&x, &gamma, &beta].iter().for_each(|t| tape.watch(t));
            let y = batch_norm_train(&x, &gamma, &beta, 1e-3).0;
            if apart {
                y.try_data::<f32>().unwrap();
            }
            let z = y.relu();
            let target = (&z * &z).sum();
            let found = tape.gradient(&target, [&x, &gamma, &beta]).unwrap();
            [z].into_iter()
                .chain(found)
                .map(|t| t.to_vec::<f32>().unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(gradients(true), gradients(false));
    }
}
