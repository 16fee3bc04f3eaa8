//! Sorting along an axis.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::index::take_along::take_along;
use crate::ops::reduce::reduction::summable;
use crate::ops::shape::along::along;
use crate::{DType, Result, Shape, ShapeError, Tensor, axis_of, is_known, with_number};
use nn_kernels::sort::argsort;

/// Positions of the first elements of each row of the last axis in order.
pub(crate) struct ArgSort {
    pub descending: bool,
    /// How many, all if `None`.
    pub first: Option<usize>,
}

impl Op for ArgSort {
    fn name(&self) -> &'static str {
        if self.first.is_some() {
            "top_k"
        } else {
            "argsort"
        }
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("descending", &self.descending)
            .with("first", &self.first)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shape = inputs[0].raw_shape();
        let axis = shape.axis(-1)?;
        let first = output_shape(shape, self.first.unwrap_or(shape[axis]))?;
        Ok((first, DType::I64).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, _) = expected.only();
        let x = &inputs[0];
        let (n, k) = (x.raw_shape().dim(-1)?, shape.dim(-1)?);
        Ok(Outputs::One(Tensor::build(
            shape,
            |out| with_number!(x.dtype(), T => argsort::<T>(x.data(), n, k, self.descending, out)),
        )))
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

/// The shape of the `k` first elements along the last axis.
pub(crate) const fn output_shape(x: &Shape, k: usize) -> Result<Shape, ShapeError> {
    let axis = match axis_of("", -1, x) {
        Ok(axis) => axis,
        Err(error) => return Err(error),
    };
    let n = x.dims()[axis];
    if is_known(n) && is_known(k) && k > n {
        let error = ShapeError::new("the ").number(k).text(" greatest of ");
        let error = error.number(n).text(" were asked for: the last axis of ");
        return Err(error.shape(x).text(" has no more"));
    }
    Ok(x.with(axis, k))
}

by_name!("argsort", by_name::axis, |a| ArgSort {
    descending: a.get("descending")?,
    first: a.get("first")?
});
by_name!("top_k", by_name::axis, |a| ArgSort {
    descending: a.get("descending")?,
    first: a.get("first")?
});

/// [`ArgSort`] of a tensor of any type.
#[track_caller]
pub(crate) fn positions(x: &Tensor, op: ArgSort) -> Tensor {
    apply(op, &[x.cast(summable(x.dtype()))])
}

impl Tensor {
    /// The elements along the last axis in ascending order; NaN counts as the greatest number. The gradient goes back to where the
    /// elements came from.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0_f32, 1.0, 2.0]).sort().to_vec::<f32>()?, [1.0, 2.0, 3.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn sort(&self) -> Tensor {
        self.sort_with(-1, false)
    }

    /// As [`Tensor::sort`] along an axis (counted from the end if negative). Without one, `None`, all elements are sorted, `[n]`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([[3_i64, 1], [2, 4]]).sort_axis(None).to_vec::<i64>()?, [1, 2, 3, 4]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn sort_axis(&self, axis: impl Into<Option<isize>>) -> Tensor {
        self.sort_with(axis, false)
    }

    /// As [`Tensor::sort_axis`], the greatest first if `descending`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0_f32, 1.0, 2.0]).sort_with(-1, true).to_vec::<f32>()?, [3.0, 2.0, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn sort_with(&self, axis: impl Into<Option<isize>>, descending: bool) -> Tensor {
        let (x, axis) = along(self, axis.into());
        let rows = x.swapaxes(axis, -1);
        let op = ArgSort {
            descending,
            first: None,
        };
        take_along(&rows, &positions(&rows, op))
            .swapaxes(axis, -1)
            .named("sort", &[self])
    }

    /// The positions (`i64`) that sort the last axis in ascending order; equals keep their order, NaN counts as the greatest number.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0_f32, 1.0, 3.0]).argsort().to_vec::<i64>()?, [1, 0, 2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn argsort(&self) -> Tensor {
        self.argsort_with(-1, false)
    }

    /// As [`Tensor::argsort`] of an axis (counted from the end if negative). Without one, `None`, they are positions among all elements,
    /// `[n]`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([[3_i64, 1], [2, 4]]).argsort_axis(None).to_vec::<i64>()?, [1, 2, 0, 3]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn argsort_axis(&self, axis: impl Into<Option<isize>>) -> Tensor {
        self.argsort_with(axis, false)
    }

    /// As [`Tensor::argsort_axis`], the greatest first if `descending`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0_f32, 1.0, 3.0]).argsort_with(0, true).to_vec::<i64>()?, [0, 2, 1]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn argsort_with(&self, axis: impl Into<Option<isize>>, descending: bool) -> Tensor {
        let (x, axis) = along(self, axis.into());
        let op = ArgSort {
            descending,
            first: None,
        };
        positions(&x.swapaxes(axis, -1), op)
            .swapaxes(axis, -1)
            .named("argsort", &[self])
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn along_any_axis_of_any_type() {
        let x = Tensor::from([[3_u8, 1], [2, 2], [1, 3]]);
        assert_eq!(x.sort_axis(0).to_vec::<u8>().unwrap(), [1, 1, 2, 2, 3, 3]);
        assert_eq!(
            x.sort_with(1, true).to_vec::<u8>().unwrap(),
            [3, 1, 2, 2, 3, 1]
        );
        assert_eq!(
            x.argsort_with(0, true).to_vec::<i64>().unwrap(),
            [0, 2, 1, 1, 2, 0]
        );
        assert_eq!(
            x.sort_axis(None).to_vec::<u8>().unwrap(),
            [1, 1, 2, 2, 3, 3]
        );
        assert_eq!(
            x.argsort_with(None, true).to_vec::<i64>().unwrap(),
            [0, 5, 2, 3, 1, 4]
        );
        let nan = Tensor::from([f32::NAN, 1.0, -1.0]);
        assert_eq!(nan.argsort_axis(0).to_vec::<i64>().unwrap(), [2, 1, 0]);
        assert!(x.sort_axis(2).error().is_some());
        assert!(Tensor::from(1.0_f32).sort().error().is_some());
        assert_eq!(Tensor::zeros([0, 2]).sort_axis(0).shape(), [0, 2]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].sort_with(0, true).square(), &[&[4, 3]]);
        check_gradient(|x| x[0].sort() * &x[0], &[&[2, 5]]);
    }
}
