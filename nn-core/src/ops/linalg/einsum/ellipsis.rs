//! `...` as letters of its own.

use crate::{Error, Result, Shape, Tensor};

/// The specification with letters for `...`, and the operands without those of its axes of size 1 that are broadcast.
pub(super) fn named(text: &str, operands: Vec<Tensor>) -> Result<(String, Vec<Tensor>)> {
    if !text.contains("...") {
        return Ok((text.to_string(), operands));
    }
    let wrong = |what: String| Error::shape(format!("einsum \"{text}\": {what}"));
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (left, right) = match plain.split_once("->") {
        Some((left, right)) => (left, Some(right)),
        None => (plain.as_str(), None),
    };
    let parts: Vec<&str> = left.split(',').collect();
    if parts.len() != operands.len() {
        return Err(wrong(format!(
            "{} operands are named, {} were given",
            parts.len(),
            operands.len()
        )));
    }
    // The axes that `...` stands for in each operand: the place of the first, and their sizes.
    let mut dotted: Vec<Option<(usize, Shape)>> = Vec::new();
    for (part, operand) in parts.iter().zip(&operands) {
        let Some((before, after)) = part.split_once("...") else {
            dotted.push(None);
            continue;
        };
        if after.contains("...") {
            return Err(wrong("`...` stands twice in one operand".into()));
        }
        let shape = operand.raw_shape();
        let Some(rank) = shape.rank().checked_sub(before.len() + after.len()) else {
            return Err(wrong(format!(
                "`{part}` has more letters than its operand axes, {shape}"
            )));
        };
        let own = Shape::new(&shape[before.len()..before.len() + rank]);
        dotted.push(Some((before.len(), own)));
    }
    let shapes: Vec<Shape> = dotted.iter().flatten().map(|(_, shape)| *shape).collect();
    let mut all = Shape::SCALAR;
    for shape in &shapes {
        all = all.broadcast(shape).ok_or_else(|| {
            wrong(format!(
                "`...` stands for sizes that do not fit, {all} and {shape}"
            ))
        })?;
    }
    let mut free = ('A'..='Z').chain('a'..='z').filter(|&c| !plain.contains(c));
    let letters: Vec<char> = free.by_ref().take(all.rank()).collect();
    if letters.len() < all.rank() {
        return Err(wrong(
            "there are no letters left for the axes of `...`".into(),
        ));
    }
    let mut names = Vec::new();
    let mut kept = Vec::new();
    for ((part, operand), dots) in parts.iter().zip(operands).zip(&dotted) {
        let Some((first, own)) = dots else {
            names.push(part.to_string());
            kept.push(operand);
            continue;
        };
        let lead = all.rank() - own.rank();
        // An axis of size 1 goes where another operand has more.
        let broadcast = |i: usize| own[i] == 1 && all[lead + i] != 1;
        let stay: String = (0..own.rank())
            .filter(|&i| !broadcast(i))
            .map(|i| letters[lead + i])
            .collect();
        let gone = (0..own.rank()).rev().filter(|&i| broadcast(i));
        kept.push(gone.fold(operand, |x, i| x.squeeze((first + i) as isize)));
        names.push(part.replace("...", &stay));
    }
    let dots: String = letters.iter().collect();
    let result = match right {
        Some(right) if right.contains("...") => right.replacen("...", &dots, 1),
        Some(_) if all.rank() > 0 => {
            return Err(wrong(
                "the result leaves out `...`, whose axes are not summed over".into(),
            ));
        }
        Some(right) => right.to_string(),
        None => {
            // Those of the dots, then the letters that come once.
            let named: Vec<char> = left.chars().filter(char::is_ascii_alphabetic).collect();
            let mut once: Vec<char> = named
                .iter()
                .filter(|c| named.iter().filter(|d| d == c).count() == 1)
                .copied()
                .collect();
            once.sort_unstable();
            dots + &once.into_iter().collect::<String>()
        }
    };
    Ok((format!("{}->{result}", names.join(",")), kept))
}
