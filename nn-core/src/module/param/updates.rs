//! Another value of a parameter, for a while or for good.

use super::Param;
use crate::module::context::{self, Added};
use crate::{Error, Result, Tensor};
use std::sync::atomic::Ordering;

impl Param {
    /// Runs `f` while the parameter's value is another tensor of its shape, one that was computed from something as a rule: gradients flow through
    /// it to where it comes from. Afterwards the parameter has its own value again, for whoever asks.
    ///
    /// ```
    /// use nn::{GradientTape, Initializer, Param, Tensor};
    /// let w = Param::new(Initializer::Ones);
    /// w.build([2])?;
    /// let tape = GradientTape::new();
    /// let y = w.with_value(&(w.value() * 3.0), || w.square().sum())?;
    /// assert_eq!(tape.gradient(&y, &w.value())?.to_vec::<f32>()?, [18.0, 18.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    ///
    /// # Errors
    /// A failed tensor, or another shape than the parameter has.
    pub fn with_value<R>(&self, value: &Tensor, f: impl FnOnce() -> R) -> Result<R> {
        struct Restore<'a>(&'a Param);
        impl Drop for Restore<'_> {
            fn drop(&mut self) {
                self.0.replaced.fetch_sub(1, Ordering::Relaxed);
                context::with_replaced(Vec::pop);
            }
        }
        let value = value.computed().into_result()?;
        let own = self.built.get().map(|built| built.shape);
        if let Some(own) = own.filter(|own| own != value.raw_shape()) {
            return Err(Error::shape(format!(
                "a parameter of shape {own} cannot have a value of shape {} for a while; give one of its own shape",
                value.raw_shape()
            )));
        }
        context::with_replaced(|all| all.push((std::ptr::from_ref(self).addr(), value)));
        self.replaced.fetch_add(1, Ordering::Relaxed);
        let _restore = Restore(self);
        Ok(f())
    }

    /// Lets the penalty on it see another value in the step that runs: the one that its layer computes with.
    #[doc(hidden)]
    pub fn penalize_as(&self, value: &Tensor) {
        context::penalize_as(std::ptr::from_ref(self).addr(), value);
    }

    /// What the penalty on it sees, by what layers added in a step: its value, unless [`Param::penalize_as`] said another one.
    #[doc(hidden)]
    pub fn penalized_in(&self, added: &Added) -> Tensor {
        let own = std::ptr::from_ref(self).addr();
        let other = added.penalized.iter().rfind(|(at, _)| *at == own);
        other.map_or_else(|| self.value(), |(_, value)| value.clone())
    }

    /// Changes the value by a function, which gets a copy; nobody else reads or writes the parameter meanwhile. The constraint, if there is one,
    /// is applied afterwards.
    ///
    /// # Errors
    /// What `f` returns, and what [`Param::set_value`] refuses: another shape or type, no value. The value then is the one from before.
    ///
    /// # Panics
    /// When `f` asks the parameter itself for something, outside of a layer; inside of one that is the error of its call.
    pub fn update(&self, f: impl FnOnce(&mut Tensor) -> Result<()>) -> Result<()> {
        struct Leave;
        impl Drop for Leave {
            fn drop(&mut self) {
                context::with_updating(Vec::pop);
            }
        }
        let mut slot = self.write();
        let Some(own) = slot.as_ref() else {
            return Err(Error::value("a parameter is updated before it has a value"));
        };
        context::with_updating(|all| all.push(std::ptr::from_ref(self).addr()));
        let _leave = Leave;
        let mut value = own.clone();
        f(&mut value)?;
        if let Some(constraint) = self.constraint {
            value = crate::no_gradient(|| constraint.project(&value));
        }
        let value = value.computed().into_result()?;
        check_fits(own, &value)?;
        self.put(&mut slot, value);
        self.writes.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// [`Param::update`] without a copy, where nobody else holds the value: what `f` leaves is stored, even if it returns an error. The parameter is
    /// locked meanwhile, so `f` must not ask it for anything. Tensor operations within `f` may run on several threads; a thread that runs one
    /// takes up nothing else until it ends, so that none of them comes back here to ask for the value.
    #[doc(hidden)]
    pub fn update_in_place(&self, f: impl FnOnce(&mut Tensor) -> Result<()>) -> Result<()> {
        let mut slot = self.write();
        let Some(value) = slot.as_mut() else {
            return Err(Error::value("a parameter is updated before it has a value"));
        };
        self.writes.fetch_add(1, Ordering::Relaxed);
        f(value)?;
        if let Some(constraint) = self.constraint {
            let projected = crate::no_gradient(|| constraint.project(value)).into_result()?;
            *value = projected.with_identity(value.id(), value.is_variable());
        }
        Ok(())
    }

    /// Whether nobody else holds the value, so that [`Param::update_in_place`] copies nothing.
    #[doc(hidden)]
    pub fn is_unique(&self) -> bool {
        self.read().as_ref().is_none_or(Tensor::is_unique)
    }

    /// Whoever waits for what the same thread does further up waits for ever.
    #[cold]
    #[track_caller]
    pub(super) fn check_not_updating(&self) {
        let own = std::ptr::from_ref(self).addr();
        if context::with_updating(|all| all.contains(&own)) {
            let error = "`Param::update` is running with this parameter, which cannot be asked for its value or changed meanwhile: use what \
                         the closure is given";
            context::unanswered("", &Error::value(error));
        }
    }
}

pub(super) fn no_value() -> Error {
    Error::value("a parameter needs a value, found an abstract tensor")
}

/// The error of a value that is not like the one that a parameter has.
pub(super) fn check_fits(own: &Tensor, value: &Tensor) -> Result<()> {
    if !value.is_concrete() {
        return Err(no_value());
    }
    if own.raw_shape() != value.raw_shape() {
        return Err(Error::shape(format!(
            "expected {}, found {}",
            own.raw_shape(),
            value.raw_shape()
        )));
    }
    if own.dtype() != value.dtype() {
        return Err(Error::dtype(format!(
            "expected {}, found {}; convert with `cast`",
            own.dtype(),
            value.dtype()
        )));
    }
    Ok(())
}
