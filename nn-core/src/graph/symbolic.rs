//! Symbolic tensors: abstract tensors that know how they are made, from which a Functional model is built.
//!
//! An operation on a symbolic tensor gives a symbolic tensor. What one is made by stands in its [`History`]; reading the histories from the
//! outputs back to the inputs gives the model.

use crate::graph::op::{OpHandle, Outputs, Spec};
use crate::{DType, Error, Shape, Tensor};
use std::any::Any;
use std::panic::Location;
use std::sync::Arc;

/// What makes a symbolic tensor.
#[derive(Clone, Debug)]
pub enum Maker {
    /// It is an input of the model, with the name that its author gave it.
    Input(Option<Arc<str>>),
    /// An operation, on the line that it was applied at.
    Op(OpHandle, &'static Location<'static>),
    /// The call of a layer, as those who build models of them keep it.
    Call(Arc<dyn Any + Send + Sync>),
}

/// One step of making symbolic tensors.
#[derive(Debug)]
#[non_exhaustive]
pub struct Step {
    /// What is done.
    pub maker: Maker,
    /// What it is done to: symbolic tensors, and constants.
    pub inputs: Vec<Tensor>,
    /// What comes out.
    pub outputs: Vec<Spec>,
}

impl Drop for Step {
    /// One after the other: a chain of steps that dropped each other would need a stack as deep as the model.
    fn drop(&mut self) {
        let mut inputs = std::mem::take(&mut self.inputs);
        while let Some(input) = inputs.pop() {
            if let Some(history) = input.into_history()
                && let Some(mut step) = Arc::into_inner(history.step)
            {
                inputs.append(&mut step.inputs);
            }
        }
    }
}

/// How a symbolic tensor is made: the step, and the how-manieth of its results it is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct History {
    /// The step.
    pub step: Arc<Step>,
    /// Which of its results.
    pub output: usize,
}

/// A symbolic input of a shape, with its batch.
pub fn input(shape: Shape, dtype: DType) -> Tensor {
    let step = Step {
        maker: Maker::Input(None),
        inputs: Vec::new(),
        outputs: vec![Spec { shape, dtype }],
    };
    let history = History {
        step: Arc::new(step),
        output: 0,
    };
    Tensor::abstract_of(shape, dtype).with_history(history)
}

/// Results of a step that is not an operation: as the given abstract tensors, and with its history.
pub fn made_by(maker: Maker, inputs: Vec<Tensor>, results: &[&Tensor]) -> Vec<Tensor> {
    let step = Arc::new(Step {
        maker,
        inputs,
        outputs: results.iter().map(|t| Spec::of(t)).collect(),
    });
    let made = results.iter().enumerate().map(|(output, result)| {
        let history = History {
            step: step.clone(),
            output,
        };
        result.plain().with_history(history)
    });
    made.collect()
}

/// The results of an operation, which are symbolic if one of its inputs is.
pub(crate) fn continued(
    op: &mut dyn FnMut() -> OpHandle,
    inputs: &[Tensor],
    outputs: Outputs<Tensor>,
    location: &'static Location<'static>,
) -> Outputs<Tensor> {
    if inputs.iter().all(|t| t.history().is_none()) {
        return outputs;
    }
    let step = Arc::new(Step {
        maker: Maker::Op(op(), location),
        inputs: inputs.to_vec(),
        outputs: outputs.iter().map(Spec::of).collect(),
    });
    let mut output = 0;
    outputs.map(|result| {
        let history = History {
            step: step.clone(),
            output,
        };
        output += 1;
        result.with_history(history)
    })
}

impl Tensor {
    /// Names a symbolic input: `Input::new([28, 28]).name("left")`. A tensor that is none fails.
    pub fn name(self, name: &str) -> Tensor {
        match self.history().map(|h| &h.step.maker) {
            Some(Maker::Input(_)) => {
                let maker = Maker::Input(Some(name.into()));
                made_by(maker, Vec::new(), &[&self]).remove(0)
            }
            _ if self.error().is_some() => self,
            _ => Tensor::failed(Error::value(format!(
                "only an input of a Functional model has a name, `Input::new([784]).name(\"{name}\")`; layers are named by `named`"
            ))),
        }
    }

    /// An abstract tensor without a history.
    pub fn plain(&self) -> Tensor {
        match self.history() {
            Some(_) => Tensor::abstract_of(*self.raw_shape(), self.dtype()),
            None => self.clone(),
        }
    }
}
