//! What the rules of the compiler say is what tracing says, mistakes and their messages included.

use super::{Answer, Place, Run, Value, after, binary, einsum, function, method};
use crate::{DType, Shape, Tensor, UNKNOWN};

pub(super) fn check(x: &[usize], run: impl Fn(&Tensor) -> Tensor, known: Answer) {
    let traced = run(&Tensor::abstract_of(x, DType::F32)).into_result();
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
                |x| x.swapaxes(axis, -1),
                ask("swapaxes", &[int(axis), int(-1)]),
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
        for axes in [
            &[][..],
            &[0],
            &[-1],
            &[1, -1],
            &[0, 2],
            &[0, -1, 1],
            &[1, 1],
            &[0, 9],
            &[-9],
            &[0, 1, 2, 3, 4, 5],
        ] {
            let known = Value::many(&axes.iter().map(|&axis| int(axis)).collect::<Vec<_>>());
            for keepdims in [true, false] {
                check(
                    dims,
                    |x| x.sum_axes(axes, keepdims),
                    ask("sum_axes", &[known, Value::truth_of(keepdims)]),
                );
            }
            check(dims, |x| x.flip_axes(axes), ask("flip_axes", &[known]));
            check(
                dims,
                |x| x.expand_dims_axes(axes),
                ask("expand_dims_axes", &[known]),
            );
            check(
                dims,
                |x| x.moveaxis(axes, [-1, 0]),
                ask("moveaxis", &[known, Value::many(&[int(-1), int(0)])]),
            );
            check(
                dims,
                |x| x.roll_axes([1, 2], axes),
                ask("roll_axes", &[Value::many(&[int(1), int(2)]), known]),
            );
            check(
                dims,
                |x| x.squeeze_axes(axes),
                ask("squeeze_axes", &[known]),
            );
        }
        for axis in -5..5 {
            check(dims, |x| x.flip(axis), ask("flip", &[int(axis)]));
            check(dims, |x| x.roll(1, axis), ask("roll", &[int(1), int(axis)]));
            check(
                dims,
                |x| x.repeat(3, axis),
                ask("repeat", &[int(3), int(axis)]),
            );
            check(
                dims,
                |x| x.moveaxis(axis, 0),
                ask("moveaxis", &[int(axis), int(0)]),
            );
            check(
                dims,
                |x| x.argmax_keepdims(axis),
                ask("argmax_keepdims", &[int(axis)]),
            );
            check(
                dims,
                |x| x.cast(DType::I64).one_hot_axis(7, axis),
                ask("one_hot_axis", &[int(7), int(axis)]),
            );
            let other = Shape::new(dims).with(0, 2);
            let places = Tensor::abstract_of(other, DType::I64);
            check(
                dims,
                |x| x.take_along_axis(&places, axis),
                ask("take_along_axis", &[Value::tensor(other), int(axis)]),
            );
            // Of a batch that is not known it can only be run.
            if axis > 0 || !dims.contains(&UNKNOWN) {
                check(
                    dims,
                    |x| x.repeat_each([2, 0, 1], axis),
                    ask("repeat_each", &[Value::ints(&[2, 0, 1]), int(axis)]),
                );
            }
        }
        check(dims, |x| x.tril(), ask("tril", &[]));
        check(dims, |x| x.triu_with(1), ask("triu_with", &[int(1)]));
        check(dims, |x| x.sort(), ask("sort", &[]));
        check(dims, |x| x.sort_axis(1), ask("sort_axis", &[int(1)]));
        check(dims, |x| x.elu(), ask("elu", &[]));
        check(dims, |x| x.elu_with(0.5), ask("elu_with", &[Value::SCALAR]));
        for sizes in [
            [-1, 4],
            [4, -1],
            [-1, 7],
            [0, -1],
            [-1, -1],
            [-2, 6],
            [UNKNOWN as isize, -1],
        ] {
            check(
                dims,
                |x| x.reshape(sizes),
                ask("reshape", &[Value::many(&sizes.map(int))]),
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
            check(dims, |x| x.greater(&b), ask("greater", &[known]));
            check(dims, |x| x.equal(&b), ask("equal", &[known]));
            check(dims, |x| x.logical_and(&b), ask("logical_and", &[known]));
            check(dims, |x| x.logical_xor(&b), ask("logical_xor", &[known]));
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
                if n > 0 {
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
