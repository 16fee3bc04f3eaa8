//! Cross-entropy of scores and probabilities.

use crate::graph::apply::apply_static;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, common_float};
use crate::ops::activation::softmax;
use crate::{Error, Result, Tensor, is_known, with_float};
use nn_kernels::softmax::{categorical_cross_entropy, categorical_cross_entropy_gradient};

/// Inputs: logits and targets, both `[.., classes]`. Outputs: the losses, and `ln Σ exp(x - max x)` of every row, which the gradient needs too.
struct CrossEntropy;

/// The gradient of the logits. Inputs: logits, targets, the upstream gradient and `ln Σ exp(x - max x)`, both `[..]`.
struct CrossEntropyGradient;

impl Op for CrossEntropy {
    fn name(&self) -> &'static str {
        "softmax_cross_entropy"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (logits, targets) = (inputs[0].raw_shape(), inputs[1].raw_shape());
        let dtype = common_float(self.name(), inputs)?;
        let agree = |(&a, &b): (&usize, &usize)| a == b || !is_known(a) || !is_known(b);
        if logits.rank() != targets.rank() || !logits.iter().zip(targets.iter()).all(agree) {
            return Err(Error::shape(format!(
                "logits {logits} need targets of the same shape, a probability for each class; found {targets}; for class \
                 numbers use `sparse_softmax_cross_entropy`"
            )));
        }
        let shape = logits.without(logits.axis(-1)?);
        Ok([Spec { shape, dtype }; 2].into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (logits, targets) = (&inputs[0], &inputs[1]);
        let classes = logits.raw_shape().dim(-1)?;
        let mut log = None;
        let loss = with_float!(dtype, T => Tensor::build(shape, |loss: &mut [T]| {
            // Without classes the kernel has no row to write, and the empty sum is 0.
            loss.fill(T::default());
            log = Some(Tensor::build(shape, |log: &mut [T]| {
                log.fill(T::default());
                categorical_cross_entropy(logits.data(), targets.data(), classes, loss, log);
            }));
        }));
        let loss = loss.into_result()?; // A failed one has not built the sums.
        Ok([loss, log.expect("built with the losses").into_result()?].into())
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let (logits, targets) = (&at.inputs[0], &at.inputs[1]);
        let dlogits = at.when(0, || {
            gradient(&at.outputs[1], logits, targets, at.upstream())
        });
        let dtargets = at.when(1, || -(column(at.upstream()) * logits.log_softmax(-1)));
        Ok(vec![dlogits, dtargets])
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: u32::MAX,
            outputs: 0b10,
        }
    }

    fn output_count(&self, _: &[Tensor]) -> usize {
        2
    }

    fn residuals(&self) -> usize {
        1
    }
}

by_name!("softmax_cross_entropy", by_name::several::<2>, |_| {
    CrossEntropy
});

impl Op for CrossEntropyGradient {
    fn name(&self) -> &'static str {
        "softmax_cross_entropy_gradient"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((*inputs[0].raw_shape(), inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let [logits, targets, scale, log] = [0, 1, 2, 3].map(|i| &inputs[i]);
        let classes = shape.dim(-1)?;
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                let (x, targets, log, scale) = (logits.data::<T>(), targets.data(), log.data(), scale.data());
                if log.is_empty() {
                    return;
                }
                categorical_cross_entropy_gradient(x, targets, log, scale, classes, out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        // (p w - t) s, with p the softmax, w the sum of the targets t, and s the scale.
        let [logits, targets, scale] = [&at.inputs[0], &at.inputs[1], &at.inputs[2]];
        let (p, scaled) = (logits.softmax(-1), at.upstream() * column(scale));
        let weight = || targets.sum_axes([-1], true);
        let dlogits = at.when(0, || softmax::gradient(&p, &(&scaled * weight())));
        let dtargets = at.when(1, || (&scaled * &p).sum_axes([-1], true) - &scaled);
        let dscale = at.when(2, || {
            (at.upstream() * (&p * weight() - targets)).sum_axis(-1)
        });
        Ok(vec![dlogits, dtargets, dscale, None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }
}

/// `[..]` as `[.., 1]`.
pub(crate) fn column(rows: &Tensor) -> Tensor {
    let mut dims = rows.raw_shape().to_vec();
    dims.push(1);
    rows.reshape(dims)
}

/// `(softmax(logits) Σ targets - targets) · scale` for every row.
fn gradient(log: &Tensor, logits: &Tensor, targets: &Tensor, scale: &Tensor) -> Tensor {
    let inputs = [logits, targets, scale, log].map(Tensor::clone);
    apply_static(&CrossEntropyGradient, &inputs)
}

/// `-Σ target · ln softmax(logits)` for every row, in one pass and without overflow.
///
/// Shapes: logits and targets `[.., classes]`, losses `[..]`. The targets need not sum to 1. Other shapes or element types are
/// an error.
///
/// ```
/// use nn::{Tensor, ops::softmax_cross_entropy};
/// let logits = Tensor::from([[0.0_f32, 0.0], [50.0, -50.0]]);
/// let targets = Tensor::from([[0.5_f32, 0.5], [0.0, 1.0]]);
/// let losses = softmax_cross_entropy(&logits, &targets);
/// assert_eq!(losses.to_vec::<f32>()?, [2.0_f32.ln(), 100.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn softmax_cross_entropy(logits: &Tensor, targets: &Tensor) -> Tensor {
    apply_static(&CrossEntropy, &[logits.clone(), targets.clone()])
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::ops::nn::softmax_cross_entropy;
    use crate::testing::{assert_close, check_gradient};

    #[test]
    fn agrees_with_the_log_softmax() {
        let logits = Tensor::from([[1.0_f64, -2.0, 0.5], [30.0, 10.0, 0.0]]);
        let targets = Tensor::from([[0.2_f64, 0.5, 0.3], [0.0, 2.0, 1.0]]);
        let losses = softmax_cross_entropy(&logits, &targets);
        let nothing = Tensor::zeros([2, 0]);
        assert_eq!(
            softmax_cross_entropy(&nothing, &nothing)
                .to_vec::<f32>()
                .unwrap(),
            [0.0; 2]
        );
        let expected = -(&targets * logits.log_softmax(-1)).sum_axis(-1);
        // A handful of roundings of f64.
        assert_close(&losses, &expected, 1e-14);
    }

    #[test]
    fn names_a_wrong_shape() {
        let e = softmax_cross_entropy(&Tensor::zeros([5, 10]), &Tensor::zeros([5]));
        let e = e.into_result().unwrap_err().to_string();
        assert!(
            e.contains("logits [5, 10] need targets of the same shape"),
            "{e}"
        );
        assert!(e.contains("found [5]; for class numbers use"), "{e}");
    }

    #[test]
    fn gradient() {
        check_gradient(|x| softmax_cross_entropy(&x[0], &x[1]), &[&[3, 4], &[3, 4]]);
        check_gradient(
            |x| softmax_cross_entropy(&x[0], &x[1]).square(),
            &[&[2, 2, 3], &[2, 2, 3]],
        );
    }
}
