//! A letter twice in one operand.

use crate::{Error, Result, Tensor, is_known};

/// The specification without letters that come twice in one operand, and the operands with their diagonals in place of such axes.
pub(super) fn taken(text: &str, operands: Vec<Tensor>) -> Result<(String, Vec<Tensor>)> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (left, right) = match plain.split_once("->") {
        Some((left, right)) => (left, Some(right)),
        None => (plain.as_str(), None),
    };
    let parts: Vec<Vec<char>> = left.split(',').map(|part| part.chars().collect()).collect();
    let twice = |letters: &[char]| {
        (0..letters.len())
            .find(|&i| letters[i].is_ascii_alphabetic() && letters[..i].contains(&letters[i]))
    };
    if parts.len() != operands.len() || !parts.iter().any(|letters| twice(letters).is_some()) {
        return Ok((plain, operands));
    }
    let right = match right {
        Some(right) => right.to_string(),
        // A letter that is repeated anywhere is summed over.
        None => {
            let all = parts.concat();
            let mut once: Vec<char> = all
                .iter()
                .filter(|c| all.iter().filter(|d| d == c).count() == 1)
                .copied()
                .collect();
            once.sort_unstable();
            once.into_iter().collect()
        }
    };
    let mut names = Vec::new();
    let mut diagonals = Vec::new();
    for (mut letters, mut x) in parts.into_iter().zip(operands) {
        while let Some(second) = twice(&letters) {
            if letters.len() != x.raw_shape().rank() {
                break; // reported with the letters of all operands
            }
            let letter = letters[second];
            let first = letters
                .iter()
                .position(|&c| c == letter)
                .expect("it comes twice");
            let (n, m) = (x.raw_shape()[first], x.raw_shape()[second]);
            if n != m && is_known(n) && is_known(m) {
                return Err(Error::shape(format!(
                    "einsum \"{text}\": `{letter}` is {n} and {m} in one operand"
                )));
            }
            x = x
                .diagonal_with(0, first as isize, second as isize)
                .into_result()?;
            letters.remove(second);
            letters.remove(first);
            letters.push(letter);
        }
        names.push(letters.into_iter().collect::<String>());
        diagonals.push(x);
    }
    Ok((format!("{}->{right}", names.join(",")), diagonals))
}
