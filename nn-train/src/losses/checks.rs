//! Whether targets, predictions and weights fit together, and the wording if they do not.

use super::Loss;
use nn_core::{DType, Error, Result, Shape, Tensor, is_known};

/// Whether two dimensions are, or may be, the same.
pub(super) fn agree(a: usize, b: usize) -> bool {
    a == b || !is_known(a) || !is_known(b)
}

pub(super) fn same(a: &[usize], b: &[usize]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| agree(a, b))
}

/// Predictions must be floats of at least one axis.
pub(super) fn check_prediction(y_pred: &Tensor) -> Result<Shape> {
    let shape = y_pred.try_shape()?;
    if !y_pred.dtype().is_float() {
        return Err(Error::dtype(format!(
            "predictions must be f32 or f64, found {}; convert with `cast(DType::F32)`",
            y_pred.dtype()
        )));
    }
    if shape.rank() == 0 {
        return Err(Error::shape(
            "predictions need a batch axis, found a single number; give it one with `reshape([1, 1])`",
        ));
    }
    Ok(shape)
}

/// Targets, converted to the type of the predictions, and predictions: of the same shape, or an error.
pub(crate) fn pair(y_true: &Tensor, y_pred: &Tensor) -> Result<(Tensor, Tensor)> {
    let (wanted, found) = (check_prediction(y_pred)?, y_true.try_shape()?);
    if !same(&found, &wanted) {
        return Err(mismatch(&found, &wanted));
    }
    Ok((y_true.cast(y_pred.dtype()), y_pred.clone()))
}

fn mismatch(found: &Shape, wanted: &Shape) -> Error {
    let batch = wanted[0];
    let way_out = if wanted.rank() == found.rank() + 1
        && wanted[found.rank()] == 1
        && same(found, &wanted[..found.rank()])
    {
        let dims: Vec<String> = wanted.iter().map(|d| d.to_string()).collect();
        format!(
            "give the targets the last axis too, `y.reshape([{}])`, or drop it from the predictions, `y_pred.squeeze(-1)`",
            dims.join(", ")
        )
    } else if found.rank() == wanted.rank() + 1
        && found[wanted.rank()] == 1
        && same(&found[..wanted.rank()], wanted)
    {
        "drop the last axis of the targets, `y.squeeze(-1)`, or let the predictions have it"
            .to_string()
    } else if found.rank() == 1 && wanted.rank() == 2 && agree(found[0], batch) {
        "labels that are class numbers go with SparseCategoricalCrossentropy".to_string()
    } else if found.rank() == wanted.rank()
        && same(&found[..found.rank() - 1], &wanted[..found.rank() - 1])
    {
        format!(
            "the last layer gives {} numbers for each sample and the targets have {}",
            wanted[wanted.rank() - 1],
            found[found.rank() - 1]
        )
    } else if found.rank() > 0 && !agree(found[0], batch) {
        "they must have one row for each sample, in the same order".to_string()
    } else {
        "they must agree; nothing is broadcast".to_string()
    };
    Error::shape(format!(
        "targets of shape {found} do not fit predictions of shape {wanted}: {way_out}"
    ))
}

/// A setting must be a finite number from `least` on.
pub(super) fn check_number(loss: &str, setting: &str, value: f64, least: f64) -> Result<()> {
    match value.is_finite() && value >= least {
        true => Ok(()),
        false => Err(Error::value(format!(
            "{loss}: `{setting}` must be a finite number{}, found {value}",
            if least.is_finite() {
                format!(" of at least {least}")
            } else {
                String::new()
            }
        ))),
    }
}

/// Label smoothing moves targets by a share of the way.
pub(super) fn check_smoothing(loss: &str, smoothing: f64) -> Result<()> {
    match (0.0..=1.0).contains(&smoothing) {
        true => Ok(()),
        false => Err(Error::value(format!(
            "{loss}: `label_smoothing` must be in [0, 1], found {smoothing}"
        ))),
    }
}

/// Targets moved by a share of the way to an equal part of each of `classes`.
pub(super) fn smoothed(y: Tensor, smoothing: f64, classes: usize) -> Tensor {
    match smoothing {
        0.0 => y,
        s => y * (1.0 - s) + s / classes as f64,
    }
}

/// As [`smoothed`], with as many classes as the last axis is long: that one in Keras too, wherever the classes are.
pub(super) fn smoothed_classes(y: Tensor, smoothing: f64) -> Tensor {
    let classes = y.shape()[y.rank() - 1];
    smoothed(y, smoothing, classes)
}

/// Whether an axis is the last one.
pub(super) fn last(x: &Tensor, axis: isize) -> bool {
    axis == -1 || axis + 1 == x.rank() as isize
}

/// Weights in the type of the losses, with axes of size 1 added at the end to reach their rank: one for each sample, or for each
/// pixel or time step, or with axes of size 1 where one weight is for all. A single number is for all losses, and a loss that is one number
/// for all samples takes weights of any shape.
pub(crate) fn expand_weight(weight: &Tensor, losses: Shape, dtype: DType) -> Result<Tensor> {
    let found = weight.try_shape()?;
    if found.rank() == 0 || losses.rank() == 0 {
        return Ok(weight.cast(dtype));
    }
    // A column of weights for a row of losses.
    let dims = match found.rank() == losses.rank() + 1 && found[losses.rank()] == 1 {
        true => &found[..losses.rank()],
        false => &found[..],
    };
    let one_for_all = |(&weight, &loss): (&usize, &usize)| agree(weight, loss) || weight == 1;
    let fits = dims.len() <= losses.rank() && dims.iter().zip(losses.iter()).all(one_for_all);
    if !fits {
        return Err(Error::shape(format!(
            "sample weights of shape {found} do not fit losses of shape {losses}: give one for each sample, shape [{}]{}",
            Shape::new(&losses[..1])
                .to_string()
                .trim_matches(['[', ']']),
            if losses.rank() > 1 {
                format!(", or one for each loss, shape {losses}")
            } else {
                String::new()
            }
        )));
    }
    let mut full = dims.to_vec();
    full.resize(losses.rank(), 1);
    Ok(weight.cast(dtype).reshape(full))
}

/// The mask of predictions as numbers, with axes of size 1 added at the end to reach the rank of the losses; `None` without one, and of a
/// loss that is a single number already.
pub(crate) fn expand_mask(y_pred: &Tensor, losses: Shape, dtype: DType) -> Result<Option<Tensor>> {
    match y_pred.mask().filter(|_| losses.rank() > 0) {
        None => Ok(None),
        Some(mask) => expand_weight(&mask, losses, dtype).map(Some).map_err(|_| {
            Error::shape(format!(
                "the mask of the predictions is of shape {}, and the losses are of shape {losses}: the mask must be over the first axes of these; \
                 give the predictions another one with `with_mask`, or none with `without_mask`",
                mask.shape()
            ))
        }),
    }
}

/// Weights of samples times the mask of the predictions, where there are any, for losses of a shape.
pub(crate) fn masked_weight(
    y_pred: &Tensor,
    losses: Shape,
    sample_weight: Option<&Tensor>,
    dtype: DType,
) -> Result<Option<Tensor>> {
    let Some(mask) = expand_mask(y_pred, losses, dtype)? else {
        return Ok(sample_weight.cloned());
    };
    Ok(Some(match sample_weight {
        Some(weight) => expand_weight(weight, losses, dtype)? * mask,
        None => mask,
    }))
}

/// The mean over an axis; a batch of single numbers is left as it is.
fn mean_along(values: Tensor, axis: isize) -> Tensor {
    match values.error().is_none() && values.rank() > 1 {
        true => values.mean_axis(axis),
        false => values,
    }
}

/// The mean over the last axis of a function of targets and predictions, element by element.
pub(super) fn elementwise(
    loss: &dyn Loss,
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl FnOnce(Tensor, Tensor) -> Tensor,
) -> Tensor {
    elementwise_along(-1, loss, y_true, y_pred, f)
}

/// As [`elementwise`], with the mean over another axis.
pub(super) fn elementwise_along(
    axis: isize,
    loss: &dyn Loss,
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl FnOnce(Tensor, Tensor) -> Tensor,
) -> Tensor {
    checked(loss, y_true, y_pred, || {
        let (y_true, y_pred) = pair(y_true, y_pred)?;
        Ok(mean_along(f(y_true, y_pred), axis))
    })
}

/// A function of targets and predictions that have classes or components on their last axis.
pub(super) fn vectors(
    loss: &dyn Loss,
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl FnOnce(Tensor, Tensor) -> Tensor,
) -> Tensor {
    checked(loss, y_true, y_pred, || {
        let shape = check_prediction(y_pred)?;
        if shape.rank() < 2 {
            return Err(Error::shape(format!(
                "predictions need at least two axes, [batch, classes], found {shape}; add one with `expand_dims`"
            )));
        }
        let (y_true, y_pred) = pair(y_true, y_pred)?;
        Ok(f(y_true, y_pred))
    })
}

/// [`vectors`] of probabilities of classes on an axis, of which there are several: that of a single one is 1 whatever the model learns.
pub(super) fn classes(
    loss: &dyn Loss,
    axis: isize,
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl FnOnce(Tensor, Tensor) -> Tensor,
) -> Tensor {
    let check = |p: &Tensor| {
        let shape = p.try_shape()?;
        match shape[shape.axis(axis)?] {
            1 => Err(Error::shape(format!(
                "predictions of shape {shape} have a single class, whose probability is 1 whatever the model learns: for two classes in one number \
                 use `BinaryCrossentropy`, or give each class a number of its own"
            ))),
            _ => Ok(()),
        }
    };
    vectors(loss, y_true, y_pred, |y, p| match check(&p) {
        Ok(()) => f(y, p),
        Err(error) => Tensor::failed(error.context(loss.name())),
    })
}

/// The losses, or a failed tensor: with the first error that targets or predictions carry, or with that of `f` after the loss's name.
pub(super) fn checked(
    loss: &dyn Loss,
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl FnOnce() -> Result<Tensor>,
) -> Tensor {
    match [y_pred, y_true].into_iter().find(|t| t.error().is_some()) {
        Some(failed) => failed.clone(),
        None => f().unwrap_or_else(|e| Tensor::failed(e.context(loss.name()))),
    }
}

#[cfg(test)]
mod tests {
    use crate::losses::{Loss, MeanSquaredError};
    use nn_core::{DType, Tensor, UNKNOWN};

    fn message(y_true: &Tensor, y_pred: &Tensor) -> String {
        MeanSquaredError::new()
            .call(y_true, y_pred)
            .into_result()
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn nothing_is_broadcast() {
        let e = message(&Tensor::zeros([4]), &Tensor::zeros([4, 1]));
        assert!(
            e.contains(
                "mean_squared_error: targets of shape [4] do not fit predictions of shape [4, 1]"
            ),
            "{e}"
        );
        assert!(
            e.contains("`y.reshape([4, 1])`") && e.contains("`y_pred.squeeze(-1)`"),
            "{e}"
        );
        assert_eq!(e.matches("mean_squared_error").count(), 1, "{e}");
        let e = message(&Tensor::zeros([4, 1]), &Tensor::zeros([4]));
        assert!(
            e.contains("[4, 1]") && e.contains("[4]") && e.contains("squeeze"),
            "{e}"
        );
        let e = message(&Tensor::zeros([4, 1]), &Tensor::zeros([4, 3]));
        assert!(
            e.contains("gives 3 numbers for each sample and the targets have 1"),
            "{e}"
        );
        let e = message(&Tensor::zeros([1, 3]), &Tensor::zeros([4, 3]));
        assert!(e.contains("one row for each sample"), "{e}");
        let e = message(&Tensor::zeros([4]), &Tensor::zeros([4, 3]));
        assert!(e.contains("SparseCategoricalCrossentropy"), "{e}");
        let e = message(&Tensor::from(0.0_f32), &Tensor::zeros([4, 3]));
        assert!(e.contains("nothing is broadcast"), "{e}");
    }

    #[test]
    fn predictions_must_be_floats_with_a_batch() {
        let e = message(&Tensor::zeros([2, 1]), &Tensor::from([[1_i64], [2]]));
        assert!(e.contains("f32 or f64, found i64"), "{e}");
        let e = message(&Tensor::from(0.0_f32), &Tensor::from(0.0_f32));
        assert!(e.contains("a batch axis"), "{e}");
    }

    #[test]
    fn the_first_error_rides_along() {
        let broken = Tensor::zeros([2, 3]) + Tensor::zeros([2, 4]);
        let e = message(&Tensor::zeros([2, 3]), &broken);
        assert!(e.starts_with("cannot add [2, 3] and [2, 4]"), "{e}");
    }

    #[test]
    fn an_unknown_batch_fits_while_tracing() {
        let y = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        let loss = MeanSquaredError::new().call(&y, &y);
        assert!(loss.is_abstract() && loss.shape().rank() == 0);
    }

    #[test]
    fn a_batch_of_numbers_is_one_column() {
        let (y, p) = (Tensor::from([1.0_f32, 2.0]), Tensor::from([1.0_f32, 4.0]));
        let loss = MeanSquaredError::new();
        assert_eq!(loss.losses(&y, &p).to_vec::<f32>().unwrap(), [0.0, 4.0]);
        assert_eq!(loss.call(&y, &p).item::<f32>().unwrap(), 2.0);
    }

    #[test]
    fn targets_of_any_type_and_f64_predictions() {
        let p = Tensor::from([[1.0_f64], [4.0]]);
        for y in [
            Tensor::from([[1_i64], [2]]),
            Tensor::from([[1_u8], [2]]),
            Tensor::from([[1.0_f32], [2.0]]),
        ] {
            assert_eq!(
                MeanSquaredError::new().call(&y, &p).item::<f64>().unwrap(),
                2.0
            );
        }
    }
}
