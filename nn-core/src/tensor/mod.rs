//! The tensor: a cheap handle on a row-major buffer with run-time shape and element type.

mod convert;
pub(crate) mod create;
pub(crate) mod derived;
mod display;
mod magnitude;
mod mask;
#[cfg(feature = "ndarray")]
mod ndarray;
pub(crate) mod numbers;
mod open_number;
mod operand;
pub(crate) mod own_stream;
mod pending;
pub mod random;
pub(crate) mod seed;
mod state;
pub(crate) mod stream;
mod tensor_list;
pub(crate) mod variates;
mod windows;

pub use numbers::Numbers;
pub use operand::Operand;
pub use tensor_list::TensorList;

use crate::graph::symbolic::History;
use crate::module::context::{fresh_id, unanswered};
use crate::{DType, Element, Error, Result, Shape};
use derived::Derived;
use nn_kernels::buffer::Buffer;
use nn_kernels::memory::{self, Refused};
use state::State;
use std::sync::Arc;

/// An n-dimensional array of `f32`, `f64`, `i64`, `u8` or `bool`.
///
/// Cloning copies a reference, never the data. Operations take references or values and run at once. A
/// tensor is in one of three states:
///
/// - *concrete*: it has a value;
/// - *abstract*: a shape and an element type only, while a model is traced ([`Tensor::abstract_of`]);
/// - *failed*: the first error of the operations that led to it. No operation panics or returns a `Result`;
///   the error comes out where a value is read ([`Tensor::to_vec`], [`Tensor::item`], gradients, `fit`).
///
/// Beside its value it may carry a mask ([`Tensor::mask`]), which says which of its time steps count.
///
/// ```
/// use nn::Tensor;
/// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
/// let y = (2.0 * &x + 1.0).sum();
/// assert_eq!(y.item::<f32>()?, 24.0);
/// assert_eq!(x.shape(), [2, 2]);
/// # Ok::<(), nn::Error>(())
/// ```
///
/// # Operators
///
/// `+ - * / %`, of truth values and whole numbers also `& | ^ !`, and `+=` and its kin. On the right of a tensor stands any [`Operand`]: a tensor, a
/// parameter, a number of any type. On the left of one stands a tensor, a parameter (of `+ - * /`), or a number that is an `f64` or an `i64`, as a
/// number without a suffix is (`bool` and `i64` beside `& | ^`): were there more, the compiler could not tell which one `2.0` is. The number takes the
/// tensor's element type wherever it stands, so that one of another type is converted, or changes sides.
///
/// ```
/// # use nn::{DType, Tensor};
/// let (x, scale, count) = (Tensor::from([1.0_f32, 2.0]), 0.5_f32, 3_usize);
/// let y = f64::from(scale) * (2.0 * &x + 1 - &x / count); // or `(..) * scale`
/// assert_eq!((count as i64 - y).dtype(), DType::F32);
/// ```
/// ```compile_fail,E0277
/// let y = 0.5_f32 * nn::Tensor::from([1.0_f32, 2.0]);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Tensor {
    inner: Arc<Inner>,
    /// Of the handle and not of the value, so that setting one neither copies the value nor gives it another identity. A mask has none.
    mask: Option<Arc<Inner>>,
}

struct Inner {
    id: u64,
    shape: Shape,
    dtype: DType,
    /// The value of a trainable parameter, watched by every tape.
    variable: bool,
    state: State,
    /// The greatest magnitude, where what computed the value has looked for it on the way.
    greatest: Option<f64>,
    derived: Derived,
}

/// The error of a tensor that does not fit the memory.
#[cold]
fn too_large(shape: Shape, dtype: DType, refused: Refused) -> Error {
    Error::from(refused).context(format!(
        "a tensor of shape {shape} ({dtype}) cannot be made"
    ))
}

impl Tensor {
    fn of(inner: Arc<Inner>) -> Tensor {
        Tensor { inner, mask: None }
    }

    fn from_inner(shape: Shape, dtype: DType, state: State) -> Tensor {
        Tensor::of(Arc::new(Inner {
            id: fresh_id(),
            shape,
            dtype,
            variable: false,
            state,
            greatest: None,
            derived: Derived::default(),
        }))
    }

    /// A tensor without a value: shape (dimensions may be [`crate::UNKNOWN`]) and element type only.
    ///
    /// Operations on it check shapes and give abstract tensors; this is how a model is traced.
    ///
    /// ```
    /// use nn::{DType, Tensor, UNKNOWN};
    /// let x = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
    /// assert_eq!((x + Tensor::ones([3])).shape().to_string(), "[_, 3]");
    /// ```
    pub fn abstract_of(shape: impl Into<Shape>, dtype: DType) -> Tensor {
        let shape = shape.into();
        match shape.check_rank() {
            Ok(()) => Tensor::from_inner(shape, dtype, State::Abstract(None)),
            Err(error) => Tensor::failed(error),
        }
    }

    /// A tensor that carries an error: every operation on it gives a tensor with the same error.
    #[cold]
    pub fn failed(error: Error) -> Tensor {
        Tensor::from_inner(Shape::SCALAR, DType::F32, State::Failed(error))
    }

    /// A concrete tensor whose elements `fill` writes; they hold unspecified numbers before. More elements than there is memory for are an
    /// error (a failed tensor), and so are a dimension that is not known and more than [`crate::MAX_RANK`] dimensions.
    pub fn build<T: Element>(shape: impl Into<Shape>, fill: impl FnOnce(&mut [T])) -> Tensor {
        let mut fill = Some(fill);
        Tensor::build_with(shape.into(), &mut |out| {
            fill.take().expect("called once")(out)
        })
    }

    /// [`Tensor::build`] compiled once for all ways of filling, which are hundreds.
    #[inline(never)]
    fn build_with<T: Element>(shape: Shape, fill: &mut dyn FnMut(&mut [T])) -> Tensor {
        let buffer = shape.check().and_then(|()| {
            Buffer::new(T::DTYPE, shape.num_elements())
                .map_err(|refused| too_large(shape, T::DTYPE, refused))
        });
        match buffer {
            Ok(mut buffer) => {
                fill(buffer.as_mut_slice());
                Tensor::from_buffer(shape, buffer)
            }
            Err(error) => Tensor::failed(error),
        }
    }

    fn from_buffer(shape: Shape, buffer: Buffer) -> Tensor {
        Tensor::from_inner(shape, buffer.dtype(), State::Concrete(buffer))
    }

    /// The shape.
    ///
    /// A failed tensor has none. Inside a layer's `call` the question ends that call, which then gives the tensor's error.
    ///
    /// # Panics
    /// On a failed tensor outside of a layer, with its error. [`Tensor::try_shape`] returns the error instead.
    #[track_caller]
    pub fn shape(&self) -> Shape {
        if let State::Failed(error) = &self.inner.state {
            unanswered("the shape of a failed tensor was asked for", error);
        }
        self.inner.shape
    }

    /// The shape, or the error of a failed tensor.
    pub fn try_shape(&self) -> Result<Shape> {
        match &self.inner.state {
            State::Failed(error) => Err(error.clone()),
            _ => Ok(self.inner.shape),
        }
    }

    /// The shape, `[]` for a failed tensor.
    pub(crate) fn raw_shape(&self) -> &Shape {
        &self.inner.shape
    }

    /// The element type (`F32` for a failed tensor).
    pub fn dtype(&self) -> DType {
        self.inner.dtype
    }

    /// How many dimensions the tensor has.
    #[doc(alias = "ndim")]
    #[doc(alias = "dim")]
    #[track_caller]
    pub fn rank(&self) -> usize {
        self.shape().rank()
    }

    /// How many elements the tensor has: the product of its dimensions.
    #[doc(alias = "numel")]
    #[doc(alias = "size")]
    #[doc(alias = "len")]
    #[track_caller]
    pub fn num_elements(&self) -> usize {
        self.shape().num_elements()
    }

    /// The error that this tensor carries, if it failed.
    pub fn error(&self) -> Option<&Error> {
        match &self.inner.state {
            State::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// As [`Tensor::into_result`], for `?` at the end of a `call`.
    #[doc(hidden)]
    pub fn ok(self) -> Result<Tensor> {
        self.into_result()
    }

    /// This tensor, or its error: `Err` if some operation that led here failed.
    ///
    /// # Errors
    /// The first error of the operations that led here.
    pub fn into_result(self) -> Result<Tensor> {
        match &self.inner.state {
            State::Failed(error) => Err(error.clone()),
            _ => Ok(self),
        }
    }

    /// Whether it has a value.
    pub fn is_concrete(&self) -> bool {
        !matches!(self.inner.state, State::Abstract(_) | State::Failed(_))
    }

    /// Whether it has a value that is in memory already.
    pub(crate) fn is_computed(&self) -> bool {
        matches!(
            self.inner.state,
            State::Concrete(_) | State::View { .. } | State::Fused(_)
        )
    }

    /// An abstract tensor with how it is made.
    pub(crate) fn with_history(self, history: History) -> Tensor {
        let Inner { shape, dtype, .. } = *self.inner;
        Tensor::from_inner(shape, dtype, State::Abstract(Some(Box::new(history))))
    }

    /// How it is made, if nobody else has it.
    pub(crate) fn into_history(self) -> Option<History> {
        match Arc::into_inner(self.inner)?.state {
            State::Abstract(history) => history.map(|history| *history),
            _ => None,
        }
    }

    /// How it is made, if it is symbolic.
    pub fn history(&self) -> Option<&History> {
        match &self.inner.state {
            State::Abstract(history) => history.as_deref(),
            _ => None,
        }
    }

    /// Whether it stands for a value while a model is traced.
    pub fn is_abstract(&self) -> bool {
        matches!(self.inner.state, State::Abstract(_))
    }

    /// The identity that tapes and traces know this tensor by; clones share it.
    pub fn id(&self) -> u64 {
        self.inner.id
    }

    /// Whether every tape watches it: the value of a trainable parameter.
    pub fn is_variable(&self) -> bool {
        self.inner.variable
    }

    /// The elements in row-major order.
    ///
    /// # Errors
    /// The tensor's own error if it failed; an error if it is abstract or `T` is not its element type.
    #[inline]
    pub fn try_data<T: Element>(&self) -> Result<&[T]> {
        // Nearly every tensor has memory of its own, and is asked for the type that it holds.
        match &self.inner.state {
            State::Concrete(buffer) if buffer.dtype() == T::DTYPE => Ok(buffer.as_slice()),
            _ => self.data_elsewhere(),
        }
    }

    /// The elements of a concrete tensor of a known type: for kernels, after the op has checked its inputs.
    ///
    /// # Panics
    /// Where [`Tensor::try_data`] is an error, outside of a layer; inside of one that error is what its call gives.
    #[inline]
    #[track_caller]
    pub fn data<T: Element>(&self) -> &[T] {
        match self.try_data() {
            Ok(data) => data,
            Err(error) => unanswered("", &error),
        }
    }

    /// The elements to write in place, copied first if somebody else holds them.
    ///
    /// # Errors
    /// As [`Tensor::try_data`], and when there is no memory for the copy.
    pub fn data_mut<T: Element>(&mut self) -> Result<&mut [T]> {
        let data = self.try_data::<T>()?;
        if !self.is_unique() {
            let copy = Tensor::build(self.inner.shape, |out: &mut [T]| out.copy_from_slice(data))
                .into_result()?;
            let copy = copy.with_identity(self.id(), self.is_variable());
            self.inner = copy.inner;
        }
        let inner = Arc::get_mut(&mut self.inner).expect("made unique above");
        inner.greatest = None;
        let part = match &inner.state {
            State::View { offset, .. } => Some(*offset..*offset + inner.shape.num_elements()),
            _ => None,
        };
        let buffer = inner.state.buffer_mut();
        let all = buffer.expect("made unique above").as_mut_slice();
        match part {
            Some(part) => Ok(&mut all[part]),
            None => Ok(all),
        }
    }

    /// Whether nobody else holds the memory, so that [`Tensor::data_mut`] writes in place.
    pub fn is_unique(&self) -> bool {
        Arc::strong_count(&self.inner) == 1
            && match &self.inner.state {
                State::Concrete(_) | State::Fused(_) => true,
                State::View { base, .. } => Arc::strong_count(base) == 1,
                State::Pending(_) | State::Abstract(_) | State::Failed(_) => false,
            }
    }

    /// Notes the inputs of the fused op that computed this value.
    pub(crate) fn with_origin(mut self, inputs: impl Iterator<Item = u64>) -> Tensor {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.state = match std::mem::replace(&mut inner.state, State::Abstract(None)) {
                State::Concrete(buffer) => State::Fused(Box::new((buffer, inputs.collect()))),
                other => other,
            };
        }
        self
    }

    /// The inputs of the fused op that computed this value, by their identities.
    pub(crate) fn origin(&self) -> Option<&[u64]> {
        match &self.inner.state {
            State::Fused(fused) => Some(&fused.1),
            _ => None,
        }
    }

    /// The memory of a concrete tensor.
    fn buffer(&self) -> Option<&Buffer> {
        match &self.inner.state {
            State::Pending(pending) => pending.value().buffer(),
            state => state.buffer(),
        }
    }

    /// The same memory under another shape of as many elements, starting `offset` elements in.
    pub(crate) fn sharing(&self, shape: Shape, offset: usize) -> Tensor {
        let state = match &self.inner.state {
            State::Concrete(_) | State::Fused(_) => State::View {
                base: self.inner.clone(),
                offset,
            },
            State::View { base, offset: at } => State::View {
                base: base.clone(),
                offset: at + offset,
            },
            State::Pending(pending) => return pending.value().sharing(shape, offset),
            State::Abstract(history) => State::Abstract(history.clone()),
            State::Failed(error) => State::Failed(error.clone()),
        };
        Tensor::from_inner(shape, self.inner.dtype, state)
    }

    /// The same value under a given identity.
    pub(crate) fn with_identity(mut self, id: u64, variable: bool) -> Tensor {
        if Arc::get_mut(&mut self.inner).is_none() {
            self = self.sharing(self.inner.shape, 0);
        }
        let inner = Arc::get_mut(&mut self.inner).expect("nobody else has it");
        (inner.id, inner.variable) = (id, variable);
        inner.derived = Derived::default();
        self
    }

    /// Shape, type and identity of this tensor without its memory: what a tape keeps where a gradient needs no value.
    pub(crate) fn to_abstract(&self) -> Tensor {
        Tensor::of(Arc::new(Inner {
            id: self.inner.id,
            shape: self.inner.shape,
            dtype: self.inner.dtype,
            variable: self.inner.variable,
            state: State::Abstract(None),
            greatest: None,
            derived: Derived::default(),
        }))
    }

    /// All elements in row-major order, copied.
    ///
    /// # Errors
    /// The error of a failed tensor; an error if `T` is not its element type, or if there is no memory for a copy.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1_i64, 2]).to_vec::<i64>()?, [1, 2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "tolist")]
    #[doc(alias = "numpy")]
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>> {
        Ok(memory::try_collected(self.try_data()?.iter().copied())?)
    }

    /// The one element of a tensor that has just one.
    ///
    /// # Errors
    /// As [`Tensor::to_vec`], and if it has none or several.
    pub fn item<T: Element>(&self) -> Result<T> {
        match self.try_data()? {
            [value] => Ok(*value),
            _ => Err(Error::shape(format!(
                "`item` reads a tensor of one element, found shape {}; reduce it first (`sum`, `mean`) or use `to_vec`",
                self.inner.shape
            ))),
        }
    }

    /// The one element as `f64`, whatever its type.
    ///
    /// # Errors
    /// As [`Tensor::item`].
    pub fn to_f64(&self) -> Result<f64> {
        crate::with_dtype!(self.dtype(), T => self.item::<T>().map(Element::to_f64))
    }
}
