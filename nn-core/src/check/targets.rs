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
        b"SparseCategoricalCrossentropy" | b"CategoricalGeneralizedCrossEntropy" => Reading::Labels,
        b"CategoricalCrossentropy" | b"CategoricalFocalCrossentropy" | b"CategoricalHinge" => {
            Reading::Classes
        }
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

/// Whether a loss compares rows, so that a batch of single numbers is not enough.
const fn compares_rows(loss: &str) -> bool {
    matches!(reading(loss), Reading::Labels | Reading::Classes)
        || matches!(loss.as_bytes(), b"KLDivergence" | b"CosineSimilarity")
}

/// How many tensors come out, if that is known.
const fn count(output: &Answer) -> Option<usize> {
    match output {
        Ok(output) => match (output.as_tensor(), output.flattened().as_tensors()) {
            (Some(_), _) => Some(1),
            (None, Some((_, n))) => Some(n),
            (None, None) => None,
        },
        Err(_) => None,
    }
}

/// What is known of one of the outputs.
const fn nth(output: &Answer, i: usize) -> Option<(Shape, Elements)> {
    let Some(n) = count(output) else {
        return None;
    };
    let one = match output {
        Ok(output) if i < n => output.flattened().leaf(i),
        _ => return None,
    };
    match one.as_tensor() {
        Some(shape) => Some((shape, one.elements())),
        None => None,
    }
}

/// A message about one of several outputs.
const fn about(error: ShapeError, output: &Answer, i: usize) -> ShapeError {
    match count(output) {
        Some(2..) => error.text(" (output ").number(i).text(", counted from 0)"),
        _ => error,
    }
}

/// Whether there is a loss for each output, where there are several.
///
/// # Errors
/// When there are more or fewer.
pub const fn losses(n: usize, output: &Answer) -> Result<(), ShapeError> {
    match count(output) {
        Some(found) if found != n => Err(counted(found, n, "loss", "losses")
            .text("; give one for each output, or one loss for all: `loss = MeanSquaredError`")),
        _ => Ok(()),
    }
}

/// Whether there are targets for each output.
///
/// # Errors
/// When there are more or fewer.
pub const fn as_many_targets(n: usize, output: &Answer) -> Result<(), ShapeError> {
    match count(output) {
        Some(found) if found != n => Err(counted(found, n, "target", "targets")
            .text("; give the shape of one for each output: `targets = ([1], i64[])`")),
        _ => Ok(()),
    }
}

const fn counted(found: usize, n: usize, one: &str, several: &str) -> ShapeError {
    ShapeError::new("the model gives ")
        .number(found)
        .text(if found == 1 { " tensor" } else { " tensors" })
        .text(", and there ")
        .text(if n == 1 { "is " } else { "are " })
        .number(n)
        .text(" ")
        .text(if n == 1 { one } else { several })
}

/// Whether a loss can compare what comes out of a model, output `which` or each of them.
///
/// # Errors
/// When it compares floats and finds others, or rows and there are none, or scores of classes and there is one unit.
pub const fn scores(loss: &str, output: &Answer, which: Option<usize>) -> Result<(), ShapeError> {
    let Some(n) = count(output) else {
        return Ok(());
    };
    let mut i = 0;
    while i < n {
        if let (Some((shape, elements)), true) = (
            nth(output, i),
            match which {
                Some(which) => which == i,
                None => true,
            },
        ) && let Err(error) = scores_of(loss, &shape, elements)
        {
            return Err(about(error, output, i));
        }
        i += 1;
    }
    Ok(())
}

const fn scores_of(loss: &str, shape: &Shape, elements: Elements) -> Result<(), ShapeError> {
    let how = reading(loss);
    if matches!(how, Reading::Unknown) {
        return Ok(());
    }
    let other = match elements {
        Elements::Whole => "whole numbers",
        Elements::Truth => "truth values",
        Elements::Float | Elements::Unknown => "",
    };
    if !other.is_empty() {
        return Err(ShapeError::new(loss)
            .text(" compares floats with the targets, found ")
            .text(other)
            .text("; give it the scores themselves"));
    }
    if shape.rank() == 0 {
        return Err(ShapeError::new(loss)
            .text(" compares one row for each sample, and what comes out is a single number, without the batch"));
    }
    if shape.rank() == 1 && compares_rows(loss) {
        return Err(ShapeError::new(loss)
            .text(" compares rows, [batch, classes], found ")
            .shape(shape)
            .text("; add an axis with `expand_dims`"));
    }
    let is_one = shape.rank() >= 2 && shape.dims()[shape.rank() - 1] == 1;
    if !is_one || !matches!(how, Reading::Labels | Reading::Classes) {
        return Ok(());
    }
    Err(ShapeError::new(loss)
        .text(" compares the scores of two classes or more, found one unit, ")
        .shape(shape)
        .text("; give each class a unit, or use `BinaryCrossentropy`, which takes one"))
}

/// Whether targets fit output `i` of a model, both with their batch.
///
/// # Errors
/// When they hold something else, or have another shape.
pub const fn targets(
    loss: &str,
    output: &Answer,
    i: usize,
    targets: Value,
) -> Result<(), ShapeError> {
    match targets_of(loss, nth(output, i), targets) {
        Err(error) => Err(about(error, output, i)),
        fits => fits,
    }
}

const fn targets_of(
    loss: &str,
    output: Option<(Shape, Elements)>,
    targets: Value,
) -> Result<(), ShapeError> {
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
    let (Some((output, _)), Some(targets)) = (output, targets.as_tensor()) else {
        return Ok(());
    };
    if output.rank() == 0 || matches!(how, Reading::Unknown) {
        return Ok(());
    }
    let (out, given) = (output.dims(), targets.dims());
    let last = out.len() - 1;
    let fits = match how {
        Reading::Labels => {
            let is_column = given.len() == out.len() && given[last] == 1;
            (given.len() == last || is_column) && begins(out, given, last)
        }
        // Nothing is broadcast, not even a column.
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
    let error = error.shape(&targets);
    if matches!(how, Reading::Numbers) && given.len() == last && out[last] == 1 {
        if begins(out, given, last) {
            let mut error = error.text("; give the targets the last axis too, `targets = [");
            let mut axis = 1;
            while axis < out.len() {
                error = error.text(if axis > 1 { ", " } else { "" }).dim(out[axis]);
                axis += 1;
            }
            return Err(error.text("]`, or drop it from what comes out, `squeeze(-1)`"));
        }
    } else if matches!(how, Reading::Numbers)
        && given.len() == out.len() + 1
        && given[out.len()] == 1
        && begins(out, given, out.len())
    {
        return Err(error.text(
            "; drop the last axis of the targets, or let what comes out have it, `expand_dims(-1)`",
        ));
    }
    let are_labels = given.len() == last || given.len() == out.len() && given[last] == 1;
    let are_labels = are_labels && out[last] != 1 && begins(out, given, last);
    let are_rows = given.len() == out.len() && begins(out, given, out.len());
    Err(error.text(way_out(loss, how, are_labels, are_rows)))
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
        let given = of(given, Elements::Unknown);
        let answer = scores(loss, &output, None).and(targets(loss, &output, 0, given));
        answer.err().map(|error| error.message().to_string())
    }

    #[test]
    fn targets_are_as_the_loss_reads_them() {
        for (loss, output, given) in [
            ("SparseCategoricalCrossentropy", &[10][..], &[][..]),
            ("SparseCategoricalCrossentropy", &[10], &[1]),
            ("SparseCategoricalCrossentropy", &[40, 10], &[40]),
            ("CategoricalCrossentropy", &[10], &[10]),
            ("CategoricalGeneralizedCrossEntropy", &[10], &[]),
            ("BinaryCrossentropy", &[1], &[1]),
            ("MeanSquaredError", &[3], &[3]),
            ("MeanSquaredError", &[], &[]),
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
                "BinaryCrossentropy",
                &[1],
                &[],
                "[_, 1], and the targets are [_]; give the targets the last axis too, `targets = [1]`",
            ),
            (
                "MeanSquaredError",
                &[5, 1],
                &[5],
                "`targets = [5, 1]`, or drop it from what comes out, `squeeze(-1)`",
            ),
            (
                "MeanSquaredError",
                &[],
                &[1],
                "[_], and the targets are [_, 1]; drop the last axis of the targets",
            ),
            (
                "KLDivergence",
                &[],
                &[],
                "compares rows, [batch, classes], found [_]",
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
        assert!(targets("SparseCategoricalCrossentropy", &output, 0, floats).is_err());
        let whole = Ok(of(&[10], Elements::Whole));
        assert!(scores("MeanSquaredError", &whole, None).is_err());
    }

    #[test]
    fn each_output_has_a_loss_and_targets_of_its_own() {
        let message = |answer: Result<(), ShapeError>| answer.unwrap_err().message().to_string();
        let one = of(&[1], Elements::Float);
        let three = of(&[3], Elements::Float);
        let both = Ok(Value::many(&[one, three]));
        let (sparse, squared) = ("SparseCategoricalCrossentropy", "MeanSquaredError");
        assert!(losses(2, &both).is_ok() && as_many_targets(2, &both).is_ok());
        assert!(scores(sparse, &both, Some(1)).is_ok() && scores(squared, &both, None).is_ok());
        assert!(targets(squared, &both, 0, one).is_ok());
        let found = message(as_many_targets(1, &both));
        assert!(found.starts_with("the model gives 2 tensors, and there is 1 target;"));
        let found = message(losses(2, &Ok(one)));
        assert!(found.starts_with("the model gives 1 tensor, and there are 2 losses;"));
        for wrong in [scores(sparse, &both, None), scores(sparse, &both, Some(0))] {
            assert!(message(wrong).ends_with("(output 0, counted from 0)"));
        }
        let found = message(targets(squared, &both, 1, one));
        assert!(found.ends_with("(output 1, counted from 0)"), "{found}");
        // What is not known has no number.
        let unknown = Ok(Value::many(&[one, Value::UNKNOWN]));
        assert!(losses(3, &unknown).is_ok() && scores(sparse, &unknown, None).is_ok());
    }
}
