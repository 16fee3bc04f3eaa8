//! A tensor taken apart along an axis.

use crate::graph::apply::{apply_all, within_memory};
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::shape::slice::part;
use crate::ops::stack;
use crate::{Error, Result, Shape, Tensor, is_known};
use nn_kernels::memory;

/// Bytes that a small tensor takes, with what the allocator needs for it.
const TENSOR: usize = 384;

/// The tensors along an axis, without that axis; one output each, of which there is at least one.
struct Unstack {
    axis: usize,
    count: usize,
}

impl Op for Unstack {
    fn name(&self) -> &'static str {
        "unstack"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("axis", &self.axis)
            .with("count", &self.count)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (x, dtype) = (inputs[0].raw_shape(), inputs[0].dtype());
        let axis = x.axis(self.axis as isize)?;
        if is_known(x[axis]) && x[axis] != self.count {
            return Err(Error::shape(format!(
                "axis {axis} of {x} cannot be unstacked into {} tensors",
                self.count
            )));
        }
        let shape = x.without(axis);
        within_memory(|| Ok(memory::filled(Spec { shape, dtype }, self.count).into()))
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let shape: Shape = expected[0].shape;
        let step = |i: usize| Ok(part(&inputs[0], self.axis, i..i + 1)?.sharing(shape, 0));
        let steps: Result<Vec<Tensor>> = (0..self.count).map(step).collect();
        Ok(steps?.into())
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let steps = (0..self.count).map(|i| at.upstream_or_zeros(i));
        Ok(vec![Some(stack(steps, self.axis as isize))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }

    fn output_count(&self, _: &[Tensor]) -> usize {
        self.count
    }
}

fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::one(a, inputs)?;
    let (axis, count): (usize, usize) = (a.get("axis")?, a.get("count")?);
    let x = inputs[0].raw_shape();
    by_name::has_axis(x, axis)?;
    match x[axis] == count {
        true => Ok(()),
        false => Err(Error::shape(format!(
            "axis {axis} of {x} cannot be unstacked into {count} tensors"
        ))),
    }
}

by_name!("unstack", fits, |a| Unstack {
    axis: a.get("axis")?,
    count: a.get("count")?
});

/// How many tensors a failed one is unstacked into.
const OF_FAILED: usize = 1024;

impl Tensor {
    /// The `n` tensors along an axis of size `n` (counted from the end if negative), without that axis: the reverse of
    /// [`crate::ops::stack`].
    ///
    /// An axis whose size is not known cannot be taken apart. What fails is one failed tensor.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let sequence = Tensor::zeros([8, 5, 3]); // `[batch, time, features]`
    /// for step in sequence.unstack(1) {
    ///     assert_eq!(step.shape(), [8, 3]);
    /// }
    /// ```
    #[must_use]
    #[track_caller]
    pub fn unstack(&self, axis: isize) -> Vec<Tensor> {
        // How many there would be is not known, and `unstack(1)[3]` of what has failed is that failure and no panic.
        if self.error().is_some() {
            return vec![self.clone(); OF_FAILED];
        }
        let shape = self.raw_shape();
        match shape.axis(axis) {
            Err(error) => vec![self.fail("unstack", error)],
            Ok(i) if !is_known(shape[i]) => vec![self.fail("unstack", Error::shape(format!(
                "axis {axis} of {shape} cannot be unstacked: its size is not known yet; give it a number in the shape that the model is built with"
            )))],
            Ok(axis) if shape[axis] == 0 => Vec::new(),
            Ok(axis) => {
                let count = shape[axis];
                // Many small tensors are asked for one by one: whether all of them fit is asked before.
                match memory::room::<[u8; TENSOR]>(count).map(drop) {
                    Err(refused) => vec![self.fail("unstack", refused.into())],
                    Ok(()) => apply_all(Unstack { axis, count }, std::slice::from_ref(self)).into_vec(),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::stack;
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn reverses_stack() {
        let x = Tensor::arange(12).reshape([2, 3, 2]);
        for axis in [0, 1, -1] {
            assert_eq!(
                stack(x.unstack(axis), axis).to_vec::<i64>().unwrap(),
                x.to_vec::<i64>().unwrap()
            );
        }
        let x = Tensor::abstract_of([UNKNOWN, 2], DType::F32);
        assert_eq!(x.unstack(1)[1].shape().to_string(), "[_]");
        let e = x.unstack(0)[0]
            .clone()
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("axis 0 of [_, 2] cannot be unstacked"), "{e}");
    }

    #[test]
    fn gradient() {
        check_gradient(|x| &x[0].unstack(1)[0] * &x[0].unstack(1)[2], &[&[2, 3]]);
        let ends = |x: &[Tensor]| {
            let steps = x[0].unstack(-2);
            &steps[0] * &steps[6] + steps[3].square()
        };
        check_gradient(ends, &[&[2, 7, 2]]);
    }
}
