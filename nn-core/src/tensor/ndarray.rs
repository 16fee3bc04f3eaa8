//! Tensors from and to arrays of the crate `ndarray`.

use super::Tensor;
use crate::{Element, Error, Result, Shape};
use ndarray::{ArrayBase, ArrayD, ArrayViewD, Data, Dimension, IxDyn};

/// Any array or view, whatever its layout.
impl<S, D: Dimension> From<ArrayBase<S, D>> for Tensor
where
    S: Data<Elem: Element>,
{
    fn from(array: ArrayBase<S, D>) -> Tensor {
        Tensor::from(&array)
    }
}

impl<S, D: Dimension> From<&ArrayBase<S, D>> for Tensor
where
    S: Data<Elem: Element>,
{
    fn from(array: &ArrayBase<S, D>) -> Tensor {
        match Shape::try_new(array.shape()) {
            Ok(shape) => Tensor::build(shape, |out| {
                out.iter_mut().zip(array).for_each(|(o, v)| *o = *v);
            }),
            Err(error) => Tensor::failed(error),
        }
    }
}

impl Tensor {
    /// A copy as an `ndarray` array.
    ///
    /// # Errors
    /// The error of a failed tensor; an error if `T` is not its element type.
    pub fn to_ndarray<T: Element>(&self) -> Result<ArrayD<T>> {
        self.as_ndarray().map(|view| view.to_owned())
    }

    /// An `ndarray` view of the elements, without a copy.
    ///
    /// # Errors
    /// As [`Tensor::to_ndarray`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.as_ndarray::<f32>()?[[1, 0]], 3.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn as_ndarray<T: Element>(&self) -> Result<ArrayViewD<'_, T>> {
        let data = self.try_data::<T>()?;
        ArrayViewD::from_shape(IxDyn(&self.inner.shape), data)
            .map_err(|e| Error::shape(e.to_string()))
    }
}
