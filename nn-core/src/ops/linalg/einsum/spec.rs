//! Reading `"bij,bjk->bik"`.

use crate::{Error, Result, Shape, Tensor, UNKNOWN, is_known};

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
        if inputs.len() != operands.len() {
            return Err(wrong(format!(
                "{} operands are named, {} were given",
                inputs.len(),
                operands.len()
            )));
        }
        let mut sizes: Vec<(char, usize)> = Vec::new();
        for (letters, operand) in inputs.iter().zip(operands) {
            let shape = operand.raw_shape();
            if letters.len() != shape.rank() {
                let letters: String = letters.iter().collect();
                return Err(wrong(format!(
                    "`{letters}` has {} letters, its operand rank {} {shape}",
                    letters.len(),
                    shape.rank()
                )));
            }
            if let Some(twice) = repeated(letters) {
                return Err(wrong(format!(
                    "`{twice}` stands for two axes of one operand; diagonals are not supported"
                )));
            }
            for (&letter, &n) in letters.iter().zip(shape.iter()) {
                match sizes.iter_mut().find(|(known, _)| *known == letter) {
                    None => sizes.push((letter, n)),
                    Some((_, known)) if !is_known(*known) => *known = n,
                    Some((_, known)) if *known != n && is_known(n) => {
                        return Err(wrong(format!(
                            "`{letter}` is {known} in one operand and {n} in another, {shape}"
                        )));
                    }
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
        Shape::new(&sizes).len()
    }
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
