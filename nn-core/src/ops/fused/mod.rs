//! Pairs of operations that are faster together than one after the other: one file a pair.
//!
//! A pair registers its [`Rule`]. The first op of a pair waits instead of computing, and if the second one reads it while it waits, the
//! fused op computes what the second one gives, to the same bits. Tapes and graphs see the parts alone: fusion is a way to compute, and
//! changes nothing of what is computed.

mod batch_norm_relu;
mod batch_norm_relu_gradient;
mod conv2d_batch_norm;
mod conv_relu;
mod matmul_map;
#[cfg(test)]
mod tests;

use crate::graph::op::{Expected, Op, OpHandle, Outputs};
use crate::{Result, Tensor};
use std::sync::LazyLock;

/// A pair of ops and what computes both.
pub(crate) struct Rule {
    /// The name of the op that waits.
    pub first: &'static str,
    /// The name of the op that reads its result.
    pub second: &'static str,
    /// Whether the first one waits while a tape records it; not where its gradient asks for its result.
    pub recorded: bool,
    /// Whether nobody else may hold the first one's result: for them it would be computed a second time.
    pub sole: bool,
    /// Whether it pays for the first one to wait on these inputs.
    pub waits: fn(inputs: &[Tensor]) -> bool,
    /// Computes both: of the first one's inputs followed by the others of the second. `None` where these two are no pair after all.
    pub fuse: fn(&Pair<'_>) -> Option<OpHandle>,
}

inventory::collect!(Rule);

/// Two ops that may be computed together.
pub(crate) struct Pair<'a> {
    pub first: &'a dyn Op,
    pub second: &'a dyn Op,
    /// The inputs of the first.
    pub first_inputs: &'a [&'a Tensor],
    /// The inputs of the second.
    pub second_inputs: &'a [&'a Tensor],
    /// Which of these is the result of the first.
    pub place: usize,
}

static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| inventory::iter::<Rule>().collect());

/// The rules by the name of their first op.
static BY_FIRST: LazyLock<Vec<(&'static str, Vec<&'static Rule>)>> = LazyLock::new(|| {
    let mut by_first: Vec<(_, Vec<_>)> = Vec::new();
    for &rule in RULES.iter() {
        match by_first.iter_mut().find(|(first, _)| *first == rule.first) {
            Some((_, rules)) => rules.push(rule),
            None => by_first.push((rule.first, vec![rule])),
        }
    }
    by_first
});

/// Which lengths these names have, one bit each: most ops are told apart by it, and their names are not read.
static LENGTHS: LazyLock<u64> =
    LazyLock::new(|| RULES.iter().fold(0, |all, rule| all | length(rule.first)));

/// The bit of a name's length.
#[inline]
fn length(name: &str) -> u64 {
    1 << (name.len() % 64)
}

/// Whether an op waits until its result is read; `watched` tells whether a tape records it, and is asked only where that decides.
#[inline]
pub(crate) fn waits(op: &dyn Op, inputs: &[Tensor], watched: impl Fn() -> bool) -> bool {
    let name = op.name();
    *LENGTHS & length(name) != 0 && first_waits(name, inputs, &watched)
}

/// [`waits`] of an op that may be the first of a pair.
fn first_waits(name: &str, inputs: &[Tensor], watched: &dyn Fn() -> bool) -> bool {
    let rules = BY_FIRST.iter().find(|(first, _)| *first == name);
    rules.is_some_and(|(_, rules)| {
        let waits = |rule: &&Rule| (rule.waits)(inputs) && (rule.recorded || !watched());
        rules.iter().any(waits)
    })
}

/// Whether ops of these names may be computed together.
pub(crate) fn is_pair(first: &str, second: &str) -> bool {
    RULES
        .iter()
        .any(|rule| rule.first == first && rule.second == second)
}

/// What an op gives, computed together with an input that waits for it; `None` if there is no such input.
pub(crate) fn together(
    op: &dyn Op,
    inputs: &[Tensor],
    expected: &Expected<'_>,
) -> Option<Result<Outputs<Tensor>>> {
    if !inputs.iter().any(|input| input.waits().is_some()) {
        return None;
    }
    let all: Vec<&Tensor> = inputs.iter().collect();
    let (mut fused, mut all) = fuse(op, &all)?;
    // What is made of two may be the second of another pair.
    while let Some(further) = fuse(&*fused, &all) {
        (fused, all) = further;
    }
    let inputs: Vec<Tensor> = all.into_iter().cloned().collect();
    Some(fused.forward(&inputs, expected))
}

/// The op that computes an input that waits along with `second`, and its inputs.
fn fuse<'a>(second: &dyn Op, inputs: &[&'a Tensor]) -> Option<(OpHandle, Vec<&'a Tensor>)> {
    for (place, input) in inputs.iter().enumerate() {
        let Some(waiting) = input.waits() else {
            continue;
        };
        let first_inputs: Vec<&'a Tensor> = waiting.inputs.iter().collect();
        let pair = Pair {
            first: &*waiting.op,
            second,
            first_inputs: &first_inputs,
            second_inputs: inputs,
            place,
        };
        let rules = RULES.iter().filter(|rule| {
            rule.first == pair.first.name()
                && rule.second == second.name()
                && (!rule.sole || input.is_sole())
        });
        for rule in rules {
            if let Some(fused) = (rule.fuse)(&pair) {
                let others = inputs.iter().enumerate().filter(|(i, _)| *i != place);
                let mut all = first_inputs;
                all.extend(others.map(|(_, &input)| input));
                return Some((fused, all));
            }
        }
    }
    None
}
