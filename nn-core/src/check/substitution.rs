//! What the rules say of dimensions with names holds for numbers in the names' place: a shape is the same, and a mistake is one.

use super::{Answer, Place, Run, Value, binary, function, method};
use crate::base::named::Linear;
use crate::base::named::NAMES;
use crate::{Padding, Shape, is_known, named};

/// Sizes that can be divided by all small numbers, and are no small multiples of each other.
const SIZES: [usize; NAMES] = [
    20160 * 101,
    20160 * 211,
    20160 * 307,
    20160 * 401,
    20160 * 503,
    20160 * 601,
];

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % n
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// A dimension, often a name or something made of one.
    fn dim(&mut self) -> usize {
        let name = named(self.below(3));
        match self.below(8) {
            0 => name / 2,
            1 => name + 1,
            2 => 2 * name - 3,
            3 => named(1) + named(2),
            4 | 5 => self.pick(&[1, 2, 3, 4, 8]),
            _ => name,
        }
    }

    fn shape(&mut self) -> Shape {
        let rank = 2 + self.below(3);
        let dims: Vec<usize> = (0..rank).map(|_| self.dim()).collect();
        Shape::new(&dims)
    }

    /// A shape that mostly fits another.
    fn beside(&mut self, shape: &Shape) -> Shape {
        match self.below(3) {
            0 => self.shape(),
            1 => *shape,
            _ => shape.with(self.below(shape.rank()), self.dim()),
        }
    }
}

/// A dimension with numbers in the place of its names; `None` if it is not known.
fn number(dim: usize) -> Option<usize> {
    match is_known(dim) {
        true => Some(dim),
        false => Linear::of(dim).map(|form| form.at(SIZES)),
    }
}

fn numbers(shape: &Shape) -> Shape {
    let dims: Vec<usize> = shape
        .iter()
        .map(|&dim| number(dim).expect("a name"))
        .collect();
    Shape::new(&dims)
}

/// Compares the answers for names and for numbers.
fn compare(what: &str, by_name: Answer, by_number: Answer) -> bool {
    match (by_name, by_number) {
        (Err(alarm), Ok(shape)) => {
            panic!("{what}: a false alarm, {alarm:?}, where {shape:?} comes out")
        }
        (Ok(by_name), Ok(by_number)) => {
            let (Some(by_name), Some(by_number)) = (by_name.as_tensor(), by_number.as_tensor())
            else {
                return false;
            };
            assert_eq!(by_name.rank(), by_number.rank(), "{what}");
            for (&by_name, &by_number) in by_name.iter().zip(by_number.iter()) {
                let by_name = number(by_name);
                assert!(
                    by_name.is_none_or(|n| n == by_number),
                    "{what}: {by_name:?} {by_number}"
                );
            }
            false
        }
        (Err(_), Err(_)) => true,
        (Ok(_), Err(_)) => false,
    }
}

#[test]
fn names_are_as_numbers() {
    let run = Run::new(false);
    let at = Place::root("Net", &run);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut found = 0;
    for _ in 0..20_000 {
        let a = dice.shape();
        let b = dice.beside(&a);
        let (x, y) = (numbers(&a), numbers(&b));
        let values = |a: Shape, b: Shape| (Value::tensor(a), Value::tensor(b));
        let axis = Value::int(dice.below(a.rank()) as isize);
        let size = a[dice.below(a.rank())];
        let (what, choice) = (format!("{:?} {:?}", a.to_vec(), b.to_vec()), dice.below(8));
        let ask = |a: Shape, b: Shape, size: usize| -> Answer {
            let (one, other) = values(a, b);
            let end = |n: usize| Some(Value::int(n as isize));
            match choice {
                0 => binary("+", one, other, &at),
                1 => method("matmul", one, &[other], &at),
                2 => method("matmul_transposed", one, &[other], &at),
                3 => function("concatenate", &[Value::many(&[one, other]), axis], &at),
                4 => function("stack", &[Value::many(&[one, other]), axis], &at),
                5 => method("reshape", one, &[other.shape()], &at),
                6 => method("split", one, &[Value::int(2), axis], &at).map(|parts| parts.item(0)),
                _ => method(
                    "slice_axis",
                    one,
                    &[axis, Value::range(end(1), end(size), false)],
                    &at,
                ),
            }
        };
        found += usize::from(compare(
            &what,
            ask(a, b, size),
            ask(x, y, number(size).unwrap()),
        ));
    }
    assert!(found > 2000, "{found} mistakes found");
}

#[test]
fn windows_on_names_are_as_on_numbers() {
    let mut dice = Dice(7);
    for _ in 0..20_000 {
        let (size, padding) = (dice.dim(), dice.pick(&[Padding::Valid, Padding::Same]));
        let [window, stride, dilation] = [5, 3, 2].map(|n| 1 + dice.below(n));
        let by_name = padding.windows(size, window, stride, dilation);
        let by_number = padding.windows(number(size).unwrap(), window, stride, dilation);
        let (Some(by_name), Some(by_number)) = (by_name, by_number) else {
            assert_eq!(by_name.is_none(), by_number.is_none());
            continue;
        };
        assert!(
            number(by_name).is_none_or(|n| n == by_number),
            "{size} {window} {stride}"
        );
    }
}
