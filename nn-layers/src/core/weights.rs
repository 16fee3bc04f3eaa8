//! How layers make their parameters, in `const` form.

use nn_core::{Constraint, Initializer, Param, Regularizer};

/// A trainable parameter.
pub(crate) const fn weight(
    initializer: Initializer,
    regularizer: Option<Regularizer>,
    constraint: Option<Constraint>,
) -> Param {
    Param::new(initializer)
        .regularizer(regularizer)
        .constraint(constraint)
}

/// A trainable parameter of a layer that has it only when `wanted`.
pub(crate) const fn optional(
    wanted: bool,
    initializer: Initializer,
    regularizer: Option<Regularizer>,
    constraint: Option<Constraint>,
) -> Option<Param> {
    if wanted {
        Some(weight(initializer, regularizer, constraint))
    } else {
        None
    }
}

/// Replaces a parameter while a layer is configured.
///
/// `const` code cannot drop what has a destructor, so the one that was there is forgotten: it holds nothing on the heap before it is
/// built.
pub(crate) const fn put<T>(slot: &mut T, value: T) {
    std::mem::forget(std::mem::replace(slot, value));
}

/// Builder methods for the initializer, regularizer and constraint of a parameter, in a layer with those fields and `with_weights`, which makes
/// its parameters anew.
macro_rules! weight_builders {
    ($weight:literal: $initializer:ident, $regularizer:ident, $constraint:ident) => {
        #[doc = concat!("How ", $weight, " starts.")]
        #[must_use]
        pub const fn $initializer(mut self, initializer: nn_core::Initializer) -> Self {
            self.$initializer = initializer;
            self.with_weights()
        }

        #[doc = concat!("A penalty on ", $weight, ", added to the loss in training.")]
        #[must_use]
        pub const fn $regularizer(mut self, regularizer: nn_core::Regularizer) -> Self {
            self.$regularizer = Some(regularizer);
            self.with_weights()
        }

        #[doc = concat!("What ", $weight, " is projected to after every update.")]
        #[must_use]
        pub const fn $constraint(mut self, constraint: nn_core::Constraint) -> Self {
            self.$constraint = Some(constraint);
            self.with_weights()
        }
    };
}
pub(crate) use weight_builders;

/// Builder methods of a layer with an activation, a kernel, a bias and `with_weights`.
macro_rules! activation_and_weight_builders {
    ($activation:literal) => {
        #[doc = $activation]
        #[must_use]
        pub const fn activation(mut self, activation: crate::Activation) -> Self {
            self.activation = activation;
            self
        }

        /// With or without a bias.
        #[must_use]
        pub const fn use_bias(mut self, use_bias: bool) -> Self {
            self.use_bias = use_bias;
            self.with_weights()
        }

        crate::core::weights::weight_builders!("the kernel": kernel_initializer, kernel_regularizer, kernel_constraint);
        crate::core::weights::weight_builders!("the bias": bias_initializer, bias_regularizer, bias_constraint);

        /// A penalty on the output, divided by the batch size and added to the loss.
        #[must_use]
        pub const fn activity_regularizer(mut self, regularizer: nn_core::Regularizer) -> Self {
            self.activity_regularizer = Some(regularizer);
            self
        }
    };
}
pub(crate) use activation_and_weight_builders;

/// Builder methods of a layer `activation(x·kernel + bias)`, and the `with_weights` that [`weight_builders`] asks for.
macro_rules! kernel_and_bias_builders {
    () => {
        crate::core::weights::activation_and_weight_builders!(
            "The function applied to the result."
        );

        const fn with_weights(mut self) -> Self {
            let kernel = crate::core::weights::weight(
                self.kernel_initializer,
                self.kernel_regularizer,
                self.kernel_constraint,
            );
            crate::core::weights::put(&mut self.kernel, kernel);
            let bias = crate::core::weights::optional(
                self.use_bias,
                self.bias_initializer,
                self.bias_regularizer,
                self.bias_constraint,
            );
            crate::core::weights::put(&mut self.bias, bias);
            self
        }
    };
}
pub(crate) use kernel_and_bias_builders;

/// Builder methods of a layer that normalizes, and then scales by `gamma` and shifts by `beta` if wanted.
macro_rules! normalization_builders {
    () => {
        /// What is added to the variance, so that nothing is divided by 0.
        #[must_use]
        pub const fn epsilon(mut self, epsilon: f64) -> Self {
            self.epsilon = epsilon;
            self
        }

        /// With or without `beta`.
        #[must_use]
        pub const fn center(mut self, center: bool) -> Self {
            self.center = center;
            self.with_weights()
        }

        /// With or without `gamma`.
        #[must_use]
        pub const fn scale(mut self, scale: bool) -> Self {
            self.scale = scale;
            self.with_weights()
        }

        crate::core::weights::weight_builders!("`beta`": beta_initializer, beta_regularizer, beta_constraint);
        crate::core::weights::weight_builders!("`gamma`": gamma_initializer, gamma_regularizer, gamma_constraint);

        const fn with_weights(mut self) -> Self {
            let gamma = crate::core::weights::optional(
                self.scale,
                self.gamma_initializer,
                self.gamma_regularizer,
                self.gamma_constraint,
            );
            crate::core::weights::put(&mut self.gamma, gamma);
            let beta = crate::core::weights::optional(
                self.center,
                self.beta_initializer,
                self.beta_regularizer,
                self.beta_constraint,
            );
            crate::core::weights::put(&mut self.beta, beta);
            self
        }
    };
}
pub(crate) use normalization_builders;
