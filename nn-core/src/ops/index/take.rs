//! Slices of a tensor at given indices.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::index::indices::{as_indices, check_indices, taken};
use crate::ops::index::scatter_add::ScatterAdd;
use crate::ops::shape::along::along;
use crate::{Result, Shape, Tensor, with_dtype};
use nn_kernels::gather;

/// Of a tensor and `i64` indices.
pub(crate) struct Take {
    pub axis: usize,
}

impl Op for Take {
    fn name(&self) -> &'static str {
        "take"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("axis", &self.axis)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shape = taken(inputs[0].raw_shape(), self.axis, inputs[1].raw_shape())?;
        Ok((shape, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (x, indices) = (&inputs[0], &inputs[1]);
        let dims = x.raw_shape();
        check_indices(indices, dims, self.axis)?;
        let inner = Shape::new(&dims[self.axis + 1..]).num_elements();
        Ok(Outputs::One(
            with_dtype!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                gather::gather(x.data(), dims[self.axis], inner, indices.data(), out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let shape = *at.inputs[0].raw_shape();
        let dx = at.when(0, || {
            let op = ScatterAdd {
                shape,
                axis: self.axis,
            };
            apply(op, &[at.upstream().clone(), at.inputs[1].clone()])
        });
        Ok(vec![dx, None])
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

by_name!("take", fits, |a| Take {
    axis: a.get("axis")?
});

impl Tensor {
    /// The slices at `indices` (`i64`, of any shape) along an axis: an embedding's rows for its tokens. As Keras's `ops.take`.
    ///
    /// Shapes: the axis is replaced by the axes of the indices, `[a, n, b]` and `[i, j]` give `[a, i, j, b]` for axis 1. Negative
    /// indices count from the end; one that the axis does not have is an error. Without an axis, `None`, they are of all elements one after
    /// the other, and the result has the shape of the indices.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let table = Tensor::from([[0.0_f32, 0.5], [1.0, 1.5], [2.0, 2.5]]);
    /// let rows = table.take(&Tensor::from([2_i64, 0]), 0);
    /// assert_eq!(rows.to_vec::<f32>()?, [2.0, 2.5, 0.0, 0.5]);
    /// assert_eq!(table.take(&Tensor::from([1_i64, -1]), None).to_vec::<f32>()?, [0.5, 2.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "index_select")]
    #[track_caller]
    pub fn take(&self, indices: &Tensor, axis: impl Into<Option<isize>>) -> Tensor {
        let (x, axis) = along(self, axis.into());
        if indices.error().is_some() {
            return apply(Take { axis: 0 }, &[x.clone(), indices.clone()]);
        }
        let arguments = x
            .raw_shape()
            .axis(axis)
            .and_then(|axis| Ok((axis, as_indices("take", indices)?)));
        match arguments {
            Ok((axis, indices)) => apply(Take { axis }, &[x.clone(), indices]),
            Err(error) => x.fail("take", error),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn takes_slices_along_any_axis() {
        let x = Tensor::arange(6).reshape([2, 3]);
        assert_eq!(
            x.take(&Tensor::from([[1_i64, -1], [0, 0]]), 1).shape(),
            [2, 2, 2]
        );
        assert_eq!(
            x.take(&Tensor::from([2_i64, -3]), 1)
                .to_vec::<i64>()
                .unwrap(),
            [2, 0, 5, 3]
        );
        assert_eq!(
            x.take(&Tensor::from(1_u8), 0).to_vec::<i64>().unwrap(),
            [3, 4, 5]
        );
        assert_eq!(
            x.take(&Tensor::zeros([0]).cast(DType::I64), 0).shape(),
            [0, 3]
        );
        let tokens = Tensor::abstract_of([UNKNOWN, 7], DType::I64);
        assert_eq!(
            Tensor::zeros([100, 16])
                .take(&tokens, 0)
                .shape()
                .to_string(),
            "[_, 7, 16]"
        );
    }

    #[test]
    fn errors_name_position_index_and_size() {
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let x = Tensor::zeros([4, 3]);
        let e = message(x.take(&Tensor::from([[0_i64, 1], [4, 9]]), 0));
        assert!(
            e.contains(
                "index 4 at position [1, 0] is out of range for axis 0 of size 4 (shape [4, 3])"
            ),
            "{e}"
        );
        assert!(e.contains("take.rs"), "the caller's line: {e}");
        assert!(message(x.take(&Tensor::from([-4_i64]), 1)).contains("index -4 at position [0]"));
        assert!(
            message(x.take(&Tensor::from([0.0_f32]), 0))
                .contains("take needs i64 indices, found f32")
        );
        assert!(message(x.take(&Tensor::from([0_i64]), 2)).contains("axis 2 is out of range"));
    }

    #[test]
    fn gradient() {
        let indices = Tensor::from([[2_i64, 0], [2, -1]]);
        check_gradient(|x| x[0].take(&indices, 0).square(), &[&[3, 2]]);
        check_gradient(|x| x[0].take(&indices, 1).square(), &[&[2, 3, 2]]);
        check_gradient(|x| x[0].take(&indices, None).square(), &[&[2, 3]]);
    }
}
