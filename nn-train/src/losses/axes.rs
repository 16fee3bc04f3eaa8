//! The axes that sums of regions go over.

use super::Loss;
use super::checks::{checked, pair};
use nn_core::Tensor;
use serde::{Deserialize, Serialize};

/// Keras's `axis` where it may be a number or a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Axis {
    One(isize),
    Many(Vec<isize>),
}

/// The sum over axes, over all of them where none are given.
pub(super) fn over(axes: Option<&Axis>, x: Tensor) -> Tensor {
    match axes {
        None => x.sum(),
        Some(Axis::One(axis)) => x.sum_axis(*axis),
        Some(Axis::Many(axes)) => x.sum_axes(axes, false),
    }
}

/// A function of targets and predictions of one shape, with an axis for the batch.
pub(super) fn whole(
    loss: &dyn Loss,
    y_true: &Tensor,
    y_pred: &Tensor,
    f: impl FnOnce(Tensor, Tensor) -> Tensor,
) -> Tensor {
    checked(loss, y_true, y_pred, || {
        let (y_true, y_pred) = pair(y_true, y_pred)?;
        Ok(f(y_true, y_pred))
    })
}
