//! Updates added up at given indices.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::fail::fail;
use crate::ops::index::indices::{as_indices, check_indices, taken};
use crate::{DType, Error, Result, Shape, Tensor, is_known, with_number};
use nn_kernels::gather;

/// Of updates and `i64` indices: zeros of `shape` with every slice of the updates added at its index of `axis`.
pub(crate) struct ScatterAdd {
    pub shape: Shape,
    pub axis: usize,
}

impl Op for ScatterAdd {
    fn name(&self) -> &'static str {
        "scatter_add"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("shape", &self.shape)
            .with("axis", &self.axis)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (updates, indices) = (inputs[0].raw_shape(), inputs[1].raw_shape());
        let expected = taken(&self.shape, self.axis, indices)?;
        let fits = |(&a, &b): (&usize, &usize)| a == b || !is_known(a) || !is_known(b);
        if updates.rank() != expected.rank() || !updates.iter().zip(expected.iter()).all(fits) {
            return Err(Error::shape(format!(
                "scatter_add to {} with indices of shape {indices} needs updates of shape {expected}, found {updates}",
                self.shape
            )));
        }
        match inputs[0].dtype() {
            dtype @ (DType::F32 | DType::F64 | DType::I64) => Ok((self.shape, dtype).into()),
            found @ (DType::U8 | DType::Bool) => Err(Error::dtype(format!(
                "scatter_add adds f32, f64 or i64, found {found}; convert with `cast`"
            ))),
        }
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (updates, indices) = (&inputs[0], &inputs[1]);
        check_indices(indices, &shape, self.axis)?;
        let (n, inner) = (
            shape[self.axis],
            Shape::new(&shape[self.axis + 1..]).num_elements(),
        );
        let indices = indices.data();
        Ok(Outputs::One(
            with_number!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                gather::scatter_add(updates.data(), n, inner, indices, out)
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let axis = self.axis as isize;
        let dx = at.when(0, || at.upstream().take(&at.inputs[1], axis));
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
    let (shape, axis): (Shape, usize) = (a.get("shape")?, a.get("axis")?);
    shape.check_rank()?;
    by_name::has_axis(&shape, axis)
}

by_name!("scatter_add", fits, |a| ScatterAdd {
    shape: a.get("shape")?,
    axis: a.get("axis")?
});

/// Zeros of `shape` with every slice of `updates` added at its index (`i64`) of the first axis; repeated indices add up.
///
/// Shapes: `shape` is `[n, …]`, `indices` of any shape `[i, j]`, `updates` `[i, j, …]`. Negative indices count from the end; one that
/// the axis does not have is an error.
///
/// ```
/// use nn::{Tensor, ops::scatter_add};
/// let votes = scatter_add([3], &Tensor::from([2_i64, 0, 2]), &Tensor::from([1.0_f32, 2.0, 4.0]));
/// assert_eq!(votes.to_vec::<f32>()?, [2.0, 0.0, 5.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn scatter_add(shape: impl Into<Shape>, indices: &Tensor, updates: &Tensor) -> Tensor {
    let shape = shape.into();
    if shape.rank() == 0 {
        return fail(
            "scatter_add",
            Error::shape("scatter_add needs a shape with an axis to add along, found []"),
        );
    }
    if let Err(error) = shape.check_rank() {
        return fail("scatter_add", error);
    }
    match as_indices("scatter_add", indices) {
        Ok(indices) => apply(ScatterAdd { shape, axis: 0 }, &[updates.clone(), indices]),
        Err(error) => updates.fail("scatter_add", error),
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::index::scatter_add;
    use crate::testing::check_gradient;
    use crate::{DType, Tensor};

    #[test]
    fn adds_rows() {
        let updates = Tensor::arange(6).reshape([3, 2]);
        let sums = scatter_add([4, 2], &Tensor::from([1_i64, -1, 1]), &updates);
        assert_eq!(sums.to_vec::<i64>().unwrap(), [0, 0, 4, 6, 0, 0, 2, 3]);
    }

    #[test]
    fn errors() {
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let (indices, updates) = (Tensor::from([1_i64, 5]), Tensor::zeros([2, 3]));
        assert!(
            message(scatter_add([4, 3], &indices, &updates))
                .contains("index 5 at position [1] is out of range for axis 0 of size 4")
        );
        let e = message(scatter_add([4, 2], &indices, &updates));
        assert!(
            e.contains(
                "to [4, 2] with indices of shape [2] needs updates of shape [2, 2], found [2, 3]"
            ),
            "{e}"
        );
        assert!(
            message(scatter_add([4, 3], &indices, &updates.cast(DType::Bool)))
                .contains("adds f32, f64 or i64, found bool")
        );
        assert!(scatter_add([], &indices, &updates).error().is_some());
    }

    #[test]
    fn gradient() {
        let indices = Tensor::from([[2_i64, 0], [2, 1]]);
        check_gradient(
            |x| scatter_add([3, 2], &indices, &x[0]).square(),
            &[&[2, 2, 2]],
        );
    }
}
