//! One step of all parameters, made as a whole or not at all: nothing is written before every number is known to be finite.
//!
//! The built-in rules know how far a step can go, so that the greatest gradient tells beforehand whether any result can be infinite; it
//! then is made in place. In all other cases it is made on copies, which are looked at before they are kept.

use super::slots::{apart, copy_of, names_of};
use super::{Bounds, Rule, Settings, Slots, StepInfo};
use nn_core::{Error, ErrorKind, Gradients, Parameter, Result, Tensor, no_gradient, with_float};
use nn_kernels::update as kernel;

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

/// A parameter without a gradient, and what a step that averages makes of it.
pub(super) struct Other<'p, 'a> {
    p: &'p Parameter<'a>,
    id: u64,
    value: Tensor,
    average: Tensor,
}

/// What is to be done with the gradients of one batch.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    /// Number of the step that these gradients are part of, from 1.
    pub(super) step: u64,
    /// How many gradients make a step, if several do.
    pub(super) accumulate: Option<u64>,
    /// Whether these make one.
    pub(super) updates: bool,
    /// The share of the averages that is kept, where averages are.
    average: Option<f64>,
    /// Whether parameters become their averages.
    overwrite: bool,
}

impl Plan {
    /// For the gradients that come after those of so many batches.
    pub(super) fn new(settings: &Settings, batches: u64) -> Plan {
        let each = settings.gradient_accumulation_steps.unwrap_or(1).max(1);
        let step = batches / each + 1;
        Plan {
            step,
            accumulate: settings.gradient_accumulation_steps,
            updates: batches % each == each - 1,
            // The first step leaves a copy; until it is made, a copy of what is there.
            average: settings.use_ema.then_some(match step {
                1 => 0.0,
                _ => settings.ema_momentum,
            }),
            overwrite: settings.use_ema
                && settings
                    .ema_overwrite_frequency
                    .is_some_and(|every| step.is_multiple_of(every)),
        }
    }
}

/// A rule that makes a step.
pub(super) struct Step<'r> {
    rule: &'r dyn Rule,
    plan: Plan,
    names: Vec<&'static str>,
}

impl<'r> Step<'r> {
    pub(super) fn new(rule: &'r dyn Rule, plan: Plan) -> Step<'r> {
        let names = names_of(rule);
        Step { rule, plan, names }
    }

    /// Makes the slots of all that have none yet, before anything is written.
    ///
    /// # Errors
    /// When there is no memory for them.
    pub(super) fn begin(&self, matched: &[Matched<'_, '_>], slots: &mut Slots) -> Result<()> {
        matched
            .iter()
            .try_for_each(|m| slots.begin(self.rule, &self.names, m.id, m.p))
    }

    /// Bounds under which every number that this step writes is finite; `None` where that cannot be told beforehand.
    pub(super) fn bounds(
        &self,
        matched: &[Matched<'_, '_>],
        gradient: f64,
        slot: f64,
    ) -> Option<Bounds> {
        let mut all = Bounds::new(0.0, slot);
        let mut known = None;
        for Matched { p, at, .. } in matched {
            if p.constraint().is_some() {
                return None;
            }
            // Most parameters have the same settings, and so the same bounds.
            if known == Some(*at) {
                continue;
            }
            known = Some(*at);
            let shrinks = at.weight_decay <= 1.0 && at.weight_decay * at.learning_rate <= 1.0;
            let bounds = match self.plan.updates {
                true => self.rule.bounds(at, gradient, slot).filter(|_| shrinks)?,
                false => Bounds::new(0.0, slot + gradient),
            };
            all.change = all.change.max(bounds.change);
            all.slots = all.slots.max(bounds.slots);
            // Asked this way, a bound that is NaN does not hold.
            if !(bounds.change <= GREATEST_CHANGE && bounds.slots <= GREATEST_SLOT) {
                return None;
            }
        }
        Some(all)
    }

    /// All that happens to one parameter and its slots.
    fn advance(
        &self,
        value: &mut Tensor,
        slots: &mut [Tensor],
        gradient: &Tensor,
        at: &StepInfo,
    ) -> Result<()> {
        let slots = apart(self.rule.settings(), slots);
        if self.plan.updates {
            self.rule.step(value, gradient, slots.own, at)?;
        }
        if let Some(sum) = slots.accumulator {
            with_float!(sum.dtype(), T => {
                let sum = sum.data_mut::<T>()?;
                match self.plan.updates {
                    true => sum.fill(0.0),
                    false => kernel::accumulate(sum, gradient.try_data::<T>()?),
                }
            });
        }
        if let Some(average) = slots.average {
            self.average(value, average)?;
        }
        Ok(())
    }

    /// Averages one parameter, and makes it its average if that is due.
    fn average(&self, value: &mut Tensor, average: &mut Tensor) -> Result<()> {
        let Some(momentum) = self.plan.average else {
            return Ok(());
        };
        with_float!(value.dtype(), T => {
            let average = average.data_mut::<T>()?;
            kernel::moving_average(momentum, average, value.try_data::<T>()?);
            if self.plan.overwrite {
                value.data_mut::<T>()?.copy_from_slice(average);
            }
        });
        Ok(())
    }

    /// The parameters that can be trained and had no gradient, with their averages after the step, and what the parameters then are.
    ///
    /// # Errors
    /// When there is no memory for them.
    pub(super) fn averages_of_others<'p, 'a>(
        &self,
        parameters: &'p [Parameter<'a>],
        matched: &[Matched<'_, '_>],
        slots: &mut Slots,
    ) -> Result<Vec<Other<'p, 'a>>> {
        if self.plan.average.is_none() {
            return Ok(Vec::new());
        }
        let mut others = Vec::new();
        for p in parameters.iter().filter(|p| p.trainable() && p.is_built()) {
            let id = p.id();
            if matched.iter().any(|m| m.id == id) {
                continue;
            }
            slots.begin(self.rule, &self.names, id, p)?;
            let mut value = p.value();
            if let Some(average) = apart(self.rule.settings(), slots.of(id)).average {
                let mut average = copy_of(average);
                self.average(&mut value, &mut average)
                    .map_err(|e| e.at_path(p.path()))?;
                others.push(Other {
                    p,
                    id,
                    value,
                    average,
                });
            }
        }
        Ok(others)
    }

    /// Keeps the averages of parameters without a gradient.
    pub(super) fn keep(&self, others: Vec<Other<'_, '_>>, slots: &mut Slots) -> Result<()> {
        for other in others {
            if let Some(average) = apart(self.rule.settings(), slots.of(other.id)).average {
                *average = other.average;
            }
            if self.plan.overwrite {
                let set = other.p.set_value(&other.value);
                set.map_err(|e| e.at_path(other.p.path()))?;
            }
        }
        Ok(())
    }

    /// Whether the step can be made in place: nobody else holds what it writes, so that it needs no memory on the way.
    pub(super) fn is_alone(&self, matched: &[Matched<'_, '_>], slots: &Slots) -> bool {
        let alone = |m: &Matched<'_, '_>| m.p.is_unique() && slots.are_unique(m.id);
        matched.iter().all(alone)
    }

    /// One pass over parameters and slots, where it is known that all is finite afterwards.
    pub(super) fn in_place(&self, matched: &[Matched<'_, '_>], slots: &mut Slots) -> Result<()> {
        for m in matched {
            let own = slots.of(m.id);
            m.p.update_in_place(|value| self.advance(value, own, &m.gradient, &m.at))
                .map_err(|e| e.at_path(m.p.path()))?;
        }
        Ok(())
    }

    /// The step on copies, which are looked at before any takes its place.
    pub(super) fn aside(&self, matched: &[Matched<'_, '_>], slots: &mut Slots) -> Result<()> {
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
            let mut own = slots.of(*id).to_vec();
            self.advance(&mut value, &mut own, gradient, at)
                .map_err(|e| e.at_path(p.path()))?;
            if let Some(constraint) = p.constraint() {
                value = no_gradient(|| constraint.project(&value))
                    .into_result()
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
