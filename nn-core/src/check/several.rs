//! What is known of the results of methods that give several tensors.

use super::function::{UNKNOWN_ANSWER, located};
use super::value::{Kind, MANY};
use super::{Answer, Elements, Place, Value};
use crate::ops::index::sort;
use crate::ops::shape::split;
use crate::{ANYTHING, Shape, is_known};

/// So many pieces of one size along an axis.
pub(super) const fn split(x: Shape, n: usize, axis: usize, at: &Place<'_>) -> Answer {
    match split::piece(&x, n, axis) {
        Ok(piece) => Ok(same(piece, n)),
        Err(error) => Err(at.failed(error)),
    }
}

/// Pieces of given sizes along an axis.
pub(super) const fn split_sizes(x: Shape, sizes: Shape, axis: usize, at: &Place<'_>) -> Answer {
    if let Err(error) = split::fits(&x, sizes.dims(), axis) {
        return Err(at.failed(error));
    }
    let (mut all, mut i) = ([Value::UNKNOWN; MANY], 0);
    while i < sizes.rank() {
        all[i] = Value::tensor(x.with(axis, sizes.dims()[i]));
        i += 1;
    }
    Ok(Value::many(all.split_at(i).0))
}

/// The tensors along an axis, without it.
pub(super) const fn unstack(x: Shape, axis: usize) -> Value {
    match x.dims()[axis] {
        n if is_known(n) => same(x.without(axis), n),
        // A model that is built with a number there can run.
        _ => Value::UNKNOWN,
    }
}

/// So many tensors of one shape, if they can be followed.
const fn same(shape: Shape, n: usize) -> Value {
    match n <= MANY {
        true => Value::many([Value::tensor(shape); MANY].split_at(n).0),
        false => Value::UNKNOWN,
    }
}

/// The greatest elements along the last axis, and where they are.
pub(super) const fn top_k(x: Shape, elements: Elements, k: Value, at: &Place<'_>) -> Answer {
    let k = match k.0 {
        Kind::Int(k) if k >= 0 => k as usize,
        Kind::Unknown => ANYTHING,
        _ => return UNKNOWN_ANSWER,
    };
    match located(sort::output_shape(&x, k), at) {
        Ok(first) => Ok(Value::many(&[
            first.holding(elements),
            first.holding(Elements::Whole),
        ])),
        wrong => wrong,
    }
}
