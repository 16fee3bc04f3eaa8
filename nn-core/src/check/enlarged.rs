//! What is known of the results of methods that make a tensor larger by what it holds or by zeros.

use super::function::{UNKNOWN_ANSWER, located};
use super::value::{Item, Kind};
use super::{Answer, Place, Value};
use crate::ops::shape::{broadcast_to, pad, tile};
use crate::{ANYTHING, Shape};

/// Repeated to a shape.
pub(super) const fn broadcast_to(x: Shape, to: Value, at: &Place<'_>) -> Answer {
    match to.as_dims() {
        Some(to) => located(broadcast_to::output_shape(&x, &to), at),
        None => UNKNOWN_ANSWER,
    }
}

/// Copies side by side, so many along each axis.
pub(super) const fn tiled(x: Shape, repeats: Value) -> Value {
    match repeats.as_dims() {
        Some(repeats) => Value::tensor(tile::output_shape(&x, repeats.dims())),
        None => Value::UNKNOWN,
    }
}

/// Elements added on both sides of each axis.
pub(super) const fn padded(x: Shape, paddings: Value, at: &Place<'_>) -> Answer {
    let Kind::Many(..) = paddings.0 else {
        return UNKNOWN_ANSWER;
    };
    if let Err(error) = pad::check_pairs(&x, paddings.count()) {
        return Err(at.failed(error));
    }
    let (mut out, mut axis) = (x, 0);
    while axis < x.rank() {
        let size = match paddings.item(axis).0 {
            Kind::Many([Item::Int(before), Item::Int(after), ..], 2)
                if before >= 0 && after >= 0 =>
            {
                pad::padded(x.dims()[axis], before as usize, after as usize)
            }
            _ => None,
        };
        out = match size {
            Some(size) => out.with(axis, size),
            None => out.with(axis, ANYTHING),
        };
        axis += 1;
    }
    Ok(Value::tensor(out))
}
