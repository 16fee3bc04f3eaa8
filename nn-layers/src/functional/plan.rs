//! The steps of a Functional model.

use crate::functional::call::Asked;
use nn_core::Tensor;
use nn_core::op::{OpHandle, Spec};
use nn_core::registry::SharedLayer;
use std::panic::Location;

/// What is done, in order.
#[derive(Clone, Default)]
pub(crate) struct Plan {
    pub inputs: Vec<PlanInput>,
    /// Every layer once, with its name.
    pub layers: Vec<(String, SharedLayer)>,
    pub steps: Vec<PlanStep>,
    pub outputs: Vec<Slot>,
    /// Shape and element type of every value: inputs first, then results of steps.
    pub specs: Vec<Spec>,
    /// By which step a value is read last.
    pub last_use: Vec<usize>,
    /// Whether operations hand on no masks, as Keras's between layers; here they do where every position stays in its place.
    pub operations_drop_masks: bool,
}

#[derive(Clone)]
pub(crate) struct PlanInput {
    pub name: String,
    pub spec: Spec,
}

#[derive(Clone)]
pub(crate) struct PlanStep {
    pub what: What,
    pub inputs: Vec<Slot>,
    /// Its results are the values from here on.
    pub first: usize,
}

#[derive(Clone)]
pub(crate) enum What {
    /// The layer with this number, called like this.
    Layer(usize, Asked),
    /// The first tensor takes the second for its mask; with no second it has none.
    Mask,
    Op(OpHandle, &'static Location<'static>),
}

/// What a step reads.
#[derive(Clone)]
pub(crate) enum Slot {
    Value(usize),
    Constant(Tensor),
}
