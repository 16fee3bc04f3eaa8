//! What is known of the result of an operator or a function, by the shape rules of the operations themselves.
//!
//! A name that is not here gives *unknown*.

use super::value::Kind;
use super::{Answer, Place, Value};
use crate::ops::linalg::einsum::spec;
use crate::ops::{concatenate, stack};
use crate::{Shape, ShapeError, is_known};

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
        (Kind::Tensor(a), Kind::Tensor(b)) => {
            let verb = match sign.as_bytes() {
                b"+" => "add",
                b"-" => "subtract",
                b"*" => "multiply",
                b"/" => "divide",
                _ => return UNKNOWN_ANSWER,
            };
            elementwise(verb, a, b, at)
        }
        (Kind::Tensor(_), Kind::Int(_) | Kind::Scalar) => Ok(a),
        (Kind::Int(_) | Kind::Scalar, Kind::Tensor(_)) => Ok(b),
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

/// `a[index]` of an array, or of the shape of a tensor.
pub const fn index(a: Value, index: Value, at: &Place<'_>) -> Answer {
    match (a.0, index.as_index()) {
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

/// The input of a `call` that takes `count` tensors.
pub const fn inputs(input: Value, count: usize, at: &Place<'_>) -> Answer {
    let found = match input.0 {
        Kind::Tensor(_) => 1,
        Kind::Many(_, n) => n,
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
        Kind::Tensor(_) | Kind::Scalar => a,
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
            located(shape, at)
        }
        (b"Tensor::zeros" | b"Tensor::ones", [shape])
        | (b"Tensor::full", [shape, _])
        | (b"Tensor::random_uniform" | b"Tensor::random_normal", [shape]) => {
            match shape.as_dims() {
                Some(shape) => Ok(Value::tensor(shape)),
                None => UNKNOWN_ANSWER,
            }
        }
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
        (Kind::Tensor(a), Kind::Tensor(b)) => match a.broadcast(&b) {
            Some(both) => both,
            None => return Err(at.failed(ShapeError::broadcast("select from", &a, &b))),
        },
        (Kind::Tensor(one), Kind::Scalar | Kind::Int(_))
        | (Kind::Scalar | Kind::Int(_), Kind::Tensor(one)) => one,
        _ => return UNKNOWN_ANSWER,
    };
    match condition.0 {
        Kind::Tensor(condition) => {
            elementwise("select by a condition and from", condition, both, at)
        }
        _ => UNKNOWN_ANSWER,
    }
}
