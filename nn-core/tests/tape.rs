//! What tapes promise: any length, any nesting, and errors that say what to do.

use nn_core::testing::{assert_close, close};
use nn_core::{GradientTape, Tensor, no_gradient};
use proptest::prelude::*;

fn scalar(x: f64) -> Tensor {
    Tensor::from(x)
}

fn item(x: &Tensor) -> f64 {
    x.item().unwrap()
}

const STEPS: usize = 1_000_000;

#[test]
fn a_million_steps_are_differentiated_and_freed() {
    let x = scalar(1e-6);
    let tape = GradientTape::new();
    tape.watch(&x);
    let y = (0..STEPS).fold(x.clone(), |y, _| y + &x);
    assert_eq!(tape.len(), STEPS);
    let g = tape.gradient(&y, &x).unwrap();
    // Whole numbers below 2⁵³ add up without rounding.
    assert_eq!(item(&g), (STEPS + 1) as f64);
    drop((tape, y));
    assert!(x.is_unique(), "the tape still holds the source");
}

#[test]
fn a_tape_of_a_million_steps_is_dropped_unused() {
    let x = scalar(1.0);
    let tape = GradientTape::persistent();
    tape.watch(&x);
    // A chain: every entry holds its predecessor's value.
    let y = (0..STEPS).fold(x.clone(), |y, _| y.square());
    assert_eq!((tape.len(), item(&y)), (STEPS, 1.0));
    drop(tape);
    drop(y);
    assert!(x.is_unique(), "the tape still holds the source");
}

#[test]
fn nothing_is_recorded_that_does_not_depend_on_something_watched() {
    let (x, y) = (scalar(2.0), scalar(3.0));
    let tape = GradientTape::new();
    tape.watch(&x);
    let constant = y.square() + 1.0;
    assert!(tape.is_empty());
    let z = constant * &x;
    assert_eq!(tape.len(), 1);
    assert_eq!(item(&tape.gradient(&z, &x).unwrap()), 10.0);
}

#[test]
fn tapes_nest_to_any_order() {
    // The derivatives of x⁴ at 2, all small whole numbers.
    let x = scalar(2.0);
    let tapes: Vec<GradientTape> = (0..4).map(|_| GradientTape::new()).collect();
    tapes.iter().for_each(|tape| tape.watch(&x));
    let mut y = x.powi(4);
    for (tape, expected) in tapes.iter().rev().zip([32.0, 48.0, 48.0, 24.0]) {
        y = tape.gradient(&y, &x).unwrap();
        assert_eq!(item(&y), expected);
    }
}

#[test]
fn a_persistent_tape_answers_again_and_goes_on_recording() {
    let (a, b) = (scalar(2.0), scalar(5.0));
    let tape = GradientTape::persistent();
    tape.watch(&a);
    tape.watch(&b);
    let product = &a * &b;
    let [da, db] = tape.gradient(&product, [&a, &b]).unwrap();
    assert_eq!((item(&da), item(&db)), (5.0, 2.0));
    let square = product.square();
    let [da, dp] = tape.gradient(&square, [&a, &product]).unwrap();
    assert_eq!((item(&da), item(&dp)), (100.0, 20.0));
    let again = tape.gradient(&square, &a).unwrap();
    assert_eq!(item(&again), 100.0);
}

#[test]
fn a_used_tape_says_so() {
    let x = scalar(2.0);
    let tape = GradientTape::new();
    tape.watch(&x);
    let y = x.square();
    let _ = tape.gradient(&y, &x).unwrap();
    let e = tape.gradient(&y, &x).unwrap_err().to_string();
    assert!(e.contains("this tape has been used"), "{e}");
    assert!(e.contains("GradientTape::persistent()"), "{e}");
}

#[test]
fn sources_without_a_gradient_say_why() {
    let (x, other) = (scalar(2.0), scalar(3.0));
    let integers = Tensor::from([1_i64]);
    let tape = GradientTape::persistent();
    tape.watch(&x);
    tape.watch(&integers);
    let y = x.square();
    let message = |source: &Tensor| tape.gradient(&y, source).unwrap_err().to_string();
    let e = message(&other);
    assert!(e.contains("source 0 (shape []) has no gradient"), "{e}");
    assert!(
        e.contains("it was never watched: call `tape.watch(&x)`"),
        "{e}"
    );
    let e = message(&integers);
    assert!(
        e.contains("it holds i64, and only f32 and f64 have gradients"),
        "{e}"
    );
    tape.watch(&other);
    let e = message(&other);
    assert!(e.contains("the target does not depend on it"), "{e}");
    assert!(e.contains("use `gradient_or_zeros`"), "{e}");
    assert_eq!(item(&tape.gradient_or_zeros(&y, &other).unwrap()), 0.0);
    let unseen = no_gradient(|| x.square());
    let e = tape.gradient(&unseen, &x).unwrap_err().to_string();
    assert!(
        e.contains(
            "the tape has recorded nothing of the target: make the tape before the forward pass"
        ),
        "{e}"
    );
    let e = tape.gradient(&integers, &x).unwrap_err().to_string();
    assert!(e.contains("needs f32 or f64, found i64"), "{e}");
}

#[test]
fn an_upstream_gradient_weighs_the_target() {
    let x = Tensor::from([1.0_f64, 2.0, 3.0]);
    let tape = GradientTape::persistent();
    tape.watch(&x);
    let y = x.square();
    let weights = Tensor::from([1.0_f64, 10.0, 100.0]);
    let g = tape.gradient_with(&y, &x, &weights).unwrap();
    assert_eq!(g.to_vec::<f64>().unwrap(), [2.0, 40.0, 600.0]);
    let e = tape
        .gradient_with(&y, &x, &scalar(1.0))
        .unwrap_err()
        .to_string();
    assert!(
        e.contains("the upstream gradient has shape [], the target [3]"),
        "{e}"
    );
}

#[test]
fn stop_recording_stops_one_tape_and_no_gradient_all() {
    let x = scalar(3.0);
    let (outer, inner) = (GradientTape::new(), GradientTape::new());
    outer.watch(&x);
    inner.watch(&x);
    let half_seen = inner.stop_recording(|| x.square());
    assert_eq!((outer.len(), inner.len()), (1, 0));
    let unseen = no_gradient(|| x.square());
    assert_eq!((outer.len(), inner.len()), (1, 0));
    let y = half_seen * unseen * &x;
    // For the inner tape y is 81 x, for the outer one 9 x³.
    assert_eq!(item(&inner.gradient(&y, &x).unwrap()), 81.0);
    assert_eq!(item(&outer.gradient(&y, &x).unwrap()), 243.0);
}

#[test]
fn the_first_error_comes_out_of_everything() {
    let x = Tensor::from([1.0_f32, 2.0]);
    let tape = GradientTape::persistent();
    tape.watch(&x);
    let first = (&x + Tensor::zeros([3])).exp();
    let second = &x * Tensor::zeros([5]);
    let expected = first.error().unwrap().to_string();
    assert!(
        expected.contains("cannot add [2] and [3]: aligned at the end"),
        "{expected}"
    );
    assert!(
        expected.contains("tape.rs:"),
        "the caller's line: {expected}"
    );
    let both = (&first * second).sum();
    for error in [
        both.item::<f32>().unwrap_err(),
        both.to_vec::<f32>().unwrap_err(),
        both.try_shape().unwrap_err(),
        first
            .softmax(-1)
            .top_k(2)
            .1
            .sum()
            .into_result()
            .unwrap_err(),
        tape.gradient(&both, &x).unwrap_err(),
        tape.gradient(&x.sum(), &first).unwrap_err(),
    ] {
        assert_eq!(error.to_string(), expected);
    }
}

/// A function of three tensors, element by element.
#[derive(Clone, Debug)]
enum Expression {
    Leaf(usize),
    Constant(f64),
    One(usize, Box<Expression>),
    Two(usize, Box<Expression>, Box<Expression>),
}

use Expression::{Constant, Leaf, One, Two};

/// A number with its derivative along one direction.
#[derive(Clone, Copy)]
struct Dual(f64, f64);

const UNARY: usize = 7;
const BINARY: usize = 6;
/// They broadcast to `[2, 3]`.
const SHAPES: [&[usize]; 3] = [&[2, 3], &[3], &[2, 1]];

impl Expression {
    fn on_tensors(&self, leaves: &[Tensor]) -> Tensor {
        match self {
            Leaf(i) => leaves[*i].clone(),
            Constant(c) => scalar(*c),
            One(f, x) => {
                let x = x.on_tensors(leaves);
                match f {
                    0 => -x,
                    1 => x.sin(),
                    2 => x.tanh(),
                    3 => x.sigmoid(),
                    4 => (x.square() + 1.0).sqrt(),
                    5 => x.tanh().exp(),
                    _ => 1.0 / (x.powi(2) + 1.0),
                }
            }
            Two(f, a, b) => {
                let (a, b) = (a.on_tensors(leaves), b.on_tensors(leaves));
                match f {
                    0 => a + b,
                    1 => a - b,
                    2 => a * b,
                    3 => a.maximum(b),
                    4 => a.minimum(b),
                    _ => a / (b.square() + 1.0),
                }
            }
        }
    }

    fn on_numbers(&self, leaves: &[Dual; 3]) -> Dual {
        match self {
            Leaf(i) => leaves[*i],
            Constant(c) => Dual(*c, 0.0),
            One(f, x) => {
                let Dual(x, dx) = x.on_numbers(leaves);
                let (y, slope) = match f {
                    0 => (-x, -1.0),
                    1 => (x.sin(), x.cos()),
                    2 => (x.tanh(), 1.0 - x.tanh().powi(2)),
                    3 => {
                        let y = 1.0 / (1.0 + (-x).exp());
                        (y, y * (1.0 - y))
                    }
                    4 => ((x * x + 1.0).sqrt(), x / (x * x + 1.0).sqrt()),
                    5 => {
                        let y = x.tanh().exp();
                        (y, y * (1.0 - x.tanh().powi(2)))
                    }
                    _ => (1.0 / (x * x + 1.0), -2.0 * x / (x * x + 1.0).powi(2)),
                };
                Dual(y, slope * dx)
            }
            Two(f, a, b) => {
                let (Dual(a, da), Dual(b, db)) = (a.on_numbers(leaves), b.on_numbers(leaves));
                match f {
                    0 => Dual(a + b, da + db),
                    1 => Dual(a - b, da - db),
                    2 => Dual(a * b, da * b + a * db),
                    3 if a > b => Dual(a, da),
                    3 => Dual(b, db),
                    4 if a < b => Dual(a, da),
                    4 => Dual(b, db),
                    _ => {
                        let d = b * b + 1.0;
                        Dual(a / d, (da - 2.0 * a * b * db / d) / d)
                    }
                }
            }
        }
    }
}

fn expression() -> impl Strategy<Value = Expression> {
    let leaf = prop_oneof![
        4 => (0..3_usize).prop_map(Leaf),
        1 => (-2.0..2.0).prop_map(Constant),
    ];
    leaf.prop_recursive(4, 24, 2, |inner| {
        let one = (0..UNARY, inner.clone()).prop_map(|(f, x)| One(f, Box::new(x)));
        let two = (0..BINARY, inner.clone(), inner);
        prop_oneof![
            one,
            two.prop_map(|(f, a, b)| Two(f, Box::new(a), Box::new(b)))
        ]
    })
}

proptest! {
    #[test]
    fn expressions_and_their_gradients_agree_with_plain_numbers(
        expression in expression(),
        // Every element has a value, and a direction along which the derivative is taken.
        values in prop::collection::vec((-2.0..2.0_f64, -1.0..1.0_f64), 11),
    ) {
        let starts = [0, 6, 9];
        let column = |get: fn(&(f64, f64)) -> f64, k: usize| {
            let size: usize = SHAPES[k].iter().product();
            let part = &values[starts[k]..starts[k] + size];
            Tensor::from_vec(part.iter().map(get).collect(), SHAPES[k])
        };
        let leaves: Vec<Tensor> = (0..3).map(|k| column(|v| v.0, k)).collect();
        let tape = GradientTape::new();
        leaves.iter().for_each(|x| tape.watch(x));
        let y = expression.on_tensors(&leaves).broadcast_to([2, 3]);
        let gradients = tape.gradient_or_zeros(&y, &leaves).unwrap();
        let along = gradients.iter().enumerate().map(|(k, g)| (g * column(|v| v.1, k)).sum());
        let along = item(&along.reduce(|a, b| a + b).unwrap());

        let expected = [0, 1].map(|row| [0, 1, 2].map(|i| {
            let at = [row * 3 + i, starts[1] + i, starts[2] + row];
            expression.on_numbers(&at.map(|k| Dual(values[k].0, values[k].1)))
        }));
        // Values stay below 2¹⁶ and slopes below 4 · 2¹⁶, each the result of a few dozen roundings by 1e-16.
        assert_close(&y, &Tensor::from(expected.map(|row| row.map(|d| d.0))), 1e-9);
        let derivative: f64 = expected.as_flattened().iter().map(|d| d.1).sum();
        let size: f64 = 1.0 + expected.as_flattened().iter().map(|d| d.1.abs()).sum::<f64>();
        prop_assert!(close(along / size, derivative / size, 1e-9), "{along} against {derivative}");
    }
}
