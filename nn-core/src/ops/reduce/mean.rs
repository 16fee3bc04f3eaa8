//! Averages over axes.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::reduce::reduction::{Axes, reduced};
use crate::{Element, Error, Result, Shape, Tensor, with_float};
use nn_kernels::elementwise::map_in_place;
use nn_kernels::reduce::{self as kernel, Kind};

struct Mean {
    axes: Axes,
    keepdims: bool,
}

/// How many elements go into one result.
fn count(shape: &Shape, mask: &[bool]) -> f64 {
    let dims = shape.iter().zip(mask).filter(|(_, gone)| **gone);
    dims.map(|(&d, _)| d as f64).product()
}

impl Op for Mean {
    fn name(&self) -> &'static str {
        "mean"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("axes", &self.axes)
            .with("keepdims", &self.keepdims)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (shape, dtype) = (inputs[0].raw_shape(), inputs[0].dtype());
        match dtype.is_float() {
            true => Ok((
                reduced(shape, &self.axes.mask(shape)?, self.keepdims),
                dtype,
            )
                .into()),
            false => Err(Error::needs_float("mean", dtype)),
        }
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let x = &inputs[0];
        let dims = x.raw_shape();
        let mask = self.axes.mask(dims)?;
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                kernel::reduce(x.data(), dims, &mask, out, Kind::Sum);
                let n = T::from_f64(count(dims, &mask));
                map_in_place(out, move |sum: T| sum / n);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let shape = at.inputs[0].raw_shape();
        let mask = self.axes.mask(shape)?;
        let up = at.upstream();
        // A single number broadcasts as it is.
        let up = match up.raw_shape().rank() {
            0 => up.clone(),
            _ => up.reshape(reduced(shape, &mask, true)),
        };
        let share = up / count(shape, &mask);
        Ok(vec![Some(share.broadcast_to(*shape))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

by_name!("mean", by_name::float, |a| Mean {
    axes: a.get("axes")?,
    keepdims: a.get("keepdims")?
});

/// The mean over axes; integers as `f32`, as in Keras.
#[track_caller]
pub(crate) fn mean(x: &Tensor, axes: Axes, keepdims: bool) -> Tensor {
    apply(Mean { axes, keepdims }, &[x.cast(x.dtype().float())])
}

impl Tensor {
    /// The mean of all elements, a scalar; NaN of none. Integers are averaged as `f32`, as in Keras.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32, 2.0]).mean().item::<f32>()?, 1.5);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn mean(&self) -> Tensor {
        mean(self, Axes::All, false)
    }

    /// The mean over one axis (counted from the end if negative), which is dropped.
    #[track_caller]
    pub fn mean_axis(&self, axis: isize) -> Tensor {
        mean(self, Axes::of([axis]), false)
    }

    /// The mean over several axes; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let image = Tensor::ones([2, 28, 28, 3]);
    /// assert_eq!(image.mean_axes([1, 2], false).shape(), [2, 3]);
    /// ```
    #[track_caller]
    pub fn mean_axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
        mean(self, Axes::of(axes), keepdims)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn averages_over_any_axes() {
        let x = Tensor::arange(6).reshape([2, 3]);
        assert_eq!(x.mean().item::<f32>().unwrap(), 2.5);
        assert_eq!(x.mean_axis(-1).to_vec::<f32>().unwrap(), [1.0, 4.0]);
        assert_eq!(x.mean_axes([0], true).shape(), [1, 3]);
        assert!(Tensor::zeros([0]).mean().item::<f32>().unwrap().is_nan());
        assert!(
            Tensor::from([1.0, f32::NAN])
                .mean()
                .item::<f32>()
                .unwrap()
                .is_nan()
        );
        let e = x
            .mean_axes([0, -2], false)
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("axis -2 of [2, 3] is given twice"), "{e}");
        let batch = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(batch.mean_axis(0).shape(), [3]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].mean().square(), &[&[2, 3]]);
        check_gradient(|x| x[0].mean_axes([0, 2], false).square(), &[&[2, 3, 2]]);
        check_gradient(|x| x[0].mean_axes([1], true) * &x[0], &[&[2, 3]]);
    }
}
