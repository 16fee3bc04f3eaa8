//! What goes along one axis, or over all elements where no axis is named.

use crate::Tensor;

/// The tensor and the axis that are meant: without one all elements one after the other, and their only axis.
#[track_caller]
pub(crate) fn along(x: &Tensor, axis: Option<isize>) -> (Tensor, isize) {
    match axis {
        Some(axis) => (x.clone(), axis),
        None => (x.reshape([x.raw_shape().num_elements()]), 0),
    }
}
