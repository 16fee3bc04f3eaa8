//! Tensors from and to Rust values and `ndarray`.

use super::Tensor;
use crate::{Element, Error, IntoInput, Result, Shape};
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

        impl From<Vec<Vec<$t>>> for Tensor {
            /// Rows of one length; others give a failed tensor.
            fn from(rows: Vec<Vec<$t>>) -> Tensor {
                from_rows(rows.len(), rows.iter().map(Vec::len), |columns| {
                    Tensor::from_slice(&rows.concat(), [rows.len(), columns])
                })
            }
        }

        impl From<Vec<Vec<Vec<$t>>>> for Tensor {
            /// Matrices of one shape; others give a failed tensor.
            fn from(matrices: Vec<Vec<Vec<$t>>>) -> Tensor {
                from_rows(matrices.len(), matrices.iter().map(Vec::len), |rows| {
                    let count = matrices.len() * rows;
                    let lengths = matrices.iter().flatten().map(Vec::len);
                    from_rows(count, lengths, |columns| {
                        let flat: Vec<$t> = matrices.iter().flatten().flatten().copied().collect();
                        Tensor::from_slice(&flat, [matrices.len(), rows, columns])
                    })
                })
            }
        }

        impl<const N: usize> From<Vec<[$t; N]>> for Tensor {
            fn from(rows: Vec<[$t; N]>) -> Tensor {
                Tensor::from_slice(rows.as_flattened(), [rows.len(), N])
            }
        }
    )*};
}
values!(f32, f64, i64, u8, bool);

/// What `make` makes of the length that all rows have; a failed tensor if they differ.
fn from_rows(
    count: usize,
    mut lengths: impl Iterator<Item = usize>,
    make: impl FnOnce(usize) -> Tensor,
) -> Tensor {
    let Some(first) = lengths.next() else {
        return make(0);
    };
    match lengths.enumerate().find(|(_, length)| *length != first) {
        None => make(first),
        Some((i, length)) => Tensor::failed(Error::shape(format!(
            "expected {count} rows of one length, found {first} values in row 0 and {length} in row {}; pad them first",
            i + 1
        ))),
    }
}

/// Numbers as they are written go into layers too: `model.predict([[1.0, 2.0]])`. Of the float types it is `f32` alone, so that a
/// literal is one.
macro_rules! inputs {
    ($($t:ty),*) => {$(
        inputs! {
            @impl [const N: usize] [$t; N];
            [const N: usize, const M: usize] [[$t; M]; N];
            [const N: usize, const M: usize, const L: usize] [[[$t; L]; M]; N];
            [const N: usize, const M: usize, const L: usize, const K: usize] [[[[$t; K]; L]; M]; N];
            [] Vec<$t>;
            [] Vec<Vec<$t>>;
            [] Vec<Vec<Vec<$t>>>;
            [const N: usize] Vec<[$t; N]>;
        }
    )*};
    (@impl $([$($parameters:tt)*] $t:ty;)*) => {$(
        impl<$($parameters)*> IntoInput<Tensor> for $t {
            fn into_input(self) -> Tensor {
                self.into()
            }
        }
    )*};
}
inputs!(f32, i64);

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
        ArrayViewD::from_shape(IxDyn(&self.inner.shape), data)
            .map_err(|e| Error::shape(e.to_string()))
    }

    /// Whether two tensors share their memory (a clone, a reshape, a slice of rows).
    pub fn shares_memory(&self, other: &Tensor) -> bool {
        match (self.buffer(), other.buffer()) {
            (Some(a), Some(b)) => std::ptr::eq(a, b),
            _ => false,
        }
    }
}
