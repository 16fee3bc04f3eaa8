//! One step of all parameters, made as a whole or not at all: nothing is written before every number is known to be finite.
//!
//! The built-in rules know how far a step can go, so that the greatest gradient tells beforehand whether any result can be infinite; it
//! then is made in place. In all other cases it is made on copies, which are looked at before they are kept.

use super::{Bounds, Rule, Slots, StepInfo};
use nn_core::{Error, ErrorKind, Gradients, Parameter, Result, Tensor, no_gradient};

/// What a change of a parameter may be at most, so that no finite number of `f32` becomes infinite by it: less than half the distance
/// between the greatest two.
const GREATEST_CHANGE: f64 = 1e30;

/// What a number kept for a parameter may be at most, within `f32`.
const GREATEST_SLOT: f64 = 1e37;

/// A parameter, its identity, its gradient and what its step needs to know.
pub(super) struct Matched<'p, 'a> {
    pub(super) p: &'p Parameter<'a>,
    pub(super) id: u64,
    pub(super) gradient: Tensor,
    pub(super) at: StepInfo,
}

/// Bounds under which every number that this step writes is finite; `None` where that cannot be told beforehand.
pub(super) fn bounds<R: Rule>(
    rule: &R,
    matched: &[Matched<'_, '_>],
    gradient: f64,
    slot: f64,
) -> Option<Bounds> {
    let mut all = Bounds::new(0.0, slot);
    let mut known = None;
    for Matched { p, at, .. } in matched {
        if p.get_constraint().is_some() {
            return None;
        }
        // Most parameters have the same settings, and so the same bounds.
        if known == Some(*at) {
            continue;
        }
        known = Some(*at);
        let shrinks = at.weight_decay <= 1.0 && at.weight_decay * at.learning_rate <= 1.0;
        let bounds = rule.bounds(at, gradient, slot).filter(|_| shrinks)?;
        all.change = all.change.max(bounds.change);
        all.slots = all.slots.max(bounds.slots);
        // Asked this way, a bound that is NaN does not hold.
        if !(bounds.change <= GREATEST_CHANGE && bounds.slots <= GREATEST_SLOT) {
            return None;
        }
    }
    Some(all)
}

/// One pass over parameters and slots, where it is known that all is finite afterwards.
pub(super) fn step_in_place<R: Rule>(
    rule: &R,
    matched: &[Matched<'_, '_>],
    slots: &mut Slots,
) -> Result<()> {
    let count = rule.slot_names().len();
    for Matched {
        p,
        id,
        gradient,
        at,
    } in matched
    {
        let own = slots.of(*id, p, count);
        p.update(|value| rule.step(value, gradient, own, at))
            .map_err(|e| e.at_path(p.path()))?;
    }
    Ok(())
}

/// The step on copies, which are looked at before any takes its place.
pub(super) fn step_aside<R: Rule>(
    rule: &R,
    matched: &[Matched<'_, '_>],
    slots: &mut Slots,
) -> Result<()> {
    let count = rule.slot_names().len();
    let mut stepped = Vec::with_capacity(matched.len());
    let mut greatest = slots.greatest();
    for Matched {
        p,
        id,
        gradient,
        at,
    } in matched
    {
        // Handles that share their memory: what is written through them is a copy.
        let mut value = p.value();
        let mut own = slots.of(*id, p, count).to_vec();
        rule.step(&mut value, gradient, &mut own, at)
            .map_err(|e| e.at_path(p.path()))?;
        if let Some(constraint) = p.get_constraint() {
            value = no_gradient(|| constraint.project(&value))
                .ok()
                .map_err(|e| e.at_path(p.path()))?;
        }
        let magnitudes = own.iter().map(Tensor::greatest_magnitude);
        let kept = magnitudes.fold(0.0, worse);
        let written = worse(value.greatest_magnitude(), kept);
        if !written.is_finite() {
            return Err(Error::new(
                ErrorKind::NotFinite,
                format!(
                    "the step would make `{}` {}; a lower learning rate or clipped gradients help",
                    p.path(),
                    kind_of(written)
                ),
            ));
        }
        greatest = greatest.max(kept);
        stepped.push((*p, *id, value, own));
    }
    for (p, id, value, own) in stepped {
        p.set_value(&value).map_err(|e| e.at_path(p.path()))?;
        slots.set(id, own);
    }
    slots.set_greatest(greatest);
    Ok(())
}

/// The greater, or NaN if one is.
fn worse(a: f64, b: f64) -> f64 {
    if a.is_nan() {
        a
    } else if b > a || b.is_nan() {
        b
    } else {
        a
    }
}

/// A number that is not finite, in words.
fn kind_of(value: f64) -> &'static str {
    if value.is_nan() { "NaN" } else { "infinite" }
}

/// The greatest magnitude in all gradients, which are finite as is the loss that they are of.
pub(super) fn check_finite(gradients: &Gradients) -> Result<f64> {
    if let Some(loss) = gradients.target()
        && !loss.is_finite_everywhere()
    {
        let found = match loss.to_f64() {
            Ok(value) => value.to_string(),
            Err(_) => "not finite everywhere".to_string(),
        };
        return Err(Error::new(
            ErrorKind::NotFinite,
            format!("the loss is {found}"),
        ));
    }
    let mut greatest: f64 = 0.0;
    for (path, gradient) in gradients.iter() {
        let found = gradient.greatest_magnitude();
        if !found.is_finite() {
            return Err(Error::new(
                ErrorKind::NotFinite,
                format!("the gradient of `{path}` is {}", kind_of(found)),
            ));
        }
        greatest = greatest.max(found);
    }
    Ok(greatest)
}
