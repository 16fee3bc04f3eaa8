//! The same of what is made, enlarged and taken apart, and of lists that grow.

use super::agreement::check;
use super::value::Kind;
use super::{Place, Run, Value, associated, function, index, method};
use crate::{DType, Shape, Tensor, UNKNOWN};

/// Tensors that are enlarged, joined and made.
#[test]
fn rules_of_what_is_made_agree_with_the_trace() {
    let run = Run::new(false);
    let at = Place::root("Net", &run);
    let int = Value::int;
    let shapes: [&[usize]; 5] = [&[UNKNOWN, 6], &[UNKNOWN, 4, 6], &[2, 3, 1], &[5], &[]];
    let pair = |(a, b): (usize, usize)| Value::ints(&[a, b]);
    for dims in shapes {
        let value = Value::tensor(Shape::new(dims));
        let ask = |name: &str, arguments: &[Value]| method(name, value, arguments, &at);
        for to in [
            &[6][..],
            &[5, 6],
            &[7, 4, 6],
            &[2, 3, 4],
            &[1, 5],
            &[2, 3, 1],
            &[2, 1, 1],
            &[3, 2, 4, 1],
            &[],
        ] {
            let known = ask("broadcast_to", &[Value::ints(to)]);
            check(dims, |x| x.broadcast_to(to), known);
        }
        for repeats in [&[][..], &[3], &[1, 2], &[2, 1, 3], &[2, 0, 1, 1]] {
            let known = ask("tile", &[Value::ints(repeats)]);
            check(dims, |x| x.tile(repeats), known);
        }
        for paddings in [
            &[][..],
            &[(1, 2)],
            &[(0, 0), (1, 0)],
            &[(0, 0), (1, 1), (2, 3)],
            &[(0, 0); 5],
        ] {
            let known: Vec<Value> = paddings.iter().map(|&p| pair(p)).collect();
            let known = ask("pad", &[Value::many(&known)]);
            check(dims, |x| x.pad(paddings), known);
        }
        for k in [0, 1, 6, 7] {
            let both = ask("top_k", &[int(k)]);
            let first = both.map(|both| both.item(0));
            check(dims, |x| x.top_k(k as usize).0, first);
            let second = ask("top_k", &[int(k)]).map(|both| both.item(1));
            check(dims, |x| x.top_k(k as usize).1, second);
        }
        for axis in -4..4 {
            // Of a batch that is not known it can only be run.
            let known = ask("unstack", &[int(axis)]);
            if known.is_err() || known.unwrap() != Value::UNKNOWN {
                let last = known.map(|parts| parts.item_from_end(1));
                check(dims, |x| x.unstack(axis).pop().unwrap(), last);
            }
        }
        for other in shapes {
            let b = Tensor::abstract_of(other, DType::F32);
            let known = Value::tensor(Shape::new(other));
            let both = Value::many(&[value, known]);
            check(
                dims,
                |x| crate::ops::hstack([x, &b]),
                function("hstack", &[both], &at),
            );
            check(
                dims,
                |x| crate::ops::vstack([x, &b]),
                function("vstack", &[both], &at),
            );
            check(
                dims,
                |x| crate::ops::dstack([x, &b]),
                function("dstack", &[both], &at),
            );
            for (left, right) in [
                (&[][..], &[][..]),
                (&[-1], &[-1]),
                (&[0, 1], &[0, 1]),
                (&[1, 1], &[0, 1]),
                (&[0], &[0, 1]),
                (&[5], &[0]),
            ] {
                let axes = |axes: &[isize]| {
                    Value::many(&axes.iter().map(|&axis| int(axis)).collect::<Vec<_>>())
                };
                let known = function("tensordot", &[value, known, axes(left), axes(right)], &at);
                check(dims, |x| crate::ops::tensordot(x, &b, left, right), known);
            }
        }
    }
    for (made, known) in [
        (Tensor::eye(3), associated("eye", &[int(3)], &at)),
        (Tensor::arange(4), associated("arange", &[int(4)], &at)),
        (
            Tensor::linspace(0.0, 1.0, 5),
            associated("linspace", &[Value::SCALAR, Value::SCALAR, int(5)], &at),
        ),
        (
            Tensor::from(2.0_f32),
            associated("from", &[Value::SCALAR], &at),
        ),
        (
            Tensor::zeros([2, 3]),
            associated("zeros", &[Value::ints(&[2, 3])], &at),
        ),
        (
            Tensor::from_vec(vec![1.0_f32; 6], [2, 3]),
            associated("from_vec", &[Value::UNKNOWN, Value::ints(&[2, 3])], &at),
        ),
    ] {
        assert_eq!(known.unwrap().as_tensor(), Some(made.shape()));
    }
    assert_eq!(associated("of_my_own", &[], &at).unwrap(), Value::UNKNOWN);
}

#[test]
fn an_element_that_is_not_there_is_a_mistake() {
    let run = Run::new(false);
    let at = Place::root("Net", &run);
    let list = Value::many(&[Value::SCALAR; 2]);
    assert!(index(list, Value::int(1), &at).is_ok());
    let error = index(list, Value::int(2), &at).unwrap_err();
    let message = "there is no element 2 in a list of 2; elements are counted from 0";
    assert!(error.message().starts_with(message));
    assert_eq!(list.appended(list).length(), Value::int(3));
    assert!(index(list.appended(list), Value::int(2), &at).is_ok());
    let dims = Value(Kind::Dims(Shape::new(&[2, 3])));
    assert_eq!(dims.appended(Value::int(4)).length(), Value::int(3));
    assert_eq!(dims.appended(Value::int(4)).item(2), Value::int(4));
    assert_eq!(Value::UNKNOWN.appended(list), Value::UNKNOWN);
    assert_eq!(Value::int(5).from_end(Value::int(1)), Value::int(3));
}
