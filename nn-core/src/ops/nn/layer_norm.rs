//! Layer normalization over the last axis.

use crate::graph::op::{Backward, Keeps, Op, apply};
use crate::ops::composite::gradient_of;
use crate::ops::nn::norm::{check, outputs};
use crate::{DType, Operand, Result, Shape, Tensor, with_float};
use nn_kernels::norm::{layer_backward, layer_normalize};
use std::cell::OnceCell;
use std::rc::Rc;

/// Mean and `1 / √(variance + epsilon)` of every row, known once the op has run.
type Statistics = Rc<OnceCell<[Tensor; 2]>>;

/// Of x, gamma and beta.
struct LayerNorm {
    epsilon: f64,
    statistics: Statistics,
}

/// One of the gradients with respect to x, gamma and beta, of x, the upstream gradient and gamma. One pass over the data
/// computes all three, whichever is asked for first.
struct LayerNormGradient {
    which: usize,
    epsilon: f64,
    statistics: Statistics,
    all: Rc<OnceCell<[Tensor; 3]>>,
}

impl Op for LayerNorm {
    fn name(&self) -> &'static str {
        "layer_norm"
    }

    fn output(&self, inputs: &[Tensor]) -> Result<(Shape, DType)> {
        check("layer_norm", self.epsilon, inputs)
    }

    fn forward(&self, inputs: &[Tensor], shape: Shape, dtype: DType) -> Result<Tensor> {
        let rows = Shape::from([Shape::new(&shape[..shape.rank() - 1]).len()]);
        let [x, gamma, beta] = [&inputs[0], &inputs[1], &inputs[2]];
        let [y, mean, inv_std] = with_float!(dtype, T => outputs([shape, rows, rows], |y: &mut [T], mean, inv_std| {
            layer_normalize(x.data(), gamma.data(), beta.data(), self.epsilon, y, mean, inv_std);
        }));
        self.statistics.get_or_init(|| [mean, inv_std]);
        Ok(y)
    }

    fn gradient(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let all = Rc::new(OnceCell::new());
        let (x, gamma) = (&at.inputs[0], &at.inputs[1]);
        let of = |which| {
            let op = LayerNormGradient {
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

impl Op for LayerNormGradient {
    fn name(&self) -> &'static str {
        "layer_norm_gradient"
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
        let [mean, inv_std] = self.statistics.get().expect("known since the forward pass");
        let all = self.all.get_or_init(|| {
            let (x, dy, gamma) = (&inputs[0], &inputs[1], &inputs[2]);
            let shapes = [*x.raw_shape(), *gamma.raw_shape(), *gamma.raw_shape()];
            with_float!(dtype, T => outputs(shapes, |dx: &mut [T], dgamma, dbeta| {
                layer_backward(x.data(), dy.data(), mean.data(), inv_std.data(), gamma.data(), dx, dgamma, dbeta);
            }))
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

/// The gradients that `layer_backward` computes, in plain operations.
fn plain_gradient(which: usize, inputs: &[Tensor], epsilon: f64) -> Tensor {
    let [x, dy, gamma] = inputs else {
        unreachable!("three inputs")
    };
    let rows: Vec<isize> = (0..x.raw_shape().rank() as isize - 1).collect();
    if which == 2 {
        return dy.sum_axes(&rows, false);
    }
    let centered = x - x.mean_axes([-1], true);
    let inv_std = (centered.square().mean_axes([-1], true) + epsilon).rsqrt();
    let normalized = centered * &inv_std;
    if which == 1 {
        return (dy * normalized).sum_axes(&rows, false);
    }
    let scaled = dy * gamma;
    let along = &normalized * (&scaled * &normalized).mean_axes([-1], true);
    (&scaled - scaled.mean_axes([-1], true) - along) * inv_std
}

/// Normalizes every row of the last axis by its own mean and variance (Ba, Kiros and Hinton 2016).
///
/// `y = gamma · (x − mean) / √(variance + epsilon) + beta`, the variance being the biased one (divided by the count).
///
/// Shapes: x and y `[…, features]`; gamma and beta `[features]`. An epsilon below 0 is an error.
///
/// ```
/// use nn_core::{Tensor, ops::layer_norm};
/// let x = Tensor::from([[1.0_f32, 3.0], [-8.0, -4.0]]);
/// let y = layer_norm(&x, Tensor::ones([2]), Tensor::zeros([2]), 0.0);
/// assert_eq!(y.to_vec::<f32>()?, [-1.0, 1.0, -1.0, 1.0]);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[track_caller]
pub fn layer_norm(x: &Tensor, gamma: impl Operand, beta: impl Operand, epsilon: f64) -> Tensor {
    let op = LayerNorm {
        epsilon,
        statistics: Statistics::default(),
    };
    apply(
        op,
        &[x.clone(), gamma.operand(x.dtype()), beta.operand(x.dtype())],
    )
}

#[cfg(test)]
mod tests {
    use crate::ops::nn::layer_norm;
    use crate::testing::{assert_close, check_gradient};
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn normalizes_every_row() {
        let x = (Tensor::arange(24).cast(DType::F64) * 1.7)
            .sin()
            .reshape([2, 3, 4]);
        let (gamma, beta) = (
            Tensor::from([1.0, 2.0, -1.0, 0.5]),
            Tensor::from([0.0, 1.0, 0.0, -3.0]),
        );
        let y = layer_norm(&x, &gamma, &beta, 1e-3);
        let centered = &x - x.mean_axes([-1], true);
        let expected =
            &centered * (centered.square().mean_axes([-1], true) + 1e-3).rsqrt() * gamma + beta;
        // Sums of four numbers of size 1, and a quotient.
        assert_close(&y, &expected, 1e-13);
    }

    #[test]
    fn an_unknown_batch_and_errors() {
        let x = Tensor::abstract_of([UNKNOWN, 5, 8], DType::F32);
        assert_eq!(
            layer_norm(&x, Tensor::ones([8]), Tensor::zeros([8]), 1e-3)
                .shape()
                .to_string(),
            "[_, 5, 8]"
        );
        let e = layer_norm(&x, Tensor::ones([5]), Tensor::zeros([5]), 1e-3)
            .ok()
            .unwrap_err()
            .to_string();
        assert!(
            e.contains(
                "layer_norm of [_, 5, 8] needs gamma and beta of shape [8], found [5] and [5]"
            ),
            "{e}"
        );
        let e = layer_norm(&x, Tensor::ones([8]), Tensor::zeros([8]), f64::NAN)
            .ok()
            .unwrap_err()
            .to_string();
        assert!(e.contains("an epsilon of 0 or more, found NaN"), "{e}");
        assert!(
            layer_norm(&Tensor::from(1.0_f32), 1.0, 1.0, 0.0)
                .error()
                .is_some()
        );
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| layer_norm(&x[0], &x[1], &x[2], 1e-2),
            &[&[2, 2, 3], &[3], &[3]],
        );
    }
}
