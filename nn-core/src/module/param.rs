//! Parameters and buffers: the state of layers.

mod updates;

use crate::graph::observer;
use crate::graph::op::Spec;
use crate::module::context;
use crate::{
    Constraint, DType, Error, Initializer, Regularizer, Result, Shape, Tensor, batches, is_known,
    too_long,
};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, RwLock, TryLockError};

/// A trainable parameter or a buffer (state that is saved but not trained) of a layer.
///
/// It is a field of the layer's struct, made with an initializer and given a shape by [`Param::build`] when the input is known.
/// In tensor expressions `&param` stands for its value, and every tape watches a trainable one.
///
/// ```
/// use nn::{Initializer, Param, Tensor};
/// let kernel = Param::new(Initializer::GlorotUniform);
/// kernel.build([3, 2])?;
/// assert_eq!(Tensor::ones([4, 3]).matmul(&kernel).shape(), [4, 2]);
/// # Ok::<(), nn::Error>(())
/// ```
#[must_use]
pub struct Param {
    value: RwLock<Option<Tensor>>,
    initializer: Initializer,
    adjustment: Option<fn(Tensor) -> Tensor>,
    regularizer: Option<Regularizer>,
    constraint: Option<Constraint>,
    buffer: bool,
    frozen: AtomicBool,
    writes: AtomicU64,
    /// How many threads run something in which it has another value ([`Param::with_value`]).
    replaced: AtomicUsize,
    /// The initializer by which it starts, where the layer names another than its own as it builds it.
    start: OnceLock<Initializer>,
    /// Where it was found first.
    path: OnceLock<Arc<str>>,
    /// What its value is like, which stays as it is when there is one: who asks for no more than that takes no lock.
    built: OnceLock<Spec>,
}

impl Param {
    /// A trainable parameter, initialized so when it is built.
    pub const fn new(initializer: Initializer) -> Param {
        Param {
            value: RwLock::new(None),
            initializer,
            adjustment: None,
            regularizer: None,
            constraint: None,
            buffer: false,
            frozen: AtomicBool::new(false),
            writes: AtomicU64::new(0),
            replaced: AtomicUsize::new(0),
            start: OnceLock::new(),
            path: OnceLock::new(),
            built: OnceLock::new(),
        }
    }

    /// A buffer: saved with the model, never trained; moving statistics for example.
    pub const fn buffer(initializer: Initializer) -> Param {
        let mut param = Param::new(initializer);
        param.buffer = true;
        param
    }

    /// With another initializer.
    pub const fn with_initializer(mut self, initializer: Initializer) -> Param {
        self.initializer = initializer;
        self
    }

    /// With a function of what the initializer draws as its first value; of the same shape.
    ///
    /// ```
    /// use nn::{Initializer, Param};
    /// let bias = Param::new(Initializer::Zeros).adjusted(|drawn| drawn + 1.0);
    /// bias.build([2])?;
    /// assert_eq!(bias.value().to_vec::<f32>()?, [1.0, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub const fn adjusted(mut self, adjustment: fn(Tensor) -> Tensor) -> Param {
        self.adjustment = Some(adjustment);
        self
    }

    /// With a penalty on its value, added to the loss in training.
    pub const fn with_regularizer(mut self, regularizer: Option<Regularizer>) -> Param {
        self.regularizer = regularizer;
        self
    }

    /// With a projection applied after every update.
    pub const fn with_constraint(mut self, constraint: Option<Constraint>) -> Param {
        self.constraint = constraint;
        self
    }

    /// Changes how it starts.
    pub const fn set_initializer(&mut self, initializer: Initializer) {
        self.initializer = initializer;
    }

    /// Changes the penalty on its value.
    pub const fn set_regularizer(&mut self, regularizer: Option<Regularizer>) {
        self.regularizer = regularizer;
    }

    /// Changes the projection applied after every update.
    pub const fn set_constraint(&mut self, constraint: Option<Constraint>) {
        self.constraint = constraint;
    }

    /// Applies a function to what the initializer draws, or does not any more.
    pub const fn set_adjusted(&mut self, adjusted: bool, adjustment: fn(Tensor) -> Tensor) {
        self.adjustment = if adjusted { Some(adjustment) } else { None };
    }

    /// Its path as a string that is shared by all who find it at the same place.
    pub(crate) fn found_at(&self, path: &str) -> Arc<str> {
        let first = self.path.get_or_init(|| path.into());
        match **first == *path {
            true => first.clone(),
            false => path.into(),
        }
    }

    /// How it is initialized.
    pub fn initializer(&self) -> Initializer {
        self.initializer
    }

    /// The penalty on its value.
    pub fn regularizer(&self) -> Option<Regularizer> {
        self.regularizer
    }

    /// The projection applied after every update.
    pub fn constraint(&self) -> Option<Constraint> {
        self.constraint
    }

    /// Gives it its shape and initial value, in the default float type ([`crate::floatx`]). Built already, it only checks the shape.
    ///
    /// # Errors
    /// When it has another shape already, or the shape is not known.
    pub fn build(&self, shape: impl Into<Shape>) -> Result<()> {
        let shape = shape.into();
        if let Some(built) = self.built.get() {
            return self.check_shape(built.shape, shape);
        }
        shape.check_rank()?;
        if let Some(dim) = shape
            .iter()
            .find(|&&d| !is_known(d) && batches(d).is_none())
        {
            return Err(too_long(format_args!("{dim} of a parameter")));
        }
        if !shape.is_known() {
            return Err(Error::shape(format!(
                "a parameter of shape {shape} cannot be made: only the batch may be unknown when a model is built"
            )));
        }
        let first = self.first(shape, context::floatx())?;
        observer::unobserved(|| crate::no_gradient(|| self.check_settings(&first)))?;
        let mut slot = self.write();
        match &*slot {
            // Another thread was faster: its value is the one that is in use.
            Some(value) => self.check_shape(*value.raw_shape(), shape),
            None => {
                self.put(&mut slot, first);
                Ok(())
            }
        }
    }

    /// As [`Param::build`], by another initializer than its own: that of a parameter whose settings are its settings too, or its own with the axes of
    /// the fans ([`Initializer::with_axes`]). That of the first call stays, as the shape does.
    ///
    /// # Errors
    /// As [`Param::build`].
    pub fn build_by(&self, shape: impl Into<Shape>, initializer: Initializer) -> Result<()> {
        let _ = self.start.set(initializer);
        self.build(shape)
    }

    /// A first value.
    fn first(&self, shape: Shape, dtype: DType) -> Result<Tensor> {
        // A first value is no part of the run in which it is made.
        observer::unobserved(|| {
            let initializer = self.start.get().copied().unwrap_or(self.initializer);
            let drawn = initializer.sample(shape, dtype);
            match self.adjustment {
                Some(adjust) => crate::no_gradient(|| adjust(drawn))
                    .computed()
                    .into_result(),
                None => drawn.into_result(),
            }
        })
    }

    /// Whether its penalty and its projection work on a value like this one: found out before the first step.
    fn check_settings(&self, value: &Tensor) -> Result<()> {
        let like = Tensor::abstract_of(*value.raw_shape(), value.dtype());
        let regularizer = self.regularizer.map_or(Ok(()), |r| r.check_for(&like));
        regularizer.and_then(|()| self.constraint.map_or(Ok(()), |c| c.check_for(&like)))
    }

    fn check_shape(&self, built: Shape, asked: Shape) -> Result<()> {
        if built == asked {
            return Ok(());
        }
        Err(Error::shape(format!(
            "was built for a parameter of shape {built}, and this input needs {asked}; a layer keeps the input size of its first call"
        )))
    }

    #[track_caller]
    fn read(&self) -> std::sync::RwLockReadGuard<'_, Option<Tensor>> {
        match self.value.try_read() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(e)) => e.into_inner(),
            Err(TryLockError::WouldBlock) => {
                self.check_not_updating();
                self.value.read().unwrap_or_else(|e| e.into_inner())
            }
        }
    }

    #[track_caller]
    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Option<Tensor>> {
        match self.value.try_write() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(e)) => e.into_inner(),
            Err(TryLockError::WouldBlock) => {
                self.check_not_updating();
                self.value.write().unwrap_or_else(|e| e.into_inner())
            }
        }
    }

    /// Makes a value that is computed already the parameter's, under the identity that it has.
    fn put(&self, slot: &mut Option<Tensor>, value: Tensor) {
        let id = slot.as_ref().map_or_else(context::fresh_id, Tensor::id);
        let value = value.with_identity(id, self.trainable());
        self.built.get_or_init(|| Spec::of(&value));
        *slot = Some(value);
    }

    /// Whether it has a shape and a value.
    pub fn is_built(&self) -> bool {
        self.built.get().is_some()
    }

    /// The value; a failed tensor before [`Param::build`].
    #[track_caller]
    pub fn value(&self) -> Tensor {
        if self.replaced.load(Ordering::Relaxed) > 0 {
            let own = std::ptr::from_ref(self).addr();
            if let Some(value) = context::replaced(own) {
                return value;
            }
        }
        self.read().clone().unwrap_or_else(|| {
            Tensor::failed(Error::value(
                "a parameter is used before it has a shape: call `build` on the model, or on the parameter in the layer's `build`",
            ))
        })
    }

    /// The shape; `[]` before [`Param::build`].
    pub fn shape(&self) -> Shape {
        self.built.get().map_or(Shape::SCALAR, |built| built.shape)
    }

    /// The dimension at `axis`, if it has a shape, and one of so many axes. A value set from elsewhere may have any shape.
    pub fn built_dim(&self, axis: usize) -> Option<usize> {
        self.built.get()?.shape.get(axis).copied()
    }

    /// How many numbers it holds, 0 before [`Param::build`].
    pub fn count(&self) -> usize {
        self.built
            .get()
            .map_or(0, |built| built.shape.num_elements())
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        self.built
            .get()
            .map_or_else(context::floatx, |built| built.dtype)
    }

    /// The identity that tapes know it by; 0 before [`Param::build`]. It stays the same when the value changes.
    pub fn id(&self) -> u64 {
        self.read().as_ref().map_or(0, Tensor::id)
    }

    /// How often its value has been written: the same number twice means that nothing was written in between.
    #[doc(hidden)]
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    /// Whether gradients and optimizers change it: neither a buffer nor frozen.
    pub fn trainable(&self) -> bool {
        !self.buffer && !self.frozen.load(Ordering::Relaxed)
    }

    /// Whether it is state that is saved but never trained.
    pub fn is_buffer(&self) -> bool {
        self.buffer
    }

    /// Whether it was frozen: then nothing changes its value but [`Param::set_value`].
    pub fn is_frozen(&self) -> bool {
        self.frozen.load(Ordering::Relaxed)
    }

    /// Freezes it (`false`) or lets it be trained again. A frozen buffer keeps its value too.
    pub fn set_trainable(&self, trainable: bool) {
        self.frozen.store(!trainable, Ordering::Relaxed);
        let mut slot = self.write();
        if let Some(value) = slot.take() {
            let id = value.id();
            *slot = Some(value.with_identity(id, self.trainable()));
        }
    }

    /// Replaces the value, giving the parameter its shape if it has none yet.
    ///
    /// # Errors
    /// A failed or abstract tensor, another shape or another element type than it has.
    pub fn set_value(&self, value: &Tensor) -> Result<()> {
        // Computed before the lock is taken: readers of the parameter need not wait for it.
        let value = value.computed().into_result()?;
        if !value.is_concrete() {
            return Err(updates::no_value());
        }
        let mut slot = self.write();
        if let Some(built) = &*slot {
            updates::check_fits(built, &value)?;
        }
        self.put(&mut slot, value);
        self.writes.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Writes a buffer's new value as part of a forward pass; nothing happens while it is frozen or the value is abstract.
    ///
    /// # Errors
    /// As [`Param::set_value`].
    pub fn assign(&self, value: &Tensor) -> Result<()> {
        if self.is_frozen() || observer::assigned(self.id(), value) || value.is_abstract() {
            return Ok(());
        }
        self.set_value(value)
    }

    /// Draws a new initial value of the shape it has.
    ///
    /// # Errors
    /// When the initializer does not fit the shape.
    pub fn reinitialize(&self) -> Result<()> {
        let value = self.read().clone();
        if let Some(value) = value {
            let first = self.first(*value.raw_shape(), value.dtype())?;
            self.put(&mut self.write(), first);
            self.writes.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Tensor methods that are asked of a parameter itself, in penalties for example: shorthands for `value()` and the method.
macro_rules! of_value {
    ($($(#[$doc:meta])* $method:ident),* $(,)?) => {
        impl Param {
            $($(#[$doc])*
            #[track_caller]
            pub fn $method(&self) -> Tensor {
                self.value().$method()
            })*
        }
    };
}
of_value!(
    /// `|w|` of every element.
    abs,
    /// `w²` of every element.
    square,
    /// The sum of all elements.
    sum,
    /// The mean of all elements.
    mean,
    /// The matrix transposed.
    t,
);

impl Default for Param {
    /// A parameter with Keras's default for kernels, Glorot uniform.
    fn default() -> Param {
        Param::new(Initializer::GlorotUniform)
    }
}

impl Clone for Param {
    /// A parameter of its own with the same value.
    fn clone(&self) -> Param {
        let copy = Param {
            value: RwLock::new(None),
            frozen: AtomicBool::new(self.is_frozen()),
            writes: AtomicU64::new(0),
            replaced: AtomicUsize::new(0),
            start: self.start.clone(),
            path: OnceLock::new(),
            built: OnceLock::new(),
            ..*self
        };
        if let Some(value) = self.read().clone() {
            copy.put(&mut copy.write(), value);
        }
        copy
    }
}

impl fmt::Debug for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.buffer { "Buffer" } else { "Param" };
        match self.built.get() {
            Some(built) => write!(f, "{what}({})", built.shape),
            None => write!(f, "{what}(not built)"),
        }
    }
}
