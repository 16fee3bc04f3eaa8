//! Class numbers as targets.

use super::checks::{check_prediction, one_row_each, same};
use nn_core::{DType, Error, Result, Tensor, is_known, with_float};

/// Class numbers as `i64`, one for each row of the predictions: given in their shape without the last axis, or with a last axis of 1.
///
/// Whether a number is that of a class is not looked at here.
pub(crate) fn labels(y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
    let (predictions, found) = (check_prediction(y_pred)?, y_true.try_shape()?);
    let rows = &predictions[..predictions.rank() - 1];
    if rows.is_empty() {
        return Err(Error::shape(format!(
            "predictions need at least two axes, [batch, classes], found {predictions}"
        )));
    }
    let column = found.rank() == predictions.rank()
        && found[rows.len()] == 1
        && same(&found[..rows.len()], rows);
    if !same(&found, rows) && !column {
        let hint = match same(&found, &predictions) {
            true => {
                "one number for each class is what CategoricalCrossentropy and CategoricalAccuracy take".to_string()
            }
            false => one_row_each(&found, &predictions).unwrap_or_else(|| {
                "give one class number for each row of the predictions".to_string()
            }),
        };
        return Err(Error::shape(format!(
            "labels of shape {found} do not fit predictions of shape {predictions}: expected {}; {hint}",
            predictions.without(rows.len())
        )));
    }
    let labels = integral(y_true)?;
    Ok(if column { labels.squeeze(-1) } else { labels })
}

/// Class numbers as `i64`.
pub(super) fn integral(y_true: &Tensor) -> Result<Tensor> {
    if y_true.dtype().is_float() && y_true.is_concrete() {
        with_float!(y_true.dtype(), T => {
            let fraction = y_true.data::<T>().iter().enumerate().find(|(_, v)| v.fract() != 0.0);
            if let Some((row, value)) = fraction {
                return Err(Error::dtype(format!(
                    "label {value} at row {row} is not a class number; labels are integers (i64), or floats without a fraction"
                )));
            }
        });
    }
    Ok(y_true.cast(DType::I64))
}

/// Checks that every label is the number of a class, or the `ignored` one.
pub(super) fn check_range(labels: &Tensor, classes: usize, ignored: Option<i64>) -> Result<()> {
    if !labels.is_concrete() || !is_known(classes) {
        return Ok(());
    }
    let range = 0..classes as i64;
    let wrong = |label: &i64| !range.contains(label) && Some(*label) != ignored;
    let Some(row) = labels.data::<i64>().iter().position(wrong) else {
        return Ok(());
    };
    let label = labels.data::<i64>()[row];
    let way_out = match label {
        label if label == range.end => {
            "count classes from 0, or give the last layer one more unit".to_string()
        }
        label if label < 0 => format!("`ignore_class({label})` leaves it out"),
        label => format!(
            "give the last layer {} units, or correct the label",
            i128::from(label) + 1
        ),
    };
    Err(Error::value(format!(
        "label {label} at row {row} is outside 0..{classes}: {way_out}"
    )))
}
