//! What is known of the result of a method, by the shape rules of the operations themselves.
//!
//! A name that is not here gives *unknown*.

use super::function::{UNKNOWN_ANSWER, elementwise, located};
use super::value::{End, Item, Kind, MANY};
use super::{Answer, Failure, Place, Value};
use crate::ops::linalg::matmul;
use crate::ops::reduce::reduction as reduce;
use crate::ops::shape::expand_dims::inserted;
use crate::ops::shape::slice::{self, Slice};
use crate::ops::shape::{reshape, split, squeeze, transpose};
use crate::{ANYTHING, MAX_RANK, Shape, ShapeError, axis_of, is_known};

/// A method of a tensor, a shape or a number, by its name.
pub const fn method(name: &str, receiver: Value, arguments: &[Value], at: &Place<'_>) -> Answer {
    match receiver.0 {
        Kind::Tensor(x) => of_tensor(name, x, arguments, at),
        Kind::Dims(shape) => of_shape(name, shape, arguments),
        Kind::Int(a) => match (name.as_bytes(), arguments) {
            (b"clone", []) => Ok(receiver),
            (b"min" | b"max", [Value(Kind::Int(b))])
                if is_known(a.unsigned_abs()) && is_known(b.unsigned_abs()) =>
            {
                let smaller = a < *b;
                let first = smaller == (name.len() == 3 && name.as_bytes()[1] == b'i');
                Ok(Value::int(if first { a } else { *b }))
            }
            _ => UNKNOWN_ANSWER,
        },
        Kind::Scalar => match name.as_bytes() {
            b"abs" | b"exp" | b"ln" | b"max" | b"min" | b"powf" | b"powi" | b"recip" | b"sqrt" => {
                Ok(receiver)
            }
            _ => UNKNOWN_ANSWER,
        },
        _ => match (name.as_bytes(), arguments) {
            (b"clone", []) => Ok(receiver),
            _ => UNKNOWN_ANSWER,
        },
    }
}

/// What is known of a variable after a call of one of its methods: nothing, unless the method is known to change nothing.
pub const fn after(name: &str, receiver: Value) -> Value {
    let name = name.as_bytes();
    let is_kept = match receiver.0 {
        Kind::Tensor(_) => keeps_tensor(name),
        Kind::Dims(_) | Kind::Many(..) => matches!(
            name,
            b"as_slice"
                | b"clone"
                | b"contains"
                | b"dims"
                | b"first"
                | b"get"
                | b"is_empty"
                | b"iter"
                | b"last"
                | b"len"
                | b"rank"
                | b"to_vec"
        ),
        Kind::Int(_) | Kind::Scalar | Kind::Bool(_) => matches!(
            name,
            b"abs"
                | b"abs_diff"
                | b"ceil"
                | b"clamp"
                | b"clone"
                | b"div_ceil"
                | b"exp"
                | b"floor"
                | b"is_multiple_of"
                | b"ln"
                | b"max"
                | b"min"
                | b"pow"
                | b"powf"
                | b"powi"
                | b"recip"
                | b"rem_euclid"
                | b"round"
                | b"sqrt"
                | b"to_string"
        ),
        _ => false,
    };
    if is_kept { receiver } else { Value::UNKNOWN }
}

/// Whether a method of a tensor takes it by a shared reference: those that give another tensor, and those that ask.
const fn keeps_tensor(name: &[u8]) -> bool {
    matches!(
        name,
        b"abs"
            | b"all"
            | b"all_axes"
            | b"all_axis"
            | b"any"
            | b"any_axes"
            | b"any_axis"
            | b"argmax"
            | b"argmin"
            | b"argsort"
            | b"broadcast_to"
            | b"cast"
            | b"ceil"
            | b"celu"
            | b"clip"
            | b"clone"
            | b"columns"
            | b"cos"
            | b"cumsum"
            | b"data"
            | b"dot"
            | b"dtype"
            | b"elu"
            | b"equal"
            | b"erf"
            | b"error"
            | b"exp"
            | b"expand_dims"
            | b"expm1"
            | b"flatten"
            | b"flatten_from"
            | b"flip"
            | b"floor"
            | b"gelu"
            | b"greater"
            | b"greater_equal"
            | b"hard_sigmoid"
            | b"hard_silu"
            | b"id"
            | b"index_axis"
            | b"is_abstract"
            | b"is_concrete"
            | b"is_finite"
            | b"is_nan"
            | b"item"
            | b"leaky_relu"
            | b"len"
            | b"less"
            | b"less_equal"
            | b"log"
            | b"log1p"
            | b"log_sigmoid"
            | b"log_softmax"
            | b"logical_and"
            | b"logical_not"
            | b"logical_or"
            | b"logsumexp"
            | b"logsumexp_axes"
            | b"logsumexp_axis"
            | b"matmul"
            | b"matmul_add"
            | b"matmul_transposed"
            | b"max"
            | b"max_axes"
            | b"max_axis"
            | b"maximum"
            | b"mean"
            | b"mean_axes"
            | b"mean_axis"
            | b"min"
            | b"min_axes"
            | b"min_axis"
            | b"minimum"
            | b"mish"
            | b"not_equal"
            | b"one_hot"
            | b"ones_like"
            | b"outer"
            | b"pad"
            | b"pow"
            | b"powi"
            | b"prod"
            | b"prod_axes"
            | b"prod_axis"
            | b"rank"
            | b"reciprocal"
            | b"relu"
            | b"relu6"
            | b"repeat"
            | b"reshape"
            | b"roll"
            | b"round"
            | b"rsqrt"
            | b"selu"
            | b"shape"
            | b"sigmoid"
            | b"sign"
            | b"silu"
            | b"sin"
            | b"slice"
            | b"slice_axes"
            | b"slice_axis"
            | b"slice_step"
            | b"softmax"
            | b"softplus"
            | b"softsign"
            | b"sort"
            | b"split"
            | b"split_sizes"
            | b"sqrt"
            | b"square"
            | b"squeeze"
            | b"std"
            | b"std_axes"
            | b"std_axis"
            | b"stop_gradient"
            | b"sum"
            | b"sum_axes"
            | b"sum_axis"
            | b"swap_axes"
            | b"t"
            | b"take"
            | b"take_along_axis"
            | b"tanh"
            | b"tile"
            | b"to_f64"
            | b"to_vec"
            | b"top_k"
            | b"transpose"
            | b"unstack"
            | b"var"
            | b"var_axes"
            | b"var_axis"
            | b"where_"
            | b"zeros_like"
    )
}

const fn of_shape(name: &str, shape: Shape, arguments: &[Value]) -> Answer {
    Ok(match (name.as_bytes(), arguments) {
        (b"rank" | b"len", []) if name.len() == 4 => Value::int(shape.rank() as isize),
        (b"dims" | b"clone" | b"to_vec", []) => Value(Kind::Dims(shape)),
        _ => Value::UNKNOWN,
    })
}

const fn of_tensor(name: &str, x: Shape, arguments: &[Value], at: &Place<'_>) -> Answer {
    let same: Answer = Ok(Value::tensor(x));
    match (name.as_bytes(), arguments) {
        (
            b"abs" | b"ceil" | b"clone" | b"cos" | b"erf" | b"exp" | b"expm1" | b"floor"
            | b"hard_sigmoid" | b"hard_silu" | b"is_finite" | b"is_nan" | b"log" | b"log1p"
            | b"log_sigmoid" | b"logical_not" | b"mish" | b"ones_like" | b"reciprocal" | b"relu"
            | b"relu6" | b"round" | b"rsqrt" | b"selu" | b"sigmoid" | b"sign" | b"silu" | b"sin"
            | b"softplus" | b"softsign" | b"sqrt" | b"square" | b"stop_gradient" | b"tanh"
            | b"zeros_like",
            [],
        )
        | (b"cast" | b"celu" | b"elu" | b"gelu" | b"leaky_relu" | b"powi", [_])
        | (b"clip", [_, _]) => same,
        (b"softmax" | b"log_softmax" | b"cumsum" | b"flip", [axis])
        | (b"sort" | b"argsort", [axis, _]) => match checked(x, axis, at) {
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
            Ok(Some(axis)) => Ok(Value::tensor(x.without(axis))),
            Ok(None) => UNKNOWN_ANSWER,
            Err(error) => Err(error),
        },
        (
            b"sum_axes" | b"mean_axes" | b"max_axes" | b"min_axes" | b"prod_axes" | b"var_axes"
            | b"std_axes" | b"logsumexp_axes" | b"norm_axes" | b"any_axes" | b"all_axes",
            [axes, Value(Kind::Bool(keepdims))],
        ) => reduced(x, *axes, *keepdims, at),
        (b"matmul" | b"matmul_transposed", [Value(Kind::Tensor(other))]) => {
            let transposed = name.len() > "matmul".len();
            located(
                if transposed {
                    matmul::transposed_output_shape(&x, other)
                } else {
                    matmul::output_shape(&x, other)
                },
                at,
            )
        }
        (
            b"maximum" | b"minimum" | b"pow" | b"equal" | b"not_equal" | b"less" | b"less_equal"
            | b"greater" | b"greater_equal" | b"logical_and" | b"logical_or",
            [Value(Kind::Int(_) | Kind::Scalar)],
        ) => same,
        (b"maximum" | b"minimum" | b"pow", [Value(Kind::Tensor(other))]) => {
            elementwise(name, x, *other, at)
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
            (Ok(Some(axis)), Some(n)) => match split::piece(&x, n, axis) {
                Ok(piece) if n <= MANY => {
                    Ok(Value::many([Value::tensor(piece); MANY].split_at(n).0))
                }
                Ok(_) => UNKNOWN_ANSWER,
                Err(error) => Err(at.failed(error)),
            },
            (Err(error), _) => Err(error),
            _ => UNKNOWN_ANSWER,
        },
        (b"split_sizes", [sizes, axis]) => match (checked(x, axis, at), sizes.as_dims()) {
            (Ok(Some(axis)), Some(sizes)) => match split::fits(&x, sizes.dims(), axis) {
                Ok(()) => pieces(x, sizes.dims(), axis),
                Err(error) => Err(at.failed(error)),
            },
            (Err(error), _) => Err(error),
            _ => UNKNOWN_ANSWER,
        },
        (b"where_", [a, b]) => super::function::select(Value::tensor(x), *a, *b, at),
        (b"broadcast_to", [shape]) => match shape.as_dims() {
            Some(shape) => match x.broadcast(&shape) {
                Some(out) if out.rank() == shape.rank() => Ok(Value::tensor(shape)),
                _ => UNKNOWN_ANSWER,
            },
            None => UNKNOWN_ANSWER,
        },
        (b"flatten", []) => Ok(Value::tensor(Shape::new(&[x.len()]))),
        (b"flatten_from", [axis]) => match axis.as_index() {
            Some(axis) => located(reshape::flattened(&x, axis), at),
            None => UNKNOWN_ANSWER,
        },
        (b"reshape", [shape]) => reshaped(x, *shape, at),
        (b"transpose", [axes]) => transposed(x, *axes, at),
        (b"t", []) if x.rank() == 2 => Ok(Value::tensor(Shape::new(&[x.dims()[1], x.dims()[0]]))),
        (b"t", []) => Err(at.failed(ShapeError::rank(
            "t",
            2,
            "[rows, columns]",
            &x,
            "`transpose` and `swap_axes` take any rank",
        ))),
        (b"swap_axes", [a, b]) => {
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
    match Slice::new(start, stop).length(&x, axis) {
        Ok(length) => Ok(Value::tensor(x.with(axis, length))),
        Err(error) => Err(at.failed(error)),
    }
}

/// Pieces of given sizes.
const fn pieces(x: Shape, sizes: &[usize], axis: usize) -> Answer {
    let mut all = [Value::UNKNOWN; MANY];
    let mut i = 0;
    while i < sizes.len() {
        all[i] = Value::tensor(x.with(axis, sizes[i]));
        i += 1;
    }
    Ok(Value::many(all.split_at(i).0))
}

const fn reduced(x: Shape, axes: Value, keepdims: bool, at: &Place<'_>) -> Answer {
    let Kind::Many(items, n) = axes.0 else {
        return UNKNOWN_ANSWER;
    };
    let mut gone = [false; MAX_RANK];
    let mut i = 0;
    while i < n {
        let axis = match items[i] {
            Item::Int(axis) if is_known(axis.unsigned_abs()) => axis,
            _ => return UNKNOWN_ANSWER,
        };
        match axis_of("", axis, &x) {
            Ok(axis) if !gone[axis] => gone[axis] = true,
            // Said twice: the run says so.
            Ok(_) => return UNKNOWN_ANSWER,
            Err(error) => return Err(at.failed(error)),
        }
        i += 1;
    }
    Ok(Value::tensor(reduce::reduced(&x, &gone, keepdims)))
}

const fn reshaped(x: Shape, to: Value, at: &Place<'_>) -> Answer {
    match to.as_dims() {
        Some(to) => located(reshape::output_shape(&x, &to), at),
        None => UNKNOWN_ANSWER,
    }
}

const fn transposed(x: Shape, axes: Value, at: &Place<'_>) -> Answer {
    let Kind::Many(items, n) = axes.0 else {
        return UNKNOWN_ANSWER;
    };
    let mut axes = [0; MANY];
    let mut i = 0;
    while i < n {
        axes[i] = match items[i] {
            Item::Int(axis) if is_known(axis.unsigned_abs()) => axis,
            _ => return UNKNOWN_ANSWER,
        };
        i += 1;
    }
    located(transpose::output_shape(&x, axes.split_at(n).0), at)
}

#[cfg(test)]
mod tests {
    use super::super::{Run, binary, einsum, function};
    use super::*;
    use crate::{DType, Tensor, UNKNOWN};

    fn check(x: &[usize], run: impl Fn(&Tensor) -> Tensor, known: Answer) {
        let traced = run(&Tensor::abstract_of(x, DType::F32)).ok();
        match (traced, known) {
            (Ok(traced), Ok(known)) => {
                assert_eq!(known.as_tensor(), Some(traced.shape()));
            }
            (Err(traced), Err(known)) => {
                let known = known.message().replace(" (in Net)", "");
                assert!(traced.to_string().contains(&known), "{traced} | {known}");
            }
            (traced, known) => panic!("the trace says {traced:?}, the compiler {:?}", known.err()),
        }
    }

    /// Every rule gives what tracing gives, mistakes and their messages included.
    #[test]
    fn rules_agree_with_the_trace() {
        let run = Run::new(false);
        let at = Place::root("Net", &run);
        let int = Value::int;
        let shapes: [&[usize]; 5] = [
            &[UNKNOWN, 6],
            &[UNKNOWN, 4, 6],
            &[2, 3, 1],
            &[UNKNOWN, 1, 6, 6],
            &[5],
        ];
        for dims in shapes {
            let x = Shape::new(dims);
            let value = Value::tensor(x);
            let ask = |name: &str, arguments: &[Value]| method(name, value, arguments, &at);
            for axis in -5..5 {
                check(dims, |x| x.softmax(axis), ask("softmax", &[int(axis)]));
                check(dims, |x| x.mean_axis(axis), ask("mean_axis", &[int(axis)]));
                check(
                    dims,
                    |x| x.expand_dims(axis),
                    ask("expand_dims", &[int(axis)]),
                );
                if !(0..dims.len() as isize).contains(&axis) {
                    continue;
                }
                check(dims, |x| x.squeeze(axis), ask("squeeze", &[int(axis)]));
                check(
                    dims,
                    |x| x.swap_axes(axis, -1),
                    ask("swap_axes", &[int(axis), int(-1)]),
                );
                check(
                    dims,
                    |x| x.sum_axes([axis], true),
                    ask(
                        "sum_axes",
                        &[Value::many(&[int(axis)]), Value::truth_of(true)],
                    ),
                );
                check(
                    dims,
                    |x| crate::ops::concatenate([x, x], axis),
                    function(
                        "concatenate",
                        &[Value::many(&[value, value]), int(axis)],
                        &at,
                    ),
                );
                check(
                    dims,
                    |x| crate::ops::stack([x, x], axis),
                    function("stack", &[Value::many(&[value, value]), int(axis)], &at),
                );
            }
            for axes in [
                &[0, 1][..],
                &[1, -2],
                &[1, 1],
                &[0, 2, -2],
                &[0, 3, 1, 2],
                &[0, 9],
            ] {
                let known = axes.iter().map(|&axis| int(axis)).collect::<Vec<_>>();
                check(
                    dims,
                    |x| x.transpose(axes),
                    ask("transpose", &[Value::many(&known)]),
                );
            }
            check(dims, |x| x.t(), ask("t", &[]));
            check(dims, |x| x.relu(), ask("relu", &[]));
            check(dims, |x| x.mean(), ask("mean", &[]));
            check(dims, |x| x.flatten(), ask("flatten", &[]));
            check(dims, |x| x.flatten_from(1), ask("flatten_from", &[int(1)]));
            for other in shapes {
                let b = Tensor::abstract_of(other, DType::F32);
                let known = Value::tensor(Shape::new(other));
                check(dims, |x| x.matmul(&b), ask("matmul", &[known]));
                check(
                    dims,
                    |x| x.matmul_transposed(&b),
                    ask("matmul_transposed", &[known]),
                );
                check(dims, |x| x + &b, binary("+", value, known, &at));
                check(dims, |x| x.maximum(&b), ask("maximum", &[known]));
                let sizes: Vec<Value> = other.iter().map(|&d| int(d as isize)).collect();
                check(
                    dims,
                    |x| x.reshape(other),
                    ask("reshape", &[Value::many(&sizes)]),
                );
            }
        }
    }

    /// Parts of tensors, and functions of several.
    #[test]
    fn rules_of_parts_agree_with_the_trace() {
        let run = Run::new(false);
        let at = Place::root("Net", &run);
        let int = Value::int;
        let shapes: [&[usize]; 4] = [&[UNKNOWN, 6], &[UNKNOWN, 4, 6], &[2, 3, 1], &[5]];
        for dims in shapes {
            let x = Shape::new(dims);
            let value = Value::tensor(x);
            let ask = |name: &str, arguments: &[Value]| method(name, value, arguments, &at);
            for axis in -3..3 {
                for (start, stop) in [(0, 2), (1, -1), (-2, 6), (3, 1), (0, 7), (-9, 1)] {
                    let range = Value::range(Some(int(start)), Some(int(stop)), false);
                    check(
                        dims,
                        |x| x.slice_axis(axis, start..stop),
                        ask("slice_axis", &[int(axis), range]),
                    );
                    let behind = Value::range(Some(int(start)), Some(int(stop)), true);
                    check(
                        dims,
                        |x| x.slice_axis(axis, start..=stop),
                        ask("slice_axis", &[int(axis), behind]),
                    );
                }
                let (to, from) = (
                    Value::range(None, Some(int(-1)), false),
                    Value::range(Some(int(-2)), None, false),
                );
                check(
                    dims,
                    |x| x.slice_axis(axis, ..-1),
                    ask("slice_axis", &[int(axis), to]),
                );
                check(
                    dims,
                    |x| x.slice_axis(axis, -2..),
                    ask("slice_axis", &[int(axis), from]),
                );
                for index in [0, 2, -1, -5] {
                    check(
                        dims,
                        |x| x.index_axis(axis, index),
                        ask("index_axis", &[int(axis), int(index)]),
                    );
                }
                for n in 0..4 {
                    let known = ask("split", &[int(n), int(axis)]);
                    if n > 0 || known.is_err() {
                        let first = match known {
                            Ok(pieces) => Ok(pieces.item(0)),
                            wrong => wrong,
                        };
                        check(dims, |x| x.split(n as usize, axis)[0].clone(), first);
                    }
                    let sizes = [n as usize, 3];
                    let known = ask("split_sizes", &[Value::ints(&sizes), int(axis)]);
                    let last = match known {
                        Ok(pieces) => Ok(pieces.item(1)),
                        wrong => wrong,
                    };
                    check(
                        dims,
                        |x| x.split_sizes(sizes, axis).last().unwrap().clone(),
                        last,
                    );
                }
            }
            for other in shapes {
                let b = Tensor::abstract_of(other, DType::F32);
                let known = Value::tensor(Shape::new(other));
                check(
                    dims,
                    |x| x.greater(0.0).where_(x, &b),
                    ask("where_", &[value, known]),
                );
                for spec in [
                    "bi,bi->b",
                    "bti,bi->bt",
                    "bi,ti->bt",
                    "b,b->b",
                    "bi->ib",
                    "bi,b",
                ] {
                    let known = einsum(spec, Value::many(&[value, known]), &at);
                    if known.is_err() || known.unwrap().as_tensor().is_some() {
                        check(dims, |x| crate::ops::einsum(spec, [x, &b]), known);
                    }
                }
            }
        }
    }

    #[test]
    fn only_methods_that_ask_keep_what_is_known() {
        let x = Value::tensor(Shape::from([2, 3]));
        assert!(after("relu", x) == x && after("shape", x) == x);
        assert!(after("clone_from", x) == Value::UNKNOWN);
        let list = Value::ints(&[2, 3]);
        assert!(after("len", list) == list && after("sort", list) == Value::UNKNOWN);
        assert!(after("add_assign", Value::int(3)) == Value::UNKNOWN);
    }

    #[test]
    fn what_is_not_known_here_is_unknown() {
        let run = Run::new(false);
        let at = Place::root("Net", &run);
        let x = Value::tensor(Shape::from([2, 3]));
        for answer in [
            method("of_my_own", x, &[], &at),
            method("reshape", x, &[Value::UNKNOWN], &at),
            method("relu", Value::UNKNOWN, &[], &at),
            function("of_my_own", &[x], &at),
            binary("+", x, Value::UNKNOWN, &at),
        ] {
            assert!(answer.unwrap() == Value::UNKNOWN);
        }
        let rows = method(
            "reshape",
            x,
            &[Value::many(&[Value::UNKNOWN, Value::int(2)])],
            &at,
        );
        assert_eq!(rows.unwrap().as_tensor().unwrap().to_string(), "[_, 2]");
        assert!(
            method(
                "reshape",
                x,
                &[Value::many(&[Value::UNKNOWN, Value::int(4)])],
                &at
            )
            .is_err()
        );
    }
}
