//! Cross-entropy of scores and labels.

use crate::graph::apply::apply_static;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, common_float};
use crate::ops::activation::softmax;
use crate::ops::nn::softmax_cross_entropy::column;
use crate::{DType, Error, Result, Tensor, is_known, with_float};
use nn_kernels::softmax::{sparse_cross_entropy, sparse_cross_entropy_gradient};

/// Inputs: logits `[.., classes]` and labels `[..]`. Outputs: the losses, and `ln Σ exp(x - max x)` of every row, which the gradient needs too.
struct SparseCrossEntropy;

/// Inputs: logits, labels, the upstream gradient and `ln Σ exp(x - max x)`, all three `[..]`.
struct SparseCrossEntropyGradient;

fn check_labels(labels: &Tensor, classes: usize) -> Result<()> {
    let labels = labels.data::<i64>();
    let outside = |&label: &i64| !(0..classes as i64).contains(&label);
    match labels.iter().position(outside) {
        None => Ok(()),
        Some(row) => Err(Error::value(format!(
            "label {} at row {row} is outside 0..{classes}: the logits have {classes} classes, counted from 0",
            labels[row]
        ))),
    }
}

impl Op for SparseCrossEntropy {
    fn name(&self) -> &'static str {
        "sparse_softmax_cross_entropy"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (logits, labels) = (inputs[0].raw_shape(), inputs[1].raw_shape());
        let dtype = common_float(self.name(), &inputs[..1])?;
        if inputs[1].dtype() != DType::I64 {
            return Err(Error::dtype(format!(
                "labels must be i64 class numbers, found {}; for probabilities use `softmax_cross_entropy`",
                inputs[1].dtype()
            )));
        }
        let agree = |(&a, &b): (&usize, &usize)| a == b || !is_known(a) || !is_known(b);
        let axis = logits.axis(-1)?;
        let rows = logits.without(axis);
        if labels.rank() != rows.rank() || !labels.iter().zip(rows.iter()).all(agree) {
            return Err(Error::shape(format!(
                "logits {logits} need labels of shape {rows}, one class number a row; found {labels}"
            )));
        }
        Ok([Spec { shape: rows, dtype }; 2].into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (logits, labels) = (&inputs[0], &inputs[1]);
        let classes = logits.raw_shape().dim(-1)?;
        check_labels(labels, classes)?;
        let mut log = None;
        let loss = with_float!(dtype, T => Tensor::build(shape, |loss: &mut [T]| {
            log = Some(Tensor::build(shape, |log: &mut [T]| {
                sparse_cross_entropy(logits.data(), labels.data(), classes, loss, log);
            }));
        }));
        let loss = loss.into_result()?; // A failed one has not built the sums.
        Ok([loss, log.expect("built with the losses").into_result()?].into())
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let (logits, labels) = (&at.inputs[0], &at.inputs[1]);
        let dlogits = gradient(&at.outputs[1], logits, labels, at.upstream());
        Ok(vec![Some(dlogits), None])
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

by_name!(
    "sparse_softmax_cross_entropy",
    by_name::several::<2>,
    |_| SparseCrossEntropy
);

impl Op for SparseCrossEntropyGradient {
    fn name(&self) -> &'static str {
        "sparse_softmax_cross_entropy_gradient"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((*inputs[0].raw_shape(), inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let [logits, labels, scale, log] = [0, 1, 2, 3].map(|i| &inputs[i]);
        let classes = shape.dim(-1)?;
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                let (x, labels, log, scale) = (logits.data::<T>(), labels.data(), log.data(), scale.data());
                if log.is_empty() {
                    return;
                }
                sparse_cross_entropy_gradient(x, labels, log, scale, classes, out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let [logits, labels, scale, log] = [0, 1, 2, 3].map(|i| &at.inputs[i]);
        let dlogits = at.when(0, || {
            softmax::gradient(&logits.softmax(-1), &(at.upstream() * column(scale)))
        });
        let dscale = at.when(2, || {
            let derivative = gradient(log, logits, labels, &scale.ones_like());
            (at.upstream() * derivative).sum_axis(-1)
        });
        Ok(vec![dlogits, None, dscale, None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }
}

/// `(softmax(logits) - onehot(labels)) · scale` for every row.
fn gradient(log: &Tensor, logits: &Tensor, labels: &Tensor, scale: &Tensor) -> Tensor {
    let inputs = [logits, labels, scale, log].map(Tensor::clone);
    apply_static(&SparseCrossEntropyGradient, &inputs)
}

/// `-ln softmax(logits)[label]` for every row: `ln Σ eˣ - x[label]`, in one pass and without overflow.
///
/// Shapes: logits `[.., classes]`, labels `[..]` (`i64` or `u8`), losses `[..]`. A label outside `0..classes` is an error
/// that says where it is.
///
/// ```
/// use nn::{Tensor, ops::sparse_softmax_cross_entropy};
/// let logits = Tensor::from([[0.0_f32, 0.0], [50.0, -50.0]]);
/// let losses = sparse_softmax_cross_entropy(&logits, &Tensor::from([1_i64, 1]));
/// assert_eq!(losses.to_vec::<f32>()?, [2.0_f32.ln(), 100.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn sparse_softmax_cross_entropy(logits: &Tensor, labels: &Tensor) -> Tensor {
    let labels = match labels.dtype() {
        DType::U8 => labels.cast(DType::I64),
        DType::F32 | DType::F64 | DType::I64 | DType::Bool => labels.clone(),
    };
    apply_static(&SparseCrossEntropy, &[logits.clone(), labels])
}

#[cfg(test)]
mod tests {
    use crate::ops::nn::sparse_softmax_cross_entropy;
    use crate::testing::{assert_close, check_gradient};
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn agrees_with_the_log_softmax() {
        let logits = Tensor::from([[[1.0_f64, -2.0, 0.5], [30.0, 10.0, 0.0]]]);
        let losses = sparse_softmax_cross_entropy(&logits, &Tensor::from([[2_u8, 1]]));
        let y = logits.log_softmax(-1);
        let y = y.data::<f64>();
        // A handful of roundings of f64.
        assert_close(&losses, &Tensor::from([[-y[2], -y[4]]]), 1e-14);
        let none = sparse_softmax_cross_entropy(&Tensor::zeros([0, 3]), &Tensor::arange(0));
        assert_eq!(none.shape(), [0]);
    }

    #[test]
    fn names_a_wrong_label_type_or_shape() {
        let message = |logits: &Tensor, labels: Tensor| {
            sparse_softmax_cross_entropy(logits, &labels)
                .into_result()
                .unwrap_err()
                .to_string()
        };
        let logits = Tensor::zeros([5, 10]);
        let e = message(&logits, Tensor::from([0_i64, 1, 2, 10, 11]));
        assert!(
            e.contains("label 10 at row 3 is outside 0..10: the logits have 10 classes"),
            "{e}"
        );
        assert!(message(&logits, Tensor::from([0_i64, -1, 2, 1, 1])).contains("label -1 at row 1"));
        let e = message(&logits, Tensor::zeros([5]));
        assert!(
            e.contains("labels must be i64 class numbers, found f32"),
            "{e}"
        );
        let e = message(&logits, Tensor::zeros([5, 1]).cast(DType::I64));
        assert!(e.contains("logits [5, 10] need labels of shape [5]"), "{e}");
        let batch = Tensor::abstract_of([UNKNOWN, 10], DType::F32);
        let labels = Tensor::abstract_of([UNKNOWN], DType::I64);
        assert_eq!(
            sparse_softmax_cross_entropy(&batch, &labels)
                .shape()
                .to_string(),
            "[_]"
        );
    }

    #[test]
    fn gradient() {
        let labels = Tensor::from([2_i64, 0, 2]);
        check_gradient(|x| sparse_softmax_cross_entropy(&x[0], &labels), &[&[3, 4]]);
        check_gradient(
            |x| sparse_softmax_cross_entropy(&x[0], &labels).square(),
            &[&[3, 4]],
        );
    }
}
