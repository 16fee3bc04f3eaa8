//! What is known of the result of an operator or a function, by the shape rules of the operations themselves.
//!
//! A name that is not here gives *unknown*.

use super::value::{End, Item, Kind};
use super::{Answer, Elements, Failure, Place, Truth, Value};
use crate::ops::linalg::einsum::spec;
use crate::ops::linalg::tensordot;
use crate::ops::shape::hstack;
use crate::ops::{concatenate, stack};
use crate::{Shape, ShapeError, is_known, is_named, named_quotient};

/// An error that begins with two shapes: `cannot add [2] and [3]`.
pub(crate) const fn two(verb: &str, a: &Shape, and: &str, b: &Shape) -> ShapeError {
    ShapeError::new("cannot ")
        .text(verb)
        .text(" ")
        .shape(a)
        .text(and)
        .shape(b)
}

pub(super) const UNKNOWN_ANSWER: Answer = Ok(Value::UNKNOWN);

/// An answer, or a mistake with its place.
pub(super) const fn located(shape: Result<Shape, ShapeError>, at: &Place<'_>) -> Answer {
    match shape {
        Ok(shape) => Ok(Value::tensor(shape)),
        Err(error) => Err(at.failed(error)),
    }
}

/// `a + b` and the other operators, by their sign.
pub const fn binary(sign: &str, a: Value, b: Value, at: &Place<'_>) -> Answer {
    match (a.0, b.0) {
        (Kind::Tensor(a, x), Kind::Tensor(b, y)) => {
            let verb = match sign.as_bytes() {
                b"+" => "add",
                b"-" => "subtract",
                b"*" => "multiply",
                b"/" => "divide",
                _ => return UNKNOWN_ANSWER,
            };
            match elementwise(verb, a, b, at) {
                Ok(value) => Ok(value.holding(computed(sign, x, y))),
                wrong => wrong,
            }
        }
        (Kind::Tensor(_, x), Kind::Int(_)) => Ok(a.holding(computed(sign, x, x))),
        (Kind::Int(_), Kind::Tensor(_, x)) => Ok(b.holding(computed(sign, x, x))),
        (Kind::Tensor(_, x), Kind::Scalar) => Ok(a.holding(computed(sign, x, Elements::Float))),
        (Kind::Scalar, Kind::Tensor(_, x)) => Ok(b.holding(computed(sign, x, Elements::Float))),
        (Kind::Scalar, Kind::Int(_) | Kind::Scalar) => Ok(a),
        (Kind::Int(a), Kind::Int(b)) => Ok(integer(sign, a, b)),
        (Kind::Bool(a), Kind::Bool(b)) => Ok(match sign.as_bytes() {
            b"==" => Value::truth_of(a == b),
            b"!=" => Value::truth_of(a != b),
            _ => Value::UNKNOWN,
        }),
        _ => UNKNOWN_ANSWER,
    }
}

/// What arithmetic gives: floats where there are any, whole numbers of whole numbers unless they are divided.
const fn computed(sign: &str, x: Elements, y: Elements) -> Elements {
    match (x, y) {
        (Elements::Float, Elements::Float) => x,
        (Elements::Whole, Elements::Whole) if !matches!(sign.as_bytes(), b"/") => x,
        _ => Elements::Unknown,
    }
}

/// What several tensors hold, if it is the same.
const fn common(tensors: Value) -> Elements {
    let Kind::Many(items, n) = tensors.0 else {
        return Elements::Unknown;
    };
    let (mut all, mut i) = (Elements::Unknown, 0);
    while i < n {
        let elements = match items[i] {
            Item::Tensor(_, elements) => elements,
            _ => return Elements::Unknown,
        };
        all = if i == 0 { elements } else { all.join(elements) };
        i += 1;
    }
    all
}

/// Whether a layer that computes with floats can take this.
pub const fn floats(layer: &str, input: Value, at: &Place<'_>) -> Result<(), Failure> {
    let found = match input.elements() {
        Elements::Whole => "whole numbers",
        Elements::Truth => "truth values",
        Elements::Float | Elements::Unknown => return Ok(()),
    };
    let error = ShapeError::new(layer)
        .text(" computes with floats, found ")
        .text(found)
        .text("; convert them with `cast(DType::F32)`, or look them up with an `Embedding`");
    Err(Failure::new(at.named(error)))
}

/// `a[index]` of an array, or of the shape of a tensor.
pub const fn index(a: Value, index: Value, at: &Place<'_>) -> Answer {
    if let Kind::Range(start, stop) = index.0 {
        return Ok(part(a, start, stop));
    }
    match (a.0, index.as_index()) {
        (Kind::Many(..), Some(i)) if i >= a.count() => Err(at.failed(
            ShapeError::new("there is no element ")
                .number(i)
                .text(" in a list of ")
                .number(a.count())
                .text("; elements are counted from 0"),
        )),
        (Kind::Dims(shape), Some(i)) if i >= shape.rank() => Err(at.failed(
            ShapeError::new("the shape ")
                .shape(&shape)
                .text(" has no dimension ")
                .number(i)
                .text("; dimensions are counted from 0"),
        )),
        (_, Some(i)) => Ok(a.item(i)),
        (_, None) => UNKNOWN_ANSWER,
    }
}

/// `a[start..stop]` of the shape of a tensor, and `a[..]` of any list.
const fn part(a: Value, start: End, stop: End) -> Value {
    match (a.0, start, stop) {
        (Kind::Many(..), End::Open, End::Open) => a,
        (Kind::Dims(_), End::Unknown, _) | (Kind::Dims(_), _, End::Unknown) => Value::UNKNOWN,
        (Kind::Dims(shape), start, stop) => {
            let (start, stop) = match (start.as_option(), stop.as_option()) {
                (Some(start), Some(stop)) => (start, stop),
                (Some(start), None) => (start, shape.rank() as isize),
                (None, Some(stop)) => (0, stop),
                (None, None) => (0, shape.rank() as isize),
            };
            if start < 0 || start > stop || stop > shape.rank() as isize {
                return Value::UNKNOWN;
            }
            let (before, _) = shape.dims().split_at(stop as usize);
            Value(Kind::Dims(Shape::new(before.split_at(start as usize).1)))
        }
        _ => Value::UNKNOWN,
    }
}

/// A pattern of `n` dimensions, or of more with `..`, without which the model cannot go on.
pub const fn dimensions(a: Value, n: usize, or_more: bool, at: &Place<'_>) -> Answer {
    match (a.0, a.has_length(n, or_more)) {
        (Kind::Dims(shape), Truth::False) => Err(at.failed(
            ShapeError::new("the shape ")
                .shape(&shape)
                .text(" has ")
                .number(shape.rank())
                .text(if shape.rank() == 1 {
                    " dimension"
                } else {
                    " dimensions"
                })
                .text(", and the pattern takes ")
                .number(n)
                .text(if or_more { " or more" } else { "" }),
        )),
        _ => Ok(a),
    }
}

const fn has_tensor(items: &[Item], n: usize) -> bool {
    let mut i = 0;
    while i < n {
        if matches!(items[i], Item::Tensor(..)) {
            return true;
        }
        i += 1;
    }
    false
}

/// The input of a `call` that takes `count` tensors.
pub const fn inputs(input: Value, count: usize, at: &Place<'_>) -> Answer {
    let found = match input.0 {
        Kind::Tensor(..) => 1,
        // Arrays of numbers are a tensor.
        Kind::Many(items, n) if has_tensor(&items, n) => input.count(),
        _ => count,
    };
    if found == count {
        return Ok(input);
    }
    Err(at.failed(
        ShapeError::new("`call` takes ")
            .number(count)
            .text(if count == 1 { " tensor" } else { " tensors" })
            .text(", found ")
            .number(found)
            .text(" as its input"),
    ))
}

pub(super) const fn elementwise(verb: &str, a: Shape, b: Shape, at: &Place<'_>) -> Answer {
    match a.broadcast(&b) {
        Some(shape) => Ok(Value::tensor(shape)),
        None => Err(at.failed(ShapeError::broadcast(verb, &a, &b))),
    }
}

const fn integer(sign: &str, a: isize, b: isize) -> Value {
    let known = is_known(a.unsigned_abs()) && is_known(b.unsigned_abs());
    if b > 0
        && is_named(a as usize)
        && let b"/" = sign.as_bytes()
    {
        return match named_quotient(a as usize, b as usize) {
            Some(n) => Value::int(n as isize),
            None => Value::UNKNOWN,
        };
    }
    let result = match sign.as_bytes() {
        b"+" => a.checked_add(b),
        b"-" => a.checked_sub(b),
        b"*" => a.checked_mul(b),
        b"/" => a.checked_div(b),
        _ if !known => None,
        b"%" => a.checked_rem(b),
        b"==" => return Value::truth_of(a == b),
        b"!=" => return Value::truth_of(a != b),
        b"<" => return Value::truth_of(a < b),
        b"<=" => return Value::truth_of(a <= b),
        b">" => return Value::truth_of(a > b),
        b">=" => return Value::truth_of(a >= b),
        _ => None,
    };
    match result {
        // What is computed from an unknown dimension is one; a small number came out by accident.
        Some(n) if known || !is_known(n.unsigned_abs()) => Value::int(n),
        _ => Value::UNKNOWN,
    }
}

/// `-a`.
pub const fn negated(a: Value) -> Value {
    match a.0 {
        Kind::Int(_) => match a.as_known() {
            Some(n) => Value::int(-n),
            None => Value::UNKNOWN,
        },
        Kind::Tensor(..) | Kind::Scalar => a,
        _ => Value::UNKNOWN,
    }
}

/// `!a`: of a number all bits are turned, how many depends on its type.
pub const fn not(a: Value) -> Value {
    match a.0 {
        Kind::Bool(value) => Value::truth_of(!value),
        _ => Value::UNKNOWN,
    }
}

/// A function of the prelude, by its name.
pub const fn function(name: &str, arguments: &[Value], at: &Place<'_>) -> Answer {
    match (name.as_bytes(), arguments) {
        (b"concatenate" | b"stack", [tensors, axis]) => {
            let Some(axis) = axis.as_known() else {
                return UNKNOWN_ANSWER;
            };
            let (shapes, n) = match tensors.as_tensors() {
                Some((shapes, n)) if n > 0 => (shapes, n),
                _ => return UNKNOWN_ANSWER,
            };
            let shapes = shapes.split_at(n).0;
            let shape = match name.as_bytes() {
                b"stack" => stack::output_shape(shapes, axis),
                _ => concatenate::output_shape(shapes, axis),
            };
            match located(shape, at) {
                Ok(value) => Ok(value.holding(common(*tensors))),
                wrong => wrong,
            }
        }
        (b"vstack" | b"hstack" | b"dstack", [tensors]) => match tensors.as_tensors() {
            Some((shapes, n)) if n > 0 => {
                let rank = match name.as_bytes() {
                    b"hstack" => 1,
                    b"vstack" => 2,
                    _ => 3,
                };
                match located(hstack::output_shape(rank, &shapes, n), at) {
                    Ok(value) => Ok(value.holding(common(*tensors))),
                    wrong => wrong,
                }
            }
            _ => UNKNOWN_ANSWER,
        },
        (
            b"tensordot",
            [
                Value(Kind::Tensor(a, x)),
                Value(Kind::Tensor(b, y)),
                a_axes,
                b_axes,
            ],
        ) => match (a_axes.numbers(), b_axes.numbers()) {
            (Some((a_axes, n)), Some((b_axes, m))) => {
                let (a_axes, b_axes) = (a_axes.split_at(n).0, b_axes.split_at(m).0);
                match located(tensordot::output_shape(a, b, a_axes, b_axes), at) {
                    Ok(value) => Ok(value.holding(x.join(*y))),
                    wrong => wrong,
                }
            }
            _ => UNKNOWN_ANSWER,
        },
        (b"where_", [condition, a, b]) => where_(*condition, *a, *b, at),
        _ => UNKNOWN_ANSWER,
    }
}

/// `einsum(spec, operands)`.
pub const fn einsum(spec: &str, operands: Value, at: &Place<'_>) -> Answer {
    let Some((shapes, n)) = operands.as_tensors() else {
        return UNKNOWN_ANSWER;
    };
    match spec::output_shape(spec, shapes.split_at(n).0) {
        Ok(Some(shape)) => Ok(Value::tensor(shape)),
        Ok(None) => UNKNOWN_ANSWER,
        Err(error) => Err(at.failed(error)),
    }
}

/// `a` or `b` by a condition, element by element.
pub(super) const fn where_(condition: Value, a: Value, b: Value, at: &Place<'_>) -> Answer {
    let both = match (a.0, b.0) {
        (Kind::Tensor(a, _), Kind::Tensor(b, _)) => match a.broadcast(&b) {
            Some(both) => both,
            None => return Err(at.failed(ShapeError::broadcast("select from", &a, &b))),
        },
        (Kind::Tensor(one, _), Kind::Scalar | Kind::Int(_))
        | (Kind::Scalar | Kind::Int(_), Kind::Tensor(one, _)) => one,
        _ => return UNKNOWN_ANSWER,
    };
    match condition.0 {
        Kind::Tensor(condition, _) => {
            elementwise("select by a condition and from", condition, both, at)
        }
        _ => UNKNOWN_ANSWER,
    }
}
