//! What a loss compares: targets with what comes out of a model, by the name of the loss.

use super::{Answer, Elements, Value};
use crate::{Shape, ShapeError, agree};

/// How a loss reads its targets.
#[derive(Clone, Copy, PartialEq)]
enum Reading {
    /// The number of a class for each row of scores.
    Labels,
    /// A share of each class.
    Classes,
    /// A number for each number that comes out.
    Numbers,
    Unknown,
}

const fn reading(loss: &str) -> Reading {
    match loss.as_bytes() {
        b"SparseCategoricalCrossentropy" => Reading::Labels,
        b"CategoricalCrossentropy"
        | b"CategoricalFocalCrossentropy"
        | b"CategoricalHinge"
        | b"CategoricalGeneralizedCrossEntropy" => Reading::Classes,
        b"BinaryCrossentropy"
        | b"BinaryFocalCrossentropy"
        | b"MeanSquaredError"
        | b"MeanAbsoluteError"
        | b"MeanAbsolutePercentageError"
        | b"MeanSquaredLogarithmicError"
        | b"Huber"
        | b"LogCosh"
        | b"Hinge"
        | b"SquaredHinge"
        | b"Poisson"
        | b"KLDivergence"
        | b"CosineSimilarity" => Reading::Numbers,
        _ => Reading::Unknown,
    }
}

/// The shape of the only output, with its batch, as far as the compiler knows it.
const fn only(output: &Answer) -> Option<Shape> {
    match output {
        Ok(output) => output.as_tensor(),
        Err(_) => None,
    }
}

/// Whether a loss can compare what comes out of a model.
///
/// # Errors
/// When it compares scores of classes, and there is one unit.
pub const fn scores(loss: &str, output: &Answer) -> Result<(), ShapeError> {
    let Some(shape) = only(output) else {
        return Ok(());
    };
    let is_one = shape.rank() >= 2 && shape.dims()[shape.rank() - 1] == 1;
    if !is_one || !matches!(reading(loss), Reading::Labels | Reading::Classes) {
        return Ok(());
    }
    Err(ShapeError::new(loss)
        .text(" compares the scores of two classes or more, found one unit, ")
        .shape(&shape)
        .text("; give each class a unit, or use `BinaryCrossentropy`, which takes one"))
}

/// Whether targets fit what comes out of a model, both with their batch.
///
/// # Errors
/// When they hold something else, or have another shape.
pub const fn targets(loss: &str, output: &Answer, targets: Value) -> Result<(), ShapeError> {
    let how = reading(loss);
    if matches!(
        (how, targets.elements()),
        (Reading::Labels, Elements::Float)
    ) {
        return Err(ShapeError::new(loss).text(
            " takes the numbers of classes, which are whole, found floats; say `targets = i64[]`, or use `CategoricalCrossentropy` for a \
             share of each class",
        ));
    }
    let (Some(output), Some(targets)) = (only(output), targets.as_tensor()) else {
        return Ok(());
    };
    if output.rank() < 2 || matches!(how, Reading::Unknown) {
        return Ok(());
    }
    let (out, given) = (output.dims(), targets.dims());
    let last = out.len() - 1;
    let fits = match how {
        Reading::Labels => {
            let is_column = given.len() == out.len() && given[last] == 1;
            (given.len() == last || is_column) && begins(out, given, last)
        }
        // A column is as good as a row of numbers. Beside that nothing is broadcast.
        Reading::Numbers if given.len() == last && out[last] == 1 => begins(out, given, last),
        _ => given.len() == out.len() && begins(out, given, out.len()),
    };
    if fits {
        return Ok(());
    }
    let error = ShapeError::new(loss)
        .text(": what comes out is ")
        .shape(&output);
    let error = match how {
        Reading::Labels => error
            .text(", for which targets are labels of the shape ")
            .shape(&output.without(last))
            .text(", found "),
        _ => error.text(", and the targets are "),
    };
    let are_labels = given.len() == last || given.len() == out.len() && given[last] == 1;
    let are_labels = are_labels && out[last] != 1 && begins(out, given, last);
    let are_rows = given.len() == out.len() && begins(out, given, out.len());
    Err(error
        .shape(&targets)
        .text(way_out(loss, how, are_labels, are_rows)))
}

/// What to write instead. Targets may be labels by their shape, one number for each row of what comes out, or rows as long as that.
const fn way_out(loss: &str, how: Reading, are_labels: bool, are_rows: bool) -> &'static str {
    match (how, loss.as_bytes()) {
        (Reading::Labels, _) if !are_rows => "",
        (Reading::Labels, _) => {
            "; a share of each class, as one-hot rows have it, is what `CategoricalCrossentropy` compares"
        }
        (Reading::Classes, _) if are_labels => {
            "; labels are compared by `SparseCategoricalCrossentropy`, this loss takes a share of each class, as `one_hot` makes it"
        }
        (_, b"BinaryCrossentropy" | b"BinaryFocalCrossentropy") if are_labels => {
            "; yes or no is one unit, `#[layer(1, activation = Activation::Sigmoid)]` (without the activation compile with \
             `BinaryCrossentropy::from_logits()`), and scores of several classes are compared with labels by \
             `SparseCategoricalCrossentropy`"
        }
        _ => "; the last layer makes as many numbers as a target has",
    }
}

const fn begins(a: &[usize], b: &[usize], n: usize) -> bool {
    let mut i = 0;
    while i < n {
        if !agree(a[i], b[i]) {
            return false;
        }
        i += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(dims: &[usize], elements: Elements) -> Value {
        Value::input(dims, elements, false)
    }

    fn check(loss: &str, output: &[usize], given: &[usize]) -> Option<String> {
        let output = Ok(of(output, Elements::Float));
        let answer =
            scores(loss, &output).and(targets(loss, &output, of(given, Elements::Unknown)));
        answer.err().map(|error| error.message().to_string())
    }

    #[test]
    fn targets_are_as_the_loss_reads_them() {
        for (loss, output, given) in [
            ("SparseCategoricalCrossentropy", &[10][..], &[][..]),
            ("SparseCategoricalCrossentropy", &[10], &[1]),
            ("SparseCategoricalCrossentropy", &[40, 10], &[40]),
            ("CategoricalCrossentropy", &[10], &[10]),
            ("BinaryCrossentropy", &[1], &[]),
            ("MeanSquaredError", &[3], &[3]),
            ("Mine", &[1], &[5]),
        ] {
            assert_eq!(check(loss, output, given), None);
        }
        for (loss, output, given, part) in [
            (
                "SparseCategoricalCrossentropy",
                &[1][..],
                &[][..],
                "found one unit, [_, 1]",
            ),
            (
                "SparseCategoricalCrossentropy",
                &[10],
                &[10],
                "labels of the shape [_], found [_, 10]",
            ),
            (
                "CategoricalCrossentropy",
                &[8],
                &[10],
                "what comes out is [_, 8], and the targets are [_, 10]",
            ),
            (
                "MeanSquaredError",
                &[3],
                &[4],
                "[_, 3], and the targets are [_, 4]",
            ),
            (
                "BinaryCrossentropy",
                &[2],
                &[1],
                "[_, 2], and the targets are [_, 1]",
            ),
            (
                "MeanSquaredError",
                &[1],
                &[3],
                "[_, 1], and the targets are [_, 3]",
            ),
            (
                "MeanSquaredError",
                &[2],
                &[],
                "[_, 2], and the targets are [_]",
            ),
            (
                "Huber",
                &[5, 2],
                &[5],
                "[_, 5, 2], and the targets are [_, 5]",
            ),
        ] {
            let found = check(loss, output, given).expect("a mistake");
            assert!(found.contains(part), "{found}");
        }
        let floats = of(&[], Elements::Float);
        let output = Ok(of(&[10], Elements::Float));
        assert!(targets("SparseCategoricalCrossentropy", &output, floats).is_err());
    }
}
