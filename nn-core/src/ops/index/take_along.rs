//! Elements of each row of the last axis by their positions, for what sorts.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::{Error, Result, Shape, Tensor, with_dtype, with_float};
use nn_kernels::sort::{put_along, take_along as take_kernel};

/// Of `[.., n]` and valid positions `[.., k]`, `[.., k]`.
struct TakeAlong;

/// Of `[.., k]` and positions `[.., k]`, zeros `[.., n]` with the elements added at their positions.
struct PutAlong {
    n: usize,
}

fn last(tensor: &Tensor) -> usize {
    *tensor.raw_shape().last().expect("checked by who sorted")
}

impl Op for TakeAlong {
    fn name(&self) -> &'static str {
        "take_along"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((*inputs[1].raw_shape(), inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (x, positions) = (&inputs[0], &inputs[1]);
        let n = last(x) as i64;
        if let Some(wrong) = positions.data().iter().find(|i| !(0..n).contains(*i)) {
            return Err(Error::value(format!(
                "rows of {n} elements have no place {wrong}"
            )));
        }
        Ok(Outputs::One(
            with_dtype!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                take_kernel(x.data(), last(x), positions.data(), last(positions), out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let n = last(&at.inputs[0]);
        let dx = apply(
            PutAlong { n },
            &[at.upstream().clone(), at.inputs[1].clone()],
        );
        Ok(vec![Some(dx), None])
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0b10,
            outputs: 0,
        }
    }
}

fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::indexed(a, inputs)?;
    let [x, positions] = [0, 1].map(|i| inputs[i].raw_shape());
    let rows = |shape: &Shape| Ok::<Shape, Error>(shape.without(shape.axis(-1)?));
    match rows(x)? == rows(positions)? {
        true => Ok(()),
        false => Err(Error::shape(format!(
            "positions in the rows of {x} have as many rows, found {positions}"
        ))),
    }
}

by_name!("take_along", fits, |_| TakeAlong);

impl Op for PutAlong {
    fn name(&self) -> &'static str {
        "put_along"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shape = inputs[0].raw_shape();
        Ok((shape.with(shape.rank() - 1, self.n), inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (x, positions) = (&inputs[0], &inputs[1]);
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                put_along(x.data(), last(x), positions.data(), self.n, out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let dx = apply(TakeAlong, &[at.upstream().clone(), at.inputs[1].clone()]);
        Ok(vec![Some(dx), None])
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0b10,
            outputs: 0,
        }
    }
}

/// Elements of the last axis of `x` by positions that are known to be valid.
#[track_caller]
pub(crate) fn take_along(x: &Tensor, positions: &Tensor) -> Tensor {
    apply(TakeAlong, &[x.clone(), positions.clone()])
}
