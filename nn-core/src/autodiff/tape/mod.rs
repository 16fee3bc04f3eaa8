//! Recording operations and going back through them: [`GradientTape`].
//!
//! A tape is a flat list of entries, so a loop of a million steps neither overflows the stack nor leaks when it
//! is dropped. Nothing is recorded without a tape.

mod watch;

pub use watch::{NotFinite, first_not_finite_gradient};

use crate::autodiff::gradients::Source;
use crate::graph::observer;
use crate::graph::op::Backward;
use crate::graph::record::{NONE, Pause, Record, Shared, Slot};
use crate::{Error, Result, Sources, Tensor};
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

/// Records operations on this thread and differentiates through them, as TensorFlow's `GradientTape` does.
///
/// Trainable parameters are watched by themselves; other tensors after [`GradientTape::watch`]. The tape records until it
/// is used or dropped. Tapes nest, and every gradient is itself differentiable. What another thread computes from parameters or watched tensors is
/// not recorded, and an error where it comes back into an operation that is, unless that thread says by [`Tensor::stop_gradient`] that it is a
/// constant.
///
/// ```
/// use nn::{GradientTape, Tensor};
/// let x = Tensor::from(3.0_f32);
/// let tape = GradientTape::new();
/// tape.watch(&x);
/// let y = x.square();
/// assert_eq!(tape.gradient(&y, &x)?.item::<f32>()?, 6.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[must_use]
pub struct GradientTape {
    shared: Rc<Shared>,
    persistent: Cell<bool>,
    used: Cell<bool>,
}

impl fmt::Debug for GradientTape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GradientTape")
            .field("persistent", &self.persistent.get())
            .field("used", &self.used.get())
            .finish_non_exhaustive()
    }
}

impl GradientTape {
    /// A tape that answers once: [`GradientTape::gradient`] frees what it recorded.
    #[allow(clippy::new_without_default)]
    pub fn new() -> GradientTape {
        GradientTape::start(false)
    }

    /// A tape that answers any number of times, and keeps what it recorded until it is dropped.
    pub fn persistent() -> GradientTape {
        GradientTape::start(true)
    }

    fn start(persistent: bool) -> GradientTape {
        GradientTape {
            shared: Shared::begin(),
            persistent: Cell::new(persistent),
            used: Cell::new(false),
        }
    }

    /// Watches a tensor: what is computed from it from now on can be differentiated.
    ///
    /// Only `f32` and `f64` tensors have gradients; asking for one of another type is an error later.
    pub fn watch(&self, tensor: &Tensor) {
        if tensor.dtype().is_float() {
            self.shared.record.borrow_mut().watch(tensor);
        }
    }

    /// Runs `f` without recording on this tape.
    ///
    /// ```
    /// # use nn::{GradientTape, Tensor};
    /// let x = Tensor::from(2.0_f32);
    /// let tape = GradientTape::new();
    /// tape.watch(&x);
    /// let scale = tape.stop_recording(|| x.square()); // a constant for the tape
    /// let y = scale * &x;
    /// assert_eq!(tape.gradient(&y, &x)?.item::<f32>()?, 4.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn stop_recording<R>(&self, f: impl FnOnce() -> R) -> R {
        let _pause = Pause::of(vec![self.shared.clone()]);
        f()
    }

    /// Forgets everything recorded and watched.
    pub fn reset(&self) {
        *self.shared.record.borrow_mut() = Record::default();
    }

    /// How many operations are recorded.
    pub fn len(&self) -> usize {
        self.shared.record.borrow().entries.len()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The gradient of `target` with respect to `sources`: a tensor for a tensor, an array for an array, [`crate::Gradients`] for a
    /// model (its trainable parameters). A target of several elements is summed.
    ///
    /// # Errors
    /// The target's own error if it failed; a source that the target does not depend on, and why
    /// ([`GradientTape::gradient_or_zeros`] gives zeros instead); an op without gradient; a tape used before.
    #[doc(alias = "backward")]
    pub fn gradient<S: Sources>(&self, target: &Tensor, sources: S) -> Result<S::Gradient> {
        self.pull_back(&[(target, None)], sources, Missing::Error)
    }

    /// As [`GradientTape::gradient`], with zeros for sources that the target does not depend on.
    pub fn gradient_or_zeros<S: Sources>(
        &self,
        target: &Tensor,
        sources: S,
    ) -> Result<S::Gradient> {
        self.pull_back(&[(target, None)], sources, Missing::Zeros)
    }

    /// As [`GradientTape::gradient`], with parameters that the target does not depend on left out of the [`crate::Gradients`] (tensor
    /// sources still are an error).
    pub fn gradient_of_connected<S: Sources>(
        &self,
        target: &Tensor,
        sources: S,
    ) -> Result<S::Gradient> {
        self.pull_back(&[(target, None)], sources, Missing::Skip)
    }

    /// The vector-Jacobian product: the gradient of `sum(target · upstream)`.
    ///
    /// # Errors
    /// As [`GradientTape::gradient`], and if the upstream gradient has another shape than the target.
    pub fn gradient_with<S: Sources>(
        &self,
        target: &Tensor,
        sources: S,
        upstream: &Tensor,
    ) -> Result<S::Gradient> {
        self.pull_back(&[(target, Some(upstream))], sources, Missing::Error)
    }

    pub(crate) fn pull_back<S: Sources>(
        &self,
        targets: &[(&Tensor, Option<&Tensor>)],
        sources: S,
        missing: Missing,
    ) -> Result<S::Gradient> {
        if self.used.get() {
            return Err(Error::gradient(
                "this tape has been used: `GradientTape::new()` answers once; make it with `GradientTape::persistent()` to ask again",
            ));
        }
        let wanted = sources.tensors()?;
        let found = self.propagate(targets, &wanted);
        let result = found.and_then(|found| {
            let found =
                wanted
                    .iter()
                    .zip(found)
                    .enumerate()
                    .map(
                        |(i, ((name, source), gradient))| match (gradient, missing) {
                            (Some(gradient), _) => Ok(Some(gradient)),
                            (None, Missing::Zeros) => Ok(Some(source.zeros_like())),
                            (None, Missing::Skip) => Ok(None),
                            (None, Missing::Error) => {
                                Err(self.unconnected(i, name.as_deref(), source, targets))
                            }
                        },
                    );
            let found = found.collect::<Result<Vec<_>>>()?;
            sources.assemble(wanted, found, targets)
        });
        if !self.persistent.get() {
            self.finish();
        }
        result
    }

    /// Asks several questions as one: a tape that answers once is used up after the last of them.
    pub(crate) fn ask_often<R>(&self, questions: impl FnOnce() -> Result<R>) -> Result<R> {
        let persistent = self.persistent.replace(true);
        let answer = questions();
        self.persistent.set(persistent);
        if !persistent {
            self.finish();
        }
        answer
    }

    fn finish(&self) {
        self.used.set(true);
        self.shared.clear();
        self.shared.end();
    }

    /// Why a source has no gradient.
    fn unconnected(
        &self,
        index: usize,
        name: Option<&str>,
        source: &Tensor,
        targets: &[(&Tensor, Option<&Tensor>)],
    ) -> Error {
        let who = match name {
            Some(path) => format!("parameter `{path}`"),
            None => format!("source {index} (shape {})", source.raw_shape()),
        };
        let record = self.shared.record.borrow();
        let why = if !source.dtype().is_float() {
            format!(
                "it holds {}, and only f32 and f64 have gradients; convert it with `cast` before watching it",
                source.dtype()
            )
        } else if record.watches(source) && targets.iter().all(|(t, _)| !record.watches(t)) {
            "the tape has recorded nothing of the target: make the tape before the forward pass, and compute with `call` or `forward`, since what \
             `predict` gives is a constant; use `gradient_or_zeros` if the target is meant to be one"
                .to_string()
        } else if record.watches(source) {
            "the target does not depend on it; use `gradient_or_zeros` if that is meant".to_string()
        } else {
            "it was never watched: call `tape.watch(&x)` before computing with it, and ask for the gradient of that same tensor".to_string()
        };
        Error::gradient(format!("{who} has no gradient: {why}"))
    }

    /// The adjoints of `wanted`, `None` where there is no path.
    fn propagate(
        &self,
        targets: &[(&Tensor, Option<&Tensor>)],
        wanted: &[Source],
    ) -> Result<Vec<Option<Tensor>>> {
        let _pause = Pause::of(vec![self.shared.clone()]);
        let mut record = self.shared.record.borrow_mut();
        let mut adjoints: Vec<Option<Tensor>> = vec![None; record.slots.len()];
        for (target, upstream) in targets {
            let target = (*target).clone().into_result()?;
            if !target.is_concrete() {
                target.try_data::<f32>()?;
            }
            if !target.dtype().is_float() {
                return Err(Error::needs_float("a gradient's target", target.dtype()));
            }
            let upstream = match upstream {
                None => target.ones_like(),
                Some(u) if u.shape() == target.shape() => u.without_mask(),
                Some(u) => {
                    return Err(Error::shape(format!(
                        "the upstream gradient has shape {}, the target {}; they must agree",
                        u.shape(),
                        target.shape()
                    )));
                }
            };
            accumulate(&mut adjoints, record.slot(&target), upstream)?;
        }

        // What depends on a source, so that no gradient is computed that leads to none.
        let sources: Vec<Slot> = wanted
            .iter()
            .map(|(_, t)| match t.dtype().is_float() {
                true => record.slot(t),
                false => NONE,
            })
            .collect();
        let mut reached = vec![Reached::No; record.slots.len()];
        for &slot in sources.iter().filter(|&&slot| slot != NONE) {
            reached[slot as usize] = Reached::Source;
        }
        for entry in &record.entries {
            let mut inputs = record.input_slots[entry.inputs.clone()].iter();
            let reached_by = |slot: &Slot| *slot != NONE && reached[*slot as usize] != Reached::No;
            if inputs.any(reached_by) {
                for &slot in &record.output_slots[entry.outputs.clone()] {
                    if slot != NONE && reached[slot as usize] == Reached::No {
                        reached[slot as usize] = Reached::Between;
                    }
                }
            }
        }

        // A tape that answers once gives memory back entry by entry, as soon as nothing needs it.
        let (mut entries, mut inputs, mut outputs) = match self.persistent.get() {
            true => (
                record.entries.clone(),
                record.inputs.clone(),
                record.outputs.clone(),
            ),
            false => (
                std::mem::take(&mut record.entries),
                std::mem::take(&mut record.inputs),
                std::mem::take(&mut record.outputs),
            ),
        };
        let (mut needs, mut upstreams) = (Vec::new(), Vec::new());
        while let Some(entry) = entries.pop() {
            // Frees what the entry before held.
            inputs.truncate(entry.inputs.end);
            outputs.truncate(entry.outputs.end);
            let own = &inputs[entry.inputs.clone()];
            let slots = &record.input_slots[entry.inputs];
            let results = &outputs[entry.outputs.clone()];
            let _measured = observer::backward(&results[0]);
            upstreams.clear();
            for &slot in &record.output_slots[entry.outputs] {
                let adjoint = adjoints.get_mut(slot as usize);
                upstreams.push(adjoint.and_then(|adjoint| match reached[slot as usize] {
                    Reached::No => None,
                    Reached::Between => adjoint.take(),
                    Reached::Source => adjoint.clone(),
                }));
            }
            if upstreams.iter().all(Option::is_none) {
                continue;
            }
            let needed = |&slot: &Slot| slot != NONE && reached[slot as usize] != Reached::No;
            needs.clear();
            needs.extend(slots.iter().map(needed));
            let at = Backward {
                inputs: own,
                outputs: results,
                upstreams: &upstreams,
                needs: &needs,
            };
            let of_op = |e: Error| e.context(format!("the gradient of `{}`", entry.op.name()));
            let gradients = entry.op.backward(&at).map_err(of_op)?;
            for ((i, gradient), &slot) in gradients.into_iter().enumerate().zip(slots) {
                if let (Some(gradient), true) = (gradient, needs[i]) {
                    if let Some(error) = gradient.error() {
                        return Err(of_op(error.clone()));
                    }
                    let gradient = match gradient.raw_shape() == own[i].raw_shape() {
                        true => gradient,
                        false => gradient.sum_to(*own[i].raw_shape()).into_result()?,
                    };
                    observer::gradient(&*entry.op, entry.location, &gradient);
                    accumulate(&mut adjoints, slot, gradient)?;
                }
            }
        }
        if !self.persistent.get() {
            (record.entries, record.inputs, record.outputs) = (entries, inputs, outputs);
        }
        let gradient = |slot: Slot| adjoints.get(slot as usize).cloned().flatten();
        Ok(sources.into_iter().map(gradient).collect())
    }
}

/// Whether a tensor depends on a source.
#[derive(Clone, Copy, PartialEq)]
enum Reached {
    No,
    Between,
    /// It is one.
    Source,
}

/// Adds a gradient to that of a slot, if there is such a slot.
fn accumulate(adjoints: &mut [Option<Tensor>], slot: Slot, gradient: Tensor) -> Result<()> {
    if let Some(adjoint) = adjoints.get_mut(slot as usize) {
        *adjoint = Some(match adjoint.take() {
            Some(so_far) => (so_far + gradient).into_result()?,
            None => gradient,
        });
    }
    Ok(())
}

/// What to do about a source without a gradient.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Missing {
    Error,
    Zeros,
    Skip,
}

impl Drop for GradientTape {
    fn drop(&mut self) {
        if !self.used.get() {
            self.shared.clear();
        }
        self.shared.end();
    }
}
