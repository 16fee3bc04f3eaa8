//! Reading `"bij,bjk->bik"`.

use crate::{Error, MAX_RANK, Result, Shape, ShapeError, Tensor, UNKNOWN, agree, better, is_known};

/// What an einsum's letters mean.
pub(super) struct Spec {
    /// The letters of each operand's axes.
    pub inputs: Vec<Vec<char>>,
    /// The letters of the result's axes.
    pub output: Vec<char>,
    sizes: Vec<(char, usize)>,
}

impl Spec {
    /// Reads a specification for these operands.
    pub fn new(text: &str, operands: &[Tensor]) -> Result<Spec> {
        let wrong = |what: String| Error::shape(format!("einsum \"{text}\": {what}"));
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (left, right) = match plain.split_once("->") {
            Some((left, right)) => (left, Some(right)),
            None => (plain.as_str(), None),
        };
        if let Some(other) = left
            .chars()
            .chain(right.unwrap_or("").chars())
            .find(|c| !c.is_ascii_alphabetic() && *c != ',')
        {
            return Err(wrong(format!(
                "`{other}` is not a letter; axes are letters, operands are separated by commas, as in \"bij,bjk->bik\""
            )));
        }
        let inputs: Vec<Vec<char>> = left
            .split(',')
            .map(|letters| letters.chars().collect())
            .collect();
        let shapes: Vec<Shape> = operands.iter().map(|t| *t.raw_shape()).collect();
        output_shape(&plain, &shapes)?;
        if inputs.len() != operands.len() {
            return Err(wrong(format!(
                "{} operands are named, {} were given",
                inputs.len(),
                operands.len()
            )));
        }
        if let Some((letters, shape)) = inputs
            .iter()
            .zip(&shapes)
            .find(|(letters, shape)| letters.len() != shape.rank())
        {
            return Err(wrong(format!(
                "{} letters stand for an operand of rank {} {shape}",
                letters.len(),
                shape.rank()
            )));
        }
        if let Some(twice) = inputs.iter().find_map(|letters| repeated(letters)) {
            return Err(wrong(format!(
                "`{twice}` is a diagonal that cannot be taken"
            )));
        }
        let mut sizes: Vec<(char, usize)> = Vec::new();
        for (letters, operand) in inputs.iter().zip(operands) {
            let shape = operand.raw_shape();
            for (&letter, &n) in letters.iter().zip(shape.iter()) {
                match sizes.iter_mut().find(|(known, _)| *known == letter) {
                    None => sizes.push((letter, n)),
                    Some((_, known)) if !is_known(*known) => *known = n,
                    Some(_) => {}
                }
            }
        }
        let output = match right {
            Some(right) => right.chars().collect(),
            None => once(&inputs),
        };
        if output.contains(&',') {
            return Err(wrong("there is one result only".into()));
        }
        if let Some(twice) = repeated(&output) {
            return Err(wrong(format!(
                "`{twice}` stands for two axes of the result"
            )));
        }
        if let Some(new) = output
            .iter()
            .find(|c| !inputs.iter().any(|letters| letters.contains(c)))
        {
            return Err(wrong(format!(
                "`{new}` of the result is not an axis of any operand"
            )));
        }
        Ok(Spec {
            inputs,
            output,
            sizes,
        })
    }

    /// The size of an axis.
    pub fn size(&self, letter: char) -> usize {
        self.sizes
            .iter()
            .find(|(c, _)| *c == letter)
            .map_or(UNKNOWN, |(_, n)| *n)
    }

    /// The sizes of several axes.
    pub fn shape(&self, letters: &[char]) -> Result<Shape> {
        let dims: Vec<usize> = letters.iter().map(|&c| self.size(c)).collect();
        Shape::try_new(&dims)
    }

    /// The size of several axes merged into one.
    pub fn merged(&self, letters: &[char]) -> usize {
        let sizes: Vec<usize> = letters.iter().map(|&c| self.size(c)).collect();
        Shape::new(&sizes).num_elements()
    }
}

/// The shape of the result, if the specification names it: one size for each of its letters.
///
/// # Errors
/// When the operands are not as many as are named, have other ranks, or different sizes under one letter.
pub(crate) const fn output_shape(
    text: &str,
    shapes: &[Shape],
) -> Result<Option<Shape>, ShapeError> {
    let letters = text.as_bytes();
    // The sizes by letter, and the number of the operand that it came in last, from 1 on; 0 for those that did not come yet.
    let (mut sizes, mut came_in) = ([0; 128], [0; 128]);
    let (mut operand, mut axis, mut start, mut i) = (0, 0, 0, 0);
    loop {
        let letter = if i < letters.len() { letters[i] } else { b'-' };
        if letter == b',' || letter == b'-' {
            if operand < shapes.len() && axis != shapes[operand].rank() {
                return Err(wrong(text, "`")
                    .text(text.split_at(start).1.split_at(i - start).0)
                    .text("` has ")
                    .number(axis)
                    .text(" letters, its operand rank ")
                    .number(shapes[operand].rank())
                    .text(" ")
                    .shape(&shapes[operand]));
            }
            operand += 1;
            (axis, start) = (0, i + 1);
            if letter == b'-' {
                break;
            }
        } else if letter.is_ascii_alphabetic() {
            if operand < shapes.len() && axis < shapes[operand].rank() {
                let n = shapes[operand].dims()[axis];
                let at = letter as usize;
                if came_in[at] == operand + 1 {
                    return Ok(None); // a diagonal, whose sizes are seen when it is taken
                }
                if came_in[at] > 0 && !agree(sizes[at], n) {
                    return Err(wrong(text, "`")
                        .text(text.split_at(i).1.split_at(1).0)
                        .text("` is ")
                        .dim(sizes[at])
                        .text(" in one operand and ")
                        .dim(n)
                        .text(" in another, ")
                        .shape(&shapes[operand]));
                }
                sizes[at] = match came_in[at] {
                    0 => n,
                    _ => better(sizes[at], n),
                };
                came_in[at] = operand + 1;
            }
            axis += 1;
        } else if letter != b' ' {
            return Ok(None);
        }
        i += 1;
    }
    if operand != shapes.len() {
        return Err(wrong(text, "")
            .number(operand)
            .text(" operands are named, ")
            .number(shapes.len())
            .text(" were given"));
    }
    if i + 1 >= letters.len() || letters[i + 1] != b'>' {
        return Ok(None);
    }
    let (mut dims, mut rank) = ([0; MAX_RANK], 0);
    i += 2;
    while i < letters.len() {
        let at = letters[i] as usize;
        if at < 128 && came_in[at] > 0 && rank < MAX_RANK {
            dims[rank] = sizes[at];
            rank += 1;
        } else if letters[i] != b' ' {
            return Ok(None);
        }
        i += 1;
    }
    Ok(Some(Shape::new(dims.split_at(rank).0)))
}

const fn wrong(text: &str, what: &str) -> ShapeError {
    ShapeError::new("einsum \"")
        .text(text)
        .text("\": ")
        .text(what)
}

/// A letter that comes twice.
fn repeated(letters: &[char]) -> Option<char> {
    letters
        .iter()
        .enumerate()
        .find(|(i, c)| letters[..*i].contains(c))
        .map(|(_, c)| *c)
}

/// The letters that come once, in alphabetical order: the result where none is given.
fn once(inputs: &[Vec<char>]) -> Vec<char> {
    let all = inputs.concat();
    let mut once: Vec<char> = all
        .iter()
        .filter(|&c| all.iter().filter(|d| *d == c).count() == 1)
        .copied()
        .collect();
    once.sort_unstable();
    once
}
