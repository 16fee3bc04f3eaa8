//! The state of an optimizer: what it keeps for each parameter, and how that is saved and loaded.

use super::{Rule, Settings};
use nn_core::{Error, Parameter, Result, Tensor, with_float};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

const PREFIX: &str = "optimizer";
pub(super) const ITERATIONS: &str = "optimizer/iterations";

/// The sum of gradients that have not made a step yet.
const ACCUMULATOR: &str = "gradient_accumulator";
/// The moving average of a parameter.
const AVERAGE: &str = "average";

/// Sums and means of squares, of which roots are taken.
const NEVER_NEGATIVE: [&str; 6] = [
    "accumulator",
    "accumulated_grad",
    "accumulated_delta_var",
    "norm",
    "r",
    "c",
];

/// The numbers that an optimizer keeps for parameters, and how many steps it made.
#[derive(Clone, Default)]
pub struct Slots {
    /// How many gradients came; as many steps were made, unless gradients are accumulated.
    pub(super) iterations: u64,
    /// By the identity of the parameter, in the order of [`names_of`].
    by_parameter: BTreeMap<u64, Vec<Tensor>>,
    /// No number among them has a greater magnitude, averages of parameters aside.
    greatest: f64,
}

/// The names of everything that is kept for a parameter: what the rule keeps, then the sum of gradients, then the average.
pub(super) fn names_of(rule: &dyn Rule) -> Vec<&'static str> {
    let settings = rule.settings();
    let mut names = rule.slot_names();
    names.extend(settings.gradient_accumulation_steps.map(|_| ACCUMULATOR));
    names.extend(settings.use_ema.then_some(AVERAGE));
    names
}

/// Whether a slot of that name is kept for a parameter.
fn has(rule: &dyn Rule, name: &str, p: &Parameter<'_>) -> bool {
    name == ACCUMULATOR || name == AVERAGE || rule.has_slot(name, p.path(), &p.shape())
}

/// What a slot holds before the first step.
fn first(rule: &dyn Rule, name: &str, value: &Tensor) -> Tensor {
    match name {
        AVERAGE => copy_of(value),
        ACCUMULATOR => value.zeros_like(),
        _ => rule.first_slot(name, value),
    }
}

fn name_of(slot: &str, path: &str) -> String {
    format!("{PREFIX}/{slot}/{path}")
}

/// The slots of one parameter, told apart.
pub(super) struct Apart<'s> {
    pub(super) own: &'s mut [Tensor],
    pub(super) accumulator: Option<&'s mut Tensor>,
    pub(super) average: Option<&'s mut Tensor>,
}

/// Tells the slots of a parameter apart.
pub(super) fn apart<'s>(settings: &Settings, slots: &'s mut [Tensor]) -> Apart<'s> {
    let average = usize::from(settings.use_ema);
    let accumulator = usize::from(settings.gradient_accumulation_steps.is_some());
    let rest = slots.len().saturating_sub(average);
    let (slots, average) = slots.split_at_mut(rest);
    let rest = slots.len().saturating_sub(accumulator);
    let (own, accumulator) = slots.split_at_mut(rest);
    Apart {
        own,
        accumulator: accumulator.first_mut(),
        average: average.first_mut(),
    }
}

/// The numbers of a parameter in memory of their own: with a handle on the parameter's, the next step could not be made in place.
pub(super) fn copy_of(value: &Tensor) -> Tensor {
    let copied = with_float!(value.dtype(), T => value
        .try_data::<T>()
        .map(|from| Tensor::build(value.shape(), |to: &mut [T]| to.copy_from_slice(from))));
    copied.unwrap_or_else(Tensor::failed)
}

impl fmt::Debug for Slots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slots")
            .field("iterations", &self.iterations)
            .field("parameters", &self.by_parameter.len())
            .finish()
    }
}

impl Slots {
    /// Makes the slots of a parameter, whose identity is `id`, where it has none yet.
    ///
    /// # Errors
    /// When there is no memory for them; none are kept then.
    pub(super) fn begin(
        &mut self,
        rule: &dyn Rule,
        names: &[&str],
        id: u64,
        p: &Parameter<'_>,
    ) -> Result<()> {
        let wanted = names.iter().filter(|name| has(rule, name, p));
        // Most parameters have all, which is seen without asking the rule about each.
        let complete = |slots: &Vec<Tensor>| {
            slots.len() == names.len() || slots.len() == wanted.clone().count()
        };
        if self.by_parameter.get(&id).is_some_and(complete) {
            return Ok(());
        }
        let value = p.value();
        let slots = wanted.map(|name| {
            let slot = first(rule, name, &value)
                .into_result()
                .map_err(|e| e.at_path(p.path()))?;
            if *name != AVERAGE {
                self.greatest = self.greatest.max(slot.greatest_magnitude());
            }
            Ok(slot)
        });
        let slots = slots.collect::<Result<Vec<Tensor>>>()?;
        self.by_parameter.insert(id, slots);
        Ok(())
    }

    /// The slots of a parameter; none before they are made.
    pub(super) fn of(&mut self, id: u64) -> &mut [Tensor] {
        self.by_parameter
            .get_mut(&id)
            .map(Vec::as_mut_slice)
            .unwrap_or_default()
    }

    /// Whether no slot of a parameter shares its memory, so that writing needs none.
    pub(super) fn are_unique(&self, id: u64) -> bool {
        self.get(id)
            .is_none_or(|slots| slots.iter().all(Tensor::is_unique))
    }

    /// The same, to look at.
    pub(super) fn get(&self, id: u64) -> Option<&[Tensor]> {
        self.by_parameter.get(&id).map(Vec::as_slice)
    }

    /// Takes the place of a parameter's slots.
    pub(super) fn set(&mut self, id: u64, slots: Vec<Tensor>) {
        self.by_parameter.insert(id, slots);
    }

    /// No number among the slots has a greater magnitude, averages of parameters aside.
    pub(super) fn greatest(&self) -> f64 {
        self.greatest
    }

    pub(super) fn set_greatest(&mut self, greatest: f64) {
        self.greatest = greatest;
    }

    /// Everything to save. A trainable parameter that had no step yet has what it begins with.
    pub(super) fn save(
        &self,
        rule: &dyn Rule,
        parameters: &[Parameter<'_>],
    ) -> Vec<(String, Tensor)> {
        let mut all = vec![(ITERATIONS.to_string(), Tensor::from(self.iterations as i64))];
        if self.iterations == 0 {
            return all;
        }
        let names = names_of(rule);
        for p in parameters.iter().filter(|p| p.is_built()) {
            let value = p.value();
            let mut kept = self.get(p.id()).map(|slots| slots.iter());
            if kept.is_none() && !p.trainable() {
                continue;
            }
            for name in names.iter().filter(|name| has(rule, name, p)) {
                let slot = match &mut kept {
                    Some(slots) => slots.next().cloned(),
                    None => Some(first(rule, name, &value)),
                };
                all.extend(slot.map(|slot| (name_of(name, p.path()), slot)));
            }
        }
        all
    }

    /// The state of these parameters as [`Slots::save`] wrote it.
    pub(super) fn load(
        rule: &dyn Rule,
        parameters: &[Parameter<'_>],
        state: &[(String, Tensor)],
    ) -> Result<Slots> {
        let names = names_of(rule);
        let known: HashMap<&str, &Tensor> =
            state.iter().map(|(name, t)| (name.as_str(), t)).collect();
        let Some(iterations) = known.get(ITERATIONS) else {
            return Err(Error::format(format!(
                "`{ITERATIONS}` is missing: there is no optimizer state here"
            )));
        };
        let iterations = u64::try_from(iterations.item::<i64>()?)
            .map_err(|_| Error::format(format!("`{ITERATIONS}` is negative")))?;
        let mut used = BTreeSet::from([ITERATIONS]);
        let mut slots = Slots {
            iterations,
            by_parameter: BTreeMap::new(),
            greatest: 0.0,
        };
        for p in parameters.iter().filter(|p| p.is_built()) {
            let mut tensors = Vec::new();
            let value = p.value();
            let wanted = names.iter().filter(|name| has(rule, name, p));
            for slot in wanted.clone() {
                let name = name_of(slot, p.path());
                let Some((&name, &t)) = known.get_key_value(name.as_str()) else {
                    // Nothing is kept before the first step, nor for what was never trained.
                    if tensors.is_empty() && (iterations == 0 || !p.trainable()) {
                        break;
                    }
                    return Err(Error::format(format!(
                        "the optimizer state has no `{name}`"
                    )));
                };
                let fits = first(rule, slot, &value).into_result()?;
                if t.try_shape()? != fits.shape() || t.dtype() != fits.dtype() {
                    return Err(Error::format(format!(
                        "`{name}` is {} {}, and its parameter is {} {}",
                        t.dtype(),
                        t.shape(),
                        p.dtype(),
                        p.shape()
                    )));
                }
                let magnitude = t.greatest_magnitude();
                if !magnitude.is_finite() {
                    return Err(Error::format(format!(
                        "`{name}` holds NaN or an infinity, which no step gets rid of"
                    )));
                }
                let squares = slot.starts_with("velocity") || NEVER_NEGATIVE.contains(slot);
                if squares && !t.shape().is_empty() && t.min().to_f64()? < 0.0 {
                    return Err(Error::format(format!(
                        "`{name}` holds a negative number, and it is a mean of squares"
                    )));
                }
                if *slot != AVERAGE {
                    slots.greatest = slots.greatest.max(magnitude);
                }
                used.insert(name);
                tensors.push((*t).clone());
            }
            if tensors.len() == wanted.count() {
                slots.by_parameter.insert(p.id(), tensors);
            }
        }
        match known.keys().find(|name| !used.contains(*name)) {
            None => Ok(slots),
            Some(name) => Err(Error::format(format!(
                "the optimizer state has `{name}`, which this optimizer and model do not have (slots here: {})",
                if names.is_empty() {
                    "none".to_string()
                } else {
                    names.join(", ")
                }
            ))),
        }
    }
}
