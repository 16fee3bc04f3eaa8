//! What is known of what the functions of `Tensor` give: those that make one, and methods that are called by their path.

use super::function::UNKNOWN_ANSWER;
use super::method::method;
use super::value::Kind;
use super::{Answer, Elements, Place, Value};
use crate::Shape;

/// `Tensor::name(..)`.
pub const fn associated(name: &str, arguments: &[Value], at: &Place<'_>) -> Answer {
    match (name.as_bytes(), arguments) {
        (b"zeros" | b"ones" | b"random_uniform" | b"random_normal", [shape])
        | (b"full", [shape, _])
        | (b"full_of", [shape, _, _])
        | (b"from_vec" | b"from_slice", [_, shape]) => Ok(shape.parameter()),
        (b"arange", [n]) => Ok(of_sizes(&[*n]).holding(Elements::Whole)),
        (b"linspace", [_, _, n]) => Ok(of_sizes(&[*n])),
        (b"eye", [n]) => Ok(of_sizes(&[*n, *n])),
        (b"eye_of", [n, m, _, _]) => Ok(of_sizes(&[*n, *m])),
        (b"from", [value]) => Ok(match value.0 {
            Kind::Tensor(..) | Kind::AnyTensor => *value,
            Kind::Int(_) | Kind::Scalar | Kind::Bool(_) => Value::tensor(Shape::SCALAR),
            _ => Value::TENSOR,
        }),
        // `Tensor::relu(&x)`
        (_, [receiver, others @ ..]) => method(name, *receiver, others, at),
        _ => UNKNOWN_ANSWER,
    }
}

/// A tensor of so many sizes, of which some may not be known.
const fn of_sizes(sizes: &[Value]) -> Value {
    Value::many(sizes).parameter()
}
