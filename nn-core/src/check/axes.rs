//! What is known of the result of a method that takes several axes.

use super::function::{UNKNOWN_ANSWER, located};
use super::value::{Kind, MANY};
use super::{Answer, Place, Value};
use crate::ops::reduce::reduction::{self, marked};
use crate::ops::shape::{expand_dims, moveaxis, repeat, roll, squeeze, transpose};
use crate::{ANYTHING, Shape, axis_of, is_known};

/// The numbers of a list with how many they are, if all of them are known; one number is a list of its own.
const fn one_or_more(list: Value) -> Option<([isize; MANY], usize)> {
    match list.as_known() {
        Some(one) => {
            let mut numbers = [0; MANY];
            numbers[0] = one;
            Some((numbers, 1))
        }
        None => list.numbers(),
    }
}

/// What a rule says of a shape and of axes that are known.
macro_rules! of_known {
    ($axes:expr, $at:expr, |$known:ident| $shape:expr) => {
        match $axes.numbers() {
            Some((all, n)) => {
                let $known = all.split_at(n).0;
                located($shape, $at)
            }
            None => UNKNOWN_ANSWER,
        }
    };
}

pub(super) const fn reduced(x: Shape, axes: Value, keepdims: bool, at: &Place<'_>) -> Answer {
    of_known!(axes, at, |axes| match marked(&x, axes) {
        Ok(gone) => Ok(reduction::reduced(&x, &gone, keepdims)),
        Err(error) => Err(error),
    })
}

pub(super) const fn flipped(x: Shape, axes: Value, at: &Place<'_>) -> Answer {
    of_known!(axes, at, |axes| match marked(&x, axes) {
        Ok(_) => Ok(x),
        Err(error) => Err(error),
    })
}

pub(super) const fn squeezed(x: Shape, axes: Value, at: &Place<'_>) -> Answer {
    of_known!(axes, at, |axes| squeeze::without(&x, axes))
}

pub(super) const fn expanded(x: Shape, axes: Value, at: &Place<'_>) -> Answer {
    of_known!(axes, at, |axes| expand_dims::expanded(&x, axes))
}

pub(super) const fn transposed(x: Shape, axes: Value, at: &Place<'_>) -> Answer {
    of_known!(axes, at, |axes| transpose::output_shape(&x, axes))
}

/// Whatever the shifts are, there is one for each axis.
pub(super) const fn rolled(x: Shape, shifts: Value, axes: Value, at: &Place<'_>) -> Answer {
    let Kind::Many(_, shifts) = shifts.0 else {
        return UNKNOWN_ANSWER;
    };
    of_known!(axes, at, |axes| match roll::fits(&x, shifts, axes) {
        Ok(()) => Ok(x),
        Err(error) => Err(error),
    })
}

/// Axes at other places: one, or several.
pub(super) const fn moved(x: Shape, from: Value, to: Value, at: &Place<'_>) -> Answer {
    let (Some((from, n)), Some((to, m))) = (one_or_more(from), one_or_more(to)) else {
        return UNKNOWN_ANSWER;
    };
    let order = moveaxis::order(&x, from.split_at(n).0, to.split_at(m).0);
    match order {
        Ok(order) => located(transpose::output_shape(&x, order.split_at(x.rank()).0), at),
        Err(error) => Err(at.failed(error)),
    }
}

/// Every slice of an axis as often as is said for it.
pub(super) const fn repeated(x: Shape, counts: Value, axis: isize, at: &Place<'_>) -> Answer {
    let place = match axis_of("", axis, &x) {
        Ok(place) => place,
        Err(error) => return Err(at.failed(error)),
    };
    let Kind::Many(_, n) = counts.0 else {
        return Ok(Value::tensor(x.with(place, ANYTHING)));
    };
    let size = x.dims()[place];
    if is_known(size) && size != n {
        return Err(at.failed(repeat::needs_counts(&x, axis, size, n)));
    }
    let (mut total, mut i) = (0_usize, 0);
    if let Some((counts, n)) = counts.numbers() {
        while i < n {
            total = total.saturating_add(counts[i].unsigned_abs());
            i += 1;
        }
        return Ok(Value::tensor(x.with(place, total)));
    }
    Ok(Value::tensor(x.with(place, ANYTHING)))
}
