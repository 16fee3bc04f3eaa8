//! What an operation is, and the one function that runs them all.
//!
//! An op says what comes out (for traces), computes it, and gives its gradient; it knows nothing of tapes,
//! layers or errors on their way. [`apply`] owns what all ops share: failed and abstract tensors, the
//! caller's line, recording.

use crate::autodiff::tape;
use crate::graph::trace;
use crate::module::context;
use crate::{DType, Error, Result, Shape, Tensor};
use std::panic::Location;
use std::rc::Rc;

/// Which values an op's gradient needs; a tape keeps the memory of these only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeps {
    /// One bit per input.
    pub inputs: u32,
    /// The result.
    pub output: bool,
}

impl Keeps {
    /// All inputs and the result.
    pub const ALL: Keeps = Keeps {
        inputs: u32::MAX,
        output: true,
    };
    /// All inputs.
    pub const INPUTS: Keeps = Keeps {
        inputs: u32::MAX,
        output: false,
    };
    /// The result.
    pub const OUTPUT: Keeps = Keeps {
        inputs: 0,
        output: true,
    };
    /// Shapes and types only, which are always there.
    pub const SHAPES: Keeps = Keeps {
        inputs: 0,
        output: false,
    };
}

/// An operation on tensors.
///
/// Adding one is one file: a struct with the op's settings, this trait, and the method or function that users call.
pub trait Op: 'static {
    /// The name that errors, traces and plots show: `matmul`.
    fn name(&self) -> &'static str;

    /// Shape and element type of the result.
    ///
    /// # Errors
    /// When the inputs do not fit: expected, found, the way out. Unknown dimensions fit everything.
    fn output(&self, inputs: &[Tensor]) -> Result<(Shape, DType)>;

    /// The result; all inputs are concrete and have passed [`Op::output`], whose answer is `shape` and `dtype`.
    ///
    /// # Errors
    /// When a *value* is wrong (an index out of range).
    fn forward(&self, inputs: &[Tensor], shape: Shape, dtype: DType) -> Result<Tensor>;

    /// The gradient with respect to each input, `None` where there is none or none is needed.
    ///
    /// Written with tensor ops, so that it can be differentiated again. It may have the shape that the input was broadcast to:
    /// the engine sums it back.
    ///
    /// # Errors
    /// When the op has no gradient.
    fn gradient(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>>;

    /// Which values [`Op::gradient`] reads; the others arrive without memory, shape and type intact.
    fn keeps(&self) -> Keeps {
        Keeps::ALL
    }
}

/// What an op's gradient is computed from.
pub struct Backward<'a> {
    /// The op's inputs.
    pub inputs: &'a [Tensor],
    /// The op's result.
    pub output: &'a Tensor,
    /// The gradient of the target with respect to the result, of its shape and type.
    pub upstream: &'a Tensor,
    pub(crate) needs: &'a [bool],
}

impl Backward<'_> {
    /// Whether the gradient of input `i` is needed.
    pub fn needs(&self, i: usize) -> bool {
        self.needs[i]
    }

    /// `gradient()` where the gradient of input `i` is needed, `None` elsewhere.
    pub fn when(&self, i: usize, gradient: impl FnOnce() -> Tensor) -> Option<Tensor> {
        self.needs[i].then(gradient)
    }
}

/// Runs an op: the single way from inputs to a result.
///
/// - A failed input makes the result fail with the same error (the first one).
/// - Inputs that do not fit make the result fail with the op's error, the caller's line and the running layer.
/// - An abstract input makes the result abstract.
/// - Otherwise the op computes, and every active tape that watches an input records it.
#[track_caller]
pub fn apply<O: Op>(op: O, inputs: &[Tensor]) -> Tensor {
    let location = Location::caller();
    let result = run(&op, inputs, location);
    if tape::is_recording() && result.error().is_none() && result.dtype().is_float() {
        let mut op = Some(op);
        tape::record_if_watched(inputs, &result, location, &mut || {
            Rc::new(op.take().expect("made once"))
        });
    }
    result
}

fn run(op: &dyn Op, inputs: &[Tensor], location: &'static Location<'static>) -> Tensor {
    if let Some(failed) = inputs.iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    let computed = op.output(inputs).and_then(|(shape, dtype)| {
        if inputs.iter().any(Tensor::is_abstract) || !shape.is_known() {
            Ok(Tensor::abstract_of(shape, dtype))
        } else {
            op.forward(inputs, shape, dtype)
        }
    });
    match computed {
        Ok(result) if context::is_tracing() && result.is_abstract() => {
            match trace::record_op(op.name(), inputs, &result) {
                Ok(()) => result,
                Err(error) => Tensor::failed(error.at_op(op.name(), location)),
            }
        }
        Ok(result) => result,
        Err(error) => Tensor::failed(error.at_op(op.name(), location)),
    }
}

/// Checks that every input is `f32` or `f64` and all the same, and returns that type.
///
/// # Errors
/// Names the op and the type found.
pub fn common_float(op: &str, inputs: &[Tensor]) -> Result<DType> {
    let dtype = inputs[0].dtype();
    for t in inputs {
        if !t.dtype().is_float() {
            return Err(Error::needs_float(op, t.dtype()));
        }
        if t.dtype() != dtype {
            return Err(Error::dtype(format!(
                "{op} needs one element type, found {dtype} and {}; convert one with `cast`",
                t.dtype()
            )));
        }
    }
    Ok(dtype)
}
