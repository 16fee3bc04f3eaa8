//! Tensors from and to arrays of the crate `ndarray`.

use super::Tensor;
use super::numbers::{Lengths, Numbers, fed, written};
use crate::{Element, Error, IntoInput, IntoTensors, Result};
use ndarray::{ArrayBase, ArrayD, ArrayViewD, Data, Dimension, IxDyn};

/// Any array or view, whatever its layout, of what a tensor can be made of: [`Numbers`].
impl<S, D: Dimension> From<ArrayBase<S, D>> for Tensor
where
    S: Data<Elem: Numbers>,
{
    fn from(array: ArrayBase<S, D>) -> Tensor {
        Tensor::from(&array)
    }
}

impl<S, D: Dimension> From<&ArrayBase<S, D>> for Tensor
where
    S: Data<Elem: Numbers>,
{
    fn from(array: &ArrayBase<S, D>) -> Tensor {
        let mut lengths = Lengths::default();
        let sizes = array.shape();
        sizes.iter().for_each(|&size| lengths.declare(Some(size)));
        S::Elem::declare(&mut lengths);
        let mut elements = array.iter();
        if let Err(error) = elements.try_for_each(|one| one.measure(&mut lengths, sizes.len())) {
            return Tensor::failed(error);
        }
        written(lengths.shape(), |out| match array.as_slice() {
            Some(all) => S::Elem::write_all(all, out),
            None => {
                let size = out.len() / array.len().max(1);
                let mut parts = array.iter().zip(out.chunks_exact_mut(size.max(1)));
                parts.try_for_each(|(one, part)| one.write(part))
            }
        })
    }
}

/// Arrays go into layers as lists of numbers do.
impl<S, D: Dimension> IntoInput<Tensor> for ArrayBase<S, D>
where
    S: Data<Elem: Numbers>,
{
    fn into_input(self) -> Tensor {
        fed(Tensor::from(&self))
    }
}

impl<S, D: Dimension> IntoInput<Tensor> for &ArrayBase<S, D>
where
    S: Data<Elem: Numbers>,
{
    fn into_input(self) -> Tensor {
        fed(Tensor::from(self))
    }
}

impl<S, D: Dimension> IntoTensors for ArrayBase<S, D>
where
    S: Data<Elem: Numbers>,
{
    fn into_tensors(self) -> Vec<Tensor> {
        vec![self.into_input()]
    }
}

impl<S, D: Dimension> IntoTensors for &ArrayBase<S, D>
where
    S: Data<Elem: Numbers>,
{
    fn into_tensors(self) -> Vec<Tensor> {
        vec![self.into_input()]
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
