//! The dense layers inside of an attention layer.

use crate::core::floats;
use nn_core::{Axes, Constraint, Initializer, Module, Param, Regularizer, Result, Shape, Tensor};
use serde_json::Value;
use std::ops::Range;

/// Weights of an attention layer from the features of a step to its heads, or from heads to features: a `kernel`, and a `bias` unless the
/// layer has none. Their fans, by which initializers scale them, are all numbers that go in and that come out.
#[derive(Clone, Debug)]
pub struct Projection {
    kernel: Param,
    bias: Option<Param>,
}

/// What the weights of an attention layer have in common.
#[derive(Clone, Copy)]
pub(super) struct Settings {
    pub use_bias: bool,
    /// Of kernels and of biases.
    pub initializers: [Initializer; 2],
    pub regularizers: [Option<Regularizer>; 2],
    pub constraints: [Option<Constraint>; 2],
}

impl Projection {
    pub(super) const fn new(settings: Settings) -> Projection {
        Projection {
            kernel: settings.param(0),
            bias: match settings.use_bias {
                true => Some(settings.param(1)),
                false => None,
            },
        }
    }

    /// `[features, heads, dim]`, or `[heads, dim, features..]` of the last one.
    pub fn kernel(&self) -> &Param {
        &self.kernel
    }

    /// As long as what comes out of a step; `None` without a bias.
    pub fn bias(&self) -> Option<&Param> {
        self.bias.as_ref()
    }

    /// Makes the weights for these sizes of what goes in and comes out of each step.
    pub(super) fn build(&self, inputs: &[usize], outputs: &[usize]) -> Result<()> {
        let sizes = [inputs, outputs].concat();
        let shape = Shape::try_new(&sizes)?;
        let axes =
            |places: Range<usize>| Axes::new(&places.map(|axis| axis as isize).collect::<Vec<_>>());
        let start = self.kernel.initializer();
        let start = start.with_axes(axes(0..inputs.len()), axes(inputs.len()..sizes.len()));
        self.kernel.build_by(shape, start)?;
        self.bias
            .as_ref()
            .map_or(Ok(()), |bias| bias.build(Shape::new(outputs)))
    }

    /// The result for each step of `x`, of which the last `inputs` axes go in.
    pub(super) fn apply(&self, x: &Tensor, inputs: usize) -> Tensor {
        let (shape, sizes) = (x.shape(), self.kernel.shape());
        if x.error().is_some() || sizes.rank() < inputs || shape.rank() < inputs {
            return x.clone();
        }
        let (ins, outs) = sizes.dims().split_at(inputs);
        let steps = &shape.dims()[..shape.rank() - inputs];
        let (rows, columns) = (
            ins.iter().product::<usize>(),
            outs.iter().product::<usize>(),
        );
        let with = |tail: &[usize]| Shape::try_new(&[steps, tail].concat());
        let (flat, whole) = match (with(&[rows]), with(outs)) {
            (Ok(flat), Ok(whole)) => (flat, whole),
            (Err(error), _) | (_, Err(error)) => return Tensor::failed(error),
        };
        let reshaped = |x: &Tensor, shape: Shape| match x.shape() == shape {
            true => x.clone(),
            false => x.reshape(shape),
        };
        if let Some(failed) = floats::refused("the projection", x) {
            return failed;
        }
        let x = reshaped(x, flat);
        let kernel = reshaped(&self.kernel.value(), Shape::new(&[rows, columns]));
        let y = match &self.bias {
            Some(bias) => x.matmul_add(&kernel, reshaped(&bias.value(), Shape::new(&[columns]))),
            None => x.matmul(&kernel),
        };
        reshaped(&y, whole)
    }
}

impl Settings {
    const fn param(&self, i: usize) -> Param {
        Param::new(self.initializers[i])
            .with_regularizer(self.regularizers[i])
            .with_constraint(self.constraints[i])
    }
}

/// A container of its weights: what they are is a setting of the layer that it is in.
impl Module for Projection {
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        visit("kernel", &self.kernel);
        visit("bias", &self.bias);
    }

    fn config(&self) -> Value {
        [
            ("kernel", self.kernel.config()),
            ("bias", self.bias.config()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_string(), value))
        .collect()
    }

    fn from_config(config: &Value) -> Result<Projection> {
        Ok(Projection {
            kernel: Module::from_config(&config["kernel"])?,
            bias: Module::from_config(&config["bias"])?,
        })
    }
}

/// The builder methods of the settings that the weights of an attention layer have in common, whose projections are `query`, `key`, `gate`,
/// `value` and `output`.
macro_rules! projection_settings {
    ($layer:ident) => {
        impl $layer {
            /// With or without biases.
            pub const fn use_bias(mut self, use_bias: bool) -> $layer {
                self.use_bias = use_bias;
                self.with_settings()
            }

            /// Whether what the heads find is multiplied by `sigmoid` of one more projection of the query (Qiu et al. 2025).
            pub const fn use_gate(mut self, use_gate: bool) -> $layer {
                self.use_gate = use_gate;
                self.with_settings()
            }

            /// How kernels start.
            pub const fn kernel_initializer(mut self, initializer: Initializer) -> $layer {
                self.kernel_initializer = initializer;
                self.with_settings()
            }

            /// How biases start.
            pub const fn bias_initializer(mut self, initializer: Initializer) -> $layer {
                self.bias_initializer = initializer;
                self.with_settings()
            }

            /// A penalty on every kernel, added to the loss in training.
            pub const fn kernel_regularizer(mut self, regularizer: Regularizer) -> $layer {
                self.kernel_regularizer = Some(regularizer);
                self.with_settings()
            }

            /// A penalty on every bias, added to the loss in training.
            pub const fn bias_regularizer(mut self, regularizer: Regularizer) -> $layer {
                self.bias_regularizer = Some(regularizer);
                self.with_settings()
            }

            /// What every kernel is projected to after every update.
            pub const fn kernel_constraint(mut self, constraint: Constraint) -> $layer {
                self.kernel_constraint = Some(constraint);
                self.with_settings()
            }

            /// What every bias is projected to after every update.
            pub const fn bias_constraint(mut self, constraint: Constraint) -> $layer {
                self.bias_constraint = Some(constraint);
                self.with_settings()
            }

            const fn settings(&self) -> Settings {
                Settings {
                    use_bias: self.use_bias,
                    initializers: [self.kernel_initializer, self.bias_initializer],
                    regularizers: [self.kernel_regularizer, self.bias_regularizer],
                    constraints: [self.kernel_constraint, self.bias_constraint],
                }
            }

            /// With projections by the settings as they are now.
            const fn with_settings(mut self) -> $layer {
                use std::mem::{forget, replace};
                let settings = self.settings();
                let gate = match self.use_gate {
                    true => Some(Projection::new(settings)),
                    false => None,
                };
                // `const` code cannot drop what has a destructor; before they are built projections hold nothing that is lost.
                forget(replace(&mut self.query, Projection::new(settings)));
                forget(replace(&mut self.key, Projection::new(settings)));
                forget(replace(&mut self.gate, gate));
                forget(replace(&mut self.value, Projection::new(settings)));
                forget(replace(&mut self.output, Projection::new(settings)));
                self
            }
        }
    };
}
pub(super) use projection_settings;
