//! Sizes that stay open in the file: the batch, and whatever else the shapes leave open.
//!
//! A trace computes with open sizes as with very large numbers. Each open size of the inputs gets a number of its own here, so far from
//! the others that a size in the graph says of which it is made: `2 * batch`, `time - 1`.

use nn_core::{DType, Error, Result, Shape, Tensor, UNKNOWN, is_known};

/// The numbers of the sizes beside the batch. They are no multiples of each other's fractions: half of a size, or a product of two, is
/// nothing that could be taken for a sum of others.
const STEPS: [usize; 2] = [(1 << 52) + (3 << 39), (1 << 57) + (5 << 38)];

/// Sizes from here on are of unknown origin.
const ANYTHING: usize = 1 << 62;

/// A size of an input that stays open.
pub(super) struct Open {
    /// What it is called in the file: `batch`, `time`.
    pub name: String,
    /// Which input has it, and where.
    pub input: usize,
    pub axis: usize,
    /// The number that stands for it in the trace.
    number: usize,
}

/// A size as a sum: so many times each open size, and a rest.
pub(super) struct Sum {
    /// For each of the open sizes in their order.
    pub times: Vec<i64>,
    pub rest: i64,
}

/// The open sizes of a model's inputs.
pub(super) struct Sizes(pub Vec<Open>);

impl Sizes {
    /// The inputs of a trace for shapes without the batch, and their open sizes.
    pub fn inputs(shapes: &[Shape]) -> Result<(Sizes, Vec<Tensor>)> {
        let mut all = vec![Open {
            name: "batch".to_string(),
            input: 0,
            axis: 0,
            number: UNKNOWN,
        }];
        let open = shapes.iter().flat_map(|s| s.iter());
        let count = open.filter(|&&dim| !is_known(dim)).count();
        if count > STEPS.len() {
            return Err(Error::shape(format!(
                "at most {} sizes beside the batch can stay open in an ONNX file, found {count}; give the others a number",
                STEPS.len()
            )));
        }
        // One alone gets the number farther from the batch.
        let mut numbers = STEPS[STEPS.len() - count..].iter();
        let mut tensors = Vec::with_capacity(shapes.len());
        for (input, shape) in shapes.iter().enumerate() {
            let mut batched = shape.batched()?;
            for axis in 1..batched.rank() {
                if !is_known(batched[axis]) {
                    let number = *numbers.next().expect("counted above");
                    batched = batched.with(axis, number);
                    let base = match (batched.rank(), axis) {
                        (2 | 3, 1) => "time",
                        (4, 1) => "height",
                        (4, 2) => "width",
                        _ => "size",
                    };
                    let same = |open: &&Open| open.name.starts_with(base);
                    let name = match all.iter().filter(same).count() {
                        0 => base.to_string(),
                        n => format!("{base}_{}", n + 1),
                    };
                    all.push(Open {
                        name,
                        input,
                        axis,
                        number,
                    });
                }
            }
            tensors.push(Tensor::abstract_of(batched, DType::F32));
        }
        Ok((Sizes(all), tensors))
    }

    /// What a size is made of, if that is known.
    pub fn sum(&self, size: usize) -> Option<Sum> {
        if size >= ANYTHING {
            return None;
        }
        let mut times = vec![0; self.0.len()];
        let mut rest = size as i64;
        for (i, open) in self.0.iter().enumerate().rev() {
            let number = open.number as i64;
            times[i] = (rest + number / 2).div_euclid(number);
            rest -= times[i] * number;
        }
        is_known(rest.unsigned_abs() as usize).then_some(Sum { times, rest })
    }

    /// A size as text, `2*batch`, if what it is made of is known.
    pub fn name(&self, size: usize) -> Option<String> {
        let sum = self.sum(size)?;
        let mut text = String::new();
        for (open, &times) in self
            .0
            .iter()
            .zip(&sum.times)
            .filter(|(_, times)| **times != 0)
        {
            match (times, text.is_empty()) {
                (_, true) => {}
                (..0, _) => text.push_str(" - "),
                _ => text.push_str(" + "),
            }
            match times.unsigned_abs() {
                1 => text.push_str(&open.name),
                times => text.push_str(&format!("{times}*{}", open.name)),
            }
        }
        match sum.rest {
            0 => {}
            rest @ ..0 => text.push_str(&format!(" - {}", -rest)),
            rest => text.push_str(&format!(" + {rest}")),
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_says_what_it_is_made_of() {
        let (sizes, inputs) = Sizes::inputs(&[Shape::from([UNKNOWN, 3])]).unwrap();
        let shape = inputs[0].shape();
        let (batch, time) = (shape[0], shape[1]);
        let name = |size| sizes.name(size);
        assert_eq!(name(batch).unwrap(), "batch");
        assert_eq!(name(12_544 / 16 * batch).unwrap(), "784*batch");
        assert_eq!(name(time - 1).unwrap(), "time - 1");
        assert_eq!(name(2 * time + 3).unwrap(), "2*time + 3");
        assert_eq!(name(time + batch).unwrap(), "batch + time");
        // A product of two open sizes is no sum, and neither is a part of one.
        for part in [2, 3, 4, 8, 16, 31] {
            assert_eq!(name(time / part), None, "time / {part}");
            assert_eq!(name(batch / part), None, "batch / {part}");
        }
        assert_eq!(name(Shape::from([batch, time]).num_elements()), None);
    }

    #[test]
    fn two_beside_the_batch_are_told_apart_and_three_are_an_error() {
        let open = Shape::from([UNKNOWN, UNKNOWN, 3]);
        let (sizes, inputs) = Sizes::inputs(&[open]).unwrap();
        let shape = inputs[0].shape();
        assert_eq!(sizes.name(shape[1] + 1).unwrap(), "height + 1");
        assert_eq!(sizes.name(2 * shape[2]).unwrap(), "2*width");
        let error = Sizes::inputs(&[open, Shape::from([UNKNOWN])])
            .err()
            .unwrap();
        assert!(
            error
                .to_string()
                .contains("found 3; give the others a number"),
            "{error}"
        );
    }
}
