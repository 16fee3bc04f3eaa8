//! Weights of samples and classes, checked before training begins.

use crate::data::Dataset;
use nn_core::{DType, Error, Result, Tensor};
use nn_kernels::memory;
use std::collections::{BTreeMap, BTreeSet};

/// Weights must be finite numbers from 0 on.
pub(super) fn check_weights(data: &Dataset) -> Result<()> {
    let Some(weights) = data.weights() else {
        return Ok(());
    };
    let weights = weights.cast(DType::F64);
    let per_sample = weights.num_elements() / data.len().max(1);
    match weights
        .try_data::<f64>()?
        .iter()
        .position(|w| !(*w >= 0.0 && w.is_finite()))
    {
        None => Ok(()),
        Some(i) => Err(Error::value(format!(
            "the weight of the sample in row {} is {}; a weight is a finite number from 0 on",
            i / per_sample.max(1),
            weights.data::<f64>()[i]
        ))),
    }
}

/// The class of every sample: whole numbers, [n] or [n, 1], or the place of the 1 in one-hot rows, [n, classes].
fn classes(data: &Dataset) -> Result<Vec<i64>> {
    let labels = data.y().into_result()?;
    let shape = labels.shape();
    let refused = |found: String| {
        Error::value(format!(
            "`class_weight` needs one label a sample, whole numbers [n] or [n, 1], or one-hot rows [n, classes]; {found}"
        ))
    };
    if data.ys().len() != 1 || shape.rank() > 2 {
        let outputs = match data.ys().len() {
            1 => String::new(),
            n => format!("{n} targets, the first "),
        };
        return Err(refused(format!(
            "the targets are {outputs}{} of shape {shape}",
            labels.dtype()
        )));
    }
    let labels = labels.cast(DType::F64);
    let numbers = labels.try_data::<f64>()?;
    let width = shape.dims().get(1).copied().unwrap_or(1);
    let class = |(row, values): (usize, &[f64])| match values {
        [label] if label.fract() == 0.0 => Ok(*label as i64),
        [label] => Err(refused(format!("the label in row {row} is {label}"))),
        _ => {
            // Of several that are greatest the first, as `argmax`.
            let greatest = (0..width)
                .rev()
                .max_by(|&a, &b| values[a].total_cmp(&values[b]));
            let total: f64 = values.iter().sum();
            // Smoothed rows and such of rounded numbers still add up to 1.
            match greatest {
                Some(class) if (total - 1.0).abs() < 1e-3 => Ok(class as i64),
                _ => Err(refused(format!(
                    "row {row} of the targets, of shape {shape}, adds up to {total} and not to 1"
                ))),
            }
        }
    };
    memory::try_gathered(numbers.chunks(width.max(1)).enumerate().map(class))
}

/// The data with the weights of its samples' classes multiplied in.
///
/// # Errors
/// A weight that is negative or not finite, or of a class that no label has; targets that are no classes.
pub(super) fn weigh_classes(data: Dataset, weights: &BTreeMap<i64, f64>) -> Result<Dataset> {
    if weights.is_empty() {
        return Ok(data);
    }
    for (class, weight) in weights {
        let held = *weight as f32;
        if !(*weight >= 0.0 && held.is_finite()) || (held == 0.0) != (*weight == 0.0) {
            return Err(Error::value(format!(
                "`class_weight` of class {class} is {weight:e}; a weight is 0 or a positive number that f32 holds, about 1e-45 to 3e38"
            )));
        }
    }
    let classes = classes(&data)?;
    let there: BTreeSet<i64> = classes.iter().copied().collect();
    if let Some(missing) = weights.keys().find(|class| !there.contains(class)) {
        let some: Vec<String> = there.iter().take(10).map(i64::to_string).collect();
        let more = if there.len() > some.len() {
            ", …"
        } else {
            ""
        };
        return Err(Error::value(format!(
            "`class_weight` names class {missing}, which no label has; there are {}{more}",
            some.join(", ")
        )));
    }
    let weight = |class: &i64| weights.get(class).copied().unwrap_or(1.0) as f32;
    let mut total = Tensor::from(memory::try_collected(classes.iter().map(weight))?);
    if let Some(own) = data.weights() {
        let mut column = vec![1; own.rank()];
        column[0] = data.len();
        total = own.cast(DType::F32) * total.reshape(column);
    }
    let data = data.with_weights(total)?;
    check_weights(&data).map_err(|e| e.context("with `class_weight`"))?;
    Ok(data)
}
