//! The rectified linear unit.

use crate::graph::op::{Backward, Keeps, Op, apply};
use crate::ops::elementwise::zip;
use crate::ops::nn::normalized::{Gated, Normalized};
use crate::{DType, Error, Result, Shape, Tensor, with_float};
use nn_kernels::elementwise;
use nn_kernels::math::Float;
use std::cell::OnceCell;

#[derive(Default)]
struct Relu {
    /// The normalization that was computed along with it.
    of: OnceCell<Normalized>,
}

#[inline(always)]
fn rectify<T: Float>(x: T) -> T {
    T::maximum(x, T::ZERO)
}

impl Op for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn output(&self, inputs: &[Tensor]) -> Result<(Shape, DType)> {
        let (shape, dtype) = (*inputs[0].raw_shape(), inputs[0].dtype());
        match dtype.is_float() {
            true => Ok((shape, dtype)),
            false => Err(Error::needs_float("relu", dtype)),
        }
    }

    fn forward(&self, inputs: &[Tensor], shape: Shape, dtype: DType) -> Result<Tensor> {
        if let Some(normalized) = inputs[0].recipe::<Normalized>() {
            let value = normalized.run(true);
            // After the value: another handle on the input would seem to be somebody who reads it.
            let _ = self.of.set(normalized.clone());
            return Ok(value);
        }
        Ok(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                elementwise::map(
                    inputs[0].data::<T>(),
                    out,
                    rectify,
                );
            })),
        )
    }

    fn gradient(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![Some(match self.of.get() {
            None => zip::zip(Gate, at.upstream, at.output),
            Some(of) => apply(
                NormalizedGate(of.clone()),
                &[at.upstream.clone(), at.output.clone()],
            ),
        })])
    }

    fn keeps(&self) -> Keeps {
        Keeps::OUTPUT
    }
}

/// As [`Gate`], computed together with the gradient of the normalization before the rectifier.
struct NormalizedGate(Normalized);

impl Op for NormalizedGate {
    fn name(&self) -> &'static str {
        <Gate as zip::Function>::NAME
    }

    fn output(&self, inputs: &[Tensor]) -> Result<(Shape, DType)> {
        Ok((*inputs[1].raw_shape(), inputs[1].dtype()))
    }

    fn forward(&self, inputs: &[Tensor], shape: Shape, dtype: DType) -> Result<Tensor> {
        let gated = Gated {
            upstream: inputs[0].clone(),
            y: inputs[1].clone(),
            of: self.0.clone(),
        };
        Ok(gated.deferred(shape, dtype))
    }

    fn gradient(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(zip::Function::gradient(Gate, at).into())
    }

    fn keeps(&self) -> Keeps {
        <Gate as zip::Function>::KEEPS
    }
}

/// `a` where `b > 0`, else 0.
#[derive(Clone, Copy)]
struct Gate;

impl zip::Function for Gate {
    const NAME: &'static str = "relu_gradient";
    const KEEPS: Keeps = Keeps {
        inputs: 0b10,
        output: false,
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
            at.when(0, || zip::zip(Gate, at.upstream, &at.inputs[1])),
            None,
        ]
    }
}

impl Tensor {
    /// `max(x, 0)` of every element; its gradient at 0 is 0.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// assert_eq!(Tensor::from([-1.0_f32, 2.0]).relu().to_vec::<f32>()?, [0.0, 2.0]);
    /// # Ok::<(), nn_core::Error>(())
    /// ```
    #[track_caller]
    pub fn relu(&self) -> Tensor {
        apply(Relu::default(), std::slice::from_ref(self))
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
