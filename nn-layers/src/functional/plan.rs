//! The steps of a Functional model.

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
    /// The layer with this number.
    Layer(usize),
    Op(OpHandle, &'static Location<'static>),
}

/// What a step reads.
#[derive(Clone)]
pub(crate) enum Slot {
    Value(usize),
    Constant(Tensor),
}
