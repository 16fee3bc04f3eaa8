//! Tensors from and to Rust values and `ndarray`.

use super::Tensor;
use crate::{Element, Error, Result, Shape};
use ndarray::{ArrayBase, ArrayD, ArrayViewD, Dimension, IxDyn, OwnedRepr};

impl<T: Element> From<T> for Tensor {
    fn from(value: T) -> Tensor {
        Tensor::build(Shape::SCALAR, |out| out[0] = value)
    }
}

impl<T: Element> From<Vec<T>> for Tensor {
    fn from(values: Vec<T>) -> Tensor {
        Tensor::from_slice(&values, [values.len()])
    }
}

impl<T: Element> From<&[T]> for Tensor {
    fn from(values: &[T]) -> Tensor {
        Tensor::from_slice(values, [values.len()])
    }
}

impl<T: Element, const N: usize> From<[T; N]> for Tensor {
    fn from(values: [T; N]) -> Tensor {
        Tensor::from_slice(&values, [N])
    }
}

impl<T: Element, const N: usize, const M: usize> From<[[T; M]; N]> for Tensor {
    fn from(values: [[T; M]; N]) -> Tensor {
        Tensor::from_slice(values.as_flattened(), [N, M])
    }
}

impl<T: Element, const N: usize, const M: usize, const L: usize> From<[[[T; L]; M]; N]> for Tensor {
    fn from(values: [[[T; L]; M]; N]) -> Tensor {
        Tensor::from_slice(values.as_flattened().as_flattened(), [N, M, L])
    }
}

impl<T: Element, const N: usize, const M: usize, const L: usize, const K: usize>
    From<[[[[T; K]; L]; M]; N]> for Tensor
{
    fn from(values: [[[[T; K]; L]; M]; N]) -> Tensor {
        let flat = values.as_flattened().as_flattened().as_flattened();
        Tensor::from_slice(flat, [N, M, L, K])
    }
}

impl From<&Tensor> for Tensor {
    fn from(tensor: &Tensor) -> Tensor {
        tensor.clone()
    }
}

impl<T: Element, D: Dimension> From<ArrayBase<OwnedRepr<T>, D>> for Tensor {
    fn from(array: ArrayBase<OwnedRepr<T>, D>) -> Tensor {
        Tensor::from(&array)
    }
}

impl<T: Element, D: Dimension> From<&ArrayBase<OwnedRepr<T>, D>> for Tensor {
    fn from(array: &ArrayBase<OwnedRepr<T>, D>) -> Tensor {
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
    /// # use nn_core::Tensor;
    /// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.as_ndarray::<f32>()?[[1, 0]], 3.0);
    /// # Ok::<(), nn_core::Error>(())
    /// ```
    pub fn as_ndarray<T: Element>(&self) -> Result<ArrayViewD<'_, T>> {
        let data = self.try_data::<T>()?;
        ArrayViewD::from_shape(IxDyn(&self.0.shape), data).map_err(|e| Error::shape(e.to_string()))
    }

    /// Whether two tensors share their memory (a clone, a reshape, a slice of rows).
    pub fn shares_memory(&self, other: &Tensor) -> bool {
        match (self.buffer(), other.buffer()) {
            (Some(a), Some(b)) => std::ptr::eq(a, b),
            _ => false,
        }
    }
}
