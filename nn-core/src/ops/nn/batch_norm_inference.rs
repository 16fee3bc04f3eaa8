//! Batch normalization by given statistics.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, all_axes};
use crate::ops::nn::norm;
use crate::{Element, Error, Operand, Result, Tensor, with_float};
use nn_kernels::math::Float;
use nn_kernels::norm::{Rectifier, Scaling, batch_normalize};

/// Inputs: x, gamma, beta, mean, variance.
pub(crate) struct BatchNormInference {
    pub(crate) epsilon: f64,
}

/// Calls `f` with what normalizes a channel. Inputs: gamma, beta, mean, variance.
pub(crate) fn with_scaling<T: Float + Element, R>(
    [gamma, beta, mean, variance]: [&Tensor; 4],
    epsilon: f64,
    f: impl FnOnce(&Scaling<T>) -> R,
) -> R {
    let inv_std = inv_std::<T>(variance, epsilon);
    f(&Scaling {
        mean: mean.data(),
        inv_std: &inv_std,
        gamma: gamma.data(),
        beta: beta.data(),
    })
}

/// `1 / √(variance + epsilon)`.
fn inv_std<T: Float + Element>(variance: &Tensor, epsilon: f64) -> Vec<T> {
    let one = |&v: &T| Element::from_f64(1.0 / (Element::to_f64(v) + epsilon).sqrt());
    variance.data::<T>().iter().map(one).collect()
}

/// The normalized value, rectified. Inputs: x, gamma, beta, mean, variance.
pub(crate) fn normalize(inputs: &[Tensor], epsilon: f64, rectifier: Rectifier) -> Tensor {
    let [x, gamma, beta, mean, variance] = [0, 1, 2, 3, 4].map(|i| &inputs[i]);
    with_float!(x.dtype(), T => Tensor::build(*x.raw_shape(), |y: &mut [T]| {
        with_scaling([gamma, beta, mean, variance], epsilon, |by| {
            batch_normalize(x.data(), by, rectifier, y);
        });
    }))
}

impl Op for BatchNormInference {
    fn name(&self) -> &'static str {
        "batch_norm_inference"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let found = norm::check(self.name(), self.epsilon, inputs)?;
        let [gamma, mean, variance] = [1, 3, 4].map(|i| *inputs[i].raw_shape());
        if mean != gamma || variance != gamma {
            return Err(Error::shape(format!(
                "batch_norm_inference with gamma of shape {gamma} needs mean and variance of that shape, found {mean} and {variance}"
            )));
        }
        Ok(found.into())
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("epsilon", &self.epsilon)
    }

    fn forward(&self, inputs: &[Tensor], _: &Expected<'_>) -> Result<Outputs<Tensor>> {
        Ok(normalize(inputs, self.epsilon, Rectifier::None).into())
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let [x, gamma, mean, variance] = [0, 1, 3, 4].map(|i| &at.inputs[i]);
        let (up, inv_std) = (at.upstream(), (variance + self.epsilon).rsqrt());
        let factor = gamma * &inv_std;
        let of_beta = (at.needs(2) || at.needs(3)).then(|| up.sum_rows());
        let of_gamma =
            (at.needs(1) || at.needs(4)).then(|| (up * ((x - mean) * &inv_std)).sum_rows());
        let of_mean = || -(&factor * of_beta.as_ref().expect("computed for it"));
        let of_variance =
            || -0.5 * (&factor * &inv_std * of_gamma.as_ref().expect("computed for it"));
        Ok(vec![
            at.when(0, || up * &factor),
            of_gamma.clone(),
            of_beta.clone(),
            at.when(3, of_mean),
            at.when(4, of_variance),
        ])
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0b11011,
            outputs: 0,
        }
    }

    fn mask_axes(&self, inputs: &[Tensor], i: usize) -> usize {
        all_axes(&inputs[..1], i)
    }
}

by_name!("batch_norm_inference", by_name::several::<5>, |a| {
    BatchNormInference {
        epsilon: a.get("epsilon")?,
    }
});

/// Normalizes every channel by a given mean and variance, as batch normalization does in inference.
///
/// `y = gamma · (x − mean) / √(variance + epsilon) + beta`.
///
/// Shapes: x and y `[batch, …, channels]`; all others `[channels]`. An epsilon below 0 is an error.
///
/// ```
/// use nn::{Tensor, ops::batch_norm_inference};
/// let x = Tensor::from([[1.0_f32], [3.0]]);
/// let (one, zero) = (Tensor::ones([1]), Tensor::zeros([1]));
/// let y = batch_norm_inference(&x, &one, &zero, Tensor::from([2.0_f32]), &one, 0.0);
/// assert_eq!(y.to_vec::<f32>()?, [-1.0, 1.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn batch_norm_inference(
    x: &Tensor,
    gamma: impl Operand,
    beta: impl Operand,
    mean: impl Operand,
    variance: impl Operand,
    epsilon: f64,
) -> Tensor {
    let dtype = x.dtype();
    let inputs = [
        x.clone(),
        gamma.operand(dtype),
        beta.operand(dtype),
        mean.operand(dtype),
        variance.operand(dtype),
    ];
    apply(BatchNormInference { epsilon }, &inputs)
}

#[cfg(test)]
mod tests {
    use crate::ops::nn::batch_norm_inference;
    use crate::testing::{assert_close, check_gradient};
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn shapes_and_errors() {
        let (one, two) = (Tensor::ones([1]), Tensor::ones([2]));
        let x = Tensor::abstract_of([UNKNOWN, 4, 2], DType::F32);
        let y = batch_norm_inference(&x, &two, &two, &two, &two, 1e-3);
        assert_eq!(y.shape().to_string(), "[_, 4, 2]");
        let y = batch_norm_inference(&x, &two, &two, &two, &one, 1e-3);
        let e = y.into_result().unwrap_err().to_string();
        assert!(
            e.contains(
                "gamma of shape [2] needs mean and variance of that shape, found [2] and [1]"
            ),
            "{e}"
        );
    }

    #[test]
    fn the_rectified_value_is_that_of_the_parts() {
        let x = (Tensor::arange(66).cast(DType::F32) * 1.7)
            .sin()
            .reshape([2, 11, 3]);
        let at = |v: [f32; 3]| Tensor::from(v);
        let y = batch_norm_inference(
            &x,
            at([1.0, -2.0, 0.5]),
            at([0.1, 0.0, -0.2]),
            at([0.3, 0.1, 0.0]),
            at([1.0, 0.5, 2.0]),
            1e-3,
        );
        let together = y.relu().to_vec::<f32>().unwrap();
        let apart: Vec<f32> = y
            .to_vec::<f32>()
            .unwrap()
            .iter()
            .map(|v| v.max(0.0))
            .collect();
        assert_eq!(together, apart);
        // Once read, the value is what it was.
        assert_close(&y.relu(), &Tensor::from(apart).reshape([2, 11, 3]), 0.0);
    }

    #[test]
    fn gradient() {
        // The square keeps the variance above 0.
        check_gradient(
            |x| batch_norm_inference(&x[0], &x[1], &x[2], &x[3], x[4].square(), 1e-2),
            &[&[4, 2], &[2], &[2], &[2], &[2]],
        );
        check_gradient(
            |x| batch_norm_inference(&x[0], &x[1], &x[2], &x[3], x[4].square(), 1e-2).relu(),
            &[&[3, 2, 2], &[2], &[2], &[2], &[2]],
        );
    }
}
