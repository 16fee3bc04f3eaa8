//! What is known of the result of a method, by the shape rules of the operations themselves.
//!
//! A name that is not here gives *unknown*.

use super::function::{UNKNOWN_ANSWER, elementwise, located};
use super::value::{Item, Kind, MANY};
use super::{Answer, Failure, Place, Value};
use crate::ops::linalg::matmul;
use crate::ops::reduce::reduction as reduce;
use crate::ops::shape::expand_dims::inserted;
use crate::ops::shape::{reshape, squeeze, transpose};
use crate::{ANYTHING, MAX_RANK, Shape, ShapeError, axis_of, is_known};

/// A method of a tensor, a shape or a number, by its name.
pub const fn method(name: &str, receiver: Value, arguments: &[Value], at: &Place<'_>) -> Answer {
    match receiver.0 {
        Kind::Tensor(x) => of_tensor(name, x, arguments, at),
        Kind::Dims(shape) => of_shape(name, shape, arguments),
        Kind::Int(a) => match (name.as_bytes(), arguments) {
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
        (b"expand_dims", [Value(Kind::Int(axis))]) => located(inserted(&x, *axis, 1), at),
        (b"squeeze", [Value(Kind::Int(axis))]) => located(squeeze::output_shape(&x, *axis), at),
        (b"one_hot", [Value(Kind::Int(depth))]) if *depth >= 0 => {
            located(inserted(&x, -1, *depth as usize), at)
        }
        _ => UNKNOWN_ANSWER,
    }
}

/// A possibly negative axis as an index, if it is known.
const fn checked(x: Shape, axis: &Value, at: &Place<'_>) -> Result<Option<usize>, Failure> {
    let Kind::Int(axis) = axis.0 else {
        return Ok(None);
    };
    match axis_of("", axis, &x) {
        Ok(axis) => Ok(Some(axis)),
        Err(error) => Err(at.failed(error)),
    }
}

const fn reduced(x: Shape, axes: Value, keepdims: bool, at: &Place<'_>) -> Answer {
    let Kind::Many(items, n) = axes.0 else {
        return UNKNOWN_ANSWER;
    };
    let mut gone = [false; MAX_RANK];
    let mut i = 0;
    while i < n {
        let Item::Int(axis) = items[i] else {
            return UNKNOWN_ANSWER;
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
    let (items, n) = match to.0 {
        Kind::Many(items, n) => (items, n),
        Kind::Dims(shape) => return located(reshape::output_shape(&x, &shape), at),
        _ => return UNKNOWN_ANSWER,
    };
    let mut dims = [ANYTHING; MANY];
    let mut i = 0;
    while i < n {
        if let Item::Int(size) = items[i] {
            if size < 0 {
                return UNKNOWN_ANSWER;
            }
            dims[i] = size as usize;
        }
        i += 1;
    }
    let to = Shape::new(dims.split_at(n).0);
    located(reshape::output_shape(&x, &to), at)
}

const fn transposed(x: Shape, axes: Value, at: &Place<'_>) -> Answer {
    let Kind::Many(items, n) = axes.0 else {
        return UNKNOWN_ANSWER;
    };
    let mut axes = [0; MANY];
    let mut i = 0;
    while i < n {
        let Item::Int(axis) = items[i] else {
            return UNKNOWN_ANSWER;
        };
        axes[i] = axis;
        i += 1;
    }
    located(transpose::output_shape(&x, axes.split_at(n).0), at)
}

#[cfg(test)]
mod tests {
    use super::super::{binary, function};
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
        let at = Place::root("Net");
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

    #[test]
    fn what_is_not_known_here_is_unknown() {
        let at = Place::root("Net");
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
