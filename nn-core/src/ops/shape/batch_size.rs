//! How many rows a tensor has, as a number in the graph.

use crate::graph::apply::apply_static;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::{Error, Result, Shape, Tensor};

struct BatchSize;

impl Op for BatchSize {
    fn name(&self) -> &'static str {
        "batch_size"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let dtype = inputs[0].dtype().float();
        match inputs[0].raw_shape().rank() {
            0 => Err(Error::shape("a single number has no batch axis")),
            _ => Ok((Shape::SCALAR, dtype).into()),
        }
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let rows = inputs[0].raw_shape()[0].max(1);
        Ok(Tensor::full_of([], rows as f64, expected[0].dtype).into())
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

by_name!("batch_size", by_name::one, |_| BatchSize);

impl Tensor {
    /// The size of the first axis, at least 1, as a scalar float: what a mean over the batch divides by. Unlike `shape()[0]`, a
    /// graph that is traced with an open batch takes it down.
    ///
    /// A single number is an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::ones([4, 3]).batch_size().item::<f32>()?, 4.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn batch_size(&self) -> Tensor {
        apply_static(&BatchSize, std::slice::from_ref(self))
    }
}
