//! Initializers of a program's own.

use super::Initializer;
use crate::module::own::{Own, OwnKind, Rule};
use crate::{DType, Error, Shape, Tensor};
use serde::Serialize;
use std::fmt;

/// A rule that is a type of one's own, with settings. [`Initializer::from`] makes an initializer of it, and `nn::register!(Initialize: Ramp)` beside the
/// type makes it known by its name, so that what has it can be saved and loaded with its settings.
///
/// ```
/// use nn::{DType, Initializer, Shape, Tensor, extend::Initialize};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct Ramp {
///     step: f64,
/// }
/// impl Initialize for Ramp {
///     fn sample(&self, shape: Shape, dtype: DType) -> Tensor {
///         (Tensor::arange(shape.num_elements()).reshape(shape) * self.step).cast(dtype)
///     }
/// }
/// nn::register!(Initialize: Ramp);
///
/// let initializer = Initializer::from(Ramp { step: 0.5 });
/// assert_eq!(initializer.sample([2, 2], DType::F32).to_vec::<f32>()?, [0.0, 0.5, 1.0, 1.5]);
/// let written = serde_json::to_string(&initializer).unwrap();
/// assert_eq!(written, r#"{"class_name":"Ramp","config":{"step":0.5}}"#);
/// assert_eq!(serde_json::from_str::<Initializer>(&written).unwrap(), initializer);
/// # Ok::<(), nn::Error>(())
/// ```
pub trait Initialize: fmt::Debug + Send + Sync + 'static {
    /// A value of the shape and type asked for.
    fn sample(&self, shape: Shape, dtype: DType) -> Tensor;
}

impl<T: Initialize + PartialEq + Serialize> From<T> for Initializer {
    /// It is kept as long as the program runs, once for all that are equal.
    fn from(initializer: T) -> Initializer {
        Initializer::Own(Own::object(initializer, |object| object as &dyn Initialize))
    }
}

impl OwnKind for Initializer {
    type Function = fn(Shape, DType) -> Tensor;
    type Object = dyn Initialize;
    const NAME: &'static str = "Initializer";
    const TRAIT: &'static str = "Initialize";

    fn of(own: Own<Initializer>) -> Initializer {
        Initializer::Own(own)
    }
}

impl Initializer {
    /// A rule of one's own: a function that gives a tensor of the shape and type asked for; [`Initialize`] is for one with settings. With
    /// `nn::register!(Initializer: ramp)` beside the function it can be saved and loaded by its name.
    ///
    /// ```
    /// use nn::{DType, Initializer, Shape, Tensor};
    /// fn ramp(shape: Shape, dtype: DType) -> Tensor {
    ///     Tensor::arange(shape.num_elements()).reshape(shape).cast(dtype)
    /// }
    /// nn::register!(Initializer: ramp);
    /// let kernel = Initializer::own("ramp", ramp).sample([2, 2], DType::F32);
    /// assert_eq!(kernel.to_vec::<f32>()?, [0.0, 1.0, 2.0, 3.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub const fn own(name: &'static str, function: fn(Shape, DType) -> Tensor) -> Initializer {
        Initializer::Own(Own::function(name, function))
    }
}

/// What one's own rule makes, of the shape and type asked for.
pub(super) fn made_by(own: Own<Initializer>, shape: Shape, dtype: DType) -> Tensor {
    let made = match own.rule() {
        Rule::Function(function) => function(shape, dtype),
        Rule::Object(object, _) => object.sample(shape, dtype),
    };
    match made.error().is_some() || (made.raw_shape() == &shape && made.dtype() == dtype) {
        true => made,
        false => Tensor::failed(Error::shape(format!(
            "the initializer `{}` was asked for {dtype} {shape} and gave {} {}",
            own.name(),
            made.dtype(),
            made.raw_shape()
        ))),
    }
}
