//! Batch normalization by the statistics of the batch.

use crate::graph::apply::apply_wanted;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, OpHandle, Outputs, Spec, Wanted, all_axes};
use crate::ops::composite::gradient_of;
use crate::ops::nn::batch_norm_inference::{BatchNormInference, with_scaling};
use crate::ops::nn::norm::{check, outputs};
use crate::{Operand, Result, Shape, Tensor, with_float};
use nn_kernels::norm::{Rectifier, batch_backward, batch_statistics};

/// Inputs: x, gamma, beta. Outputs: y, and the mean and variance of every channel, which have no gradient.
struct BatchNorm {
    epsilon: f64,
}

/// Inputs: x, dy, gamma, beta, mean, variance. Outputs: the gradients of x, gamma and beta, in one pass over the data.
pub(crate) struct BatchNormGradient {
    pub(crate) epsilon: f64,
}

impl Op for BatchNorm {
    fn name(&self) -> &'static str {
        "batch_norm"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("epsilon", &self.epsilon)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (shape, dtype) = check("batch_norm", self.epsilon, inputs)?;
        let channels = Shape::from([shape[shape.rank() - 1]]);
        Ok([shape, channels, channels]
            .map(|shape| Spec { shape, dtype })
            .into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (x, spec) = (&inputs[0], expected[0]);
        let channels = expected[1].shape;
        let mut variance = None;
        let mean = with_float!(spec.dtype, T => Tensor::build(channels, |mean: &mut [T]| {
            variance = Some(Tensor::build(channels, |variance: &mut [T]| {
                batch_statistics(x.data(), mean, variance);
            }));
        }));
        let mean = mean.into_result()?; // A failed one has not built the variance.
        let variance = variance.expect("built with the mean").into_result()?;
        // A rectifier behind it normalizes and rectifies in one pass.
        let normalize = OpHandle::new(BatchNormInference {
            epsilon: self.epsilon,
        });
        let [x, gamma, beta] = [0, 1, 2].map(|i| inputs[i].clone());
        let parts = [x, gamma, beta, mean.clone(), variance.clone()];
        let y = Tensor::waiting(normalize, &parts, spec);
        Ok([y, mean, variance].into())
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let [x, gamma, beta] = [0, 1, 2].map(|i| at.inputs[i].clone());
        let [mean, variance] = [1, 2].map(|i| at.outputs[i].clone());
        let op = BatchNormGradient {
            epsilon: self.epsilon,
        };
        let inputs = [x, at.upstream().clone(), gamma, beta, mean, variance];
        let wanted = Wanted::of((0..3).map(|i| at.needs(i)));
        let all = apply_wanted(op, &inputs, wanted).into_vec();
        Ok(all.into_iter().map(Some).collect())
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0b111,
            outputs: 0b110,
        }
    }

    fn output_count(&self, _: &[Tensor]) -> usize {
        3
    }

    fn residuals(&self) -> usize {
        2
    }

    fn mask_axes(&self, inputs: &[Tensor], i: usize) -> usize {
        all_axes(&inputs[..1], i)
    }
}

by_name!("batch_norm", by_name::several::<3>, |a| BatchNorm {
    epsilon: a.get("epsilon")?
});

/// The gradients of x, gamma and beta; none flow where a rectifier behind the normalization cut the value.
pub(crate) fn gradients(
    [x, dy, gamma, beta, mean, variance]: [&Tensor; 6],
    epsilon: f64,
    rectifier: Rectifier,
) -> [Tensor; 3] {
    let shapes = [x, gamma, beta].map(|t| *t.raw_shape());
    with_float!(x.dtype(), T => with_scaling([gamma, beta, mean, variance], epsilon, |by| {
        outputs(shapes, |dx: &mut [T], dgamma, dbeta| {
            batch_backward(x.data(), dy.data(), by, rectifier, true, dx, dgamma, dbeta);
        })
    }))
}

impl Op for BatchNormGradient {
    fn name(&self) -> &'static str {
        "batch_norm_gradient"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("epsilon", &self.epsilon)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok([0, 2, 3].map(|i| Spec::of(&inputs[i])).into())
    }

    fn forward(&self, inputs: &[Tensor], _: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let inputs = [0, 1, 2, 3, 4, 5].map(|i| &inputs[i]);
        Ok(gradients(inputs, self.epsilon, Rectifier::None).into())
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        gradient_of(
            |inputs| plain_gradients(inputs, self.epsilon),
            at.inputs,
            |i| i < 3 && at.needs(i),
            at.upstreams,
        )
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }

    fn output_count(&self, _: &[Tensor]) -> usize {
        3
    }
}

/// The gradients that `batch_backward` computes, in plain operations of x, dy and gamma.
fn plain_gradients(inputs: &[Tensor], epsilon: f64) -> Vec<Tensor> {
    let [x, dy, gamma] = [&inputs[0], &inputs[1], &inputs[2]];
    let rows: Vec<isize> = (0..x.raw_shape().rank() as isize - 1).collect();
    let centered = x - x.mean_axes(&rows, true);
    let inv_std = (centered.square().mean_axes(&rows, true) + epsilon).rsqrt();
    let normalized = centered * &inv_std;
    let along = &normalized * (dy * &normalized).mean_axes(&rows, true);
    let dx = (dy - dy.mean_axes(&rows, true) - along) * inv_std * gamma;
    vec![dx, (dy * normalized).sum_rows(), dy.sum_rows()]
}

/// Normalizes every channel by the mean and variance of the batch, and returns them too (Ioffe and Szegedy 2015).
///
/// `y = gamma · (x − mean) / √(variance + epsilon) + beta`, where mean and biased variance (divided by the count) are taken over
/// all axes but the last.
///
/// Shapes: x and y `[batch, …, channels]`; gamma, beta, mean and variance `[channels]`. The gradient flows through the
/// statistics to x, but the returned mean and variance are plain numbers without one: they are for moving averages.
/// An epsilon below 0 is an error.
///
/// ```
/// use nn::{Tensor, ops::batch_norm_train};
/// let x = Tensor::from([[1.0_f32], [3.0]]);
/// let (y, mean, variance) = batch_norm_train(&x, Tensor::ones([1]), Tensor::zeros([1]), 0.0);
/// assert_eq!(y.to_vec::<f32>()?, [-1.0, 1.0]);
/// assert_eq!((mean.item::<f32>()?, variance.item::<f32>()?), (2.0, 1.0));
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn batch_norm_train(
    x: &Tensor,
    gamma: impl Operand,
    beta: impl Operand,
    epsilon: f64,
) -> (Tensor, Tensor, Tensor) {
    let inputs = [x.clone(), gamma.operand(x.dtype()), beta.operand(x.dtype())];
    let [y, mean, variance] =
        apply_wanted(BatchNorm { epsilon }, &inputs, Wanted::ALL).into_array();
    (y, mean, variance)
}

#[cfg(test)]
mod tests {
    use crate::ops::batch_norm_train;
    use crate::testing::{assert_close, check_gradient};
    use crate::{DType, GradientTape, Tensor, UNKNOWN};

    #[test]
    fn normalizes_every_channel() {
        let x = (Tensor::arange(24).cast(DType::F64) * 1.7)
            .sin()
            .reshape([2, 3, 1, 4]);
        let (gamma, beta) = (
            Tensor::from([1.0, 2.0, -1.0, 0.5]),
            Tensor::from([0.0, 1.0, 0.0, -3.0]),
        );
        let (y, mean, variance) = batch_norm_train(&x, &gamma, &beta, 1e-3);
        let axes = [0, 1, 2];
        let expected_mean = x.mean_axes(axes, false);
        let expected_variance = (&x - &expected_mean).square().mean_axes(axes, false);
        // Sums of six numbers of size 1.
        assert_close(&mean, &expected_mean, 1e-14);
        assert_close(&variance, &expected_variance, 1e-14);
        let expected = (x - expected_mean) * (expected_variance + 1e-3).rsqrt() * gamma + beta;
        assert_close(&y, &expected, 1e-13);
    }

    #[test]
    fn statistics_have_no_gradient() {
        let x = Tensor::from([[1.0_f32], [3.0]]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let (_, mean, _) = batch_norm_train(&x, Tensor::ones([1]), Tensor::zeros([1]), 1e-3);
        assert!(tape.gradient(&mean, &x).is_err());
    }

    #[test]
    fn an_unknown_batch_and_errors() {
        let x = Tensor::abstract_of([UNKNOWN, 28, 28, 3], DType::F32);
        let (y, mean, variance) = batch_norm_train(&x, Tensor::ones([3]), Tensor::zeros([3]), 1e-3);
        assert_eq!(y.shape().to_string(), "[_, 28, 28, 3]");
        assert_eq!((mean.shape(), variance.shape()), ([3].into(), [3].into()));
        let (y, mean, _) = batch_norm_train(&x, Tensor::ones([4]), Tensor::zeros([3]), 1e-3);
        let e = y.into_result().unwrap_err().to_string();
        assert!(
            e.contains(
                "batch_norm of [_, 28, 28, 3] needs gamma and beta of shape [3], found [4] and [3]"
            ),
            "{e}"
        );
        assert!(mean.error().is_some());
        assert!(
            batch_norm_train(&x, Tensor::ones([3]), Tensor::zeros([3]), -1.0)
                .0
                .error()
                .is_some()
        );
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| batch_norm_train(&x[0], &x[1], &x[2], 1e-2).0,
            &[&[4, 2], &[2], &[2]],
        );
        check_gradient(
            |x| batch_norm_train(&x[0], &x[1], &x[2], 1e-2).0,
            &[&[2, 2, 1, 3], &[3], &[3]],
        );
    }
}
