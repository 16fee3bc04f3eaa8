//! Activations of a program's own.

use super::Activation;
use nn_core::Tensor;
use nn_core::own::{Own, OwnKind};
use serde::Serialize;
use std::fmt;

/// An activation that is a type of one's own, with settings. [`Activation::from`] makes an activation of it, and `nn::register!(Activate: Swish)` beside
/// the type makes it known by its name, so that layers that have it can be saved and loaded with its settings.
///
/// The compiler cannot make one: a model with `#[layer(.., activation = Swish { beta: 1.5 }.into())]` says `#[model(not_const)]`.
///
/// ```
/// use nn::{extend::Activate, prelude::*};
/// use serde::{Deserialize, Serialize};
///
/// /// `x·sigmoid(βx)`.
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct Swish {
///     beta: f64,
/// }
/// impl Activate for Swish {
///     fn apply(&self, x: &Tensor) -> Tensor {
///         x * (x * self.beta).sigmoid()
///     }
/// }
/// nn::register!(Activate: Swish);
///
/// let dense = Dense::new(2).activation(Swish { beta: 1.5 }.into()).clone_model();
/// let written = &dense.config()["config"]["activation"];
/// assert_eq!(written.to_string(), r#"{"class_name":"Swish","config":{"beta":1.5}}"#);
/// assert_eq!(serde_json::from_value::<Activation>(written.clone()).unwrap(), Swish { beta: 1.5 }.into());
/// ```
pub trait Activate: fmt::Debug + Send + Sync + 'static {
    /// The function's value.
    fn apply(&self, x: &Tensor) -> Tensor;
}

impl<T: Activate + PartialEq + Serialize> From<T> for Activation {
    /// It is kept as long as the program runs, once for all that are equal.
    fn from(activation: T) -> Activation {
        Activation::Own(Own::object(activation, |object| object as &dyn Activate))
    }
}

impl OwnKind for Activation {
    type Function = fn(&Tensor) -> Tensor;
    type Object = dyn Activate;
    const NAME: &'static str = "Activation";
    const TRAIT: &'static str = "Activate";

    fn of(own: Own<Activation>) -> Activation {
        Activation::Own(own)
    }
}

impl Activation {
    /// A function of one's own; [`Activate`] is for one with settings. With `nn::register!(Activation: cubed)` beside it, layers that have it can be saved and loaded by its name.
    ///
    /// ```
    /// use nn::{Activation, Tensor};
    /// fn cubed(x: &Tensor) -> Tensor {
    ///     x.pow(3.0)
    /// }
    /// nn::register!(Activation: cubed);
    /// let activation = Activation::own("cubed", cubed);
    /// assert_eq!(activation.apply(&Tensor::from([2.0_f32])).to_vec::<f32>()?, [8.0]);
    /// assert_eq!(serde_json::from_str::<Activation>("\"cubed\"").unwrap(), activation);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub const fn own(name: &'static str, function: fn(&Tensor) -> Tensor) -> Activation {
        Activation::Own(Own::function(name, function))
    }
}
