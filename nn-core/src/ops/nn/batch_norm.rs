//! Batch normalization by the statistics of the batch.

use crate::graph::op::{Backward, Keeps, Op, apply};
use crate::ops::composite::gradient_of;
use crate::ops::nn::norm::{check, outputs};
use crate::ops::nn::normalized::{Gated, Normalized, inv_std};
use crate::{DType, Operand, Result, Shape, Tensor, with_float};
use nn_kernels::norm::{Scaling, batch_backward, batch_statistics};
use std::cell::OnceCell;
use std::rc::Rc;

/// Mean and variance of every channel, known once the op has run.
type Statistics = Rc<OnceCell<[Tensor; 2]>>;

/// Of x, gamma and beta.
struct BatchNorm {
    epsilon: f64,
    statistics: Statistics,
}

/// One of the gradients with respect to x, gamma and beta, of x, the upstream gradient and gamma. One pass over the data
/// computes all three, whichever is asked for first.
struct BatchNormGradient {
    which: usize,
    epsilon: f64,
    statistics: Statistics,
    all: Rc<OnceCell<[Tensor; 3]>>,
}

impl Op for BatchNorm {
    fn name(&self) -> &'static str {
        "batch_norm"
    }

    fn output(&self, inputs: &[Tensor]) -> Result<(Shape, DType)> {
        check("batch_norm", self.epsilon, inputs)
    }

    fn forward(&self, inputs: &[Tensor], _: Shape, dtype: DType) -> Result<Tensor> {
        let [x, gamma, beta] = [0, 1, 2].map(|i| inputs[i].clone());
        let channels = *gamma.raw_shape();
        let mut variance = None;
        let mean = with_float!(dtype, T => Tensor::build(channels, |mean: &mut [T]| {
            variance = Some(Tensor::build(channels, |variance: &mut [T]| {
                batch_statistics(x.data(), mean, variance);
            }));
        }));
        let mean = mean.ok()?; // A failed one has not built the variance.
        let variance = variance.expect("built with the mean").ok()?;
        self.statistics
            .get_or_init(|| [mean.clone(), variance.clone()]);
        let epsilon = self.epsilon;
        let normalized = Normalized {
            x,
            gamma,
            beta,
            mean,
            variance,
            epsilon,
        };
        Ok(normalized.deferred())
    }

    fn gradient(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let all = Rc::new(OnceCell::new());
        let (x, gamma) = (&at.inputs[0], &at.inputs[1]);
        let of = |which| {
            let op = BatchNormGradient {
                which,
                epsilon: self.epsilon,
                statistics: self.statistics.clone(),
                all: all.clone(),
            };
            at.when(which, || {
                apply(op, &[x.clone(), at.upstream.clone(), gamma.clone()])
            })
        };
        Ok(vec![of(0), of(1), of(2)])
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0b11,
            output: false,
        }
    }
}

impl Op for BatchNormGradient {
    fn name(&self) -> &'static str {
        "batch_norm_gradient"
    }

    fn output(&self, inputs: &[Tensor]) -> Result<(Shape, DType)> {
        let like = if self.which == 0 {
            &inputs[0]
        } else {
            &inputs[2]
        };
        Ok((*like.raw_shape(), like.dtype()))
    }

    fn forward(&self, inputs: &[Tensor], shape: Shape, dtype: DType) -> Result<Tensor> {
        let [mean, variance] = self.statistics.get().expect("known since the forward pass");
        let all = self.all.get_or_init(|| {
            let (x, gamma) = (&inputs[0], &inputs[2]);
            // Without a rectifier the backward pass reads no beta, but takes one of the right length.
            let gate = inputs[1].recipe::<Gated>();
            let (dy, beta, relu) = match gate.filter(|g| g.of.mean.id() == mean.id()) {
                Some(gated) => (&gated.upstream, &gated.of.beta, true),
                None => (&inputs[1], gamma, false),
            };
            with_float!(dtype, T => {
                let inv_std = inv_std::<T>(variance, self.epsilon);
                let by = Scaling { mean: mean.data(), inv_std: &inv_std, gamma: gamma.data(), beta: beta.data() };
                outputs([*x.raw_shape(), *gamma.raw_shape(), *gamma.raw_shape()], |dx: &mut [T], dgamma, dbeta| {
                    batch_backward(x.data(), dy.data(), &by, relu, true, dx, dgamma, dbeta);
                })
            })
        });
        Ok(all[self.which].view(shape, 0))
    }

    fn gradient(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        gradient_of(
            |inputs| plain_gradient(self.which, inputs, self.epsilon),
            at.inputs,
            |i| at.needs(i),
            at.upstream,
        )
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }
}

/// The gradients that `batch_backward` computes, in plain operations.
fn plain_gradient(which: usize, inputs: &[Tensor], epsilon: f64) -> Tensor {
    let [x, dy, gamma] = inputs else {
        unreachable!("three inputs")
    };
    let rows: Vec<isize> = (0..x.raw_shape().rank() as isize - 1).collect();
    if which == 2 {
        return dy.sum_axes(&rows, false);
    }
    let centered = x - x.mean_axes(&rows, true);
    let inv_std = (centered.square().mean_axes(&rows, true) + epsilon).rsqrt();
    let normalized = centered * &inv_std;
    if which == 1 {
        return (dy * normalized).sum_axes(&rows, false);
    }
    let along = &normalized * (dy * &normalized).mean_axes(&rows, true);
    (dy - dy.mean_axes(&rows, true) - along) * inv_std * gamma
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
/// use nn_core::{Tensor, ops::batch_norm_train};
/// let x = Tensor::from([[1.0_f32], [3.0]]);
/// let (y, mean, variance) = batch_norm_train(&x, Tensor::ones([1]), Tensor::zeros([1]), 0.0);
/// assert_eq!(y.to_vec::<f32>()?, [-1.0, 1.0]);
/// assert_eq!((mean.item::<f32>()?, variance.item::<f32>()?), (2.0, 1.0));
/// # Ok::<(), nn_core::Error>(())
/// ```
#[track_caller]
pub fn batch_norm_train(
    x: &Tensor,
    gamma: impl Operand,
    beta: impl Operand,
    epsilon: f64,
) -> (Tensor, Tensor, Tensor) {
    let statistics = Statistics::default();
    let op = BatchNorm {
        epsilon,
        statistics: statistics.clone(),
    };
    let y = apply(
        op,
        &[x.clone(), gamma.operand(x.dtype()), beta.operand(x.dtype())],
    );
    let [mean, variance] = match (statistics.get(), y.error()) {
        (Some(both), _) => both.clone(),
        (None, Some(_)) => [y.clone(), y.clone()],
        (None, None) => {
            let shape = y.raw_shape();
            [(); 2].map(|()| Tensor::abstract_of([shape[shape.rank() - 1]], y.dtype()))
        }
    };
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
        let e = y.ok().unwrap_err().to_string();
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
