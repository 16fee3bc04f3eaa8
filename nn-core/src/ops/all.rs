//! Whether all elements are true.

use super::reduce::{Axes, reduced};
use crate::kernels::reduce as kernel;
use crate::op::{Backward, Keeps, Op, apply};
use crate::{DType, Result, Shape, Tensor};

struct All {
    axes: Axes,
    keepdims: bool,
}

impl Op for All {
    fn name(&self) -> &'static str {
        "all"
    }

    fn output(&self, inputs: &[Tensor]) -> Result<(Shape, DType)> {
        let shape = inputs[0].raw_shape();
        let mask = self.axes.mask(shape)?;
        Ok((reduced(shape, &mask, self.keepdims), DType::Bool))
    }

    fn forward(&self, inputs: &[Tensor], shape: Shape, _: DType) -> Result<Tensor> {
        let (x, dims) = (&inputs[0], inputs[0].raw_shape());
        let mask = self.axes.mask(dims)?;
        Ok(Tensor::build(shape, |out| {
            kernel::all(x.data(), dims, &mask, out)
        }))
    }

    fn gradient(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

#[track_caller]
fn all(x: &Tensor, axes: Axes, keepdims: bool) -> Tensor {
    apply(All { axes, keepdims }, &[x.cast(DType::Bool)])
}

impl Tensor {
    /// Whether all elements are true, a `bool` scalar; true of none. Numbers count as true unless they are 0.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// assert_eq!(Tensor::from([true, false]).all().item::<bool>()?, false);
    /// # Ok::<(), nn_core::Error>(())
    /// ```
    #[track_caller]
    pub fn all(&self) -> Tensor {
        all(self, Axes::All, false)
    }

    /// Whether all elements are true along one axis (counted from the end if negative), which is dropped.
    #[track_caller]
    pub fn all_axis(&self, axis: isize) -> Tensor {
        all(self, Axes::of([axis]), false)
    }

    /// Whether all elements are true along several axes; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// assert_eq!(Tensor::ones([2, 3, 4]).all_axes([0, -1], true).shape(), [1, 3, 1]);
    /// ```
    #[track_caller]
    pub fn all_axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
        all(self, Axes::of(axes), keepdims)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn along_any_axes() {
        let x = Tensor::from([[0.0_f32, 2.0], [0.0, 0.0]]);
        assert_eq!(x.all_axis(1).to_vec::<bool>().unwrap(), [false, false]);
        assert_eq!(
            x.equal(0.0).all_axes([0], false).to_vec::<bool>().unwrap(),
            [true, false]
        );
        assert!(Tensor::zeros([0]).all().item::<bool>().unwrap());
        assert!(x.all_axis(2).error().is_some());
    }
}
