//! The state of an optimizer: what it keeps for each parameter, and how that is saved and loaded.

use nn_core::{Error, Parameter, Result, Tensor};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const PREFIX: &str = "optimizer";
const ITERATIONS: &str = "optimizer/iterations";

/// The numbers that an optimizer keeps for parameters, and how many steps it made.
#[derive(Clone, Default)]
pub struct Slots {
    pub(super) iterations: u64,
    /// By the identity of the parameter, in the order of the slots' names.
    by_parameter: BTreeMap<u64, Vec<Tensor>>,
    /// No number among them has a greater magnitude.
    greatest: f64,
}

fn name_of(slot: &str, path: &str) -> String {
    format!("{PREFIX}/{slot}/{path}")
}

impl Slots {
    /// The slots of a parameter, whose identity is `id`; zeros at first.
    pub(super) fn of(&mut self, id: u64, p: &Parameter<'_>, count: usize) -> &mut [Tensor] {
        let slots = self.by_parameter.entry(id).or_default();
        if slots.len() != count {
            *slots = zeros(p, count);
        }
        slots
    }

    /// Takes the place of a parameter's slots.
    pub(super) fn set(&mut self, id: u64, slots: Vec<Tensor>) {
        self.by_parameter.insert(id, slots);
    }

    /// No number among the slots has a greater magnitude.
    pub(super) fn greatest(&self) -> f64 {
        self.greatest
    }

    pub(super) fn set_greatest(&mut self, greatest: f64) {
        self.greatest = greatest;
    }

    /// Everything to save. A trainable parameter that had no step yet has zeros.
    pub(super) fn save(
        &self,
        names: &[&str],
        parameters: &[Parameter<'_>],
    ) -> Vec<(String, Tensor)> {
        let mut all = vec![(ITERATIONS.to_string(), Tensor::from(self.iterations as i64))];
        if self.iterations == 0 {
            return all;
        }
        for p in parameters {
            let tensors = match self.by_parameter.get(&p.id()) {
                Some(tensors) => tensors.clone(),
                None if p.trainable() => zeros(p, names.len()),
                None => continue,
            };
            all.extend(
                names
                    .iter()
                    .zip(tensors)
                    .map(|(slot, t)| (name_of(slot, p.path()), t)),
            );
        }
        all
    }

    /// The state of these parameters as [`Slots::save`] wrote it.
    pub(super) fn load(
        names: &[&str],
        parameters: &[Parameter<'_>],
        state: &[(String, Tensor)],
    ) -> Result<Slots> {
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
        for p in parameters {
            let mut tensors = Vec::new();
            for slot in names {
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
                if t.try_shape()? != p.shape() || t.dtype() != p.dtype() {
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
                // The root of a mean of squares is taken.
                if slot.starts_with("velocity") && !t.shape().is_empty() && t.min().to_f64()? < 0.0
                {
                    return Err(Error::format(format!(
                        "`{name}` holds a negative number, and it is a mean of squares"
                    )));
                }
                slots.greatest = slots.greatest.max(magnitude);
                used.insert(name);
                tensors.push((*t).clone());
            }
            if tensors.len() == names.len() {
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

fn zeros(p: &Parameter<'_>, count: usize) -> Vec<Tensor> {
    (0..count)
        .map(|_| Tensor::full_of(p.shape(), 0.0, p.dtype()))
        .collect()
}
