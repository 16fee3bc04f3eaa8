//! Losses: what training makes small. One file each; the meaning, name and defaults are Keras 3's.
//!
//! | family | losses |
//! |---|---|
//! | of classes | [`BinaryCrossentropy`], [`CategoricalCrossentropy`], [`SparseCategoricalCrossentropy`], [`CategoricalGeneralizedCrossEntropy`] |
//! | of classes, the rare or hard ones weighing more | [`BinaryFocalCrossentropy`], [`CategoricalFocalCrossentropy`] |
//! | of classes by a margin | [`Hinge`], [`SquaredHinge`], [`CategoricalHinge`] |
//! | of numbers | [`MeanSquaredError`], [`MeanAbsoluteError`], [`MeanAbsolutePercentageError`], [`MeanSquaredLogarithmicError`], [`Huber`], [`LogCosh`], [`Poisson`] |
//! | of distributions | [`KLDivergence`] |
//! | of regions in images | [`Dice`], [`Tversky`] |
//! | of directions and similarities | [`CosineSimilarity`], [`Circle`] |
//! | of sequences | [`CTC`] |
//! | what they are made of | [`Loss`], [`LossFunction`], [`Reduction`] |
//!
//! Every loss takes targets and predictions by reference and gives a scalar through which gradients flow. Shapes must agree:
//! nothing is broadcast, so that targets `[batch]` against predictions `[batch, 1]` are an error and not a `[batch, batch]` matrix.

mod axes;
mod binary_crossentropy;
mod binary_focal_crossentropy;
mod categorical_crossentropy;
mod categorical_focal_crossentropy;
mod categorical_generalized_cross_entropy;
mod categorical_hinge;
mod checks;
mod circle;
mod cosine_similarity;
mod ctc;
mod dice;
mod function;
mod hinge;
mod huber;
mod kl_divergence;
mod labels;
mod log_cosh;
mod mean_absolute_error;
mod mean_absolute_percentage_error;
mod mean_squared_error;
mod mean_squared_logarithmic_error;
mod poisson;
mod reduction;
mod sparse_categorical_crossentropy;
mod squared_hinge;
mod tversky;

pub use binary_crossentropy::BinaryCrossentropy;
pub use binary_focal_crossentropy::BinaryFocalCrossentropy;
pub use categorical_crossentropy::CategoricalCrossentropy;
pub use categorical_focal_crossentropy::CategoricalFocalCrossentropy;
pub use categorical_generalized_cross_entropy::CategoricalGeneralizedCrossEntropy;
pub use categorical_hinge::CategoricalHinge;
pub use circle::Circle;
pub use cosine_similarity::CosineSimilarity;
pub use ctc::CTC;
pub use dice::Dice;
pub use function::LossFunction;
pub use hinge::Hinge;
pub use huber::Huber;
pub use kl_divergence::KLDivergence;
pub use log_cosh::LogCosh;
pub use mean_absolute_error::MeanAbsoluteError;
pub use mean_absolute_percentage_error::MeanAbsolutePercentageError;
pub use mean_squared_error::MeanSquaredError;
pub use mean_squared_logarithmic_error::MeanSquaredLogarithmicError;
pub use poisson::Poisson;
pub use reduction::Reduction;
pub use sparse_categorical_crossentropy::SparseCategoricalCrossentropy;
pub use squared_hinge::SquaredHinge;
pub use tversky::Tversky;

pub(crate) use checks::{expand_weight, masked_weight, pair_of_metric, shown};
pub(crate) use labels::labels;

use crate::saving::registry::{self, Class};
use nn_core::{Result, Tensor};
use serde_json::Value;
use std::sync::Arc;

/// Keras's fuzz factor, the distance that probabilities keep from 0 and 1.
pub(crate) const EPSILON: f64 = 1e-7;

/// A loss. To write your own, give [`Loss::name`] and [`Loss::losses`].
///
/// ```
/// use nn::{losses::{Loss, MeanSquaredError}, Tensor};
/// let (y, y_pred) = (Tensor::from([[1.0_f32], [2.0]]), Tensor::from([[1.0_f32], [4.0]]));
/// assert_eq!(MeanSquaredError::new().call(&y, &y_pred).item::<f32>()?, 2.0);
/// # Ok::<(), nn::Error>(())
/// ```
pub trait Loss: Send + Sync {
    /// The name, as Keras's: `mean_squared_error`.
    fn name(&self) -> &str;

    /// One loss for each sample, before reduction: the shape of `y_pred` without its last axis, or of `y_pred` itself if that is
    /// all it has (`[batch]`). Inputs that do not fit give a failed tensor.
    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor;

    /// How the losses of the samples become one number.
    ///
    /// The losses here have a builder method of the same name, Keras's argument, which the compiler takes where `.reduction()` is written: on
    /// such a type the reduction is read by `Loss::reduction(&loss)`.
    ///
    /// ```
    /// use nn::losses::{Huber, Loss, Reduction};
    /// let huber = Huber::new().reduction(Reduction::Sum);
    /// assert_eq!(Loss::reduction(&huber), Reduction::Sum);
    /// ```
    fn reduction(&self) -> Reduction {
        Reduction::SumOverBatchSize
    }

    /// Whether the settings make sense.
    ///
    /// # Errors
    /// What is wrong with them; `fit` reports it before it begins.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Whether the targets of a whole data set fit predictions of which only shape and type are known (`y_pred` is abstract): asked once,
    /// before the first step. A loss of your own need not know.
    ///
    /// # Errors
    /// Which target does not fit.
    fn check_targets(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<()> {
        let _ = (y_true, y_pred);
        Ok(())
    }

    /// Which of [`Loss::losses`] count, as `bool`; `None` if all do. Those that do not are left out of means.
    fn kept(&self, y_true: &Tensor, y_pred: &Tensor) -> Option<Tensor> {
        let _ = (y_true, y_pred);
        None
    }

    /// The loss of a batch: [`Loss::losses`], reduced. A scalar unless the reduction is [`Reduction::None`].
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        self.weighted(y_true, y_pred, None)
    }

    /// As [`Loss::call`], each sample's loss multiplied by its weight first.
    ///
    /// `sample_weight` has the shape `[batch]` or, where there is a loss for each pixel or time step, that of the losses, or of their first
    /// axes; an axis of size 1 has one weight for all that is along it, as Keras broadcasts it. The mean is
    /// over the number of samples, not the sum of weights, unless the reduction is [`Reduction::MeanWithSampleWeight`]. What the mask of the
    /// predictions leaves out ([`Tensor::mask`]) counts 0 and is not among that number.
    fn weighted(&self, y_true: &Tensor, y_pred: &Tensor, sample_weight: Option<&Tensor>) -> Tensor {
        reduction::weighted(self, y_true, y_pred, sample_weight)
    }

    /// The configuration, `{"class_name": "Huber", "config": {"delta": 1.0, ...}}`; of a loss of your own, its type's name.
    fn config(&self) -> Value {
        registry::bare::<Self>()
    }
}

macro_rules! delegate {
    ($type:ty) => {
        impl Loss for $type {
            fn name(&self) -> &str {
                (**self).name()
            }
            fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
                (**self).losses(y_true, y_pred)
            }
            fn reduction(&self) -> Reduction {
                (**self).reduction()
            }
            fn check(&self) -> Result<()> {
                (**self).check()
            }
            fn check_targets(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<()> {
                (**self).check_targets(y_true, y_pred)
            }
            fn kept(&self, y_true: &Tensor, y_pred: &Tensor) -> Option<Tensor> {
                (**self).kept(y_true, y_pred)
            }
            fn weighted(
                &self,
                y_true: &Tensor,
                y_pred: &Tensor,
                sample_weight: Option<&Tensor>,
            ) -> Tensor {
                (**self).weighted(y_true, y_pred, sample_weight)
            }
            fn config(&self) -> Value {
                (**self).config()
            }
        }
    };
}
delegate!(Box<dyn Loss>);
delegate!(Arc<dyn Loss>);

nn_core::collect!(Class<dyn Loss>);

/// Builds a loss from its configuration, `{"class_name": "MeanSquaredError", "config": {...}}`, as written by [`Loss::config`] or by Keras, which also
/// names functions, `{"class_name": "function", "config": "mean_squared_error"}`.
///
/// ```
/// use nn::losses;
/// let config = serde_json::json!({"class_name": "Huber", "config": {"delta": 0.5}});
/// assert_eq!(losses::from_config(&config)?.name(), "huber");
/// # Ok::<(), nn::Error>(())
/// ```
///
/// # Errors
/// A class that is not registered ([`register!`](crate::register)), entries that it does not have or cannot take.
pub fn from_config(config: &Value) -> Result<Box<dyn Loss>> {
    let of_function = registry::of_function(config, &Value::Null, classes());
    match registry::find("losses", of_function.as_ref().unwrap_or(config), classes())? {
        Some(loss) => Ok(loss),
        None => Err(registry::unknown("loss", "Loss", config)),
    }
}

/// The registered losses.
pub(crate) fn classes() -> impl Iterator<Item = &'static Class<dyn Loss>> {
    registry::registered::<Class<dyn Loss>>()
}

/// What all losses here share beside their formula: the `reduction` setting, reading the configuration, registration.
macro_rules! loss {
    ($Type:ident) => {
        impl $Type {
            /// With another way of making one number of the samples' losses. The one that it has is `Loss::reduction(&loss)`: on this type
            /// `.reduction(..)` sets it, as Keras's argument.
            pub fn reduction(mut self, reduction: $crate::losses::Reduction) -> $Type {
                self.reduction = reduction;
                self
            }

            fn from_config(config: &serde_json::Value) -> nn_core::Result<$Type> {
                let loss: $Type = $crate::saving::registry::read(config, &[])?;
                $crate::losses::Loss::check(&loss)?;
                Ok(loss)
            }
        }

        $crate::register!(Loss: $Type);
    };
}
pub(crate) use loss;

/// The part of `impl Loss` that is the same for all losses here.
macro_rules! described {
    ($Type:ident, $name:literal) => {
        fn name(&self) -> &str {
            $name
        }

        fn reduction(&self) -> $crate::losses::Reduction {
            self.reduction
        }

        fn check_targets(&self, y_true: &Tensor, y_pred: &Tensor) -> nn_core::Result<()> {
            self.losses(y_true, y_pred).into_result().map(|_| ())
        }

        fn config(&self) -> serde_json::Value {
            $crate::saving::registry::write(stringify!($Type), self)
        }
    };
}
pub(crate) use described;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A loss that its author did not register.
    struct Mine<T>(std::marker::PhantomData<T>);

    impl<T: Send + Sync> Loss for Mine<T> {
        fn name(&self) -> &str {
            "mine"
        }
        fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
            (y_true - y_pred).abs().mean_axis(-1)
        }
    }

    #[test]
    fn an_unregistered_loss_works_is_saved_and_says_what_is_missing_when_loaded() {
        let loss: Box<dyn Loss> = Box::new(Mine::<crate::Scores>(std::marker::PhantomData));
        let y = Tensor::zeros([2, 1]);
        assert_eq!(loss.call(&y, &(&y + 3.0)).item::<f32>().unwrap(), 3.0);
        assert_eq!(loss.config(), json!({"class_name": "Mine", "config": {}}));
        let e = from_config(&loss.config()).err().unwrap().to_string();
        assert!(
            e.contains("no loss is called Mine") && e.contains("nn::register!(Loss: Mine);"),
            "{e}"
        );
    }

    #[test]
    fn configurations_are_checked() {
        let refused = |config| from_config(&config).err().unwrap().to_string();
        let e = refused(json!({"class_name": "Huber", "config": {"axis": 1}}));
        assert!(e.contains("unknown entry `axis`; it has delta"), "{e}");
        let e =
            refused(json!({"class_name": "MeanSquaredError", "config": {"reduction": "product"}}));
        assert!(
            e.contains("MeanSquaredError") && e.contains("product"),
            "{e}"
        );
        let e = refused(json!({"class_name": "MeanSquaredError", "config": {"delta": 1.0}}));
        assert!(e.contains("unknown entry `delta`; it has reduction"), "{e}");
    }
}
