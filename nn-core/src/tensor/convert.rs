//! Tensors from and to Rust values and `ndarray`.

use super::Tensor;
use crate::{Element, Error, Result, Shape};
use ndarray::{ArrayBase, ArrayD, ArrayViewD, Dimension, IxDyn, OwnedRepr};

// One impl a type: element types stand in another crate, which might make an element of an array as far as the compiler knows.
macro_rules! values {
    ($($t:ty),*) => {$(
        impl From<$t> for Tensor {
            fn from(value: $t) -> Tensor {
                Tensor::build(Shape::SCALAR, |out| out[0] = value)
            }
        }

        impl From<Vec<$t>> for Tensor {
            fn from(values: Vec<$t>) -> Tensor {
                Tensor::from_slice(&values, [values.len()])
            }
        }

        impl From<&[$t]> for Tensor {
            fn from(values: &[$t]) -> Tensor {
                Tensor::from_slice(values, [values.len()])
            }
        }

        impl<const N: usize> From<[$t; N]> for Tensor {
            fn from(values: [$t; N]) -> Tensor {
                Tensor::from_slice(&values, [N])
            }
        }

        impl<const N: usize, const M: usize> From<[[$t; M]; N]> for Tensor {
            fn from(values: [[$t; M]; N]) -> Tensor {
                Tensor::from_slice(values.as_flattened(), [N, M])
            }
        }

        impl<const N: usize, const M: usize, const L: usize> From<[[[$t; L]; M]; N]> for Tensor {
            fn from(values: [[[$t; L]; M]; N]) -> Tensor {
                Tensor::from_slice(values.as_flattened().as_flattened(), [N, M, L])
            }
        }

        impl<const N: usize, const M: usize, const L: usize, const K: usize> From<[[[[$t; K]; L]; M]; N]> for Tensor {
            fn from(values: [[[[$t; K]; L]; M]; N]) -> Tensor {
                let flat = values.as_flattened().as_flattened().as_flattened();
                Tensor::from_slice(flat, [N, M, L, K])
            }
        }
    )*};
}
values!(f32, f64, i64, u8, bool);

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
