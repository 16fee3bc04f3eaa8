//! One element at a time along an axis, each at an index of its own.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::fail::fail;
use crate::ops::index::indices::{as_indices, check_indices};
use crate::ops::shape::along::along;
use crate::{Result, Shape, ShapeError, Tensor, is_known, with_dtype, with_float};
use nn_kernels::gather;

/// Of a tensor and `i64` indices.
struct TakeAlongAxis {
    axis: usize,
}

/// Of updates and `i64` indices: zeros of `shape` with every update added at its index. The gradient of [`TakeAlongAxis`].
struct ScatterAlongAxis {
    shape: Shape,
    axis: usize,
}

/// Elements after an axis.
fn inner(shape: &Shape, axis: usize) -> usize {
    Shape::new(&shape[axis + 1..]).num_elements()
}

/// The shape of the indices, which is the tensor's but for the axis.
pub(crate) const fn output_shape(
    x: &Shape,
    indices: &Shape,
    axis: usize,
) -> std::result::Result<Shape, ShapeError> {
    let mut fits = x.rank() == indices.rank();
    let mut d = 0;
    while fits && d < x.rank() {
        let (size, found) = (x.dims()[d], indices.dims()[d]);
        fits = d == axis || size == found || !is_known(size) || !is_known(found);
        d += 1;
    }
    match fits {
        true => Ok(*indices),
        false => Err(ShapeError::new("take_along_axis ")
            .number(axis)
            .text(" of ")
            .shape(x)
            .text(" needs indices whose other dimensions are the same, found ")
            .shape(indices)),
    }
}

impl Op for TakeAlongAxis {
    fn name(&self) -> &'static str {
        "take_along_axis"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("axis", &self.axis)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shape = output_shape(inputs[0].raw_shape(), inputs[1].raw_shape(), self.axis)?;
        Ok((shape, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (x, indices, axis) = (&inputs[0], &inputs[1], self.axis);
        let dims = x.raw_shape();
        check_indices(indices, dims, axis)?;
        Ok(Outputs::One(
            with_dtype!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                gather::gather_along(x.data(), dims[axis], shape[axis], inner(dims, axis), indices.data(), out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let op = ScatterAlongAxis {
            shape: *at.inputs[0].raw_shape(),
            axis: self.axis,
        };
        Ok(vec![
            at.when(0, || {
                apply(op, &[at.upstream().clone(), at.inputs[1].clone()])
            }),
            None,
        ])
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
    by_name::has_axis(inputs[0].raw_shape(), a.get("axis")?)
}

by_name!("take_along_axis", fits, |a| TakeAlongAxis {
    axis: a.get("axis")?
});

impl Op for ScatterAlongAxis {
    fn name(&self) -> &'static str {
        "take_along_axis_gradient"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((self.shape, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (updates, indices, axis) = (&inputs[0], &inputs[1], self.axis);
        let m = updates.raw_shape()[axis];
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                gather::scatter_add_along(updates.data(), shape[axis], m, inner(&shape, axis), indices.data(), out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let op = TakeAlongAxis { axis: self.axis };
        Ok(vec![
            at.when(0, || {
                apply(op, &[at.upstream().clone(), at.inputs[1].clone()])
            }),
            None,
        ])
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0b10,
            outputs: 0,
        }
    }
}

impl Tensor {
    /// The elements at `indices` (`i64`) along an axis, each of its own row: what `argmax` and `argsort` point at.
    ///
    /// Shapes: the indices have the tensor's shape but for the axis, and the result has theirs: `[a, n, b]` and `[a, m, b]` give
    /// `[a, m, b]`. Without an axis, `None`, they are elements of all, one after the other, and the indices are a vector. Negative
    /// indices count from the end; one that the axis does not have is an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// let picked = x.take_along_axis(&Tensor::from([[1_i64], [0]]), 1);
    /// assert_eq!(picked.to_vec::<f32>()?, [2.0, 3.0]);
    /// assert_eq!(x.take_along_axis(&Tensor::from([3_i64, 0]), None).to_vec::<f32>()?, [4.0, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn take_along_axis(&self, indices: &Tensor, axis: impl Into<Option<isize>>) -> Tensor {
        if let Some(failed) = [self, indices].into_iter().find(|t| t.error().is_some()) {
            return failed.clone();
        }
        let (x, axis) = along(self, axis.into());
        let axis = x.raw_shape().axis(axis);
        match axis.and_then(|axis| Ok((axis, as_indices("take_along_axis", indices)?))) {
            Ok((axis, indices)) => apply(TakeAlongAxis { axis }, &[x, indices]),
            Err(error) => fail("take_along_axis", error),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn picks_along_the_axis() {
        let x = Tensor::arange(6).reshape([2, 3]);
        assert_eq!(
            x.take_along_axis(&Tensor::from([[2_i64, -3], [0, 0]]), 1)
                .to_vec::<i64>()
                .unwrap(),
            [2, 0, 3, 3]
        );
        assert_eq!(
            x.take_along_axis(&Tensor::from([[1_i64, 0, 1]]), 0)
                .to_vec::<i64>()
                .unwrap(),
            [3, 1, 5]
        );
        let all = x.take_along_axis(&Tensor::from([5_i64, -6]), None);
        assert_eq!(all.to_vec::<i64>().unwrap(), [5, 0]);
        let x = Tensor::abstract_of([UNKNOWN, 10], DType::F32);
        let labels = Tensor::abstract_of([UNKNOWN, 1], DType::I64);
        assert_eq!(x.take_along_axis(&labels, -1).shape().to_string(), "[_, 1]");
    }

    #[test]
    fn errors() {
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let x = Tensor::zeros([2, 3]);
        let e = message(x.take_along_axis(&Tensor::from([[0_i64], [3]]), 1));
        assert!(
            e.contains("index 3 at position [1, 0] is out of range for axis 1 of size 3"),
            "{e}"
        );
        let e = message(x.take_along_axis(&Tensor::from([[0_i64]]), 1));
        assert!(e.contains("take_along_axis 1 of [2, 3] needs indices whose other dimensions are the same, found [1, 1]"), "{e}");
        assert!(message(x.take_along_axis(&Tensor::from([0_i64, 1]), 1)).contains("found [2]"));
        let e = message(x.take_along_axis(&Tensor::from([[0_i64]]), None));
        assert!(
            e.contains("take_along_axis 0 of [6] needs") && e.contains("found [1, 1]"),
            "{e}"
        );
    }

    #[test]
    fn gradient() {
        let indices = Tensor::from([[2_i64, 2], [0, 1]]);
        check_gradient(|x| x[0].take_along_axis(&indices, 1).square(), &[&[2, 3]]);
        check_gradient(|x| x[0].take_along_axis(&indices, 0).square(), &[&[3, 2]]);
        let indices = Tensor::from([5_i64, 0, 5]);
        check_gradient(
            |x| x[0].take_along_axis(&indices, None).square(),
            &[&[3, 2]],
        );
    }
}
