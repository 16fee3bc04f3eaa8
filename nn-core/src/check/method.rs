//! What is known of the result of a method, by the shape rules of the operations themselves.
//!
//! A name that is not here gives *unknown*.

use super::function::{UNKNOWN_ANSWER, binary, elementwise, located};
use super::value::{End, Kind};
use super::{Answer, Elements, Failure, Place, Value, axes, enlarged, several};
use crate::ops::index::take_along_axis;
use crate::ops::linalg::matmul;
use crate::ops::shape::expand_dims::inserted;
use crate::ops::shape::slice::{self, Slice};
use crate::ops::shape::{reshape, squeeze};
use crate::{ANYTHING, Shape, ShapeError, axis_of, dim_times, is_known, is_named};

/// A method of a tensor, a shape or a number, by its name.
pub const fn method(name: &str, receiver: Value, arguments: &[Value], at: &Place<'_>) -> Answer {
    if let ([], b"clone" | b"to_owned") = (arguments, name.as_bytes()) {
        return Ok(receiver);
    }
    if let ([other], Some(sign)) = (arguments, sign(name)) {
        return binary(sign, receiver, *other, at);
    }
    match receiver.0 {
        Kind::Tensor(x, elements) => match of_tensor(name, x, elements, arguments, at) {
            Ok(value) if keeps_elements(name, elements) => Ok(value.holding(elements)),
            answer => answer,
        },
        Kind::AnyTensor => Ok(match (name.as_bytes(), arguments) {
            (b"ok" | b"into_result" | b"unwrap" | b"expect", _) => receiver,
            (b"relu" | b"sigmoid" | b"tanh" | b"exp" | b"gelu" | b"silu", _) => receiver,
            (b"reshape", [shape]) => match shape.as_sizes() {
                Some((sizes, n)) => match reshape::open(sizes.split_at(n).0) {
                    Some(shape) => Value::tensor(shape),
                    None => receiver,
                },
                None => receiver,
            },
            _ => Value::UNKNOWN,
        }),
        Kind::Dims(shape) => of_shape(name, shape, arguments),
        Kind::Int(a) => match (name.as_bytes(), arguments) {
            (b"min" | b"max", [Value(Kind::Int(b))])
                if is_known(a.unsigned_abs()) && is_known(b.unsigned_abs()) =>
            {
                let smaller = a < *b;
                let first = smaller == (name.len() == 3 && name.as_bytes()[1] == b'i');
                Ok(Value::int(if first { a } else { *b }))
            }
            // Of the `Option` or the `Result` of one, which is followed as the number that it holds.
            (b"copied" | b"cloned" | b"unwrap", []) | (b"expect", [_]) => Ok(receiver),
            _ => UNKNOWN_ANSWER,
        },
        Kind::Scalar => match name.as_bytes() {
            b"abs" | b"exp" | b"ln" | b"max" | b"min" | b"powf" | b"powi" | b"recip" | b"sqrt" => {
                Ok(receiver)
            }
            _ => UNKNOWN_ANSWER,
        },
        _ => UNKNOWN_ANSWER,
    }
}

/// What a method of two tensors does, as its error says it.
const fn verb(name: &str) -> &'static str {
    match name.as_bytes() {
        b"logical_and" | b"logical_or" => "combine",
        _ => "compare",
    }
}

/// The operator that a method of `std::ops` is.
const fn sign(name: &str) -> Option<&'static str> {
    Some(match name.as_bytes() {
        b"add" => "+",
        b"sub" => "-",
        b"mul" => "*",
        b"div" => "/",
        _ => return None,
    })
}

const fn of_shape(name: &str, shape: Shape, arguments: &[Value]) -> Answer {
    Ok(match (name.as_bytes(), arguments) {
        (b"rank" | b"len", []) => Value::int(shape.rank() as isize),
        (b"dims" | b"to_vec", []) => Value(Kind::Dims(shape)),
        (b"num_elements", []) => Value::int(shape.num_elements() as isize),
        (b"first", []) => Value(Kind::Dims(shape)).item(0),
        (b"last", []) if shape.rank() > 0 => Value(Kind::Dims(shape)).item(shape.rank() - 1),
        (b"dim" | b"axis", [axis]) => match axis.as_known() {
            // One that is not there is an error that may be wanted: `dim(1).unwrap_or(1)`.
            Some(axis) => match (axis_of("", axis, &shape), name.len()) {
                (Ok(axis), 3) => Value(Kind::Dims(shape)).item(axis),
                (Ok(axis), _) => Value::int(axis as isize),
                (Err(_), _) => Value::UNKNOWN,
            },
            None => Value::UNKNOWN,
        },
        _ => Value::UNKNOWN,
    })
}

/// Whether a method that gives another tensor gives one of the same kind of numbers.
const fn keeps_elements(name: &str, elements: Elements) -> bool {
    match name.as_bytes() {
        b"ok" | b"into_result" | b"unwrap" | b"expect" | b"reshape" | b"flatten"
        | b"flatten_from" | b"transpose" | b"t" | b"swapaxes" | b"expand_dims" | b"squeeze"
        | b"slice" | b"slice_axis" | b"columns" | b"index_axis" | b"split" | b"split_sizes"
        | b"flip" | b"sort" | b"sort_axis" | b"sort_with" | b"broadcast_to" | b"flip_axes"
        | b"squeeze_axes" | b"expand_dims_axes" | b"roll" | b"roll_axes" | b"repeat"
        | b"repeat_each" | b"moveaxis" | b"take_along_axis" | b"tile" | b"pad" | b"pad_with"
        | b"unstack" => true,
        b"relu" | b"sigmoid" | b"tanh" | b"exp" | b"log" | b"gelu" | b"silu" | b"softmax"
        | b"log_softmax" | b"sqrt" | b"square" | b"sum" | b"mean" | b"sum_axis" | b"mean_axis"
        | b"max_axis" | b"min_axis" | b"tril" | b"tril_with" | b"triu" | b"triu_with" => {
            matches!(elements, Elements::Float)
        }
        _ => false,
    }
}

const fn of_tensor(
    name: &str,
    x: Shape,
    elements: Elements,
    arguments: &[Value],
    at: &Place<'_>,
) -> Answer {
    let same: Answer = Ok(Value::tensor(x));
    match (name.as_bytes(), arguments) {
        (
            b"abs" | b"ceil" | b"celu" | b"cos" | b"elu" | b"erf" | b"exp" | b"expm1" | b"floor"
            | b"hard_sigmoid" | b"hard_silu" | b"isfinite" | b"isnan" | b"leaky_relu" | b"log" | b"log1p"
            | b"log_sigmoid" | b"logical_not" | b"mish" | b"ones_like" | b"reciprocal" | b"relu"
            | b"relu6" | b"round" | b"rsqrt" | b"selu" | b"sigmoid" | b"sign" | b"silu" | b"sin"
            | b"softplus" | b"softsign" | b"sqrt" | b"square" | b"stop_gradient" | b"tanh"
            | b"without_mask" | b"zeros_like"
            // Of a tensor or of the `Result` of one, which is followed as the tensor that it holds.
            | b"ok" | b"into_result" | b"unwrap",
            [],
        )
        | (b"expect", [_])
        | (
            b"cast" | b"celu_with" | b"elu_with" | b"gelu" | b"leaky_relu_with" | b"powi" | b"round_decimals"
            | b"with_mask",
            [_],
        )
        | (b"clip", [Value(Kind::Int(_) | Kind::Scalar), Value(Kind::Int(_) | Kind::Scalar)]) => {
            same
        }
        (b"softmax" | b"log_softmax" | b"flip", [axis]) | (b"roll", [_, axis]) => match checked(x, axis, at) {
            Ok(_) => same,
            Err(error) => Err(error),
        },
        // Without an axis, they are of all elements one after the other.
        (b"cumsum" | b"cumprod" | b"sort_axis" | b"argsort_axis", [axis])
        | (b"sort_with" | b"argsort_with", [axis, _]) => {
            match (axis.0, checked(x, axis, at)) {
                (_, Err(error)) => Err(error),
                (Kind::Int(_), Ok(_)) => same,
                _ => UNKNOWN_ANSWER,
            }
        }
        (b"sort" | b"argsort", []) => match checked(x, &Value::int(-1), at) {
            Ok(_) => same,
            Err(error) => Err(error),
        },
        (b"shape", []) => Ok(Value(Kind::Dims(x))),
        (b"rank", []) => Ok(Value::int(x.rank() as isize)),
        (
            b"sum" | b"mean" | b"max" | b"min" | b"prod" | b"var" | b"std" | b"logsumexp" | b"norm"
            | b"any" | b"all",
            [],
        ) => Ok(Value::tensor(Shape::SCALAR)),
        (
            b"sum_axis" | b"mean_axis" | b"max_axis" | b"min_axis" | b"prod_axis" | b"var_axis"
            | b"std_axis" | b"logsumexp_axis" | b"norm_axis" | b"any_axis" | b"all_axis"
            | b"argmax" | b"argmin",
            [axis],
        ) => match checked(x, axis, at) {
            Ok(Some(axis)) => {
                let value = Value::tensor(x.without(axis));
                Ok(match name.as_bytes() {
                    b"argmax" | b"argmin" => value.holding(Elements::Whole),
                    _ => value,
                })
            }
            Ok(None) => UNKNOWN_ANSWER,
            Err(error) => Err(error),
        },
        (
            b"sum_axes" | b"mean_axes" | b"max_axes" | b"min_axes" | b"prod_axes" | b"var_axes"
            | b"std_axes" | b"logsumexp_axes" | b"norm_axes" | b"any_axes" | b"all_axes",
            [axes, Value(Kind::Bool(keepdims))],
        ) => axes::reduced(x, *axes, *keepdims, at),
        (b"flip_axes", [axes]) => axes::flipped(x, *axes, at),
        (b"roll_axes", [shifts, axes]) => axes::rolled(x, *shifts, *axes, at),
        (b"squeeze_axes", [axes]) => axes::squeezed(x, *axes, at),
        (b"expand_dims_axes", [axes]) => axes::expanded(x, *axes, at),
        (b"moveaxis", [from, to]) => axes::moved(x, *from, *to, at),
        (b"transpose", [axes]) => axes::transposed(x, *axes, at),
        (b"argmax_keepdims" | b"argmin_keepdims", [axis]) => match checked(x, axis, at) {
            Ok(Some(axis)) => Ok(Value::tensor(x.with(axis, 1)).holding(Elements::Whole)),
            Ok(None) => UNKNOWN_ANSWER,
            Err(error) => Err(error),
        },
        (b"take_along_axis", [Value(Kind::Tensor(indices, _)), axis]) => {
            match checked(x, axis, at) {
                Ok(Some(axis)) => located(take_along_axis::output_shape(&x, indices, axis), at),
                Ok(None) => UNKNOWN_ANSWER,
                Err(error) => Err(error),
            }
        }
        (b"repeat", [n, axis]) => match (checked(x, axis, at), n.as_index()) {
            (Ok(Some(axis)), Some(n)) => Ok(Value::tensor(match dim_times(x.dims()[axis], n) {
                Some(size) => x.with(axis, size),
                None => x.with(axis, ANYTHING),
            })),
            (Ok(Some(axis)), None) => Ok(Value::tensor(x.with(axis, ANYTHING))),
            (Ok(None), _) => UNKNOWN_ANSWER,
            (Err(error), _) => Err(error),
        },
        (b"repeat_each", [counts, axis]) => match axis.as_known() {
            Some(axis) => axes::repeated(x, *counts, axis, at),
            None => UNKNOWN_ANSWER,
        },
        (b"matmul" | b"matmul_transposed", [Value(Kind::Tensor(other, others))]) => {
            let transposed = name.len() > "matmul".len();
            let product = match transposed {
                true => matmul::transposed_output_shape(&x, other),
                false => matmul::output_shape(&x, other),
            };
            match located(product, at) {
                Ok(value) => Ok(value.holding(elements.join(*others))),
                wrong => wrong,
            }
        }
        (
            b"maximum" | b"minimum" | b"pow" | b"equal" | b"not_equal" | b"less" | b"less_equal"
            | b"greater" | b"greater_equal" | b"logical_and" | b"logical_or",
            [Value(Kind::Int(_) | Kind::Scalar)],
        ) => same,
        (b"maximum" | b"minimum" | b"pow", [Value(Kind::Tensor(other, _))]) => {
            elementwise(name, x, *other, at)
        }
        (
            b"equal" | b"not_equal" | b"less" | b"less_equal" | b"greater" | b"greater_equal"
            | b"logical_and" | b"logical_or" | b"logical_xor",
            [Value(Kind::Tensor(other, _))],
        ) => match elementwise(verb(name), x, *other, at) {
            Ok(value) => Ok(value.holding(Elements::Truth)),
            wrong => wrong,
        },
        (b"tril" | b"triu", []) | (b"tril_with" | b"triu_with", [_]) if x.rank() > 1 => same,
        // A vector is every row of a matrix.
        (b"tril" | b"triu", []) | (b"tril_with" | b"triu_with", [_]) if x.rank() == 1 => {
            let n = x.dims()[0];
            Ok(Value::tensor(Shape::new(&[n, n])))
        }
        (b"slice", [range]) => sliced(x, 0, *range, at),
        (b"columns", [range]) if x.rank() > 0 => sliced(x, x.rank() - 1, *range, at),
        (b"slice_axis", [axis, range]) => match checked(x, axis, at) {
            Ok(Some(axis)) => sliced(x, axis, *range, at),
            Ok(None) => UNKNOWN_ANSWER,
            Err(error) => Err(error),
        },
        (b"index_axis", [axis, index]) => match (checked(x, axis, at), index.as_known()) {
            (Ok(Some(axis)), Some(index)) => located(slice::indexed(&x, axis, index), at),
            (Ok(Some(axis)), None) => Ok(Value::tensor(x.without(axis))),
            (Ok(None), _) => UNKNOWN_ANSWER,
            (Err(error), _) => Err(error),
        },
        (b"split", [n, axis]) => match (checked(x, axis, at), n.as_index()) {
            (Ok(Some(axis)), Some(n)) => several::split(x, n, axis, at),
            (Err(error), _) => Err(error),
            _ => UNKNOWN_ANSWER,
        },
        (b"split_sizes", [sizes, axis]) => match (checked(x, axis, at), sizes.as_dims()) {
            (Ok(Some(axis)), Some(sizes)) => several::split_sizes(x, sizes, axis, at),
            (Err(error), _) => Err(error),
            _ => UNKNOWN_ANSWER,
        },
        (b"unstack", [axis]) => match checked(x, axis, at) {
            Ok(Some(axis)) => Ok(several::unstack(x, axis)),
            Ok(None) => UNKNOWN_ANSWER,
            Err(error) => Err(error),
        },
        (b"top_k", [k]) => several::top_k(x, elements, *k, at),
        (b"where_", [a, b]) => super::function::where_(Value::tensor(x), *a, *b, at),
        (b"broadcast_to", [shape]) => enlarged::broadcast_to(x, *shape, at),
        (b"tile", [repeats]) => Ok(enlarged::tiled(x, *repeats)),
        (b"pad", [paddings]) | (b"pad_with", [paddings, _]) => enlarged::padded(x, *paddings, at),
        (b"flatten", []) => Ok(Value::tensor(Shape::new(&[x.num_elements()]))),
        (b"flatten_from", [axis]) => match axis.as_index() {
            Some(axis) => located(reshape::flattened(&x, axis), at),
            None => UNKNOWN_ANSWER,
        },
        (b"reshape", [shape]) => reshaped(x, *shape, at),
        (b"t", []) if x.rank() == 2 => Ok(Value::tensor(Shape::new(&[x.dims()[1], x.dims()[0]]))),
        (b"t", []) => Err(at.failed(ShapeError::rank(
            "t",
            2,
            "[rows, columns]",
            &x,
            "`transpose` and `swapaxes` take any rank",
        ))),
        (b"swapaxes", [a, b]) => {
            let (a, b) = match (checked(x, a, at), checked(x, b, at)) {
                (Ok(Some(a)), Ok(Some(b))) => (a, b),
                (Err(error), _) | (_, Err(error)) => return Err(error),
                _ => return UNKNOWN_ANSWER,
            };
            Ok(Value::tensor(x.with(a, x.dims()[b]).with(b, x.dims()[a])))
        }
        (b"expand_dims", [axis]) => match axis.as_known() {
            Some(axis) => located(inserted(&x, axis, 1), at),
            None => UNKNOWN_ANSWER,
        },
        (b"squeeze", [axis]) => match axis.as_known() {
            Some(axis) => located(squeeze::output_shape(&x, axis), at),
            None => UNKNOWN_ANSWER,
        },
        (b"one_hot", [Value(Kind::Int(depth))]) if *depth >= 0 => {
            located(inserted(&x, -1, *depth as usize), at)
        }
        (b"one_hot_axis", [Value(Kind::Int(depth)), axis]) if *depth >= 0 => {
            match axis.as_known() {
                Some(axis) => located(inserted(&x, axis, *depth as usize), at),
                None => UNKNOWN_ANSWER,
            }
        }
        _ => UNKNOWN_ANSWER,
    }
}

/// A possibly negative axis as an index, if it is known.
const fn checked(x: Shape, axis: &Value, at: &Place<'_>) -> Result<Option<usize>, Failure> {
    let Some(axis) = axis.as_known() else {
        return Ok(None);
    };
    match axis_of("", axis, &x) {
        Ok(axis) => Ok(Some(axis)),
        Err(error) => Err(at.failed(error)),
    }
}

/// A part of an axis.
const fn sliced(x: Shape, axis: usize, range: Value, at: &Place<'_>) -> Answer {
    let Kind::Range(start, stop) = range.0 else {
        return UNKNOWN_ANSWER;
    };
    if axis >= x.rank() {
        return UNKNOWN_ANSWER;
    }
    let (start, stop) = match (start, stop) {
        (End::Unknown, _) | (_, End::Unknown) => {
            return Ok(Value::tensor(x.with(axis, ANYTHING)));
        }
        (start, stop) => (start.as_option(), stop.as_option()),
    };
    if let Some(length) = named_part(x.dims()[axis], start, stop) {
        return Ok(Value::tensor(x.with(axis, length)));
    }
    match Slice::new(start, stop).length(&x, axis) {
        Ok(length) => Ok(Value::tensor(x.with(axis, length))),
        Err(error) => Err(at.failed(error)),
    }
}

/// How long a part of an axis is, where its ends or the axis have names.
const fn named_part(size: usize, start: Option<isize>, stop: Option<isize>) -> Option<usize> {
    let mut is_open = false;
    let start = match start {
        Some(start) => {
            is_open |= !is_known(start.unsigned_abs());
            start
        }
        None => 0,
    };
    let stop = match stop {
        Some(stop) => {
            is_open |= !is_known(stop.unsigned_abs());
            stop
        }
        None => size as isize,
    };
    if !is_named(size) {
        return if is_open { Some(ANYTHING) } else { None };
    }
    let from = if start < 0 {
        start + size as isize
    } else {
        start
    };
    let to = if stop < 0 { stop + size as isize } else { stop };
    let length = to - from;
    match length >= 0 && (is_named(length as usize) || is_known(length as usize)) {
        true if is_open || start < 0 || stop < 0 || to == size as isize => Some(length as usize),
        true => None,
        false if is_open => Some(ANYTHING),
        false => None,
    }
}

const fn reshaped(x: Shape, to: Value, at: &Place<'_>) -> Answer {
    let Some((sizes, n)) = to.as_sizes() else {
        return UNKNOWN_ANSWER;
    };
    match reshape::completed(&x, sizes.split_at(n).0) {
        Ok(to) => located(reshape::output_shape(&x, &to), at),
        Err(error) => Err(at.failed(error)),
    }
}
