//! Crossentropy of class numbers.

use super::checks::{checked, last};
use super::labels::{check_range, labels};
use super::{EPSILON, Loss, Reduction, described, loss};
use nn_core::ops::sparse_softmax_cross_entropy;
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// `-ln p[y_true]`: the crossentropy of labels that are class numbers.
///
/// Of probabilities, `p` is `y_pred` divided by its sum and limited to [1e-7, 1 - 1e-7]; of logits, `p = softmax(y_pred)`, in one fused,
/// stable operation. Labels: `[batch, ...]` or `[batch, ..., 1]`, integers (or floats without a fraction) in 0..classes. Predictions:
/// `[batch, ..., classes]`. Source: `keras.losses.SparseCategoricalCrossentropy`.
///
/// ```
/// use nn::{losses::{Loss, SparseCategoricalCrossentropy}, Tensor};
/// let (labels, logits) = (Tensor::from([1_i64]), Tensor::from([[0.0_f32, 0.0]]));
/// let loss = SparseCategoricalCrossentropy::from_logits().call(&labels, &logits).item::<f32>()?;
/// assert!((loss - 2.0_f32.ln()).abs() < 1e-6);
///
/// let wrong = SparseCategoricalCrossentropy::new().call(&Tensor::from([2_i64]), &logits);
/// assert!(wrong.into_result().unwrap_err().to_string().contains("label 2 at row 0 is outside 0..2"));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
#[doc(alias = "CrossEntropyLoss")]
#[doc(alias = "NLLLoss")]
pub struct SparseCategoricalCrossentropy {
    from_logits: bool,
    ignore_class: Option<i64>,
    axis: isize,
    reduction: Reduction,
}

impl Default for SparseCategoricalCrossentropy {
    fn default() -> SparseCategoricalCrossentropy {
        SparseCategoricalCrossentropy {
            from_logits: false,
            ignore_class: None,
            axis: -1,
            reduction: Reduction::default(),
        }
    }
}

impl SparseCategoricalCrossentropy {
    /// For predictions that are probabilities (a last layer with a softmax).
    pub fn new() -> SparseCategoricalCrossentropy {
        SparseCategoricalCrossentropy::default()
    }

    /// For predictions that are logits (a last layer without activation); numerically the better choice, and faster.
    pub fn from_logits() -> SparseCategoricalCrossentropy {
        SparseCategoricalCrossentropy {
            from_logits: true,
            ..SparseCategoricalCrossentropy::default()
        }
    }

    /// Leaves out samples with this label, which need not be the number of a class: they have no loss and no gradient, and do
    /// not count in the mean.
    pub fn ignore_class(mut self, label: i64) -> SparseCategoricalCrossentropy {
        self.ignore_class = Some(label);
        self
    }

    /// With the classes on this axis of the predictions (Keras: the last one); the labels have the shape without it.
    pub fn axis(mut self, axis: isize) -> SparseCategoricalCrossentropy {
        self.axis = axis;
        self
    }

    fn crossentropy(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let y_pred = &classes_last(y_pred, self.axis)?;
        let labels = labels(y_true, y_pred)?;
        let shape = y_pred.shape();
        let classes = shape[shape.rank() - 1];
        check_range(&labels, classes, self.ignore_class)?;
        if !labels.is_concrete() || !y_pred.is_concrete() {
            return Ok(Tensor::abstract_of(
                shape.without(shape.rank() - 1),
                y_pred.dtype(),
            ));
        }
        let Some(ignored) = self.ignore_class else {
            return Ok(self.of_classes(&labels, y_pred));
        };
        // What an ignored row predicts, be it NaN, must not matter.
        let kept = labels.not_equal(ignored);
        let labels = kept.where_(&labels, 0);
        let y_pred = kept.expand_dims(-1).where_(y_pred, 1.0);
        Ok(kept.where_(self.of_classes(&labels, &y_pred), 0.0))
    }

    fn of_classes(&self, labels: &Tensor, y_pred: &Tensor) -> Tensor {
        if self.from_logits {
            return sparse_softmax_cross_entropy(y_pred, labels);
        }
        let classes = y_pred.shape()[y_pred.rank() - 1];
        let rows = Tensor::arange(labels.num_elements()) * classes + labels.flatten();
        let chosen = y_pred.flatten().take(&rows, 0).reshape(labels.shape());
        let p = chosen / y_pred.sum_axis(-1);
        -p.clip(EPSILON, 1.0 - EPSILON).log()
    }
}

/// Predictions with the classes on the last axis.
fn classes_last(y_pred: &Tensor, axis: isize) -> Result<Tensor> {
    if y_pred.error().is_some() || last(y_pred, axis) {
        return Ok(y_pred.clone());
    }
    let shape = y_pred.shape();
    let class_axis = shape
        .axis(axis)
        .map_err(|e| e.context("the axis of the classes"))?;
    let others = (0..shape.rank()).filter(|&other| other != class_axis);
    let order = others.chain([class_axis]).map(|axis| axis as isize);
    Ok(y_pred.transpose(order.collect::<Vec<_>>()))
}

impl Loss for SparseCategoricalCrossentropy {
    described!(
        SparseCategoricalCrossentropy,
        "sparse_categorical_crossentropy"
    );

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        checked(self, y_true, y_pred, || self.crossentropy(y_true, y_pred))
    }

    fn kept(&self, y_true: &Tensor, y_pred: &Tensor) -> Option<Tensor> {
        let ignored = self.ignore_class?;
        let y_pred = classes_last(y_pred, self.axis).ok()?;
        Some(labels(y_true, &y_pred).ok()?.not_equal(ignored))
    }
}

loss!(SparseCategoricalCrossentropy);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::GradientTape;

    fn both() -> [SparseCategoricalCrossentropy; 2] {
        [
            SparseCategoricalCrossentropy::new(),
            SparseCategoricalCrossentropy::from_logits(),
        ]
    }

    fn message(loss: &SparseCategoricalCrossentropy, y_true: &Tensor, y_pred: &Tensor) -> String {
        loss.call(y_true, y_pred)
            .into_result()
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_label_out_of_range_is_named() {
        let p = Tensor::full([5, 10], 0.1_f32);
        for loss in both() {
            let e = message(&loss, &Tensor::from([0_i64, 9, 1, 10, 11]), &p);
            assert!(
                e.contains("sparse_categorical_crossentropy: label 10 at row 3 is outside 0..10: "),
                "{e}"
            );
            assert!(e.contains("count classes from 0"), "{e}");
            let e = message(&loss, &Tensor::from([0_i64, -1, 1, 0, 0]), &p);
            assert!(
                e.contains("label -1 at row 1 is outside 0..10") && e.contains("ignore_class(-1)"),
                "{e}"
            );
            let e = message(&loss, &Tensor::from([0_i64, 31, 1, 0, 0]), &p);
            assert!(e.contains("32 units"), "{e}");
        }
    }

    #[test]
    fn labels_of_other_shapes_are_an_error() {
        let p = Tensor::full([4, 3], 0.3_f32);
        for loss in both() {
            let e = message(&loss, &Tensor::zeros([4, 3]), &p);
            assert!(
                e.contains(
                    "labels of shape [4, 3] do not fit predictions of shape [4, 3]: expected [4]"
                ),
                "{e}"
            );
            assert!(e.contains("CategoricalCrossentropy"), "{e}");
            let e = message(&loss, &Tensor::from([0_i64; 5]), &p);
            assert!(
                e.contains("[5]") && e.contains("one class number for each row"),
                "{e}"
            );
            let e = message(&loss, &Tensor::from([0_i64; 4]), &Tensor::zeros([4]));
            assert!(e.contains("[batch, classes]"), "{e}");
        }
    }

    #[test]
    fn labels_may_be_any_type_without_a_fraction() {
        let p = Tensor::from([[0.2_f32, 0.8], [0.5, 0.5]]);
        for loss in both() {
            let expected = loss
                .call(&Tensor::from([1_i64, 0]), &p)
                .item::<f32>()
                .unwrap();
            for y in [
                Tensor::from([1.0_f32, 0.0]),
                Tensor::from([1.0_f64, 0.0]),
                Tensor::from([1_u8, 0]),
                Tensor::from([true, false]),
                Tensor::from([[1_i64], [0]]),
            ] {
                assert_eq!(loss.call(&y, &p).item::<f32>().unwrap(), expected);
            }
            for wrong in [0.5_f32, f32::NAN] {
                let e = message(&loss, &Tensor::from([1.0_f32, wrong]), &p);
                assert!(
                    e.contains(&format!("label {wrong} at row 1 is not a class number")),
                    "{e}"
                );
            }
        }
    }

    #[test]
    fn ignored_rows_have_no_loss_and_no_gradient() {
        let x = Tensor::from([[1.0_f32, 2.0], [f32::NAN, 3.0], [0.5, 0.1]]);
        for loss in both() {
            let loss = loss.ignore_class(-1);
            let tape = GradientTape::new();
            tape.watch(&x);
            let value = loss.call(&Tensor::from([0_i64, -1, 1]), &x);
            let g = tape.gradient(&value, &x).unwrap().to_vec::<f32>().unwrap();
            assert!(value.item::<f32>().unwrap().is_finite());
            assert_eq!(g[2..4], [0.0, 0.0]);
            let kept = Tensor::from([[1.0_f32, 2.0], [0.5, 0.1]]);
            let expected = loss
                .call(&Tensor::from([0_i64, 1]), &kept)
                .item::<f32>()
                .unwrap();
            // The order of summation is the same, the zero apart.
            assert!((value.item::<f32>().unwrap() - expected).abs() <= 1e-6);
        }
    }

    #[test]
    fn f64_stays_f64() {
        let p = Tensor::from([[0.25_f64, 0.75]]);
        let loss = SparseCategoricalCrossentropy::new().call(&Tensor::from([1_i64]), &p);
        assert!((loss.item::<f64>().unwrap() + 0.75_f64.ln()).abs() < 1e-15);
    }
}
