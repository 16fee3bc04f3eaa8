//! Layer normalization over the last axis.

use crate::graph::apply::{apply, apply_wanted};
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, Wanted, all_axes};
use crate::ops::composite::gradient_of;
use crate::ops::nn::norm::{check, outputs};
use crate::{Operand, Result, Shape, Tensor, is_known, with_float};
use nn_kernels::norm::{layer_backward, layer_normalize};

/// Inputs: x, gamma, beta. Outputs: y, and of every row the mean and `1 / √(variance + epsilon)`.
struct LayerNorm {
    epsilon: f64,
}

/// Inputs: x, dy, gamma, mean, inv_std. Outputs: the gradients of x, gamma and beta, in one pass over the data.
struct LayerNormGradient {
    epsilon: f64,
}

/// How many rows a tensor has.
fn rows(x: &Shape) -> Shape {
    let dims = &x[..x.rank() - 1];
    Shape::from([match dims.iter().all(|&dim| is_known(dim)) {
        true => dims.iter().product(),
        false => crate::UNKNOWN,
    }])
}

impl Op for LayerNorm {
    fn name(&self) -> &'static str {
        "layer_norm"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("epsilon", &self.epsilon)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (shape, dtype) = check("layer_norm", self.epsilon, inputs)?;
        let rows = rows(&shape);
        Ok([shape, rows, rows]
            .map(|shape| Spec { shape, dtype })
            .into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let shapes = [0, 1, 2].map(|i| expected[i].shape);
        let [x, gamma, beta] = [0, 1, 2].map(|i| &inputs[i]);
        Ok(with_float!(expected[0].dtype, T => outputs(shapes, |y: &mut [T], mean, inv_std| {
            layer_normalize(x.data(), gamma.data(), beta.data(), self.epsilon, y, mean, inv_std);
        }))
        .into())
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let [x, gamma] = [0, 1].map(|i| at.inputs[i].clone());
        let [mean, inv_std] = [1, 2].map(|i| at.outputs[i].clone());
        let op = LayerNormGradient {
            epsilon: self.epsilon,
        };
        let wanted = Wanted::of((0..3).map(|i| at.needs(i)));
        let inputs = [x, at.upstream().clone(), gamma, mean, inv_std];
        let all = apply_wanted(op, &inputs, wanted).into_vec();
        Ok(all.into_iter().map(Some).collect())
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0b11,
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

by_name!("layer_norm", by_name::several::<3>, |a| LayerNorm {
    epsilon: a.get("epsilon")?
});

impl Op for LayerNormGradient {
    fn name(&self) -> &'static str {
        "layer_norm_gradient"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("epsilon", &self.epsilon)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok([0, 2, 2].map(|i| Spec::of(&inputs[i])).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let shapes = [0, 1, 2].map(|i| expected[i].shape);
        let [x, dy, gamma, mean, inv_std] = [0, 1, 2, 3, 4].map(|i| &inputs[i]);
        Ok(with_float!(expected[0].dtype, T => outputs(shapes, |dx: &mut [T], dgamma, dbeta| {
            layer_backward(x.data(), dy.data(), mean.data(), inv_std.data(), gamma.data(), dx, dgamma, dbeta);
        }))
        .into())
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

/// The gradients that `layer_backward` computes, in plain operations of x, dy and gamma.
fn plain_gradients(inputs: &[Tensor], epsilon: f64) -> Vec<Tensor> {
    let [x, dy, gamma] = [&inputs[0], &inputs[1], &inputs[2]];
    let centered = x - x.mean_axes([-1], true);
    let inv_std = (centered.square().mean_axes([-1], true) + epsilon).rsqrt();
    let normalized = centered * &inv_std;
    let scaled = dy * gamma;
    let along = &normalized * (&scaled * &normalized).mean_axes([-1], true);
    let dx = (&scaled - scaled.mean_axes([-1], true) - along) * inv_std;
    vec![dx, (dy * normalized).sum_rows(), dy.sum_rows()]
}

/// Normalizes every row of the last axis by its own mean and variance (Ba, Kiros and Hinton 2016).
///
/// `y = gamma · (x − mean) / √(variance + epsilon) + beta`, the variance being the biased one (divided by the count).
///
/// Shapes: x and y `[…, features]`; gamma and beta `[features]`. An epsilon below 0 is an error.
///
/// ```
/// use nn::{Tensor, ops::layer_norm};
/// let x = Tensor::from([[1.0_f32, 3.0], [-8.0, -4.0]]);
/// let y = layer_norm(&x, Tensor::ones([2]), Tensor::zeros([2]), 0.0);
/// assert_eq!(y.to_vec::<f32>()?, [-1.0, 1.0, -1.0, 1.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn layer_norm(x: &Tensor, gamma: impl Operand, beta: impl Operand, epsilon: f64) -> Tensor {
    let inputs = [x.clone(), gamma.operand(x.dtype()), beta.operand(x.dtype())];
    apply(LayerNorm { epsilon }, &inputs)
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
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(
            e.contains(
                "layer_norm of [_, 5, 8] needs gamma and beta of shape [8], found [5] and [5]"
            ),
            "{e}"
        );
        let e = layer_norm(&x, Tensor::ones([8]), Tensor::zeros([8]), f64::NAN)
            .into_result()
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
