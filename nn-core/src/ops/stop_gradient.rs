//! A value that gradients do not pass.

use crate::graph::apply::apply;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, all_axes};
use crate::{Result, Tensor, no_gradient};

struct StopGradient;

impl Op for StopGradient {
    fn name(&self) -> &'static str {
        "stop_gradient"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((*inputs[0].raw_shape(), inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, _) = expected.only();
        Ok(Outputs::One(inputs[0].sharing(shape, 0)))
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }

    fn mask_axes(&self, inputs: &[Tensor], i: usize) -> usize {
        all_axes(inputs, i)
    }
}

by_name!("stop_gradient", by_name::one, |_| StopGradient);

impl Tensor {
    /// The same value, sharing its memory, as a constant: no gradient flows back through it.
    ///
    /// ```
    /// # use nn::{GradientTape, Tensor};
    /// let x = Tensor::from(3.0_f32);
    /// let tape = GradientTape::new();
    /// tape.watch(&x);
    /// let y = &x * x.stop_gradient();
    /// assert_eq!(tape.gradient(&y, &x)?.item::<f32>()?, 3.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    #[doc(alias = "detach")]
    pub fn stop_gradient(&self) -> Tensor {
        no_gradient(|| apply(StopGradient, std::slice::from_ref(self)))
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, GradientTape, Tensor, UNKNOWN};

    #[test]
    fn nothing_passes() {
        let x = Tensor::from([1.0_f32, 2.0]);
        let tape = GradientTape::persistent();
        tape.watch(&x);
        let stopped = x.square().stop_gradient();
        assert!(tape.gradient(&stopped.sum(), &x).is_err());
        assert_eq!(
            tape.gradient_or_zeros(&stopped, &x)
                .unwrap()
                .to_vec::<f32>()
                .unwrap(),
            [0.0, 0.0]
        );
        assert!(x.stop_gradient().shares_memory(&x));
        let x = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(x.stop_gradient().shape().to_string(), "[_, 3]");
    }
}
